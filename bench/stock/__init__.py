"""The comparator, what a team would have in an afternoon: Django's stock admin over readable rows."""
