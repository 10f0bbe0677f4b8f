"""Decide and store which requests to ARGOS are due, when, and how often."""
