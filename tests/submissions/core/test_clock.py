"""The clock offset from a vendor's `Date` header: none if a slow exchange alone explains it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from submissions.core import clock
from submissions.models import Project
from submissions.outbox import gate
from tests.factories import make_project, received

NOON = "2026-03-01T12:00:00Z"


@pytest.mark.parametrize(
    ("date", "took", "believed", "told"),
    [
        (0, 0.2, 0.0, 0.0),
        (-1, 0.2, 0.0, 0.0),  # whole seconds, rounded down
        (-126, 126, 0.0, 0.0),  # written first, and the reply waited
        (0, 126, 0.0, 0.0),  # waited first
        (30, 0.2, 0.0, 30.0),
        (-30, 0.2, 0.0, -28.8),
        (40, 25, 0.0, 40.0),
        (-60, 25, 0.0, -34.0),
        (20, 25, 40.0, 40.0),  # still within the possible range
        (0, 0.2, 40.0, 1.2),
    ],
)
def test_offset_is_no_more_than_the_exchange_proves(date: int, took: float, believed: float, told: float) -> None:
    with time_machine.travel(NOON, tick=False):
        assert clock.offset_told(clock.now() + timedelta(seconds=date), took, believed) == pytest.approx(told)


@pytest.mark.django_db
def test_slow_vendor_does_not_stop_sending() -> None:
    project = make_project()
    slow = replace(received(), took=126.0, date=clock.now() - timedelta(seconds=126))
    gate.note_contact(project, slow)
    assert Project.objects.get(pk=project.pk).clock_offset == 0
    gate.note_contact(project, replace(received(), date=clock.now() + timedelta(seconds=90)))
    assert clock.is_drifting(Project.objects.get(pk=project.pk))
