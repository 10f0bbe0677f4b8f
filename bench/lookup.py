"""Measure exact search by e-mail, number and a word of the name, against the stock admin's search over plaintext rows.

The portal's request is the list page with the encrypted search text in its URL; the admin's is the changelist with `q`.
"""

from collections.abc import Callable

from bench import pages
from bench.report import Report
from bench.size import IS_SMALL, LARGE
from bench.stock.models import PlainSubmission
from bench.timing import turn_by_turn
from submissions.search import blind_index

TURNS = 3 if IS_SMALL else 15
TIMES_FASTER = 40
STOCK = "/bench/stock/stock/plainsubmission/"


def measure() -> int:
    report = Report(f"Exact search among {LARGE:,} submissions")
    client = pages.signed_in()
    for name, text in _texts().items():
        ours: Callable[[], str] = _get(client, f"/submissions/?q={blind_index.encrypt_token(text)}")
        theirs = _get(client, f"{STOCK}?q={text}")
        assert ours().count("KP-"), f"{name} was not found"
        through_portal, stock = turn_by_turn(ours, theirs, turns=TURNS, warm_up=1)
        report.compare(f"search: by {name}", through_portal, "stock admin", stock, at_most=1 / TIMES_FASTER)
    return report.finish()


def _texts() -> dict[str, str]:
    """Return the search texts of a person from the middle of the three years."""
    filed = PlainSubmission.objects.exclude(document_number="").order_by("created_at")[LARGE // 2]
    return {"e-mail": filed.email, "number": filed.document_number, "name word": filed.name.split()[-1]}


def _get(client: pages.Client, address: str) -> Callable[[], str]:
    return lambda: pages.get(client, address)
