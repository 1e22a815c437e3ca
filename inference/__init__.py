"""From a page to its statutory tables."""
