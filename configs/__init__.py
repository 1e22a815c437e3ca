"""Forms, labels and settings, as data."""
