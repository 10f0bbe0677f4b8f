"""The audit log: append-only in the database, hash-chained in batches, every tampering detected."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from submissions.audit import events, hash_chain
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import Event, Seal
from tests import runbook
from tests.stack import ROOT

pytestmark = pytest.mark.django_db


def record(count: int) -> list[int]:
    return [events.record("looked", by=SYSTEM, fields={"n": number}).pk for number in range(count)]


def drop_triggers() -> None:
    """Do what somebody with the password of the database's owner can do."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE submissions_event DISABLE TRIGGER ALL")
            cursor.execute("ALTER TABLE submissions_seal DISABLE TRIGGER ALL")
            return
        for name in ("event_no_update", "event_no_delete", "seal_no_update", "seal_no_delete"):
            cursor.execute(f"DROP TRIGGER {name}")


def texts(exported: dict[str, object] | None = None) -> list[str]:
    return [problem.text for problem in hash_chain.verify(exported)]


@pytest.mark.parametrize(
    "change",
    [
        lambda: Event.objects.update(kind="other"),
        lambda: Event.objects.all().delete(),
        lambda: Seal.objects.update(digest="0" * 64),
        lambda: Seal.objects.all().delete(),
    ],
)
def test_database_refuses_change(change: Callable[[], object]) -> None:
    record(2)
    hash_chain.seal_due()
    with pytest.raises(DatabaseError), transaction.atomic():
        change()
    assert Event.objects.filter(kind="looked").count() == 2


def test_seals_chain_and_hold() -> None:
    record(3)
    first = hash_chain.seal_due()
    record(2)
    second = hash_chain.seal_due()
    assert first is not None
    assert second is not None
    assert (first.number, first.count, second.number, second.count) == (1, 3, 2, 2)
    assert second.previous == first.digest
    assert hash_chain.seal_due() is None
    assert texts(hash_chain.export()) == []


def test_seal_takes_what_committed_late() -> None:
    low, high = record(2)
    Event.objects.filter(pk=low)
    ids = hash_chain.unsealed_ids(10)
    Seal.objects.create(
        number=1,
        members=str(high),
        count=1,
        highest_id=high,
        newest_at=clock.now(),
        rows_digest="",
        previous=hash_chain.FIRST,
        digest="",
    )
    assert ids == [low, high]
    assert hash_chain.unsealed_ids(10) == [low]


def test_what_committed_late_is_sealed_however_long_the_sealer_stood_still() -> None:
    began = clock.now()
    with time_machine.travel(began, tick=False):
        low = record(1)[0]
        Event(pk=low + 2, kind="looked", actor_name="portal").save(force_insert=True)
        hash_chain.seal_due()
    Event(pk=low + 1, at=began, kind="looked", actor_name="portal").save(force_insert=True)
    with time_machine.travel(began + timedelta(hours=3), tick=False):
        assert texts() == []
        assert hash_chain.oldest_unsealed_age() == 3 * 3600
        late = hash_chain.seal_due()
        assert late is not None
        assert (late.members, hash_chain.unsealed_ids(10), texts()) == (str(low + 1), [], [])


