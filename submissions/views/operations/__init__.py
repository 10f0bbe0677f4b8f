"""Pages that show and control requests to ARGOS."""
