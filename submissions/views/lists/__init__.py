"""The list of submissions."""
