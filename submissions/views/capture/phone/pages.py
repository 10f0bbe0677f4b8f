"""Render the customer's pages of an invitation: the welcome, one step, the waiting page, and the refusals."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from argos import codes, matrix
from submissions.capture.fields import form_fields, portal_fields
from submissions.capture.imaging import advice
from submissions.invitations import links
from submissions.invitations.steps import DEPOSIT_CODE, Progress, Step, StepName
from submissions.models import CallKind, ImageKind, Invitation, Status, Submission
from submissions.views.capture import result_sentence
from submissions.views.capture.phone import one_picture

KINDS = (StepName.ID_FRONT, StepName.ID_BACK, StepName.SELFIE, StepName.ADDRESS)
TEMPLATES = {
    StepName.CONSENT: "phone/consent.html",
    StepName.DETAILS: "phone/details.html",
    StepName.ACCOUNT: "phone/account.html",
    StepName.SUBMIT: "phone/submit.html",
    **dict.fromkeys(KINDS, "phone/photo.html"),
}


def words_of(name: StepName) -> str:
    """Return the name of a step for the customer."""
    words = {
        StepName.CONSENT: _("Your consent"),
        StepName.ID_FRONT: _("Front of your ID"),
        StepName.ID_BACK: _("Back of your ID"),
        StepName.SELFIE: _("Photo of your face"),
        StepName.ADDRESS: _("Your proof of address"),
        StepName.DETAILS: _("Your details"),
        StepName.ACCOUNT: _("Your bank account"),
    }
    return words[name]


def welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    progress = Progress(invitation)
    names = [step.name for step in progress.steps if step.is_open]
    project = invitation.submission.project
    context = {"invitation": invitation, "todo": [words_of(name) for name in names], "project": project}
    return render(request, "phone/welcome.html", context | {"ends_at": invitation.ends_at})


def show(request: HttpRequest, invitation: Invitation, wanted: str = "", **more: Any) -> HttpResponse:
    """Show a step, or the waiting page. `more`: what the form has to say, which makes the status 422."""
    progress = Progress(invitation)
    if not progress.is_capturing or (progress.is_submitted and not progress.step(wanted)):
        return _waiting(request, progress)
    name = progress.current(wanted)
    if invitation.step != name:
        links.write(invitation, step=name.value)
    status = more.pop("status", 422 if more else 200)
    context = {**_frame(progress, name), **_content(progress, name, more), **more}
    return render(request, TEMPLATES[name], context, status=status)


def _frame(progress: Progress, name: StepName) -> dict[str, Any]:
    """Return what every step shows: the steps with their states, and the way to ask for help."""
    names = [*(step.name for step in progress.steps), StepName.SUBMIT]
    return {
        "invitation": progress.invitation,
        "step": name.value,
        "number": names.index(name) + 1,
        "count": len(names),
        "overview": [(step, words_of(step.name)) for step in progress.steps],
    }


def _content(progress: Progress, name: StepName, more: dict[str, Any]) -> dict[str, Any]:
    if name in KINDS:
        return _photo(progress, name)
    if name == StepName.CONSENT:
        return {"text": progress.consent_text}
    if name == StepName.DETAILS:
        return _details(progress, more)
    if name == StepName.ACCOUNT:
        return _account(progress, more)
    return {}


def _photo(progress: Progress, name: StepName) -> dict[str, Any]:
    step, kind = progress.step(name), ImageKind(name.value)
    is_again = step is not None and step.is_again
    context = {"kind": kind.value, "label": kind.label, "is_again": is_again}
    context |= {"say": _why_again(progress.submission, step, kind) if step and is_again else ""}
    context |= {"may_leave_out": kind == ImageKind.ID_BACK and not is_again}
    return context | one_picture.camera_urls("invitation", kind, pk=progress.invitation.pk, kind=kind.value)


def _why_again(submission: Submission, step: Step, kind: ImageKind) -> str:
    return advice.sentence(step.asked, kind, to_customer=True) if step.asked else _about_retry(submission)


def _about_retry(submission: Submission) -> str:
    """Return the sentence for the retry code; "" for an unknown one, for which the page has a general sentence."""
    surface = "step1_retry" if submission.status == Status.STEP1_RETRY else "step2_retry"
    retry = codes.TABLES[surface].get(submission.retry_code)
    return _(retry.say) if retry else ""


def _details(progress: Progress, more: dict[str, Any]) -> dict[str, Any]:
    typed = {name: text for name, text in more.get("typed", {}).items() if name in progress.shown}
    problems = more.get("field_problems", ())
    rows = form_fields.rows(progress.submission, problems, typed)
    rows += portal_fields.rows(progress.submission, problems, typed)
    shown = [row for row in rows if row.name in progress.shown]
    for row in shown:
        row.read = progress.read.get(row.name, "")
    is_before = progress.submission.status in (Status.DRAFT, Status.STEP1_RETRY)
    has_countries = any(row.field.field.widget.attrs.get("list") for row in shown)
    countries = matrix.country_choices(get_language() or "en") if has_countries else ()
    return {"rows": shown, "is_before": is_before, "has_read": bool(progress.read), "countries": countries}


def differs_from_read(invitation: Invitation) -> bool:
    """Return whether a value of the page differs from what ARGOS read from the ID of this link."""
    progress = Progress(invitation)
    rows = form_fields.rows(progress.submission)
    return any(row.is_changed for row in rows if row.name in progress.shown and progress.read.get(row.name))


def _account(progress: Progress, more: dict[str, Any]) -> dict[str, Any]:
    submission = progress.submission
    last = submission.calls.filter(kind=CallKind.ACCOUNT).order_by("-prepared_at").first()
    is_refused = last is not None and last.error == "account_refused" and not progress.has_passed_account
    problems = {problem.field: problem for problem in more.get("field_problems", ())}
    return {
        "passed": progress.has_passed_account,
        "is_checking": submission.has_open_call,
        "is_refused": is_refused,
        "typed": {},
        "banks": sorted(submission.project.banks.items()),
        "code_field": DEPOSIT_CODE,
        "by_field": problems,
        "seen": seen_of(progress.invitation),
    }


def _waiting(request: HttpRequest, progress: Progress) -> HttpResponse:
    status = Status(progress.submission.status)
    context = {
        "invitation": progress.invitation,
        "seen": seen_of(progress.invitation),
        "is_final": progress.is_final,
        "tone": FINAL_TONES.get(status, "wait"),
        "say": result_sentence.say(progress.submission),
        "status": status.value,
        "overview": [(step, words_of(step.name)) for step in progress.steps],
    }
    return render(request, "phone/waiting.html", context)


FINAL_TONES = {Status.APPROVED: "ok", Status.REJECTED: "info", Status.ABANDONED: "info"}


def seen_of(invitation: Invitation) -> str:
    """Return what the waiting page has shown; another value means that it must be loaded again."""
    submission = invitation.submission
    return f"{submission.moves}-{int(submission.has_open_call)}-{int(bool(invitation.submitted_at))}"


def other_phone(request: HttpRequest) -> HttpResponse:
    return render(request, "phone/other_phone.html", status=403)


def too_fast(request: HttpRequest) -> HttpResponse:
    return render(request, "phone/too_fast.html", status=429)
