"""The Celery application; its settings are the CELERY_ ones of `kycportal.settings`."""

import os

from celery import Celery
from kombu.transport.redis import QoS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kycportal.settings")

# A worker that loses Redis would try to put its unacknowledged wake-ups back through the connection that has just gone,
# and end with an AttributeError (kombu 5.7). They carry nothing that the ledger's sweep does not find within a beat.
QoS.restore_at_shutdown = False

app = Celery("kycportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
