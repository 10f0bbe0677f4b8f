"""Erasing one person's values and images: the data key and the search hashes are destroyed, the events stay.

A journal outside the database (`audit.erasure_journal`) lists the erasures, so that a database restored from an older
dump is brought in line (`replay`) before it opens. When something is due stands in `submissions.privacy.retention`.

The entry is written while the row is locked and before the erasure is committed, and taken back where that fails. After
a crash in between the person is still there and still due, so the next sweep erases them again; whoever is put on legal
hold before it comes, or whose draft is worked on, is kept, and the entry is of no force any more (`journal.entry_of`).
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import Error, models, transaction
from django.db.models import Exists, OuterRef, Q

from submissions.audit import erasure_journal, events
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock
from submissions.models import (
    Call,
    CallKind,
    CallState,
    Image,
    SearchHash,
    Source,
    Status,
    Submission,
    SubmissionKey,
    User,
    WebhookDelivery,
)
from submissions.models.sealed import EncryptedField
from submissions.models.submission import DECIDED, FINAL
from submissions.outbox import new_calls
from submissions.reporting.exports import expiry
from submissions.workflow.transitions import MOVES, MoveNotAllowed, StaleSubmission, move

log = logging.getLogger(__name__)

WHY = ("retention", "customer_request", "court_order", "mistake")

JUDGED = ["status", "moves", "source", "decided_by", "decided_at", "legal_hold_at", "erased_at"]


class OnLegalHold(Exception):
    """It must be kept until the hold is lifted."""


class StillRunning(Exception):
    """It has no final word yet, or a call to the vendor is open."""


class VendorKeepsIt(StillRunning):
    """The vendor's deletion was asked for first and has not come about."""


def ask(submission: Submission, *, by: Actor, why: str, reason: str, at_vendor: bool) -> None:
    """Note that this person's data is to go; where wanted, the vendor's copy first. The sweep then erases ours.

    Asked again, the last word counts: with the vendor's copy once more, or without it.

    Raises:
        OnLegalHold, StillRunning
        StaleSubmission: it was erased meanwhile; nothing was written.
    """
    columns = {
        "erasure_asked_at": clock.now(),
        "erasure_asked_by": by.user,
        "erasure_is_ours_alone": not at_vendor,
    }
    with transaction.atomic():
        _lock(submission)
        check_may_go(submission)
        fields = {"why": why, "at_vendor": at_vendor}
        events.record("erasure_asked", by=by, submission=submission, reason=reason, fields=fields)
        if at_vendor and submission.vendor_id:
            ask_vendor(submission, by=by)
        Submission.objects.filter(pk=submission.pk).update(**columns)
    for column, value in columns.items():
        setattr(submission, column, value)


def ask_vendor(submission: Submission, *, by: Actor) -> Call:
    """Prepare the vendor's DELETE (contract, section 9). It cannot be undone there."""
    values = {"submissionId": submission.vendor_id, "admin_name": submission.project.admin_email}
    return new_calls.prepare(submission, CallKind.DELETE, None, by=by, values=values)


def check_may_go(submission: Submission) -> None:
    """Raises OnLegalHold or StillRunning; a draft may go, since nothing was ever sent for it."""
    if submission.legal_hold_at is not None:
        raise OnLegalHold(submission.reference)
    if submission.status not in (*FINAL, Status.DRAFT) or submission.has_open_call:
        raise StillRunning(submission.reference)


def vendor_is_done() -> Q:
    """Submissions whose copy at the vendor nobody waits for: it is gone there, or nobody asked for that (any more)."""
    asked = Call.objects.filter(submission=OuterRef("pk"), kind=CallKind.DELETE)
    gone = asked.filter(Q(state=CallState.ANSWERED) | Q(settled_as="adopted"))
    return Q(erasure_is_ours_alone=True) | ~Exists(asked) | Exists(gone)


def check_vendor_is_done(submission: Submission) -> None:
    """Raises VendorKeepsIt. Once ours is erased, nobody could ask the vendor any more."""
    if not Submission.objects.filter(vendor_is_done(), pk=submission.pk).exists():
        raise VendorKeepsIt(submission.reference)


def erase(submission: Submission, *, by: Actor, why: str) -> None:
    """Destroy the data key, the hashes, every sealed value and every image. Events, times, status and codes stay.

    Raises:
        OnLegalHold, StillRunning, VendorKeepsIt
        OSError: the storage does not take the journal's entry; nothing was erased.
        StaleSubmission: it changed meanwhile; nothing was erased.
    """
    _erase(submission, by=by, why=why)


def _erase(submission: Submission, *, by: Actor, why: str, is_journaled: bool = False) -> None:
    is_new = False
    try:
        with transaction.atomic():
            _lock(submission)
            check_may_go(submission)
            if not is_journaled:
                check_vendor_is_done(submission)
                is_new = erasure_journal.write(submission, why)
            _destroy(submission, by=by, why=why)
    except Exception:
        if is_new:
            _take_back(submission)
        raise
    submission.__dict__.pop("_data_key", None)
    expiry.forget(submission)
    remove_images(submission)


