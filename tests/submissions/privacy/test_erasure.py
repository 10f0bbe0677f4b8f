"""Erasure of values and images, the journal and its replay, crashes in between and an unavailable storage."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import BinaryField

from submissions.audit import erasure_journal, events
from submissions.audit.events import SYSTEM
from submissions.capture import drafts, submit
from submissions.core import clock
from submissions.models import (
    Attempt,
    Call,
    CallKind,
    Event,
    Image,
    Role,
    SearchHash,
    Status,
    Submission,
    SubmissionKey,
    Switch,
    WebhookDelivery,
)
from submissions.outbox import restore_hold
from submissions.privacy import erasure, retention
from submissions.privacy.keys import backup
from submissions.review import decisions
from submissions.search import blind_index
from submissions.vendor_sync import webhooks
from tests import factories
from tests.factories import decided

pytestmark = pytest.mark.django_db


def test_erasing_leaves_nothing_of_the_person_and_keeps_the_events() -> None:
    submission = decided()
    officer = factories.make_user(Role.OFFICER)
    decisions.add_note(submission, "Called Minseo Example", by=factories.by(officer))
    delivery = webhooks.store(submission.project, b'{"email": "applicant@example.com"}', "application/json", None)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(submission=submission)
    names = list(Image.objects.filter(submission=submission).values_list("name", flat=True))
    before = Event.objects.filter(submission_id=submission.pk).count()
    assert names
    erasure.erase(submission, by=SYSTEM, why="customer_request")
    assert not any(default_storage.exists(name) for name in names)
    assert not SubmissionKey.objects.filter(pk=submission.pk).exists()
    for model in (SearchHash, WebhookDelivery, Image):
        assert not model._default_manager.filter(submission=submission).exists()
    for model in [Submission, *erasure.holding_models()]:
        owner = {"pk": submission.pk} if model is Submission else {"submission": submission}
        for row in model._default_manager.filter(**owner):
            assert not any(getattr(row, column) for column in erasure.encrypted_columns(model)), model
    assert Attempt.objects.filter(submission=submission).exists()
    assert Event.objects.filter(submission_id=submission.pk).count() == before + 1
    assert not blind_index.find(officer, "applicant@example.com").exists()


def test_every_sealed_column_is_emptied_or_its_row_removed() -> None:
    """Erasure must reach each new table with encrypted columns."""
    by_itself = {"AccessReview", "Project", "Event"}  # not personal values; unreadable without the person's key
    by_itself |= {"ImportRow"}  # deleted after a week, or when its submission is erased (test_imports)
    by_itself |= {"Endpoint"}  # no personal values: the URL and the secrets of a receiver
    by_itself |= {"Export"}  # deleted after a day, or when a person in it is erased (test_keeping)
    deleted = {"WebhookDelivery"}
    encrypted = {
        model.__name__
        for model in apps.get_app_config("submissions").get_models()
        if any(field.name.endswith("_sealed") for field in model._meta.fields)
    }
    reached = {model.__name__ for model in erasure.holding_models()} | {"Submission"}
    assert encrypted - reached == by_itself | deleted


def test_every_personal_column_is_found_by_its_type() -> None:
    """A personal column of any name is an EncryptedField; this test lists any other binary column with its reason."""
    others = {
        ("Event", "reason_sealed"),  # unreadable without the person's key
        ("SubmissionKey", "wrapped"),  # that key; its row is deleted
        ("SearchHash", "digest"),  # its row is deleted
        ("WebhookDelivery", "body_sealed"),  # its row is deleted
        ("Difference", "note_wrapped"),  # belongs to no submission
        ("Project", "api_key_sealed"),
        ("Project", "webhook_token_sealed"),
        ("Project", "gateway_secret_sealed"),
        ("AccessReview", "remark_sealed"),
        ("CustomerImport", "key_wrapped"),  # its rows are deleted after a week
        ("ImportRow", "values_sealed"),  # its row is deleted with its submission (test_imports)
        ("ImportRow", "email_digest"),
        ("ImportRow", "customer_digest"),
        ("Endpoint", "url_sealed"),
        ("Endpoint", "secret_sealed"),
        ("Endpoint", "former_secret_sealed"),
        ("Export", "key_wrapped"),
        ("Export", "told_sealed"),
        ("Export", "file_key_wrapped"),
    }
    for model in apps.get_app_config("submissions").get_models():
        binary = {field.name for field in model._meta.fields if isinstance(field, BinaryField)}
        assert binary - set(erasure.encrypted_columns(model)) == {
            name for owner, name in others if owner == model.__name__
        }
        assert all(model._meta.get_field(name).null for name in erasure.encrypted_columns(model)), (
            "erasure empties them"
        )


def test_typed_reasons_are_gone_with_the_key() -> None:
    submission = decided()
    event = events.record("revealed", by=SYSTEM, submission=submission, reason="customer called about it")
    assert events.reason_of(event, submission)
    erasure.erase(submission, by=SYSTEM, why="mistake")
    assert events.reason_of(event, submission) == ""


def restore(submission: Submission, key: bytes, **columns: Any) -> None:
    """Return what a dump from before the erasure restores."""
    SubmissionKey.objects.create(pk=submission.pk, wrapped=key)
    Submission.objects.filter(pk=submission.pk).update(erased_at=None, **columns)


def erased_and_restored(submission: Submission, **columns: Any) -> Submission:
    key, values = SubmissionKey.objects.get(pk=submission.pk).wrapped, submission.values_sealed
    erasure.erase(submission, by=SYSTEM, why="court_order")
    restore(submission, key, values_sealed=values, **columns)
    return Submission.objects.get(pk=submission.pk)


def is_erased(submission: Submission) -> bool:
    found = Submission.objects.get(pk=submission.pk)
    has_key = SubmissionKey.objects.filter(pk=submission.pk).exists()
    return found.erased_at is not None and not found.values_sealed and not has_key


def test_restored_database_is_brought_in_line_by_the_journal() -> None:
    submission = erased_and_restored(decided())
    assert submission.values["name"]
    call_command("replay_erasures")
    assert is_erased(submission)
    assert erasure.replay() == erasure.Replay()


def test_hold_that_only_the_dump_has_does_not_keep_an_erased_person() -> None:
    administrator = factories.make_user(Role.ADMINISTRATOR)
    held = clock.now() - timedelta(days=1)
    submission = erased_and_restored(decided(), legal_hold_at=held, legal_hold_by=administrator)
    assert erasure.replay().erased == 1
    assert is_erased(submission)
    assert Event.objects.get(kind="legal_hold_lifted").fields == {"why": "journal"}


@pytest.mark.parametrize(
    ("then", "ended"),
    [
        (Status.PENDING, Status.REJECTED),
        (Status.INCOMPLETE, Status.REJECTED),
        (Status.CONFIRMING, Status.REJECTED),
        (Status.DRAFT, Status.ABANDONED),
    ],
)
def test_erased_one_that_the_dump_has_under_way_gets_its_final_word_back(then: Status, ended: Status) -> None:
    """The vendor may have deleted its copy, so no other source of the final status remains."""
    back = {"status": then, "source": "", "decided_at": None}
    submission = erased_and_restored(factories.make_at(Status.REJECTED), **back)
    assert erasure.replay() == erasure.Replay(erased=1)
    assert is_erased(submission)
    assert Submission.objects.get(pk=submission.pk).status == ended


def test_reviewers_word_comes_back_with_the_reviewer() -> None:
    officer = factories.make_user(Role.OFFICER)
    submission = factories.make_at(Status.REJECTED)
    Submission.objects.filter(pk=submission.pk).update(source="reviewer", decided_by=officer)
    submission = Submission.objects.get(pk=submission.pk)
    back = {"status": Status.PENDING, "source": "", "decided_at": None, "decided_by": None}
    erased_and_restored(submission, **back)
    assert erasure.replay().erased == 1
    found = Submission.objects.get(pk=submission.pk)
    assert (found.source, found.decided_by) == ("reviewer", officer)


def test_erased_one_with_an_open_call_waits_and_keeps_the_hold() -> None:
    submission = erased_and_restored(decided())
    last = Call.objects.filter(submission=submission, kind=CallKind.STEP2)
    last.update(state="unknown", ended_at=None)
    restore_hold.begin(restore_hold.BY_HAND)
    with pytest.raises(CommandError, match=submission.reference):
        call_command("replay_erasures")
    with pytest.raises(CommandError, match="replay_erasures"):
        call_command("hold", "--lift", "--reason", "looked at all")
    assert not Switch.read().may_send
    last.update(state="settled", ended_at=clock.now())
    call_command("replay_erasures")
    call_command("hold", "--lift", "--reason", "looked at all")
    assert Switch.read().may_send


def test_crash_after_the_key_was_destroyed_is_finished_by_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    submission = decided()
    monkeypatch.setattr(erasure, "remove_images", lambda submission: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erasure.erase(submission, by=SYSTEM, why="mistake")
    monkeypatch.undo()
    names = list(Image.objects.filter(submission=submission).values_list("name", flat=True))
    retention.finish_erased()
    assert names
    assert not any(default_storage.exists(name) for name in names)


def is_journaled(submission: Submission) -> bool:
    return default_storage.exists(f"erasures/{submission.pk}.json")


def test_hold_set_after_the_sweep_read_the_row_keeps_the_person() -> None:
    """The sweep uses rows that it read many erasures ago."""
    as_read = decided(Status.REJECTED, years_ago=6)
    by = factories.by(factories.make_user(Role.ADMINISTRATOR))
    retention.set_legal_hold(factories.reload(as_read), by=by, reason="court file 7")
    with pytest.raises(erasure.OnLegalHold):
        erasure.erase(as_read, by=SYSTEM, why="retention")
    assert not is_journaled(as_read)
    assert erasure.replay() == erasure.Replay()
    assert factories.reload(as_read).values["name"]


def test_draft_sent_after_the_sweep_read_the_row_lives() -> None:
    as_read = factories.make_draft()
    submit.send_step1(factories.reload(as_read), by=factories.by(as_read.created_by))
    with pytest.raises(erasure.StillRunning):
        erasure.erase(as_read, by=SYSTEM, why="retention")
    assert not is_journaled(as_read)
    assert factories.reload(as_read).status == Status.STEP1_SENDING


def test_entry_is_taken_back_where_the_erasure_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    submission = decided()

    def fail(*_args: Any, **_kwargs: Any) -> None:
        assert is_journaled(submission), "it is written before the data are gone"
        raise IntegrityError

    monkeypatch.setattr(erasure.events, "record", fail)
    with pytest.raises(IntegrityError):
        erasure.erase(submission, by=SYSTEM, why="retention")
    assert not is_journaled(submission)
    assert factories.reload(submission).values["name"]


def test_entry_stands_where_the_person_is_gone_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit succeeded, but its confirmation was lost."""
    submission = decided()
    atomic = transaction.atomic

    @contextlib.contextmanager
    def committed_without_a_word() -> Iterator[None]:
        with atomic():
            yield
        raise OperationalError

    monkeypatch.setattr(erasure, "transaction", SimpleNamespace(atomic=committed_without_a_word))
    with pytest.raises(OperationalError):
        erasure.erase(submission, by=SYSTEM, why="retention")
    assert is_journaled(submission)


