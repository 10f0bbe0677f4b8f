"""The Celery application; its settings are the CELERY_ ones of `kycportal.settings`."""

import importlib
import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, task_postrun, task_prerun, worker_init
from django.db import close_old_connections
from kombu.transport.redis import Channel, QoS

from kycportal import traces

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kycportal.settings")


class LosableQoS(QoS):
    """Skip acknowledging and restoring messages after the connection to Redis is lost.

    kombu 5.7 would use the closed channel for it, and the worker would end with an AttributeError. The sweep finds the
    work of a lost wake-up anyway.
    """

    restore_at_shutdown = False

    def ack(self, delivery_tag: str) -> None:
        if self.channel.connection is not None:
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if self.channel.connection is not None:
            super().reject(delivery_tag, requeue=requeue)


Channel.QoS = LosableQoS

app = Celery("kycportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def _configure_redbeat(sender: Celery, **_rest: Any) -> None:
    """Copy RedBeat's two settings: it reads them without the prefix CELERY_ and warns at each start otherwise."""
    sender.conf.redbeat_redis_url = sender.conf.broker_url
    options = sender.conf.broker_transport_options
    sender.conf.redbeat_redis_options = {name: options[name] for name in ("socket_connect_timeout", "socket_timeout")}


@app.on_after_finalize.connect
def _connect_signals(**_rest: Any) -> None:
    """Connect the receivers of Celery's signals once the settings, which they need, are loaded."""
    importlib.import_module("kycportal.request_ids")
    importlib.import_module("kycportal.workers")


@task_prerun.connect
@task_postrun.connect
def _close_old_connections(**_rest: Any) -> None:
    """Keep a database connection for CONN_MAX_AGE while it is usable: opening one costs as much as half a call."""
    close_old_connections()


@worker_init.connect
@beat_init.connect
def _trace(**_rest: Any) -> None:
    traces.start_if_configured()


@beat_init.connect
def _send_first_heartbeat(**_rest: Any) -> None:
    """Send the first heartbeat at once, so that a start is confirmed seconds earlier."""
    app.send_task("kycportal.health.note_heartbeat")
