"""The evidence pack of one submission."""