def left_by_a_crash(submission: Submission) -> Submission:
    """Simulate a worker that ended between the journal and the commit."""
    with time_machine.travel(clock.now() - timedelta(minutes=5)):
        erasure_journal.write(submission, "retention")
    return submission


def test_person_of_a_crash_before_the_commit_is_erased_by_the_next_sweep() -> None:
    submission = left_by_a_crash(decided(Status.REJECTED, years_ago=6))
    assert retention.erase_due() == 1
    assert is_erased(submission)
    assert is_journaled(submission)


def test_person_held_after_a_crash_before_the_commit_is_kept(tmp_path: Path) -> None:
    submission = left_by_a_crash(decided(Status.REJECTED, years_ago=6))
    by = factories.by(factories.make_user(Role.ADMINISTRATOR))
    retention.set_legal_hold(submission, by=by, reason="court file 7")
    restore_hold.begin(restore_hold.BY_HAND)
    assert erasure.replay() == erasure.Replay()
    call_command("hold", "--lift", "--reason", "looked at all")
    backup.write(tmp_path)
    SubmissionKey.objects.filter(pk=submission.pk).delete()
    assert backup.restore(next(tmp_path.glob("keys-*"))).written == 1
    assert factories.reload(submission).values["name"]
    retention.lift_legal_hold(submission, by=by, reason="closed")
    assert retention.erase_due() == 1


