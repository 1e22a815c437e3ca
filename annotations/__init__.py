"""Work of people, in and out: labelled pages on disk."""
