"""Compare the cost of pages among a million submissions with their cost among ten thousand.

It measures named filters (closed ones in a date range) and the review page on both databases, in turns, in one process.
"""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

from django.test import Client

from bench import pages
from bench.databases import using
from bench.dataset import here
from bench.report import Report
from bench.size import IS_SMALL, LARGE, LITTLE
from bench.timing import turn_by_turn
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import Submission
from submissions.review.workload import claims

TURNS = 3 if IS_SMALL else 25
LIMIT = 1.25
# Typical saved views of a team.
QUEUE = {
    "Korean licences": {"country": "KOR", "id_type": "drivers_license"},
    "one project": {"project": "@project"},
    "due within an hour": {"left": "1h"},
    "overdue": {"left": "over"},
    "low similarity": {"face": "low"},
    "last try": {"tries_left": "0"},
    "edited values": {"edits": "1"},
    "second review": {"status": "second_review"},
    "waiting for 24 h": {"age": "24h"},
    "nobody's": {"assignee": "nobody"},
    "mine": {"mine": "1"},
}
LIST = {
    "open: to confirm": {"status": "confirming"},
    "open: new selfie wanted": {"status": "incomplete"},
    "open: in review": {"status": "in_review"},
    "open: drafts of one team": {"status": "draft", "team": "1"},
}
# A month of the large set and all of the small one: a month of the small one has only a few rows where the large one
# fills a page, and forty rows cost more to render than four.
DAYS_OF_LARGE, DAYS_OF_LITTLE = 30, 1_000
CLOSED = {
    "closed": {},
    "closed: rejected": {"status": "rejected"},
    "closed: by one officer": {"decided_by": "officer3"},
    "closed: by the 24-hour limit": {"source": "timeout"},
    "closed: one reason": {"code": "photo_of_screen"},
    "closed: one country": {"country": "JPN", "status": "approved"},
}
Page = Callable[[], str]


def measure() -> int:
    report = Report(f"The same pages among {LARGE:,} and {LITTLE:,} submissions")
    large, little = _pages(here.LARGE_SET, DAYS_OF_LARGE), _pages(here.LITTLE_SET, DAYS_OF_LITTLE)
    for name, page in large.items():
        among_many, among_few = turn_by_turn(page, little[name], turns=TURNS)
        report.compare(f"growth: {name}", among_many, f"among {LITTLE:,}", among_few, at_most=LIMIT)
    return report.finish()


def _pages(database: str, days: int) -> dict[str, Page]:
    """Return the measured pages of this database by name."""
    with using(database):
        client = pages.signed_in()
        addresses = _addresses(days)
    return {name: _on(database, client, address) for name, address in addresses.items()}


def _addresses(days: int) -> dict[str, str]:
    project = str(Submission.objects.awaiting_review()[:1].get().project_id)
    queue = {f"queue, {name}": _address("/review/", filters, project) for name, filters in QUEUE.items()}
    rows = {f"list, {name}": _address("/submissions/", filters, project) for name, filters in LIST.items()}
    until = clock.now() - timedelta(days=30)
    window = {"decided_from": (until - timedelta(days=days)).date().isoformat(), "decided_to": until.date().isoformat()}
    closed = {
        f"list, {name}": _address("/submissions/", {**filters, **window}, project) for name, filters in CLOSED.items()
    }
    return {**queue, **rows, **closed, "review page": f"/review/{_claimed()}/"}


def _address(path: str, filters: dict[str, str], project: str) -> str:
    given = {name: project if value == "@project" else value for name, value in filters.items()}
    return f"{path}?{urlencode(given)}"


def _claimed() -> str:
    """Claim the first submission of the queue for the officer who views it, so that the whole page is shown."""
    officer = pages.officer()
    submission = Submission.objects.awaiting_review().order_by("target_at").select_related("project")[:1].get()
    Submission.objects.filter(pk=submission.pk).update(claimed_by=None, claimed_until=None)
    submission.refresh_from_db()
    claims.claim(submission, by=Actor(officer, officer.username))
    return str(submission.pk)


def _on(database: str, client: Client, address: str) -> Page:
    def page() -> str:
        with using(database):
            return pages.get(client, address)

    return page
