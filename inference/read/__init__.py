"""Bytes to documents: encodings, HTML to text with its grid, and the inputs of a command line."""
