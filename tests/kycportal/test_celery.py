"""A worker that loses Redis drops its acknowledgements and goes on; database connections survive a wake-up."""

from types import SimpleNamespace
from typing import Any

import pytest
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_postrun, task_prerun
from kombu.transport.redis import Channel, QoS

from kycportal import celery
from kycportal.celery import LosableQoS, app
from submissions import tasks


class Gone(SimpleNamespace):
    """A closed channel, with the attributes that acknowledging reads."""

    connection = None
    conn_or_acquire = Channel.conn_or_acquire
    _create_client = Channel._create_client
    _get_client = Channel._get_client
    _connparams = Channel._connparams


def over_closed_channel(kind: Any) -> Any:
    qos = kind.__new__(kind)
    qos.channel = Gone()
    return qos


def test_acknowledging_over_a_closed_channel_does_nothing() -> None:
    over_closed_channel(LosableQoS).ack("tag")
    over_closed_channel(LosableQoS).reject("tag", requeue=True)


def test_kombu_alone_would_end_the_worker() -> None:
    """If this fails, kombu has fixed it and `LosableQoS` can be deleted."""
    with pytest.raises(AttributeError):
        over_closed_channel(QoS).ack("tag")


def test_workers_use_it() -> None:
    assert Channel.QoS is LosableQoS
    assert LosableQoS.restore_at_shutdown is False


def test_a_wake_up_closes_only_connections_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Celery's default closes every connection before and after each task."""
    closed: list[str] = []
    fixup = DjangoWorkerFixup(app)
    monkeypatch.setattr(fixup, "_close_database", lambda: closed.append("all"))
    monkeypatch.setattr(celery, "close_old_connections", lambda: closed.append("old"))
    task = tasks.send_prepared_calls
    fixup.on_task_prerun(task)
    fixup.on_task_postrun(task)
    assert closed == []
    for signal in (task_prerun, task_postrun):
        signal.send(sender=task, task=task, task_id="one", state="SUCCESS")
    assert closed == ["old", "old"]
