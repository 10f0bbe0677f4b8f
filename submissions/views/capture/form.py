"""Enter and send: the new-submission form and the form of the submission page."""

import uuid
from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from argos.matrix import Problem
from submissions.audit import events
from submissions.capture import consent, drafts, images, ocr_diff, overrides, submit
from submissions.capture.fields import form_fields, merge, mrz
from submissions.capture.fields.capture_form import CALLBACK
from submissions.capture.fields.country_field import country_options
from submissions.capture.imaging.errors import status_of
from submissions.core import masking
from submissions.core.vendor_text import named
from submissions.demo import samples, scenarios
from submissions.models import Call, CaptureSource, ConsentText, Image, ImageKind, Project, Status, Submission, Team
from submissions.models.submission import CAPTURING
from submissions.search import guess_limit
from submissions.views.capture import actions, duplicates, intake, submission_page
from submissions.views.forms.capture import NewForm
from submissions.views.request_helpers import person
from submissions.workflow import address_date, deadlines
from submissions.workflow.permissions import get_submission_for
from submissions.workflow.role_permissions import check_user_can_start
from submissions.workflow.transitions import StaleSubmission


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = person(request)
    check_user_can_start(user)
    form = NewForm(samples.filled(request.POST) or None, user=user)
    found, draft = duplicates.Duplicates(), None
    if form.is_bound and form.is_valid():
        with transaction.atomic():
            # The second of two forms sent simultaneously for a team waits here, then finds the first one's draft.
            Team.objects.select_for_update().get(pk=form.cleaned_data["team"].pk)
            if earlier := Submission.objects.filter(pk=form.cleaned_data["draft"], created_by=user).first():
                return redirect("submission", pk=earlier.pk)
            found = duplicates.find(request, form)
            if not found or request.POST.get("seen") == "1":
                draft = _draft_of(request, form)
    if draft:
        return _begin(request, draft, _action_of(request, form))
    context = {"form": form, "same": found, "is_stopped": bool(found), "countries": country_options()}
    context["has_liveform"] = Project.objects.filter(is_open=True, has_liveform=True).exists()
    return render(request, "capture/new.html", context, status=422 if form.is_bound else 200)


def _action_of(request: HttpRequest, form: NewForm) -> str:
    """Return what the pressed button does; with the sandbox's Liveform scenario, both others send the link."""
    action = request.POST.get("action", "")
    plays_liveform = form.cleaned_data.get("scenario") == scenarios.LIVEFORM
    return "liveform" if plays_liveform and action in ("save", "step1") else action


def _begin(request: HttpRequest, submission: Submission, action: str) -> HttpResponse:
    """Store the images of the new form, send Step 1 or a link if requested, and open the draft's page."""
    page = reverse("submission", args=[submission.pk])
    problems = intake.take_in(request, submission)
    for problem in problems:
        messages.error(request, f"{ImageKind(problem.field).label}: {problem.message}")
    if action == "step1":
        problems = problems or _send_shown(request, submission, "step1")
        for problem in problems:
            if not problem.field:
                messages.error(request, problem.message)
        page += "?check=step1" if problems else ""
    if action == "liveform" and not problems:
        actions.begin_liveform(request, submission)
    # A script that keeps the chosen files after a refused form opens the URL itself.
    return JsonResponse({"url": page}) if request.headers.get("X-Keeps-Files") else redirect(page)


def _draft_of(request: HttpRequest, form: NewForm) -> Submission:
    data = form.cleaned_data
    is_taken = Submission.objects.filter(pk=data["draft"]).exists()
    draft = drafts.create_draft(
        data["project"],
        data["team"],
        by=events.actor_of(request),
        issuing_country=data["issuing_country"],
        id_type=data["id_type"],
        values={"email": data["email"], "customer_id": data["customer_id"]},
        pk=None if is_taken else data["draft"],
    )
    if samples.are_asked(request.POST):
        samples.attach(draft, by=events.actor_of(request))
    return draft


