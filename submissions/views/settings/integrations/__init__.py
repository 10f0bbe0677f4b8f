"""Endpoints of outgoing messages and their deliveries."""
