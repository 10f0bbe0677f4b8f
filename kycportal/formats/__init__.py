"""Date and time formats of each language, in place of Django's own. Exports and APIs write ISO 8601."""
