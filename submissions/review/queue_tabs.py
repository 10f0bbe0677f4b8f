"""The views of the queue as tabs: those that everybody has, then saved ones, each with how many it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.expressions import Combinable
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from submissions.core import clock
from submissions.models import AmlReview, SavedView, Submission, User
from submissions.models.submission import SubmissionQuerySet
from submissions.models.training import barring
from submissions.search import counting, filter_engine
from submissions.search.counting import Counted, shown
from submissions.search.queue_filters import FILTERS, SHOW_SNOOZED
from submissions.workflow import review_area
from submissions.workflow.permissions import visible_to

COUNTED_VIEWS = 6  # saved views beyond these are shown without a count
STANDARD = {
    "all": "",
    "mine": "mine=1",
    "free": "assignee=nobody",
    "soon": "left=4h",
    "second": "status=second_review",
    "escalated": "escalated=1",
    "snoozed": "snoozed=1",
}
AML = "aml"  # a list of its own: its reviews are of submissions that are decided already
FIGURES = {"hour": "left=1h", "over": "left=over"}  # for the line beside the heading


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    count: str  # empty where it was not counted
    is_current: bool
    owner: str = ""  # of a view that a colleague shares


def labels() -> dict[str, str]:
    return {
        "all": _("All"),
        "mine": _("Assigned to me"),
        "free": _("Unassigned"),
        "soon": _("Due in 4 h"),
        "second": _("Second review"),
        "escalated": _("Escalated"),
        "snoozed": _("Snoozed"),
    }


def counts_for(user: User, views: Sequence[SavedView]) -> dict[str, Counted]:
    """Return the counts by name, to be read as columns beside the rows of the page."""
    queries = {**STANDARD, **FIGURES, **{f"view_{at}": view.query for at, view in enumerate(views[:COUNTED_VIEWS])}}
    waiting = visible_to(user).awaiting_review()
    counts = {f"tab_{name}": Counted(_under(waiting, user, query)) for name, query in queries.items()}
    area = review_area.condition(user, "submission__")
    return {**counts, "tab_aml": Counted(AmlReview.objects.waiting().filter(area)), "barred": Counted(barring(user))}


def _under(rows: SubmissionQuerySet, user: User, query: str) -> SubmissionQuerySet:
    values = filter_engine.values_of(FILTERS, QueryDict(query).dict())
    if not values.keys() & set(SHOW_SNOOZED):
        rows = rows.shown_in_queue(clock.now())
    return filter_engine.narrow(rows, FILTERS, user, values)[0]


def read(counts: Mapping[str, Combinable], rows: Sequence[Submission], user: User) -> dict[str, Any]:
    """Return the figures from the first row, which has them beside its own columns; a page without rows asks."""
    if rows:
        return {name: getattr(rows[0], name) for name in counts}
    return counting.read(user, counts)


def tabs(user: User, views: Sequence[SavedView], figures: Mapping[str, int], current: str) -> list[Tab]:
    """Return the tabs; `current` is the query or the id of the view that the page is under."""
    named = labels()
    found = [
        _tab(
            named[name], f"{reverse('review_queue')}?{query or 'view=all'}", figures, name, is_current=current == query
        )
        for name, query in STANDARD.items()
    ]
    aml_url = reverse("aml_reviews")
    found.append(_tab(_("AML reviews"), aml_url, figures, AML, is_current=current == AML))
    for at, view in enumerate(views):
        url = reverse("saved_view", args=[view.pk])
        owner = view.owner.name if view.owner_id != user.pk else ""
        found.append(_tab(view.name, url, figures, f"view_{at}", is_current=current == str(view.pk), owner=owner))
    return found


def _tab(label: str, url: str, figures: Mapping[str, int], name: str, *, is_current: bool, owner: str = "") -> Tab:
    count = figures.get(f"tab_{name}")
    return Tab(label, url, "" if count is None else shown(count), is_current, owner)


def summary(figures: Mapping[str, int]) -> list[tuple[str, Any]]:
    """(name, count) of the line beside the heading."""
    return [(name, shown(figures[f"tab_{name}"])) for name in ("all", "hour", "over")]
