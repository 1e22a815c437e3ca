"""How fast pages are read, held against the usual way of running the same model."""
