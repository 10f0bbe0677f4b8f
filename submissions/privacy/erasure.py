"""Erase an applicant's values and images: the data key and the search hashes are destroyed, the events stay.

A journal outside the database (`audit.erasure_journal`) lists the erasures, so that a database restored from an older
dump erases them again (`replay`) before it opens. `submissions.privacy.retention` decides when an erasure is due.

The entry is written while the row is locked and before the erasure is committed, and deleted if that fails. After a
crash in between, the data still exists and is still due, so the next sweep erases it. A legal hold or a changed draft
before that sweep keeps the data, and the entry becomes invalid (`erasure_journal.entry_of`).
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import Error, models, transaction
from django.db.models import Exists, OuterRef, Q

from submissions.aml import monitoring
from submissions.audit import erasure_journal, events
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock
from submissions.imports import work as imports
from submissions.models import (
    Call,
    CallKind,
    CallState,
    CustomerMessage,
    Delivery,
    Image,
    SearchHash,
    Source,
    Status,
    Submission,
    SubmissionKey,
    User,
    WebhookDelivery,
)
from submissions.models.encrypted import EncryptedField
from submissions.models.submission import DECIDED, FINAL
from submissions.outbox import new_calls
from submissions.reporting.exports import expiry
from submissions.workflow import next_checks
from submissions.workflow.transitions import MOVES, MoveNotAllowed, StaleSubmission, move

log = logging.getLogger(__name__)

WHY = ("retention", "customer_request", "court_order", "mistake")

JUDGED = ["status", "moves", "source", "decided_by", "decided_at", "legal_hold_at", "erased_at"]


class OnLegalHold(Exception):
    """The submission is on legal hold and must be kept until the hold is lifted."""


class StillRunning(Exception):
    """The submission has no final status yet, or a call to the vendor is open."""


class VendorKeepsIt(StillRunning):
    """The vendor's copy is to be deleted first, and the vendor has not deleted it yet."""


def request_erasure(submission: Submission, *, by: Actor, why: str, reason: str, at_vendor: bool) -> None:
    """Request the erasure of an applicant's data; the sweep carries it out, after the vendor's copy if `at_vendor`.

    A second request replaces the first one, with the vendor's copy or without it.

    Raises:
        OnLegalHold, StillRunning
        StaleSubmission: the submission was erased in the meantime; nothing was written.
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
            request_vendor_deletion(submission, by=by)
        Submission.objects.filter(pk=submission.pk).update(**columns)
    for column, value in columns.items():
        setattr(submission, column, value)


def request_vendor_deletion(submission: Submission, *, by: Actor) -> Call:
    """Prepare the vendor's DELETE (contract, section 9). It cannot be undone there."""
    values = {"submissionId": submission.vendor_id, "admin_name": submission.project.admin_email}
    return new_calls.prepare(submission, CallKind.DELETE, None, by=by, values=values)


def check_may_go(submission: Submission) -> None:
    """Raise OnLegalHold or StillRunning if it must be kept; drafts may be erased, because nothing was sent for them."""
    if submission.legal_hold_at is not None:
        raise OnLegalHold(submission.reference)
    is_unsent = submission.status == Status.DRAFT or (
        submission.status == Status.AT_LIVEFORM and not submission.vendor_id
    )
    if not (submission.status in FINAL or is_unsent) or submission.has_open_call:
        raise StillRunning(submission.reference)


def vendor_is_done() -> Q:
    """Return the condition of submissions whose vendor copy is deleted, or need not be deleted (any more)."""
    deletions = Call.objects.filter(submission=OuterRef("pk"), kind=CallKind.DELETE)
    deleted = deletions.filter(Q(state=CallState.ANSWERED) | Q(settled_as="adopted"))
    return Q(erasure_is_ours_alone=True) | ~Exists(deletions) | Exists(deleted)


def check_vendor_is_done(submission: Submission) -> None:
    """Raise VendorKeepsIt: after our erasure, nobody could ask for the vendor's deletion or end its monitoring."""
    if monitoring.is_to_be_ended_first(submission):
        raise VendorKeepsIt(submission.reference)
    if not Submission.objects.filter(vendor_is_done(), pk=submission.pk).exists():
        raise VendorKeepsIt(submission.reference)


