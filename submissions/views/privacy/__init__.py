"""Pages of retention and data subject requests."""
