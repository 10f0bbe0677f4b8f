"""Discrepancies between our record and the vendor's: open, repeat, end and mark them. No submission is moved here."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import VENDOR, Actor
from submissions.core import clock
from submissions.models import Difference, DifferenceKind, Project, Submission

Pair = tuple[str, str]  # ours, theirs
OF_A_SUBMISSION = (DifferenceKind.STATUS, DifferenceKind.DECISION, DifferenceKind.TRIES, DifferenceKind.NO_RECORD)


def settle_on(submission: Submission, current: Mapping[DifferenceKind, Pair]) -> None:
    """Store the discrepancies of a read: open the new ones, end the missing ones and keep the rest."""
    now = clock.now()
    standing = {
        DifferenceKind(row.kind): row for row in submission.differences.standing().filter(kind__in=OF_A_SUBMISSION)
    }
    with transaction.atomic():
        for kind, pair in current.items():
            _stand(submission, kind, pair, standing.get(kind))
        for kind in standing.keys() - current.keys():
            Difference.objects.filter(pk=standing[kind].pk, gone_at=None).update(gone_at=now)
            events.record("difference_gone", by=VENDOR, submission=submission, fields={"what": kind})
        mark(submission)


def add(submission: Submission, kind: DifferenceKind, pair: Pair) -> None:
    """Add one discrepancy and keep the open ones."""
    with transaction.atomic():
        _stand(submission, kind, pair, submission.differences.standing().filter(kind=kind).first())
        mark(submission)


def _stand(submission: Submission, kind: DifferenceKind, pair: Pair, standing: Difference | None) -> None:
    ours, theirs = pair[0][:80], pair[1][:80]
    if standing and (standing.ours, standing.theirs) == (ours, theirs):
        Difference.objects.filter(pk=standing.pk).update(read_at=clock.now())
        return
    if standing:
        Difference.objects.filter(pk=standing.pk).update(gone_at=clock.now())
    fresh = Difference(project=submission.project, submission=submission, kind=kind, vendor_id=submission.vendor_id)
    fresh.ours, fresh.theirs = ours, theirs
    fresh.save(force_insert=True)
    fields = {"what": kind, "ours": ours, "vendor": theirs}
    events.record("difference_found", by=VENDOR, submission=submission, fields=fields)


def mark(submission: Submission) -> None:
    """Set `has_difference` by the rows, so that lists can filter by it."""
    stands = submission.differences.standing().exists()
    Submission.objects.filter(pk=submission.pk).exclude(has_difference=stands).update(has_difference=stands)
    submission.has_difference = stands


def second_record(submission: Submission, vendor_id: str, userid: str, status: str) -> None:
    """Store that the vendor has a second record with our reference: a Step 1 arrived although we gave it up."""
    seen = {
        "project": submission.project,
        "vendor_id": vendor_id,
        "kind": DifferenceKind.SECOND_RECORD,
        "gone_at": None,
    }
    columns = {"submission": submission, "userid": userid, "ours": submission.vendor_id, "theirs": status[:80]}
    with transaction.atomic():
        row, is_new = Difference.objects.get_or_create(**seen, defaults=columns)
        if is_new:
            fields = {"what": row.kind, "ours": submission.vendor_id, "vendor": vendor_id}
            events.record("difference_found", by=VENDOR, submission=submission, fields=fields)
        mark(submission)


def unknown_here(project: Project, vendor_id: str, userid: str, status: str) -> None:
    """Store that the vendor has a record with a reference of ours that no submission has any more."""
    columns = {"project": project, "vendor_id": vendor_id, "kind": DifferenceKind.UNKNOWN_HERE, "gone_at": None}
    with transaction.atomic():
        _row, is_new = Difference.objects.get_or_create(**columns, defaults={"userid": userid, "theirs": status[:80]})
        if is_new:
            events.record("difference_found", by=VENDOR, fields={"what": "unknown_here", "vendor": vendor_id})


def mark_seen(difference: Difference, *, by: Actor, note: str) -> None:
    """Note that a user has seen it. It stays open until a read no longer shows it; a second record stays for ever."""
    difference.note = note
    columns: dict[str, Any] = {"seen_at": clock.now(), "seen_by": by.user, "note_sealed": difference.note_sealed}
    columns["note_wrapped"] = difference.note_wrapped
    with transaction.atomic():
        Difference.objects.filter(pk=difference.pk).update(**columns)
        events.record("difference_seen", by=by, submission=difference.submission, fields={"what": difference.kind})
