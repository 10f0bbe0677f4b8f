"""The page of mismatches: both sides, the actions so far, and the possible actions."""

import uuid
from collections import defaultdict
from typing import NamedTuple

from django.contrib import messages
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core.vendor_text import named
from submissions.models import Difference, Event, User
from submissions.models.submission_key import load_keys
from submissions.reporting import event_text
from submissions.vendor_sync import discrepancies, status_table
from submissions.views import status_messages
from submissions.views.forms.reason import read_reason
from submissions.views.request_helpers import person
from submissions.workflow import review_area
from submissions.workflow.role_permissions import check_user_can_see_discrepancies

SHOWN = 100
STEPS = 4
DONE = ("vendor_asked", "call_settled", "call_corrected", "call_found", "difference_seen", "webhook")


class Described(NamedTuple):
    """An event with its title and its actor's name."""

    event: Event
    title: str
    actor: str


@require_safe
def differences_page(request: HttpRequest) -> HttpResponse:
    user = _reviewer(request)
    rows = Difference.objects.standing().filter(review_area.condition_of_records(user))
    if request.GET.get("seen") != "1":
        rows = rows.unseen()
    found = list(rows.select_related("submission__project", "project", "seen_by").order_by("found_at")[:SHOWN])
    shown = [row.submission for row in found if row.submission]
    load_keys(shown)
    done = _done(found)
    events.record_list("differences_opened", by=events.actor_of(request), shown=shown, filters=request.GET)
    context = {
        "rows": [(row, status_messages.about_difference(row), done[row.pk]) for row in found],
        "with_seen": request.GET.get("seen") == "1",
        "is_long": len(found) == SHOWN,
        "user": user,
    }
    return render(request, "operations/discrepancies.html", context)


def _reviewer(request: HttpRequest) -> User:
    user = person(request)
    check_user_can_see_discrepancies(user)
    return user


def _done(rows: list[Difference]) -> dict[uuid.UUID, list[Described]]:
    """Return by row the actions since it was found, newest first, with one query."""
    newest = Window(RowNumber(), partition_by=F("submission_id"), order_by=F("id").desc())
    names = {row.submission_id: row.project.vendor_name for row in rows}
    concerned = Event.objects.with_people().filter(submission_id__in={row.submission_id for row in rows}, kind__in=DONE)
    by_submission: dict[uuid.UUID | None, list[Described]] = defaultdict(list)
    for event in concerned.annotate(place=newest).filter(place__lte=STEPS).order_by("-id"):
        argos = names[event.submission_id]
        described = Described(event, event_text.event_title(event, argos), event_text.actor_name(event, argos))
        by_submission[event.submission_id].append(described)
    return {row.pk: [one for one in by_submission[row.submission_id] if one.event.at >= row.found_at] for row in rows}


@require_POST
def read_again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Read the vendor's record again now."""
    area = review_area.condition_of_records(_reviewer(request))
    row = get_object_or_404(Difference.objects.select_related("submission__project"), area, pk=pk)
    if row.submission is None or not row.submission.vendor_id:
        messages.info(request, _("No submission of the portal belongs to this record."))
    else:
        _ask(request, row, by=events.actor_of(request))
    return redirect("differences")


def _ask(request: HttpRequest, row: Difference, *, by: Actor) -> None:
    assert row.submission is not None
    status_table.ask_vendor(row.submission, by=by)
    row.refresh_from_db()
    argos, ref = row.submission.project.vendor_name, {"ref": row.submission.reference}
    if row.gone_at:
        messages.success(request, named(_("%(ref)s matches the ARGOS record now."), argos) % ref)
    else:
        messages.warning(request, named(_("%(ref)s still differs from the ARGOS record."), argos) % ref)


@require_POST
def seen(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Record that a user has viewed it, with a note."""
    area = review_area.condition_of_records(_reviewer(request))
    row = get_object_or_404(Difference.objects.standing().select_related("submission"), area, pk=pk)
    reason = read_reason(
        request,
        missing=_("Enter what you found and what follows."),
        title=_("Mark as seen"),
        back=reverse("differences"),
    )
    discrepancies.mark_seen(row, by=events.actor_of(request), note=reason)
    messages.success(request, _("Marked as seen. It stays under All until both records match."))
    return redirect("differences")
