"""Discrepancies between our record and the vendor's: open, repeat, end and mark them. No submission is moved here."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db import transaction

from argos.replies import VendorSubmission
from submissions.audit import events
from submissions.audit.events import VENDOR, Actor
from submissions.core import clock
from submissions.models import Call, Difference, DifferenceKind, Project, Status, Submission
from submissions.models.submission import DECIDED
from submissions.outbox import stored_replies
from submissions.review.corrections import CORRECTABLE
from submissions.signals import stored_values

Pair = tuple[str, str]  # ours, theirs
Values = dict[str, list[str]]
OF_A_SUBMISSION = (
    *(DifferenceKind.STATUS, DifferenceKind.DECISION, DifferenceKind.TRIES, DifferenceKind.NO_RECORD),
    *(DifferenceKind.DATA, DifferenceKind.IMAGES),
)


class Stored(NamedTuple):
    """`untold`: the kinds that a record says nothing about, so that an earlier discrepancy of them stays."""

    differences: dict[DifferenceKind, Pair]
    values: Values
    untold: set[DifferenceKind]


def stored_otherwise(submission: Submission, record: VendorSubmission | None) -> Stored:
    """Compare the values and images that the vendor stores with what it received, corrections included.

    A record that is still incomplete may hold what was read in place of what was confirmed: it is not compared.
    """
    signals = record.signals if record is not None and record.result in (*DECIDED, Status.PENDING) else None
    told = {DifferenceKind.DATA: signals and signals.data, DifferenceKind.IMAGES: signals and signals.images}
    untold = {kind for kind, members in told.items() if not members}
    if signals is None or len(untold) == len(told):
        return Stored({}, {}, untold)
    calls = list(submission.calls.select_related("attempt"))
    for call in calls:
        call.submission = submission
    values = stored_values.differing_values(_received_values(submission, calls), signals.data)
    images = stored_values.differing_images(stored_replies.arrived_images(calls), signals)
    found = {DifferenceKind.DATA: (", ".join(values), "") if values else None, DifferenceKind.IMAGES: images}
    return Stored({kind: pair for kind, pair in found.items() if pair}, values, untold)


def _received_values(submission: Submission, calls: list[Call]) -> dict[str, str]:
    """Return the values of the last selfie that arrived, with the corrections of the verdict that arrived."""
    selfies = stored_replies.arrived_among(calls)
    if not selfies:
        return {}
    verdict = submission.decisions.filter(call__in=stored_replies.arrived_verdicts(calls), withdrawn_at=None).last()
    if verdict is None:
        return selfies[-1].values
    verdict.submission = submission
    return {**selfies[-1].values, **{CORRECTABLE[name]: text for name, text in verdict.corrections.items()}}


def settle_on(
    submission: Submission,
    current: Mapping[DifferenceKind, Pair],
    values: Values | None = None,
    untold: Collection[DifferenceKind] = (),
) -> None:
    """Store the discrepancies of a read: open the new ones, end the missing ones and keep the rest.

    `values`: [ours, theirs] by field of the kind DATA. `untold`: kinds that this read says nothing about.
    """
    now = clock.now()
    standing = {
        DifferenceKind(row.kind): row for row in submission.differences.standing().filter(kind__in=OF_A_SUBMISSION)
    }
    with transaction.atomic():
        for kind, pair in current.items():
            _stand(submission, kind, pair, standing.get(kind), values if kind == DifferenceKind.DATA else None)
        for kind in standing.keys() - current.keys() - set(untold):
            Difference.objects.filter(pk=standing[kind].pk, gone_at=None).update(gone_at=now)
            events.record("difference_gone", by=VENDOR, submission=submission, fields={"what": kind})
        mark(submission)


def add(submission: Submission, kind: DifferenceKind, pair: Pair) -> None:
    """Add one discrepancy and keep the open ones."""
    with transaction.atomic():
        _stand(submission, kind, pair, submission.differences.standing().filter(kind=kind).first())
        mark(submission)


def _stand(
    submission: Submission,
    kind: DifferenceKind,
    pair: Pair,
    standing: Difference | None,
    values: Values | None = None,
) -> None:
    ours, theirs = pair[0][:80], pair[1][:80]
    if standing:
        standing.submission = submission
    if standing and (standing.ours, standing.theirs) == (ours, theirs) and standing.values == (values or {}):
        Difference.objects.filter(pk=standing.pk).update(read_at=clock.now())
        return
    if standing:
        Difference.objects.filter(pk=standing.pk).update(gone_at=clock.now())
    fresh = Difference(project=submission.project, submission=submission, kind=kind, vendor_id=submission.vendor_id)
    fresh.ours, fresh.theirs = ours, theirs
    fresh.values = values or {}
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
