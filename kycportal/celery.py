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
    """What a worker owes a Redis that has gone: nothing.

    kombu 5.7 would put unacknowledged wake-ups back, and acknowledge finished ones, through the channel that has just
    been closed, and the worker ends with an AttributeError. A wake-up carries nothing that a sweep does not find.
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
def _tell_redbeat(sender: Celery, **_rest: Any) -> None:
    """RedBeat looks for its own two settings here and not under their CELERY_ names, and warns at each start."""
    sender.conf.redbeat_redis_url = sender.conf.broker_url
    options = sender.conf.broker_transport_options
    sender.conf.redbeat_redis_options = {name: options[name] for name in ("socket_connect_timeout", "socket_timeout")}


@app.on_after_finalize.connect
def _listen(**_rest: Any) -> None:
    """What listens to Celery's signals; it needs the settings, so it comes after them."""
    importlib.import_module("kycportal.request_ids")
    importlib.import_module("kycportal.workers")


@task_prerun.connect
@task_postrun.connect
def _keep_what_is_usable(**_rest: Any) -> None:
    """A connection lives for CONN_MAX_AGE and as long as it can be used: making one costs as much as half a call."""
    close_old_connections()


@worker_init.connect
@beat_init.connect
def _trace(**_rest: Any) -> None:
    traces.start_where_wanted()


@beat_init.connect
def _beat_at_once(**_rest: Any) -> None:
    """The first heartbeat does not wait for its turn, so that a start is known to be good seconds earlier."""
    app.send_task("kycportal.health.note_heartbeat")
