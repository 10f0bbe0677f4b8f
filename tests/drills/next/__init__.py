"""A simulated next version: it adds an index and a column that the present version does not know."""
