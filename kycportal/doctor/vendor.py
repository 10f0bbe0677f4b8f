"""Check that the vendor accepts each project's key, and that the clocks of all hosts agree."""

import contextlib
import time
from collections.abc import Iterator
from datetime import datetime

from django.db import connection as database
from django.utils import translation

from argos.errors import VendorError
from kycportal.doctor import Result, bad, good, note
from submissions.core import clock, redis_client
from submissions.models import Project, VendorState
from submissions.outbox import gate, vendor_client
from submissions.signals import project_state
from submissions.vendor_sync import connection

CLOSE = 2.0  # seconds
FAR = clock.MAX_DRIFT.total_seconds()


def reach() -> Iterator[Result]:
    projects = list(Project.objects.filter(is_open=True))
    if not projects:
        yield note("vendor", "no project yet", "An administrator creates one at /settings/projects/.")
    for project in projects:
        reply = connection.check(project)
        if reply.is_throttled:
            do = "Its page shows the request limit. Reads get 80 % of them, Step 1 90 %, decisions all."
            yield bad("vendor", f"{project.name}: {reply.problem}", do)
        elif reply.problem:
            do = "Check address and key on its page, and that ARGOS allows this host's address."
            yield bad("vendor", f"{project.name}: {reply.problem}", do)
        elif project.paused_at is not None:
            do = "It responds now: an administrator must resume it on its page in the settings."
            yield bad("vendor", f"{project.name} is paused: {project.paused_reason}", do)
        else:
            yield good("vendor", f"{project.name} responds at {project.base_url}")
        yield _state(project)


def _state(project: Project) -> Result:
    """Name the project's state at ARGOS; one in which ARGOS takes no or few submissions is a note."""
    with translation.override("en"):
        effect, sentence = project_state.effect(project), project_state.sentence(project)
    said = f"{project.name}: {sentence}"
    if effect:
        return note("vendor", f"{said}. {effect}", "If it should take submissions, open it in the ARGOS dashboard.")
    if project.state_at_argos == VendorState.UNKNOWN:
        return note("vendor", said, "Look it up in the ARGOS dashboard and set it on the project's page.")
    return good("vendor", said)


def clocks() -> Iterator[Result]:
    """Compare all clocks with this host's."""
    for name, ahead in _offsets():
        if abs(ahead) > FAR:
            yield bad("clock", f"{name} is {ahead:+.0f} s off: sending is paused", "Set the host's clock by NTP.")
        elif abs(ahead) > CLOSE:
            yield note("clock", f"{name} is {ahead:+.1f} s off", "Synchronize the clock of every host by NTP.")
        else:
            yield good("clock", f"{name} agrees within {CLOSE:.0f} s")


def _offsets() -> Iterator[tuple[str, float]]:
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            before = time.time()
            cursor.execute("SELECT clock_timestamp()")
            database_time: datetime = cursor.fetchone()[0]
        yield "the database's clock", database_time.timestamp() - (before + time.time()) / 2
    try:
        seconds, micros = redis_client.run_script("return redis.call('TIME')", [], [])
        yield "Redis' clock", int(seconds) + int(micros) / 1e6 - time.time()
    except redis_client.RedisUnavailable:
        pass
    for project in Project.objects.filter(is_open=True):
        client = vendor_client.client_for(project)
        with contextlib.suppress(VendorError):  # `reach` reports it
            client.find_by_userid(gate.PROBE)
        received = client.last_received
        if received and received.date:
            yield f"the vendor's clock ({project.name})", clock.offset_told(received.date, received.took)
