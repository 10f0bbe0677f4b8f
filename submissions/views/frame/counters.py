"""Figures that every page shows beside its menu, read with one query or beside the page's own columns."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.http import HttpRequest

from submissions.core import clock, vendor_text
from submissions.models import Alert, Call, CallState, Mention, Project, Switch, User, WebhookDelivery
from submissions.models.training import barring, with_end
from submissions.outbox import gate
from submissions.privacy import resident_numbers
from submissions.quality import checks, findings
from submissions.reporting import next_checks
from submissions.review import verdicts
from submissions.search import counting
from submissions.search.counting import Counted
from submissions.workflow import review_area
from submissions.workflow.permissions import visible_to
from submissions.workflow.role_permissions import (
    user_can_list,
    user_can_see_discrepancies,
    user_can_see_quality_checks,
    user_can_see_queue,
    user_can_see_sending,
    user_can_see_webhooks,
)

PREFIX = "frame_"


def of(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the page has read beside its own columns; read it if there is none."""
    kept: dict[str, Any] | None = getattr(request, "frame_figures", None)
    return read(user) if kept is None else kept


def read(user: User) -> dict[str, Any]:
    """Return the user's figures, whether there are alerts, mentions and closed projects, and `vendor_name`."""
    return _with_vendor_name(counting.read(user, _figures(user)))


def columns(user: User) -> dict[str, Combinable]:
    """Return the figures as columns for a query of the page itself; give its row to `keep`."""
    return {f"{PREFIX}{name}": figure for name, figure in _figures(user).items()}


def keep(request: HttpRequest, row: Mapping[str, Any]) -> None:
    """Keep the columns of a row for the frame, which then needs no query."""
    found = {name.removeprefix(PREFIX): value for name, value in row.items() if name.startswith(PREFIX)}
    request.frame_figures = _with_vendor_name(found)  # type: ignore[attr-defined]


def read_beside(request: HttpRequest, user: User, figures: Mapping[str, Combinable]) -> dict[str, Any]:
    """Return the page's own figures and keep those of the frame, with one query."""
    row = counting.read(user, {**figures, **columns(user)})
    keep(request, row)
    return {name: row[name] for name in figures}


def _figures(user: User) -> dict[str, Combinable]:
    stopped = Switch.objects.filter(Q(stopped_at__isnull=False) | Q(on_hold_since__isnull=False))
    names = Project.objects.order_by("vendor_name").values("vendor_name")
    visible, records = visible_to(user), review_area.condition_of_records(user)
    unknown = Call.objects.filter(review_area.condition(user, "submission__"), state=CallState.UNKNOWN)
    return {
        "has_alerts": Exists(Alert.objects.filter(person=user, seen_at=None)),
        "has_leaving": Exists(verdicts.just_given(user)),
        "has_mentions": Exists(Mention.objects.filter(person=user, seen_at=None)),
        "is_stopped": Exists(stopped),
        "is_project_shut": Exists(Project.objects.filter(gate.is_shut(), is_open=True)),
        "queue": _counted(user_can_see_queue(user), visible.awaiting_review().shown_in_queue(clock.now())),
        "mismatches": _counted(user_can_see_discrepancies(user), visible.filter(has_difference=True)),
        "numbers": _counted(user_can_list(user), resident_numbers.waiting_for(user)),
        "next_checks": _counted(user_can_list(user), next_checks.passed(user)),
        "quality": _counted(user_can_see_quality_checks(user), checks.to_do(user)),
        "findings": _counted(user_can_see_quality_checks(user), findings.waiting_for(user)),
        "webhooks": _counted(user_can_see_webhooks(user), WebhookDelivery.objects.unacknowledged().filter(records)),
        "trained_until": Subquery(with_end(User.objects.filter(pk=user.pk)).values("trained_until")),
        "is_barred": Exists(barring(user)),
        "first_name": Subquery(names[:1]),
        "last_name": Subquery(names.reverse()[:1]),
        "unknown_calls": _counted(user_can_see_sending(user), unknown),
    }


def _with_vendor_name(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "vendor_name": vendor_text.shared(filter(None, (row["first_name"], row["last_name"])))}


def _counted(is_shown: bool, rows: QuerySet) -> Combinable:  # type: ignore[type-arg]
    return Counted(rows) if is_shown else Value(0)
