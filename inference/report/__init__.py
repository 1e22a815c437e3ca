"""Views of an extraction for people."""