def _lock(submission: Submission) -> None:
    """What a sweep read may be minutes old; from here to the transaction's end nobody else holds it, sends it or asks
    the vendor about it.
    """
    submission.refresh_from_db(fields=JUDGED, from_queryset=Submission.objects.select_for_update())
    if submission.erased_at is not None:
        raise StaleSubmission(submission.reference)


def _destroy(submission: Submission, *, by: Actor, why: str) -> None:
    if submission.status == Status.DRAFT:
        move(submission, Status.ABANDONED, by=by, decided_at=clock.now(), callback_at=None)
    _empty(submission)
    SearchHash.objects.filter(submission=submission).delete()
    WebhookDelivery.objects.filter(submission=submission).delete()
    SubmissionKey.objects.filter(pk=submission.pk).delete()
    events.record("erased", by=by, submission=submission, fields={"why": why})


def _take_back(submission: Submission) -> None:
    """Only where the database still has the person: a commit whose answer was lost may have erased them."""
    try:
        if Submission.objects.filter(pk=submission.pk, erased_at=None).exists():
            erasure_journal.take_back(submission.pk)
    except (Error, OSError) as error:
        log.warning("the journal's entry of %s stands for now: %s", submission.reference, type(error).__name__)


def _empty(submission: Submission) -> None:
    columns: dict[str, Any] = dict.fromkeys(sealed_columns(Submission))
    columns |= {"erased_at": clock.now(), "callback_at": None, "next_alert_at": None, "next_read_at": None}
    rows = Submission.objects.filter(pk=submission.pk, status__in=FINAL, erased_at=None, legal_hold_at=None)
    if not rows.update(**columns):
        raise StaleSubmission(submission.reference)
    for column, value in columns.items():
        setattr(submission, column, value)
    for model in holding_models():
        model._default_manager.filter(submission=submission).update(**dict.fromkeys(sealed_columns(model)))


def holding_models() -> list[type[models.Model]]:
    """Every table with sealed columns of a submission. What cannot be emptied (webhooks) is deleted by `erase`."""
    found = [model for model in apps.get_app_config("submissions").get_models() if sealed_columns(model)]
    return [model for model in found if any(field.name == "submission" for field in model._meta.fields)]


def sealed_columns(model: type[models.Model]) -> list[str]:
    """Columns that hold a person's sealed values; the record of events keeps its own, unreadable without the key."""
    return [field.name for field in model._meta.fields if isinstance(field, EncryptedField)]


def remove_images(submission: Submission) -> int:
    """Delete the sealed objects, then their rows; returns how many. What does not go now is taken up by the sweep."""
    return sum(_remove(image) for image in Image.objects.filter(submission=submission))


def _remove(image: Image) -> bool:
    try:
        default_storage.delete(image.name)
    except OSError as error:
        log.warning("image %s of an erased person stays for now: %s", image.pk, type(error).__name__)
        return False
    image.delete()
    return True


@dataclass
class Replay:
    """`erased`: again; `waiting`: references of those that cannot go yet: a call is open, or somebody was quicker."""

    erased: int = 0
    waiting: list[str] = field(default_factory=list)


def replay() -> Replay:
    """Erase again what the journal tells and a restored database has back."""
    done = Replay()
    for pk in erasure_journal.missed():
        submission = Submission.objects.select_related("project").get(pk=pk)
        if (entry := erasure_journal.entry_of(submission)) is None:
            continue
        try:
            _erase_again(submission, entry)
            done.erased += 1
        except (StillRunning, OnLegalHold, StaleSubmission):
            done.waiting.append(submission.reference)
    return done


def _erase_again(submission: Submission, entry: dict[str, Any]) -> None:
    """A hold that the dump still has was lifted before the erasure, and the final word had been spoken."""
    if submission.legal_hold_at is not None:
        seen = Submission.objects.filter(pk=submission.pk, legal_hold_at=submission.legal_hold_at)
        with transaction.atomic():
            seen.update(legal_hold_at=None, legal_hold_by=None)
            events.record("legal_hold_lifted", by=SYSTEM, submission=submission, fields={"why": "journal"})
        submission.legal_hold_at = submission.legal_hold_by = None
    if submission.status not in (*FINAL, Status.DRAFT) and not submission.has_open_call:
        _end_as_journaled(submission, entry)
    _erase(submission, by=SYSTEM, why=entry["why"], is_journaled=True)


def _end_as_journaled(submission: Submission, entry: dict[str, Any]) -> None:
    """To the final status that it had, where its present one leads there; else it is closed, and the event says so."""
    to = Status(entry.get("status") or Status.ABANDONED)
    if to not in FINAL or (Status(submission.status), to) not in MOVES:
        to = Status.ABANDONED
    columns: dict[str, Any] = {"decided_at": _when(entry), "callback_at": None, "next_alert_at": None}
    if to in DECIDED:
        reviewer = User.objects.filter(pk=entry["decided_by"]).first()
        is_lost = entry["source"] == Source.REVIEWER and reviewer is None
        columns |= {"source": Source.VENDOR if is_lost else entry["source"], "decided_by": reviewer}
    try:
        move(submission, to, by=SYSTEM, fields={"why": "journal"}, **columns)
    except MoveNotAllowed as error:
        raise StillRunning(submission.reference) from error


def _when(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["decided_at"] or entry["at"])
