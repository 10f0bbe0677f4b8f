"""The audit log after an operator partitioned it by docs/operations.md: nothing lost, nothing changeable."""

from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from submissions.audit import events, hash_chain
from submissions.audit.events import SYSTEM
from submissions.models import Event
from tests import runbook

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
BORDER = 100_000_000


def record(many: int) -> list[int]:
    return [events.record("looked", by=SYSTEM).pk for _each in range(many)]


def run(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_dividing_loses_nothing_and_goes_on_counting() -> None:
    before = record(5)
    hash_chain.seal_due()
    runbook.divide_events()
    after = record(5)
    assert min(after) > max(before)
    assert list(Event.objects.values_list("pk", flat=True)) == before + after
    while hash_chain.seal_due():
        pass
    assert list(hash_chain.verify()) == []


def test_dividing_keeps_the_indexes_that_django_knows() -> None:
    named = "SELECT indexname FROM pg_indexes WHERE tablename = 'submissions_event' ORDER BY 1"
    before = run(named)
    runbook.divide_events()
    assert run(named) == before


@pytest.mark.parametrize("statement", ["UPDATE {} SET kind = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_parts_are_append_only_too(statement: str) -> None:
    record(3)
    runbook.divide_events()
    runbook.add_part()
    run(f"SELECT setval(pg_get_serial_sequence('submissions_event', 'id'), {BORDER})")
    record(1)
    run(f"SELECT setval(pg_get_serial_sequence('submissions_event', 'id'), {2 * BORDER})")
    record(1)
    for part in ("submissions_event", *(f"submissions_event_{name}" for name in ("first", f"from_{BORDER}", "rest"))):
        assert run(f"SELECT EXISTS (SELECT FROM {part})") == [(True,)], part
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            run(statement.format(part))


def test_table_divided_by_an_earlier_version_gets_room_for_every_event() -> None:
    """The earlier version had no default partition but a task that created them.

    Without one no event could be written.
    """
    runbook.divide_events()
    run("DROP TABLE submissions_event_rest")
    run(f"SELECT setval(pg_get_serial_sequence('submissions_event', 'id'), {BORDER})")
    with pytest.raises(DatabaseError, match="no partition"), transaction.atomic():
        record(1)
    migration = import_module("submissions.migrations.0025_room_for_every_event")
    for _twice in range(2):
        with connection.schema_editor() as editor:
            migration.add_default_part(None, editor)
    record(1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run("TRUNCATE submissions_event_rest")
