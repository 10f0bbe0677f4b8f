"""What administrators set: projects, people, teams and consent texts. Every change is an event."""