def test_draft_worked_on_after_a_crash_before_the_commit_is_kept() -> None:
    submission = left_by_a_crash(factories.make_draft())
    drafts.save_values(submission, {"name": "Minseo Sample"}, by=factories.by(submission.created_by))
    assert erasure.replay() == erasure.Replay()
    assert factories.reload(submission).values["name"] == "Minseo Sample"


def test_hold_of_a_later_try_does_not_bring_an_erased_person_back() -> None:
    """A crash, a hold that was lifted, the erasure, and a dump from during the hold."""
    submission = left_by_a_crash(decided(Status.REJECTED, years_ago=6))
    administrator = factories.make_user(Role.ADMINISTRATOR)
    held = clock.now() - timedelta(minutes=3)
    restored = erased_and_restored(submission, legal_hold_at=held, legal_hold_by=administrator)
    assert erasure.replay().erased == 1
    assert is_erased(restored)


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return names of objects that the storage does not delete."""
    names: set[str] = set()
    storage = type(default_storage._wrapped)  # type: ignore[attr-defined]
    delete = storage.delete

    def refuse(self: Any, name: str) -> None:
        if name in names:
            raise PermissionError(name)
        delete(self, name)

    monkeypatch.setattr(storage, "delete", refuse)
    return names


def images_of(submission: Submission) -> list[str]:
    return list(Image.objects.filter(submission=submission).values_list("name", flat=True))


def test_object_that_does_not_go_keeps_nobody_else_from_being_erased(stuck: set[str]) -> None:
    first, second = sorted([decided(Status.REJECTED, years_ago=6) for _each in range(2)], key=lambda one: one.pk)
    stuck.add(images_of(first)[0])
    assert retention.erase_due() == 2
    assert (is_erased(first), is_erased(second)) == (True, True)
    assert (images_of(first), images_of(second)) == (sorted(stuck), [])
    third = decided(Status.REJECTED, years_ago=6)
    assert retention.erase_due() == 1
    assert is_erased(third)
    stuck.clear()
    assert retention.finish_erased() == 1
    assert images_of(first) == []


def test_journal_that_takes_nothing_leaves_the_person_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = sorted([decided(Status.REJECTED, years_ago=6) for _each in range(2)], key=lambda one: one.pk)
    write = erasure_journal.write

    def refuse(submission: Submission, why: str) -> bool:
        if submission.pk == first.pk:
            raise ConnectionError
        return write(submission, why)

    monkeypatch.setattr(erasure.erasure_journal, "write", refuse)
    assert retention.erase_due() == 1
    assert (is_erased(first), is_erased(second)) == (False, True)
    assert factories.reload(first).values["name"]


def test_sweep_ends_in_time_where_the_storage_hardly_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    decided(Status.REJECTED, years_ago=6)
    monkeypatch.setattr(retention, "SWEEP_LASTS", -1.0)
    assert retention.erase_due() == 0
