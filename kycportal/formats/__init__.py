"""How dates and times are written in each language, over Django's own formats. Exports and APIs write ISO 8601."""
