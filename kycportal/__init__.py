"""Wiring only: settings, URLs, Celery, WSGI, and the command that starts everything."""

from kycportal.celery import app as celery_app

__all__ = ["celery_app"]
