"""The record of events in parts: nothing is lost, nothing can be changed, and later ones find room."""

import io

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from kycportal.doctor import Grade
from kycportal.doctor.parts import record_of_events
from submissions import events, partitions, seals
from submissions.events import SYSTEM
from submissions.models import Event
from submissions.tasks import make_room_for_events

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no parts"),
]
EACH = 10


def record(many: int) -> list[int]:
    return [events.record("looked", by=SYSTEM).pk for _each in range(many)]


def test_dividing_loses_nothing_and_goes_on_counting() -> None:
    before = record(25)
    seals.seal_due()
    partitions.divide(EACH)
    after = record(EACH)
    partitions.make_room(EACH)
    assert min(after) > max(before)
    assert set(before + after) <= set(Event.objects.values_list("pk", flat=True))
    assert len(partitions.parts()) >= 2
    assert list(seals.verify()) == []


def test_dividing_again_changes_nothing() -> None:
    record(3)
    partitions.divide(EACH)
    parts = partitions.parts()
    partitions.divide(EACH)
    assert partitions.parts() == parts


@pytest.mark.parametrize("statement", ["UPDATE {} SET kind = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_parts_are_append_only_too(statement: str) -> None:
    record(3)
    partitions.divide(EACH)
    record(EACH)
    part = next(part.name for part in partitions.parts() if filled(part.name))
    for table in ("submissions_event", part):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table))


def filled(part: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {part})")
        return bool(cursor.fetchone()[0])


def test_room_is_made_before_it_is_needed() -> None:
    record(3)
    partitions.divide(EACH)
    record(EACH - 1)
    partitions.make_room(EACH)
    assert partitions.parts()[-1].high >= max(record(1)) + EACH
    assert make_room_for_events() >= 0


def test_only_emptied_old_parts_are_taken_off() -> None:
    record(3)
    partitions.divide(EACH)
    for _time in range(3):
        record(EACH)
        partitions.make_room(EACH)
    oldest = partitions.parts()[0].name
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"DELETE FROM {oldest}")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert partitions.drop_emptied() == [oldest]
    assert partitions.drop_emptied() == []


def test_command_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("event_parts")
    assert "one table" in capsys.readouterr().out
    call_command("event_parts", "--divide", "--each", str(EACH))
    assert "submissions_event_first: ids 0 to" in capsys.readouterr().out


def test_doctor_says_when_no_room_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event without a part for it cannot be written, and nothing is done without its event."""
    monkeypatch.setattr(partitions, "EACH", EACH)
    assert partitions.room() is None
    partitions.divide(EACH)
    partitions.make_room(EACH)
    assert [finding.grade for finding in record_of_events()] == [Grade.GOOD]
    record(partitions.room() - EACH + 1)
    seals.seal_due()
    told = [finding for finding in record_of_events() if finding.grade == Grade.BAD]
    assert f"room for {EACH - 1} more" in told[0].said
    assert "event_parts" in told[0].do
    call_command("event_parts", each=EACH, stdout=io.StringIO())
    assert not [finding for finding in record_of_events() if finding.grade == Grade.BAD]
