"""A manager marks a decided submission as a golden case, with the correct decision."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from submissions.audit import events
from submissions.models import Verdict
from submissions.quality import golden
from submissions.views.forms.quality import GoldenCaseForm
from submissions.views.request_helpers import person
from submissions.workflow.permissions import get_submission_for


@require_http_methods(["GET", "HEAD", "POST"])
def golden_case(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    submission = get_submission_for(person(request), pk, "mark_golden")
    case, actor = golden.case_of(submission), events.actor_of(request)
    if request.method == "POST" and "withdraw" in request.POST:
        golden.withdraw(submission, by=actor)
        messages.success(request, _("Golden case withdrawn. Officers do not get it any more."))
        return redirect("golden_case", pk=pk)
    decision = case or submission
    initial = {"verdict": case.verdict if case else submission.status, "reason_code": decision.reason_code}
    form = GoldenCaseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        golden.mark(submission, Verdict(given["verdict"]), by=actor, reason_code=given["reason_code"])
        messages.success(request, _("Golden case saved. Do not tell officers which cases these are."))
        return redirect("golden_case", pk=pk)
    context = {"submission": submission, "case": case, "form": form}
    status = 422 if form.errors else 200
    return render(request, "quality/golden_case.html", context, status=status)
