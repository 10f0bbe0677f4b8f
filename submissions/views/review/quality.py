"""Quality checks: the list, the second look without the decision, and the findings with their answers."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import events
from submissions.models import FindingAnswer, QualityCheck, User, Verdict
from submissions.models.quality import QualityCheckQuerySet
from submissions.quality import checks, findings
from submissions.quality.blind_look import BlindLook
from submissions.views.forms.quality import FindingAnswerForm, QualityVerdictForm
from submissions.views.request_helpers import person
from submissions.workflow import verification_methods
from submissions.workflow.role_permissions import NotAllowed, check_user_can_see_quality_checks, is_manager

SHOWN = 100
TABS: dict[str, Any] = {
    "open": pgettext_lazy("quality checks", "Open"),
    "findings": gettext_lazy("Findings"),
    "done": pgettext_lazy("quality checks", "Done"),
}


@require_safe
def quality_checks(request: HttpRequest) -> HttpResponse:
    """List the user's checks; managers see all."""
    user = _checker(request)
    show = request.GET.get("show", "")
    show = show if show in TABS else "open"
    found = list(_rows(user, show).select_related("submission__project", "officer", "assigned_to")[: SHOWN + 1])
    events.record_list("quality_checks_opened", by=events.actor_of(request), shown=(), filters={})
    context = {
        "rows": found[:SHOWN],
        "is_long": len(found) > SHOWN,
        "show": show,
        "tabs": TABS.items(),
        "is_whole": is_manager(user),
    }
    return render(request, "quality/list.html", context)


def _rows(user: User, show: str) -> QualityCheckQuerySet:
    rows = checks.visible_checks(user)
    if show == "findings":
        return rows.findings()
    if show == "open":
        return rows.open()
    done = rows.filter(checked_at__isnull=False).order_by("-checked_at", "id")
    return done if is_manager(user) else done.filter(assigned_to=user)


def _checker(request: HttpRequest) -> User:
    user = person(request)
    check_user_can_see_quality_checks(user)
    return user


@require_safe
def quality_check(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the submission to the checking officer as it was before the decision; later show the result."""
    check = checks.check_for(_checker(request), pk)
    if check.checked_at is None:
        return _blind_page(request, check, QualityVerdictForm())
    return _result_page(request, check, FindingAnswerForm())


def _blind_page(request: HttpRequest, check: QualityCheck, form: QualityVerdictForm, status: int = 200) -> HttpResponse:
    user = person(request)
    checks.check_may_judge(user, check)
    events.record("looked", by=events.actor_of(request), submission=check.submission, purpose="quality")
    look = BlindLook.of(check.submission, user)
    context = {
        **look.for_template(),
        "methods": verification_methods.of(check.submission, look.calls),
        "timeline": look.timeline,
        "is_quality_check": True,
        "check": check,
        "form": form,
    }
    return render(request, "quality/check.html", context, status=status)


@require_POST
def record_check(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Record the second verdict; a refused form keeps all entries."""
    check = checks.check_for(_checker(request), pk)
    if check.checked_at is not None:
        messages.warning(request, _("This quality check is done already."))
        return redirect("quality_check", pk=pk)
    form = QualityVerdictForm(request.POST)
    if not form.is_valid():
        return _blind_page(request, check, form, status=422)
    given = form.cleaned_data
    checks.record(
        check,
        Verdict(given["verdict"]),
        by=events.actor_of(request),
        reason_code=given["reason_code"],
        comment=given["comment"],
    )
    messages.success(request, _("Quality check recorded. The submission and ARGOS are not affected."))
    return redirect("quality_checks")


def _result_page(request: HttpRequest, check: QualityCheck, form: FindingAnswerForm, status: int = 200) -> HttpResponse:
    """Show what was recorded. Only the deciding officer of a finding and managers see the decision beside it."""
    user = person(request)
    sees_decision = is_manager(user) or (check.is_finding and check.officer_id == user.pk)
    events.record("looked", by=events.actor_of(request), submission=check.submission, purpose="quality")
    decision = check.submission.decisions.filter(withdrawn_at=None).order_by("-round").first()
    context = {
        "check": check,
        "submission": check.submission,
        "decision": decision if sees_decision and not check.golden_case_id else None,
        "sees_decision": sees_decision,
        "may_answer": not findings.why_not_answer(check, user),
        "may_close": is_manager(user) and not findings.why_not_close(check, user),
        "form": form,
    }
    return render(request, "quality/result.html", context, status=status)


@require_POST
def answer_finding(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    check = checks.check_for(_checker(request), pk)
    if why := findings.why_not_answer(check, person(request)):
        raise NotAllowed(why)
    form = FindingAnswerForm(request.POST)
    if not form.is_valid():
        return _result_page(request, check, form, status=422)
    given = form.cleaned_data
    findings.answer(check, FindingAnswer(given["answer"]), given["text"], by=events.actor_of(request))
    messages.success(request, _("Answer saved. A manager closes the finding."))
    return redirect("quality_check", pk=pk)


@require_POST
def close_finding(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    check = checks.check_for(_checker(request), pk)
    findings.close(check, by=events.actor_of(request))
    messages.success(request, _("Finding closed."))
    return redirect("quality_check", pk=pk)
