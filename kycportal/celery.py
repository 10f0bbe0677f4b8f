"""The Celery application; its settings are the CELERY_ ones of `kycportal.settings`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kycportal.settings")

app = Celery("kycportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
