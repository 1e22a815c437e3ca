"""The accuracy of reading, measured on generated pages: which cells a page determines, how they are read, and what may not fall."""
