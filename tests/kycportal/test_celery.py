"""A worker that loses Redis goes on: what it would have acknowledged is dropped, not the worker."""

from types import SimpleNamespace
from typing import Any

import pytest
from kombu.transport.redis import Channel, QoS

from kycportal.celery import LosableQoS


class Gone(SimpleNamespace):
    """A channel after its connection was closed, as far as acknowledging looks at it."""

    connection = None
    conn_or_acquire = Channel.conn_or_acquire
    _create_client = Channel._create_client
    _get_client = Channel._get_client
    _connparams = Channel._connparams


def of(kind: Any) -> Any:
    qos = kind.__new__(kind)
    qos.channel = Gone()
    return qos


def test_acknowledging_over_a_closed_channel_does_nothing() -> None:
    of(LosableQoS).ack("tag")
    of(LosableQoS).reject("tag", requeue=True)


def test_kombu_alone_would_end_the_worker() -> None:
    """When this fails, kombu has mended it and `LosableQoS` can go."""
    with pytest.raises(AttributeError):
        of(QoS).ack("tag")


def test_workers_use_it() -> None:
    assert Channel.QoS is LosableQoS
    assert LosableQoS.restore_at_shutdown is False
