"""What the next version would add: a column that the present one does not know, and an index."""
