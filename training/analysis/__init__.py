"""Error analysis of a model: what it gets wrong on texts whose labels are known, and in which words."""
