"""One submission: its page, the reloading part, reading the vendor, revealing, settling by hand."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from argos.matrix import Problem
from submissions.audit import events
from submissions.capture import drafts, submit
from submissions.core.vendor_text import named
from submissions.models import Call, CallKind, CallState, Status
from submissions.privacy import reveal as revealing
from submissions.vendor_sync import reconcile, status_table
from submissions.views.capture import submission_page
from submissions.views.capture.page_context import StateContext
from submissions.views.forms.reason import read_reason
from submissions.views.frame import counters
from submissions.views.request_helpers import person
from submissions.workflow.permissions import can, check_can, get_submission_for
from submissions.workflow.transitions import StaleSubmission

SHOWN = ("aml_result", "vendor_report", "previous", "next_check__replaced_by")  # read with the submission, in one query


@require_safe
def submission(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the page. `?check=step1`: Send Step 1 of the new form was refused; the page lists the problems."""
    user = person(request)
    found = get_submission_for(user, pk, "reveal", *SHOWN, **counters.columns(user))
    counters.keep(request, vars(found))
    is_checked = request.GET.get("check") == "step1" and found.status == Status.DRAFT
    problems = submit.step1_problems(found) if is_checked and can(user, found, "capture") else ()
    return submission_page.render_submission(request, found, problems=problems)


@require_safe
def status_part(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Return the reloading part while a call is open; afterwards reload the whole page.

    While a customer is at Liveform (`?seen=`), the page reloads only when something has changed.
    """
    found = get_submission_for(person(request), pk, "reveal", "aml_result")
    seen = request.GET.get("seen", "")
    if seen and seen == submission_page.waits_as(found) and not found.has_open_call:
        return HttpResponse(status=204)
    if seen or not found.has_open_call:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "capture/_state.html", submission_page.state(StateContext.load(found, person(request))))


@require_POST
def ask_vendor(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Read the vendor's record now and show both sides."""
    found = get_submission_for(person(request), pk, "handle", *SHOWN)
    if not found.vendor_id:
        messages.info(request, named(_("ARGOS has assigned no ID yet. Send Step 1 first."), found.project.vendor_name))
        return redirect("submission", pk=pk)
    answer = status_table.ask_vendor(found, by=events.actor_of(request))
    found.refresh_from_db()
    return submission_page.render_submission(request, found, vendor=answer or "none")


@require_POST
def reveal(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the numbers and images once, with a typed reason."""
    found = get_submission_for(person(request), pk, "reveal", *SHOWN)
    reason = read_reason(
        request,
        missing=_("Enter a reason to view this data."),
        title=_("Show numbers and images"),
        back=reverse("submission", args=[pk]),
    )
    because = revealing.reveal(found, by=events.actor_of(request), reason=reason)
    return submission_page.render_submission(request, found, revealed=because)


@require_POST
def join(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Let a reviewer capture in a colleague's place, with a reason; an agent of the team needs none."""
    user = person(request)
    submission = get_submission_for(user, pk, "handle")
    if can(user, submission, "capture"):
        return redirect("submission", pk=pk)
    reason = read_reason(
        request,
        missing=_("Enter the reason to capture in a colleague's place."),
        title=_("Capture it too"),
        back=reverse("submission", args=[pk]),
    )
    drafts.join(submission, by=events.actor_of(request), reason=reason)
    messages.success(request, _("You joined the capture. Another reviewer must decide on this submission."))
    return redirect("submission", pk=pk)


@require_POST
def release_call(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """State that an unknown call never arrived: a manager for any stuck one, an agent for an account check."""
    found = get_submission_for(person(request), pk, "handle")
    call = found.open_call
    if call is None or call.state != CallState.UNKNOWN:
        raise StaleSubmission(found.reference)
    if call.kind != CallKind.ACCOUNT:
        check_can(person(request), found, "overrule")
    if why_not := _why_not_settled(call, request.POST.get("call", "")):
        typed = {"reason": request.POST.get("reason", "")}
        return submission_page.render_submission(request, found, problems=[why_not], typed=typed, status=422)
    reason = read_reason(
        request,
        missing=_("Enter the evidence."),
        title=_("It never arrived: offer it again"),
        back=reverse("submission", args=[pk]),
    )
    call.submission = found
    reconcile.release(call, by=events.actor_of(request), reason=reason)
    messages.success(request, _("Marked as not received. Send it again."))
    return redirect("submission", pk=pk)


def _why_not_settled(call: Call, seen: str) -> Problem | None:
    """Return why it cannot be settled. `seen`: the id of the call on the user's page, which the reason is about."""
    if seen != str(call.pk):
        text = _("Another request is open now. Nothing was resolved. Check this request first.")
        return Problem("", "other_call", text)
    if not reconcile.may_be_settled_by_hand(call):
        text = _("The portal is still checking with ARGOS. Nothing was resolved. Wait for the result.")
        return Problem("", "still_asked", named(text, call.submission.project.vendor_name))
    return None
