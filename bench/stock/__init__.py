"""The comparison: Django's stock admin over readable rows, which a team would have in an afternoon."""
