"""Statuses, deadlines, permissions and alerts."""