@require_http_methods(["GET", "POST"])
def save(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Save the submission page's form, then send the step if a send button was used.

    A GET comes from the sign-in page after the session had ended.
    """
    if request.method == "GET":
        return redirect("submission", pk=pk)
    submission = get_submission_for(person(request), pk, "capture")
    if submission.status not in CAPTURING:
        raise StaleSubmission(submission.reference)
    form = merge.read(request.POST, form_fields.names(submission))
    problems = store(request, submission, form) + intake.take_in(request, submission)
    if request.headers.get("X-Autosave"):
        return _autosaved(submission, problems)
    if samples.are_asked(request.POST):
        samples.retake_selfie(submission, by=events.actor_of(request))
    action = request.POST.get("action", "save")
    if not problems and action in SENDERS:
        problems = _send_shown(request, submission, action)
    elif not problems and action == mrz.FIELD:
        problems = mrz.fill(
            submission,
            request.POST.get("mrz", ""),
            by=events.actor_of(request),
            is_compared=request.POST.get("mrz_compared") == "1",
        )
    if problems:
        code = status_of(problem.code for problem in problems)
        return submission_page.render_submission(
            request, submission, problems=problems, typed=kept(form, problems), status=code
        )
    if action not in SENDERS:
        messages.success(request, _("Saved."))
    return redirect("submission", pk=pk)


def store(request: HttpRequest, submission: Submission, form: merge.Posted) -> list[Problem]:
    """Merge the typed values into the stored ones, again if somebody else saves in between."""
    _note_consent(request, submission)
    tried = _count_numbers(request, form)
    for _time in range(SAVES_IN_A_ROW):
        merged = form.merge(submission)
        values, columns, problems = _columns(merged.values)
        try:
            drafts.save_values(submission, values, by=events.actor_of(request), **columns)
            overrides.save_reasons(submission, form.reasons, by=events.actor_of(request))
        except drafts.SavedElsewhere:
            submission.refresh_from_db()
        else:
            return tried + problems + form.problems + merge.conflict_problems(form, merged)
    raise StaleSubmission(submission.reference)


def _count_numbers(request: HttpRequest, form: merge.Posted) -> list[Problem]:
    """Count each typed number for the guess limit, because the response compares it; beyond the limit accept none."""
    problems = []
    for name in masking.SECRET:
        if form.is_typed(name):
            try:
                guess_limit.count(person(request), form.typed[name])
            except guess_limit.TooManyNumbers:
                del form.typed[name]
                problems.append(Problem(name, "too_many", guess_limit.sentence()))
    return problems


def kept(form: merge.Posted, problems: list[Problem]) -> dict[str, str]:
    """Return typed values that were not stored; everything else is shown as stored now."""
    typed = {**form.typed, **form.too_long}
    return {p.field: typed[p.field] for p in problems if p.code in KEPT_AS_TYPED and p.field in typed}


def _columns(typed: dict[str, str]) -> tuple[dict[str, str], dict[str, datetime | None], list[Problem]]:
    """Return the columns: the call-back time has its own; the rest is encrypted."""
    values = {name: text for name, text in typed.items() if name != CALLBACK}
    if CALLBACK not in typed:
        return values, {}, []
    try:
        return values, {CALLBACK: merge.moment_of(typed[CALLBACK])}, []
    except ValueError:
        return values, {}, [Problem(CALLBACK, "no_time", _("Select a day and a time to call back."))]


def _note_consent(request: HttpRequest, submission: Submission) -> None:
    """Record the consent when its box is ticked, withdraw it when unticked before anything was sent."""
    before, ticked = request.POST.get("was_consent"), request.POST.get("consent", "")
    if before is None or before == ticked:
        return
    if ticked and submission.consent_id is None:
        consent.record(submission, _consent_text(submission, ticked), by=events.actor_of(request))
    elif not ticked and submission.status == Status.DRAFT:
        consent.withdraw(submission, by=events.actor_of(request))


def _consent_text(submission: Submission, ticked: str) -> ConsentText:
    """Return the consent text. The page offers only the project's own texts, so another value did not come from it."""
    for text in submission.project.consent_texts.all():
        if str(text.pk) == ticked:
            return text
    raise Http404


def _autosaved(submission: Submission, problems: list[Problem]) -> JsonResponse:
    """Return the data for the script: the next version, and the problems so far for each field."""
    found = [*problems, *submit.known_to_stop(submission), *address_date.questions(submission)]
    fields = [{"field": p.field, "code": p.code, "message": p.message, "severity": p.severity} for p in found]
    changed = ocr_diff.differing(submission.values, submission.ocr)
    saved = {"saved": not problems, "version": submission.draft_version, "changed": changed}
    return JsonResponse({**saved, "problems": fields})


def _send_shown(request: HttpRequest, submission: Submission, action: str) -> list[Problem]:
    """Send the pictures that the page shows; the lock excludes a picture stored simultaneously."""
    with transaction.atomic():
        Submission.objects.select_for_update(no_key=True).get(pk=submission.pk)
        return _unseen(request, submission) or _send(request, submission, action)


def _unseen(request: HttpRequest, submission: Submission) -> list[Problem]:
    """Return pictures stored after this page was shown, by a colleague, a phone or another window of the user.

    A file in this request was chosen together with the send button.
    """
    text = _("This image arrived after the page was opened. Check it, then send.")
    used, current = submission_page.kinds(submission), images.current_images(submission)
    return [
        Problem(kind, "unseen", text, "error")
        for kind, image in current.items()
        if kind in used and kind not in request.FILES and not _is_seen(request, image)
    ]


def _is_seen(request: HttpRequest, image: Image) -> bool:
    """Return whether the user has seen the picture. A POST without that data may send only the user's own pictures."""
    posted = request.POST.get(f"shown_{image.kind}")
    if posted is None:
        return image.created_by == person(request) and image.source not in FROM_PHONE
    return posted == str(image.pk)


def _send(request: HttpRequest, submission: Submission, action: str) -> list[Problem]:
    """Send the step; every exception becomes a message beside its field."""
    ticked = {name: request.POST.get(name) == "1" for name in TICKS[action]}
    try:
        SENDERS[action](submission, by=events.actor_of(request), **ticked)
    except submit.StopsStep2 as stops:
        text = _(
            "The marked fields block Step 2 after the 24-hour limit starts. Correct them, or select the box above "
            "the button."
        )
        return [*stops.problems, Problem("is_start_confirmed", "start", text)]
    except submit.NotReady as not_ready:
        return list(not_ready.problems)
    except submit.UnconfirmedLastAttempt:
        text = _("Final attempt. Check the selfie, select the box above the button, then send.")
        return [Problem("is_last_confirmed", "last_try", text)]
    except submit.NoAttemptLeft:
        text = _("All 3 attempts used. ARGOS decides now.")
        return [Problem("", "no_try_left", named(text, submission.project.vendor_name))]
    except submit.VendorDown:
        text = _("ARGOS is unavailable. The 24-hour limit has not started. Your entries are saved; send later.")
        return [Problem("", "vendor_down", named(text, submission.project.vendor_name))]
    except submit.AccountCheckMissing:
        return [
            Problem("account", "account_missing", _("Check the account first: the project asks for the 1-won check."))
        ]
    except deadlines.DeadlinePassed:
        text = _("The 24-hour limit is too near for another request. Start a new submission with this data.")
        return [Problem("", "deadline", text)]
    return []


KEPT_AS_TYPED = ("conflict", "no_time", "too_long")
SENDERS: dict[str, Callable[..., Call]] = {"step1": submit.send_step1, "step2": submit.send_step2}
TICKS = {"step1": ("is_last_confirmed", "wants_step2", "is_start_confirmed"), "step2": ("is_last_confirmed",)}
SAVES_IN_A_ROW = 5
FROM_PHONE = (CaptureSource.PHONE, CaptureSource.PHONE_CAMERA)
