"""The blind index, filters and pagination."""
