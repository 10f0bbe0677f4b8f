"""Measure page 1 and page 500 of the pending queue, against Django's stock admin over the same rows in plaintext.

Both run through their whole request handling in one process, in turns. It also counts the page's queries, and compares
its rows from the database with the same indexed query by the driver alone.
"""

from collections.abc import Callable

from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import pages
from bench.report import Report
from bench.size import IS_SMALL, LARGE
from bench.timing import turn_by_turn
from submissions.models import Submission
from submissions.review import queue
from submissions.search import pagination
from submissions.search.columns import DEFAULT_SIZE
from submissions.search.pagination import BY_TARGET

TURNS = 3 if IS_SMALL else 21
DEEP = 500
TIMES_FASTER, MAX_QUERIES = 15, 6
STOCK = "/bench/stock/stock/plainsubmission/?status__in=pending,second_review"
BARE = """SELECT s.id, s.reference, s.status, s.target_at, s.deadline_at, s.pending_at, s.face_similarity, s.liveness,
    s.values_sealed, s.vendor_count, s.selfies_sent, s.issuing_country, s.id_type, s.edited_count, s.has_difference,
    s.retry_code, s.claimed_until, s.is_reserved, p.name, c.name, a.name
    FROM submissions_submission s JOIN submissions_project p ON p.id = s.project_id
    LEFT JOIN submissions_user c ON c.id = s.claimed_by_id LEFT JOIN submissions_user a ON a.id = s.assigned_to_id
    WHERE COALESCE(s.status, '') IN ('pending', 'second_review') ORDER BY s.target_at, s.id LIMIT 41"""


def measure() -> int:
    report = Report(f"Pending queue among {LARGE:,} submissions")
    client = pages.signed_in()
    first, deep = "/review/?view=all", _deep()
    for number, address in ((1, first), (deep, f"{first}&after={_key_before(deep)}")):
        name = "first page" if number == 1 else f"page {number}"
        ours, theirs = turn_by_turn(_get(client, address), _get(client, f"{STOCK}&p={number}"), turns=TURNS)
        report.compare(f"queue: {name}", ours, "stock admin", theirs, at_most=1 / TIMES_FASTER)
        report.add(f"queue: {name}, queries", _queries(client, address), "", at_most=MAX_QUERIES)
    _report_with_indexes(report, client, first)
    _rows(report)
    return report.finish()


def _get(client: Client, address: str) -> Callable[[], str]:
    return lambda: pages.get(client, address)


def _deep() -> int:
    """Return the URL of page 500, or of the last one of a small set."""

    return min(DEEP, Submission.objects.awaiting_review().count() // DEFAULT_SIZE)


def _key_before(number: int) -> str:

    rows = BY_TARGET.sorted(Submission.objects.awaiting_review())
    return BY_TARGET.key(rows[(number - 1) * DEFAULT_SIZE - 1]).replace("+", "%2B")


def _queries(client: Client, address: str) -> int:
    """Count the queries of a page requested within a minute of another; once per minute the session is written too."""
    _get(client, address)()
    with CaptureQueriesContext(connection) as captured:
        _get(client, address)()
    return len(captured)


def _report_with_indexes(report: Report, client: Client, address: str) -> None:
    """Measure the same admin with the two indexes that this page needs; reported without a bound."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX bench_status_deadline ON stock_plainsubmission (status, deadline_at)")
    try:
        ours, theirs = turn_by_turn(_get(client, address), _get(client, f"{STOCK}&p=1"), turns=TURNS)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX bench_status_deadline")
    report.compare("queue: first page, admin with an index for it", ours, "stock admin and an index", theirs)


def _rows(report: Report) -> None:

    user = pages.officer()

    def ours() -> object:
        return pagination.page_of(queue.waiting(user, QueryDict())[0], {}, DEFAULT_SIZE, BY_TARGET)

    def bare() -> object:
        return connection.connection.execute(BARE).fetchall()

    through_portal, by_driver = turn_by_turn(ours, bare, turns=TURNS * 3)
    report.compare("queue: rows from the database", through_portal, "the bare driver", by_driver)
