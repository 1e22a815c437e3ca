"""What pays and what does not: one reduced recipe, trained again with one thing changed at a time, in one table."""
