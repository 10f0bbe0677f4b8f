"""Pages that watch and control requests to ARGOS."""
