"""Retention, erasure, data subject requests and encryption keys."""
