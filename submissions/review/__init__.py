"""Queue, claims, decisions, corrections and questions."""
