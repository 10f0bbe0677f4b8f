"""AML reviews: their tab of the queue, the page of one, assigning and deciding. No image and no full name is shown."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from submissions.aml import monitoring, reviews
from submissions.audit import events
from submissions.capture.fields import form_fields
from submissions.core.typed_reason import ReasonMissing
from submissions.core.vendor_text import named
from submissions.models import AmlOutcome, AmlResult, AmlReview, Submission, User
from submissions.models.aml import AmlReviewQuerySet
from submissions.reporting.exports.rows import masked_value
from submissions.review import queue_tabs, saved_views
from submissions.search import counting
from submissions.search.queue_filters import reviewers
from submissions.training import notices
from submissions.views.forms.aml import AmlVerdictForm
from submissions.views.forms.reason import read_reason
from submissions.views.request_helpers import person
from submissions.views.review.page import reviewer
from submissions.workflow import review_area
from submissions.workflow.permissions import NotAllowed, can, get_submission_for, why_not
from submissions.workflow.role_permissions import user_can_assign
from submissions.workflow.transitions import StaleSubmission

SHOWN = 100
VIEWS = {
    "open": pgettext_lazy("AML reviews", "Undecided"),
    "mine": gettext_lazy("Assigned to me"),
    "overdue": pgettext_lazy("AML reviews", "Overdue"),
    "decided": pgettext_lazy("AML reviews", "Decided"),
}
MASKED = ("name", "date_of_birth", "nationality", "document_number", "identity_number", "license_number")


@require_safe
def aml_reviews(request: HttpRequest) -> HttpResponse:
    user = reviewer(request)
    view = request.GET.get("show", "open")
    view = view if view in VIEWS else "open"
    found = list(_rows(user, view)[: SHOWN + 1])
    rows = found[:SHOWN]
    events.record_list(
        "aml_reviews_opened", by=events.actor_of(request), shown=[row.submission for row in rows], filters={}
    )
    views = list(saved_views.offered_to(user))
    figures = counting.read(user, queue_tabs.counts_for(user, views))
    context = {
        "rows": rows,
        "is_long": len(found) > SHOWN,
        "show": view,
        "shows": VIEWS.items(),
        "date_label": VIEWS["decided"] if view == "decided" else _("Due"),
        "tabs": queue_tabs.tabs(user, views, figures, queue_tabs.AML),
        "bar": notices.bar_of(user) if figures["barred"] else None,
    }
    return render(request, "review/aml/list.html", context)


def _rows(user: User, view: str) -> AmlReviewQuerySet:
    related = ("submission__project", "submission__aml_result", "assigned_to")
    if view == "decided":
        decided: AmlReviewQuerySet = AmlReview.objects.filter(decided_at__isnull=False).order_by("-decided_at")
        decided = decided.filter(review_area.condition(user, "submission__"))
        return decided.select_related(*related)
    rows = reviews.waiting_for(user)
    if view == "mine":
        rows = rows.filter(assigned_to=user)
    return (reviews.overdue(rows) if view == "overdue" else rows).select_related(*related)


@require_safe
def aml_review(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The page of a submission's undecided AML review, else of its last one."""
    reviewer(request)
    return _page(request, *_found(request, pk))


def _found(request: HttpRequest, pk: uuid.UUID) -> tuple[Submission, list[AmlReview]]:
    submission = get_submission_for(person(request), pk, "see")
    found = reviews.of(submission)
    if not found:
        raise Http404
    for review in found:
        review.submission = submission
    return submission, found


