"""Apply one AML result of ARGOS to a submission. Whatever is not known to be clear is a hit, and a hit opens a review.

ARGOS documents one clear status, `screenedNoMatches`; a project can name more. Results come from three sources, each of
which repeats what it said before, so the last one of each source is remembered and only a new one changes anything.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import astuple
from typing import Any

from django.db import transaction

from argos.replies.reading import loose
from argos.replies.signals import AmlResult as Reported
from submissions.aml import reviews
from submissions.audit import events
from submissions.audit.events import VENDOR
from submissions.core import clock
from submissions.models import AmlResult, AmlSource, MessageKind, Submission
from submissions.workflow import messages

NOT_SCREENED = ("", "notscreened")
HARMLESS_RISKS = ("", "notscreened", "low", "none")
NEVER_CLEAR = ("", "redflag", "notscreened")  # no setting makes these clear
SOURCES_KEPT = 50


def is_result(reported: Reported) -> bool:
    """Return whether ARGOS screened at all: "Not Screened" without any match says nothing."""
    is_silent = loose(reported.status) in NOT_SCREENED and loose(reported.risk) in NOT_SCREENED
    return not is_silent or any(_matches(reported))


def is_hit(reported: Reported, clear_statuses: Iterable[str]) -> bool:
    """Return whether a person must look: anything but a clear status, or a clear one with matches or a raised risk."""
    clear = {loose(status) for status in clear_statuses} - set(NEVER_CLEAR)
    if loose(reported.status) not in clear:
        return True
    return loose(reported.risk) not in HARMLESS_RISKS or bool(reported.open_count or reported.true_positive_count)


def _matches(reported: Reported) -> list[int]:
    counts = (reported.open_count, reported.false_positive_count)
    return [number for number in (*counts, reported.true_positive_count, reported.discarded_count) if number]


def apply(submission: Submission, reported: Reported | None, source: AmlSource, key: str = "") -> bool:
    """Write the result, and open or refresh the review of a hit; return whether anything changed.

    A clear result of one source does not replace another source's hit. One that no read has confirmed never replaces
    a result by a better one: a forged webhook can raise an alarm, and cannot end one.

    Args:
        key: names the source where there are several, as each record of the monitoring.
    """
    if reported is None or not is_result(reported) or submission.erased_at is not None:
        return False
    hit = is_hit(reported, submission.project.clear_aml_statuses)
    origin = f"{source}:{key}"
    with transaction.atomic():
        if Submission.objects.select_for_update().filter(pk=submission.pk, erased_at=None).first() is None:
            return False
        row = AmlResult.objects.filter(pk=submission.pk).first() or AmlResult(submission=submission, is_hit=False)
        row.submission = submission
        seen: dict[str, str] = dict(row.content.get("seen", {}))
        digest = _digest(reported)
        if seen.get(origin) == digest:
            return False
        seen[origin] = digest
        row.content = {**row.content, "seen": dict(list(seen.items())[-SOURCES_KEPT:])}
        if _may_replace(row, hit, origin):
            _write(row, reported, hit, source, origin)
        elif not row._state.adding:
            row.save(update_fields=["content_sealed"])
    return True


def _may_replace(row: AmlResult, hit: bool, origin: str) -> bool:
    if row._state.adding or hit or not row.is_hit:
        return True
    return row.content.get("origin") == origin and row.source != AmlSource.WEBHOOK


def _write(row: AmlResult, reported: Reported, hit: bool, source: AmlSource, origin: str) -> None:
    now = clock.now()
    row.status, row.risk, row.is_hit, row.source = reported.status, reported.risk, hit, source
    row.open_count, row.false_positive_count = reported.open_count, reported.false_positive_count
    row.true_positive_count, row.discarded_count = reported.true_positive_count, reported.discarded_count
    row.content = {**row.content, "memo": reported.memo, "tags": list(reported.tags), "origin": origin}
    row.updated_at = now
    row.save()
    fields: dict[str, Any] = {"status": row.status, "risk": row.risk, "hit": hit, "as": source}
    events.record("aml_screened", by=VENDOR, submission=row.submission, fields=fields)
    if hit:
        reviews.open_or_refresh(row.submission, now)
    messages.announce(row.submission, MessageKind.AML_CHANGED, aml={"is_hit": hit, "review_outcome": None})


def _digest(reported: Reported) -> str:
    return hashlib.sha256(repr(astuple(reported)).encode()).hexdigest()[:16]
