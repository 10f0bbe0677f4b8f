"""Signals: what ARGOS reports beside its status, stored for the people who decide."""