def _page(
    request: HttpRequest,
    submission: Submission,
    found: list[AmlReview],
    form: AmlVerdictForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    user, review = person(request), found[0]
    events.record("aml_looked", by=events.actor_of(request), submission=submission, purpose="aml_review")
    verdicts = reviews.verdicts_of(review)
    result = AmlResult.objects.filter(pk=submission.pk).first()
    if result:
        result.submission = submission
    context = {
        "submission": submission,
        "review": review,
        "earlier": [(row, reviews.verdicts_of(row)) for row in found[1:]],
        "result": result,
        "content": result.content if result and submission.erased_at is None else {},
        "facts": _facts(submission) if submission.erased_at is None else [],
        "verdicts": reviews.visible_verdicts(review, user, verdicts),
        "is_blind": review.is_open and len(verdicts) == 1 and verdicts[0].reviewer_id != user.pk,
        "why_not": why_not(user, submission, "aml") or reviews.why_not(review, user, verdicts),
        "form": form or AmlVerdictForm(initial={"seen": reviews.seen_of(review, verdicts)}),
        "reviewers": [one for one in reviewers() if can(one, submission, "aml")] if user_can_assign(user) else [],
        "may_assign": user_can_assign(user),
        "goes_to_second": review.state == "open" and submission.project.second_review != "none",
    }
    return render(request, "review/aml/page.html", context, status=status)


def _facts(submission: Submission) -> list[tuple[Any, str]]:
    values = submission.values
    return [(form_fields.label_of(name), masked_value(name, values[name])) for name in MASKED if values.get(name)]


@require_POST
def assign(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    user = reviewer(request)
    submission, found = _found(request, pk)
    wanted = request.POST.get("to", "")
    to = user if wanted == "me" else reviewers().filter(username=wanted).first()
    if to is None and wanted != "nobody":
        messages.error(request, _("Select the reviewer to assign the AML review to."))
        return redirect("aml_review", pk=pk)
    try:
        reviews.assign(found[0], to, by=events.actor_of(request))
    except StaleSubmission:
        messages.warning(request, _("This AML review has changed. Nothing was assigned."))
    else:
        text = _("AML review of %(ref)s assigned to %(name)s.") if to else _("AML review of %(ref)s is unassigned.")
        messages.success(request, text % {"ref": submission.reference, "name": to.name if to else ""})
    return redirect("aml_review", pk=pk)


@require_POST
def decide(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Give a verdict. One that is stopped keeps what was typed."""
    reviewer(request)
    submission, found = _found(request, pk)
    form = AmlVerdictForm(request.POST)
    if not form.is_valid():
        return _page(request, submission, found, form, status=422)
    given = form.cleaned_data
    outcome = AmlOutcome(given["outcome"])
    try:
        reviews.decide(found[0], outcome, by=events.actor_of(request), reason=given["reason"], seen=given["seen"])
    except ReasonMissing:
        form.add_error("reason", form.fields["reason"].error_messages["required"])
        return _page(request, submission, found, form, status=422)
    except (NotAllowed, StaleSubmission) as stop:
        text = _("ARGOS reported a new result, or somebody decided, since you opened the page.")
        changed = named(text, submission.project.vendor_name)
        why = str(stop) if isinstance(stop, NotAllowed) else changed
        messages.error(request, _("Decision not submitted. %(why)s Your entries are kept.") % {"why": why})
        return _page(request, *_found(request, pk), _with_new_stamp(form, pk), status=409)
    is_done = not found[0].is_open
    done = _("AML review of %(ref)s decided.") if is_done else _("Decision recorded. Awaiting another reviewer.")
    messages.success(request, done % {"ref": submission.reference})
    return redirect("aml_review", pk=pk)


def _with_new_stamp(form: AmlVerdictForm, pk: uuid.UUID) -> AmlVerdictForm:
    """The same entries for what the page shows now."""
    review = AmlReview.objects.filter(submission=pk).select_related("submission").latest("opened_at")
    seen = reviews.seen_of(review, reviews.verdicts_of(review))
    return AmlVerdictForm({name: form.data.get(name, "") for name in form.fields} | {"seen": seen})


@require_POST
def removed_by_hand(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Record that somebody ended the monitoring at the ARGOS dashboard."""
    submission = get_submission_for(reviewer(request), pk, "aml")
    reason = read_reason(
        request,
        missing=named(_("Enter when and by whom the monitoring was ended at ARGOS."), submission.project.vendor_name),
        title=_("Record the removal"),
        back=reverse("submission", args=[pk]),
    )
    monitoring.record_removal_by_hand(submission, by=events.actor_of(request), reason=reason)
    messages.success(request, named(_("Recorded. Nothing was sent to ARGOS."), submission.project.vendor_name))
    return redirect("submission", pk=pk)
