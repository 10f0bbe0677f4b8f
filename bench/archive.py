"""The record of events divided into parts on the large set: what it costs, and what reading and writing cost after.

On a copy. The record is the portal's largest table by rows and the one that only grows; docs/decisions/archive.md says
why it is this one.
"""

import random
from collections.abc import Callable
from uuid import UUID

from bench import pages
from bench.report import Report
from bench.size import IS_SMALL, LARGE
from bench.timing import Timed, milliseconds, summed_up
from submissions import events, partitions
from submissions.events import SYSTEM
from submissions.models import Submission
from submissions.views import page

TURNS = 20 if IS_SMALL else 300
EACH = 10_000 if IS_SMALL else 1_000_000
PARTS = 12
MOST = 1.25


def measure() -> int:
    report = Report(f"The record of events of {LARGE:,} submissions in parts")
    ids = list(Submission.objects.order_by("id").values_list("pk", flat=True)[: TURNS * 2])
    random.Random(1).shuffle(ids)
    client = pages.signed_in()
    acts: dict[str, tuple[Callable[[UUID], object], float | None]] = {
        "a submission's page": (lambda pk: pages.get(client, f"/submissions/{pk}/"), MOST),
        "its timeline alone": (page.DONE.rows, None),  # a third of a millisecond: told, and part of the page
        "writing an event": (_write, MOST),
    }
    before = {name: _times(act, ids) for name, (act, _most) in acts.items()}
    report.add("archive: divide, others writing meanwhile", milliseconds(lambda: partitions.divide(EACH)) / 1000, "s")
    partitions.AHEAD = PARTS  # as many as some years of such work bring
    partitions.make_room(EACH)
    report.add("archive: parts", len(partitions.parts()), "")
    for name, (act, most) in acts.items():
        report.compare(f"archive: {name}", _times(act, ids), "one table", before[name], at_most=most)
    return report.finish()


def _write(pk: UUID) -> None:
    events.record("looked", by=SYSTEM, submission=Submission(pk=pk))


def _times(act: Callable[[UUID], object], ids: list[UUID]) -> Timed:
    return summed_up([milliseconds(lambda pk=pk: act(pk)) for pk in ids[:TURNS]])  # type: ignore[misc]
