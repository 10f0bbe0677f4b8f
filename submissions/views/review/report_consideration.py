"""Record on the submission page whether a suspicious transaction report was considered."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from submissions.aml import report_considerations
from submissions.audit import events
from submissions.views.forms.reason import ask_again
from submissions.views.forms.report_consideration import ReportConsiderationForm
from submissions.views.request_helpers import person
from submissions.workflow.permissions import get_submission_for
from submissions.workflow.transitions import StaleSubmission


@require_POST
def consider_report(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "consider_report")
    form = ReportConsiderationForm(request.POST)
    if not form.is_valid():
        back = reverse("submission", args=[pk])
        return ask_again(request, form, title=_("Save consideration"), back=back)
    given = form.cleaned_data
    try:
        report_considerations.consider(
            submission,
            by=events.actor_of(request),
            is_reported=given["is_reported"] == "yes",
            reason=given["reason"],
            reference=given["reference"],
        )
    except StaleSubmission:
        messages.warning(request, _("Only a rejected or abandoned submission has this record."))
    else:
        messages.success(request, _("Consideration saved. Do not mention it to the customer or to agents."))
    return redirect("submission", pk=pk)
