"""How sure a model may be: its curves fitted on held-out pages, measured on others, and written beside it."""