def test_what_is_sealed_is_not_read_again(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Rolled-back transactions leave gaps in the ids, here more than one statement takes."""
    first = record(1)[0]
    ids = [first, *range(first + 2, first + 2 * hash_chain.GAPS_AT_ONCE + 22, 2)]
    Event.objects.bulk_create([Event(pk=pk, kind="looked", actor_name="portal") for pk in ids[1:]])
    while hash_chain.seal_due(batch=50) is not None:
        pass
    late = [ids[3] + 1, ids[-2] + 1]
    Event.objects.bulk_create([Event(pk=pk, kind="looked", actor_name="portal") for pk in late])
    with django_assert_num_queries(5):  # the newest seal, the one before its time, those since; the gaps in two parts
        assert hash_chain.unsealed_ids(10) == late
    assert hash_chain.unsealed_ids(1) == late[:1]


def test_event_inserted_behind_the_seals_is_found() -> None:
    record(3)
    with time_machine.travel(clock.now() - timedelta(hours=1), tick=False):
        hash_chain.seal_due()
    record(1)
    with time_machine.travel(clock.now() - timedelta(minutes=30), tick=False):
        hash_chain.seal_due()
    floor = Seal.objects.get(number=2).highest_id
    Event(pk=floor + 5, kind="looked", actor_name="portal").save(force_insert=True)
    with time_machine.travel(clock.now() - timedelta(minutes=20), tick=False):
        hash_chain.seal_due()
    record(1)
    hash_chain.seal_due()
    assert texts() == []
    Event(pk=floor + 3, kind="forged", actor_name="portal").save(force_insert=True)
    assert any("inserted afterwards" in text for text in texts())


@pytest.mark.slow
def test_every_altered_exchanged_or_removed_event_is_found() -> None:
    """Every position of some batches; the benchmark covers ten thousand rows."""
    record(40)
    for _batch in range(4):
        hash_chain.seal_due(batch=10)
    exported = hash_chain.export()
    assert texts(exported) == []
    ids = list(Event.objects.order_by("id").values_list("id", flat=True))
    drop_triggers()
    for pk in ids:
        for tamper in (alter, remove):
            with transaction.atomic():
                tamper(pk)
                assert texts(exported), (tamper, pk)
                transaction.set_rollback(True)
    with transaction.atomic():
        exchange(ids[0], ids[1])
        assert texts(exported)
        transaction.set_rollback(True)


def alter(pk: int) -> None:
    Event.objects.filter(pk=pk).update(actor_name="somebody else")


def remove(pk: int) -> None:
    Event.objects.filter(pk=pk).delete()


def exchange(one: int, other: int) -> None:
    first, second = Event.objects.get(pk=one), Event.objects.get(pk=other)
    first.pk, second.pk = second.pk, first.pk
    first.save()
    second.save()


def test_end_cut_off_with_its_seals_shows_against_the_exported_seal() -> None:
    record(10)
    hash_chain.seal_due()
    kept = hash_chain.export()
    last = record(5)
    hash_chain.seal_due()
    exported = hash_chain.export()
    drop_triggers()
    Event.objects.filter(pk__in=last).delete()
    Seal.objects.filter(number=2).delete()
    assert texts() == []
    assert texts(kept) == []
    assert texts(exported) == ["the exported seal is not in the chain as it was exported"]


def test_rewritten_chain_shows_against_the_exported_seal() -> None:
    record(4)
    hash_chain.seal_due()
    exported = hash_chain.export()
    drop_triggers()
    Event.objects.update(actor_name="somebody else")
    Seal.objects.all().delete()
    hash_chain.seal_due()
    assert texts() == []
    assert texts(exported)


def test_commands_say_what_they_find(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record(2)
    call_command("export_seal")
    file = tmp_path / "seal.json"
    file.write_text(capsys.readouterr().out)
    assert json.loads(file.read_text())["number"] == 1
    call_command("verify_events", "--seal", str(file))
    assert "1 seals verified" in capsys.readouterr().out
    drop_triggers()
    Event.objects.update(kind="other")
    with pytest.raises(CommandError, match="tampering"):
        call_command("verify_events", "--seal", str(file))
    file.write_text("[]")
    with pytest.raises(CommandError, match="not a seal"):
        call_command("verify_events", "--seal", str(file))


def test_purge_is_refused_to_the_portal_itself() -> None:
    with time_machine.travel(clock.now() - timedelta(days=3000), tick=False):
        record(2)
        hash_chain.seal_due()
    with pytest.raises(CommandError, match="kyc_purger"), transaction.atomic():
        call_command("purge_events")
    with pytest.raises(CommandError, match="at least 2 years"):
        call_command("purge_events", "--older-than-years", "1")
    assert Event.objects.count() == 2


def test_oldest_unsealed_is_reported() -> None:
    assert hash_chain.oldest_unsealed_at() is None
    record(1)
    assert hash_chain.oldest_unsealed_at() == Event.objects.get().at
    hash_chain.seal_due()
    assert hash_chain.oldest_unsealed_at() is None


def test_age_of_the_oldest_unsealed_is_shown_in_seconds() -> None:
    assert hash_chain.oldest_unsealed_age() is None
    with time_machine.travel(clock.now() - timedelta(seconds=90), tick=False):
        record(1)
    record(1)
    assert hash_chain.oldest_unsealed_age() == pytest.approx(90, abs=5)
    hash_chain.seal_due()
    assert hash_chain.oldest_unsealed_age() is None


@pytest.mark.postgres
@pytest.mark.parametrize("is_divided", [False, True])
def test_purge_by_its_own_role_leaves_the_seal(is_divided: bool) -> None:
    """The role has exactly the rights of docs/operations.md."""
    documents = (ROOT / "docs" / "operations.md").read_text()
    granted = re.findall(r"^ {4}((?:CREATE ROLE|GRANT) .*;)$", documents, re.M)
    assert len(granted) == 3
    with time_machine.travel(clock.now() - timedelta(days=3000), tick=False):
        record(3)
        hash_chain.seal_due()
    record(1)
    hash_chain.seal_due()
    if is_divided:
        runbook.divide_events()
    with connection.cursor() as cursor:
        for statement in granted:
            cursor.execute(statement)
        cursor.execute("SET SESSION AUTHORIZATION kyc_purger")
        try:
            assert hash_chain.purge(clock.now() - timedelta(days=2000)) == 3
        finally:
            cursor.execute("RESET SESSION AUTHORIZATION")
    assert texts(hash_chain.export()) == []
    assert Event.objects.count() == 1
