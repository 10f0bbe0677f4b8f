"""Where our record and the vendor's disagree: found, standing, gone, seen. Nothing here moves a submission."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import VENDOR, Actor
from submissions.core import clock
from submissions.models import Difference, DifferenceKind, Project, Submission

Pair = tuple[str, str]  # ours, theirs
OF_A_SUBMISSION = (DifferenceKind.STATUS, DifferenceKind.DECISION, DifferenceKind.TRIES, DifferenceKind.NO_RECORD)


def settle_on(submission: Submission, found: Mapping[DifferenceKind, Pair]) -> None:
    """A read showed exactly these: what is new begins, what is no longer shown is gone, the rest stands."""
    now = clock.now()
    standing = {
        DifferenceKind(row.kind): row for row in submission.differences.standing().filter(kind__in=OF_A_SUBMISSION)
    }
    with transaction.atomic():
        for kind, pair in found.items():
            _stand(submission, kind, pair, standing.get(kind))
        for kind in standing.keys() - found.keys():
            Difference.objects.filter(pk=standing[kind].pk, gone_at=None).update(gone_at=now)
            events.record("difference_gone", by=VENDOR, submission=submission, fields={"what": kind})
        mark(submission)


def add(submission: Submission, kind: DifferenceKind, pair: Pair) -> None:
    """One more, beside those that stand."""
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
    """`has_difference` follows the rows, so that lists can filter by it."""
    stands = submission.differences.standing().exists()
    Submission.objects.filter(pk=submission.pk).exclude(has_difference=stands).update(has_difference=stands)
    submission.has_difference = stands


def second_record(submission: Submission, vendor_id: str, userid: str, status: str) -> None:
    """The vendor holds another record that carries our reference: a Step 1 that arrived although we gave it up."""
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
    """The vendor holds a record with our kind of reference, and no submission of ours has it any more."""
    seen = {"project": project, "vendor_id": vendor_id, "kind": DifferenceKind.UNKNOWN_HERE, "gone_at": None}
    with transaction.atomic():
        _row, is_new = Difference.objects.get_or_create(**seen, defaults={"userid": userid, "theirs": status[:80]})
        if is_new:
            events.record("difference_found", by=VENDOR, fields={"what": "unknown_here", "vendor": vendor_id})


def mark_seen(difference: Difference, *, by: Actor, note: str) -> None:
    """A person has looked; it stands until a read no longer shows it, or, of two records, for good."""
    difference.note = note
    columns: dict[str, Any] = {"seen_at": clock.now(), "seen_by": by.user, "note_sealed": difference.note_sealed}
    columns["note_wrapped"] = difference.note_wrapped
    with transaction.atomic():
        Difference.objects.filter(pk=difference.pk).update(**columns)
        events.record("difference_seen", by=by, submission=difference.submission, fields={"what": difference.kind})
