"""Generate the history of a submission: statuses, times, attempts and decisions that the portal's rules allow.

The data spans three years evenly; most submissions are final. The open ones are from the last two days: a full queue
(22,000 of a million, so that it has a page 500) and submissions in progress, whose deadline ends within hours.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from argos.codes import TABLES
from submissions.models import Source, Status

YEARS = timedelta(days=3 * 365)
S = Status
# Per million; a smaller set has a larger share, so that each list fills a page.
OPEN = {S.PENDING: 22_000, S.SECOND_REVIEW: 500, S.CONFIRMING: 1_500, S.STEP1_RETRY: 500, S.INCOMPLETE: 1_200}
OPEN |= {S.DRAFT: 2_000, S.OVERDUE: 100}
FINAL_MIX = {S.APPROVED: 78, S.REJECTED: 15, S.ABANDONED: 7}
REASONS = ("id_image_altered", "photo_of_screen", "name_differs", "document_expired")
RETRY_CODES = tuple(sorted(TABLES["step2_retry"]))[:6]
REJECT_CODES = tuple(sorted(TABLES["reject"]))[:6]


@dataclass(frozen=True)
class Life:
    status: Status
    created: datetime
    tries: int
    step1: datetime | None = None
    step2: datetime | None = None
    pending: datetime | None = None
    decided: datetime | None = None
    source: str = ""
    reason: str = ""
    codes: tuple[str, ...] = ()
    retry_code: str = ""


def open_counts(rows: int) -> dict[Status, int]:
    """Return the number of each open status among `rows`: at most a third of them are open."""
    share = min(1.0, rows / 3 / sum(OPEN.values()))
    return {status: max(2, int(count * share)) for status, count in OPEN.items()}


def order(rows: int) -> list[Status | None]:
    """Return for each row, oldest first, its open status or None for a final one. The open ones are last, shuffled."""
    kinds = [status for status, count in open_counts(rows).items() for _row in range(count)]
    random.Random(rows).shuffle(kinds)
    return [None] * (rows - len(kinds)) + kinds  # type: ignore[list-item]


def live(number: int, of: int, kind: Status | None, now: datetime, chance: random.Random) -> Life:
    if kind is None:
        created = now - timedelta(days=2) - YEARS * (1 - (number + 1) / of)
        return _final(created, chance)
    return _open(kind, now, chance)


def _final(created: datetime, chance: random.Random) -> Life:
    status = chance.choices(list(FINAL_MIX), list(FINAL_MIX.values()))[0]
    step1 = created + timedelta(seconds=chance.uniform(60, 600))
    if status == S.ABANDONED:
        return Life(status, created, 0, step1=step1, decided=step1 + timedelta(hours=24, seconds=20))
    tries = chance.choices((1, 2, 3), (85, 12, 3))[0]
    step2 = step1 + timedelta(seconds=chance.uniform(60, 900) * tries)
    source = chance.choices((Source.VENDOR, Source.REVIEWER), (60, 40))[0]
    if status == S.REJECTED and chance.random() < 0.2:
        source, decided = Source.TIMEOUT, step1 + timedelta(hours=24, seconds=40)
    elif source == Source.REVIEWER:
        decided = step2 + timedelta(hours=chance.uniform(0.1, 21))
    else:
        decided = step2 + timedelta(seconds=chance.uniform(1, 3))
    is_rejected = status == S.REJECTED
    by_reviewer = source == Source.REVIEWER
    return Life(
        status,
        created,
        tries,
        step1=step1,
        step2=step2,
        pending=step2 if by_reviewer else None,
        decided=decided,
        source=source,
        reason=chance.choice(REASONS) if is_rejected and by_reviewer else "",
        codes=(chance.choice(REJECT_CODES),) if is_rejected and source == Source.VENDOR else (),
        retry_code=chance.choice(RETRY_CODES) if tries > 1 else "",
    )


def _open(kind: Status, now: datetime, chance: random.Random) -> Life:
    if kind == S.DRAFT:
        return Life(kind, now - timedelta(hours=chance.uniform(0, 46)), 0)
    hours = chance.uniform(25, 29) if kind == S.OVERDUE else chance.uniform(0.5, 20)
    if kind in (S.PENDING, S.SECOND_REVIEW):
        hours = chance.uniform(1, 46)
    created = now - timedelta(hours=hours)
    step1 = created + timedelta(seconds=chance.uniform(60, 600))
    if kind in (S.CONFIRMING, S.STEP1_RETRY):
        return Life(kind, created, 0, step1=step1, retry_code="glare_detected" if kind == S.STEP1_RETRY else "")
    tries = chance.choices((1, 2), (85, 15))[0]
    step2 = step1 + timedelta(seconds=chance.uniform(60, 900) * tries)
    if kind in (S.INCOMPLETE, S.OVERDUE):
        return Life(kind, created, tries, step1=step1, step2=step2, retry_code=chance.choice(RETRY_CODES))
    code = chance.choice(RETRY_CODES) if tries > 1 else ""
    return Life(kind, created, tries, step1=step1, step2=step2, pending=step2, retry_code=code)
