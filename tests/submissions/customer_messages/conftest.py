"""A text message gateway on loopback, which the embedded demo allows over plain http, and a project that uses it."""

from collections.abc import Iterator
from datetime import time

import pytest

from submissions.models import Project
from tests.factories import make_project
from tests.receiver import Receiver, receiver

ALWAYS = time(0)  # the same begin and end: no quiet hours


@pytest.fixture
def gateway() -> Iterator[Receiver]:
    with receiver() as running:
        running.reply = b'{"id": "sms-1"}'
        yield running


@pytest.fixture
def project() -> Project:
    """Return a project that sends every automatic message at once, by e-mail."""
    return make_project(
        company_name="Acme Bank",
        company_contact="02-123-4567",
        argos_mails_customers=False,
        automatic_messages=["retry", "received", "approved", "rejected"],
        quiet_from=ALWAYS,
        quiet_until=ALWAYS,
    )


def use_gateway(project: Project, gateway: Receiver) -> None:
    project.gateway_url, project.message_channel = gateway.url, "text"
    project.gateway_secret = "Bearer s3cret"
    project.save()
