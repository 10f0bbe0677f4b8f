"""Settings for administrators: projects, users, teams and consent texts. Every change is an event."""
