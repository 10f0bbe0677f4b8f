"""Count the round trips to the database of the pages that everybody opens: each costs 1 to 2 ms on a network.

A Step 2 call is counted by a test (`tests/submissions/vendor_sync/test_round_trips.py`).
"""

from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from bench import pages
from bench.report import Report
from submissions.models import Role, Submission, User

QUEUE, REVIEW, HOME, NEXT = 6, 12, 8, 8
STAFF = (Role.AGENT, Role.OFFICER, Role.MANAGER)


def measure() -> int:
    report = Report("Round trips to the database")
    with transaction.atomic():
        clients = {role: pages.signed_in(User.objects.filter(role=role).order_by("pk")[0]) for role in STAFF}
        for role, client in clients.items():
            _add(report, f"home of {role.label.lower()}", lambda client=client: client.get("/"), HOME)
        officer = clients[Role.OFFICER]
        _add(report, "queue", lambda: officer.get("/review/?view=all"), QUEUE)
        _add(report, "claim next", lambda: officer.post("/review/next/"), NEXT)
        claimed = Submission.objects.filter(claimed_by__isnull=False).latest("claimed_until")
        _add(report, "review page", lambda: officer.get(f"/review/{claimed.pk}/"), REVIEW)
        transaction.set_rollback(True)
    return report.finish()


def _add(report: Report, name: str, request: "Callable[[], HttpResponse]", most: int) -> None:
    """Count the second request: in the first one of a minute, the session is written too."""
    request()
    with CaptureQueriesContext(connection) as captured:
        response = request()
    assert response.status_code in (200, 302), (name, response.status_code)
    report.add(f"trips: {name}", len(captured), "", at_most=most)