def erase(submission: Submission, *, by: Actor, why: str) -> None:
    """Destroy the data key, the hashes, every encrypted value and every image. Events, times, status and codes stay.

    Raises:
        OnLegalHold, StillRunning, VendorKeepsIt
        OSError: the storage refuses the journal's entry; nothing was erased.
        StaleSubmission: the submission changed in the meantime; nothing was erased.
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
    imports.forget(submission)
    remove_images(submission)


def _lock(submission: Submission) -> None:
    """Lock the row and check it again, because a sweep may have read it minutes ago. Until the transaction ends, no
    other process can set a hold on it, send it or read it from the vendor.
    """
    submission.refresh_from_db(fields=JUDGED, from_queryset=Submission.objects.select_for_update())
    if submission.erased_at is not None:
        raise StaleSubmission(submission.reference)


def _destroy(submission: Submission, *, by: Actor, why: str) -> None:
    if submission.status in (Status.DRAFT, Status.AT_LIVEFORM):
        submission.liveform_links.standing().update(revoked_at=clock.now())
        move(submission, Status.ABANDONED, by=by, decided_at=clock.now(), callback_at=None)
    _empty(submission)
    SearchHash.objects.filter(submission=submission).delete()
    next_checks.end(submission)
    WebhookDelivery.objects.filter(submission=submission).delete()
    CustomerMessage.objects.filter(submission=submission).cancel(clock.now())
    Delivery.objects.filter(submission=submission).update(reply="")  # a receiver may have named the customer
    SubmissionKey.objects.filter(pk=submission.pk).delete()
    events.record("erased", by=by, submission=submission, fields={"why": why})


def _take_back(submission: Submission) -> None:
    """Delete the journal's entry if the data still exists: a commit whose reply was lost may have erased it."""
    try:
        if Submission.objects.filter(pk=submission.pk, erased_at=None).exists():
            erasure_journal.take_back(submission.pk)
    except (Error, OSError) as error:
        log.warning("the journal's entry of %s stands for now: %s", submission.reference, type(error).__name__)


def _empty(submission: Submission) -> None:
    columns: dict[str, Any] = dict.fromkeys(encrypted_columns(Submission))
    columns |= {"erased_at": clock.now(), "callback_at": None, "next_alert_at": None, "next_read_at": None}
    rows = Submission.objects.filter(pk=submission.pk, status__in=FINAL, erased_at=None, legal_hold_at=None)
    if not rows.update(**columns):
        raise StaleSubmission(submission.reference)
    for column, value in columns.items():
        setattr(submission, column, value)
    for model in holding_models():
        model._default_manager.filter(submission=submission).update(**dict.fromkeys(encrypted_columns(model)))


def holding_models() -> list[type[models.Model]]:
    """Return the models with encrypted columns of a submission. `erase` deletes the others (webhooks)."""
    holding = [model for model in apps.get_app_config("submissions").get_models() if encrypted_columns(model)]
    return [model for model in holding if any(field.name == "submission" for field in model._meta.fields)]


def encrypted_columns(model: type[models.Model]) -> list[str]:
    """Return the encrypted columns of a model. Events keep theirs, which are unreadable without the key."""
    return [field.name for field in model._meta.fields if isinstance(field, EncryptedField)]


def remove_images(submission: Submission) -> int:
    """Delete the stored images, then their rows; return how many. The sweep repeats what the storage refuses now."""
    return sum(_remove(image) for image in Image.objects.filter(submission=submission))


def _remove(image: Image) -> bool:
    try:
        default_storage.delete(image.name)
        if image.replaced_name:
            default_storage.delete(image.replaced_name)
    except OSError as error:
        log.warning(
            "cannot delete image %s of an erased person, the next sweep retries: %s", image.pk, type(error).__name__
        )
        return False
    image.delete()
    return True


@dataclass
class Replay:
    """`erased`: how many again; `waiting`: references of submissions with an open call or a simultaneous change."""

    erased: int = 0
    waiting: list[str] = field(default_factory=list)


def replay() -> Replay:
    """Erase again the submissions that the journal lists and a restored database contains."""
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
    """Lift a hold of the dump, which was lifted before the erasure, restore the final status, and erase."""
    if submission.legal_hold_at is not None:
        unchanged = Submission.objects.filter(pk=submission.pk, legal_hold_at=submission.legal_hold_at)
        with transaction.atomic():
            unchanged.update(legal_hold_at=None, legal_hold_by=None)
            events.record("legal_hold_lifted", by=SYSTEM, submission=submission, fields={"why": "journal"})
        submission.legal_hold_at = submission.legal_hold_by = None
    if submission.status not in (*FINAL, Status.DRAFT) and not submission.has_open_call:
        _end_as_journaled(submission, entry)
    _erase(submission, by=SYSTEM, why=entry["why"], is_journaled=True)


def _end_as_journaled(submission: Submission, entry: dict[str, Any]) -> None:
    """Move to its final status if the table allows it; else close it, which the event states."""
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
