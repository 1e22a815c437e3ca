"""Templates, style sheets, scripts and words of the pages, as data."""
