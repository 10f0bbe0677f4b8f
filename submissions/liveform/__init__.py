"""The second capture route: one-time links to the form of ARGOS, and what returns from it."""
