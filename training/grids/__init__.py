"""Generated reports as files with real tables (HTML, Word, PDF), damaged as such files are, and how many of their cells are read."""
