"""Talk to ARGOS and apply its replies."""
