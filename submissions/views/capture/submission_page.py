"""Build the submission page: the part of a submission that this user sees in its present state."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from argos import characters, matrix
from argos.matrix import Problem
from submissions.aml import monitoring
from submissions.audit import events
from submissions.capture import account_check, image_findings, images, restart, submit
from submissions.capture.fields import form_fields, portal_fields
from submissions.capture.imaging import advice
from submissions.core import clock
from submissions.demo import scenarios
from submissions.invitations.card import card_of
from submissions.models import (
    CallKind,
    ConsentText,
    Event,
    Image,
    ImageKind,
    PhoneLink,
    Status,
    Submission,
)
from submissions.models.image import VENDOR_FIELDS
from submissions.models.submission import CAPTURING, DECIDED, SENDING, UNDER_DEADLINE
from submissions.privacy import resident_numbers, reveal
from submissions.review import questions
from submissions.signals import project_state
from submissions.vendor_sync import reconcile
from submissions.views import status_messages
from submissions.views.capture.outcome import liveform_card, next_check_card, outcome, rail, report_card
from submissions.views.capture.page_context import StateContext, SubmissionContext
from submissions.views.customer_messages import panel
from submissions.views.request_helpers import person
from submissions.workflow import deadlines
from submissions.workflow.role_permissions import user_can_see_queue

ADDRESS_SEARCH = ("address_input", *matrix.ADDRESS_CODES)  # typed once and looked up; each has a place of its own
PICTURES = "image/jpeg,image/png,image/heic,image/heif"
SHOWS_FORM = (*CAPTURING, Status.STEP1_SENDING, Status.STEP2_SENDING)


def render_submission(
    request: HttpRequest,
    submission: Submission,
    *,
    problems: Sequence[Problem] = (),
    typed: Mapping[str, str] | None = None,
    revealed: Event | None = None,
    vendor: Any = None,
    status: int = 200,
) -> HttpResponse:
    page = SubmissionContext.load(submission, person(request))
    can_look = page.state.may("look")
    purpose, fields = "work" if can_look else "", {"same_person": [other.reference for other in page.others]}
    events.record("looked", by=events.actor_of(request), submission=submission, purpose=purpose, fields=fields)
    is_capturing = submission.status in CAPTURING and can_look
    shows_form = submission.status in SHOWS_FORM and can_look  # while ARGOS processes it, without its buttons
    # After sending: the problems found. Before: problems of the present values.
    shown_problems = problems or page.typing_problems if is_capturing else ()
    rows = form_fields.rows(submission, shown_problems, typed) if shows_form else []
    context = {
        **state(page.state),
        "liveform": liveform_card(page.state),
        "invitation": card_of(submission) if page.state.may("capture") else None,
        "problems": problems,
        "to_complete": sum(bool(problem.field) for problem in problems),
        "by_field": {problem.field: problem for problem in reversed(problems)},
        "rows": rows,
        "has_extra": any(row.is_extra for row in rows),
        "office": form_fields.office_rows(submission, problems, typed) if shows_form else [],
        "portal_rows": portal_fields.rows(submission, shown_problems, typed) if shows_form else [],
        "consent": consent_box(submission, page.consent_text),
        "may_follow": submission.status == Status.DRAFT and not submission.project.has_account_occupancy,
        "wants_step2": request.POST.get("wants_step2") == "1",
        "asks_to_start": any(problem.field == "is_start_confirmed" for problem in problems),
        "typed": typed or {},
        "is_capturing": is_capturing,
        "project_effect": project_state.effect(submission.project) if is_capturing else "",
        "shows_form": shows_form,
        "is_split": submission.status not in (Status.DRAFT, Status.STEP1_RETRY),
        "is_unread": submit.is_unread(submission),
        "unread_fields": form_fields.unread_labels(submission) if shows_form else [],
        "can_look": can_look,
        "may_redact": page.state.may("redact"),
        "numbers": list(resident_numbers.waiting_of(submission)) if page.state.may("redact") else [],
        "images": cards(page) if can_look else [],
        "shown": None,
        "is_part": False,
        "values": form_fields.shown_values(submission.values, openly=revealed is not None),
        "revealed": revealed is not None,
        "revealed_images": revealed_images(page, revealed) if revealed else [],
        "vendor": vendor,
        "others": page.others,
        "question": page.question,
        "answered": [question for question in page.questions if question.answered_at],
        "why_image_stays": questions.why_image_stays(submission) if page.question else "",
        "later_kinds": questions.KINDS,
        "that_counts": page.counting,
        **_aml(page.state),
        **next_check_card(page.state),
        **report_card(page.state),
        "differences": [status_messages.about_difference(row) for row in page.differences],
        "skipped_checks": page.skipped,
        "timeline": page.timeline,
        "looks": page.looks,
        "notes": page.notes,
        "to_customer": panel.panel(submission, may_send=page.state.may("handle")),
        "countries": matrix.country_choices(get_language() or "en"),
        "has_mrz": submit.document_type(submission) == "passport",
        "mrz": request.POST.get("mrz", "") if problems else "",
        "address_search": ADDRESS_SEARCH,
        "opens_codes": any(problem.field in matrix.ADDRESS_CODES for problem in problems),
        "has_look_up": bool(submission.project.paths.get("address_code")),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "time_zone": timezone.get_current_timezone_name(),
        "characters": characters.table(),
    }
    return render(request, "capture/detail.html", context, status=status)


def _aml(context: StateContext) -> dict[str, Any]:
    """The screening, for those who review: nobody else learns of it."""
    submission = context.submission
    if not user_can_see_queue(context.user):
        return {}
    return {
        "aml_result": getattr(submission, "aml_result", None),
        "aml_monitoring": monitoring.state_of(submission, context.calls),
    }


def waits_as(submission: Submission) -> str:
    """Return what the page knows of a customer at Liveform, so that it reloads after a change; "" for others."""
    return f"{submission.moves}-{submission.vendor_id}" if submission.status == Status.AT_LIVEFORM else ""


def state(context: StateContext) -> dict[str, Any]:
    """Return the content of the reloading part."""
    submission, call = context.submission, context.open_call
    message = status_messages.about_open_call(call) if call else None
    can_capture = context.may("capture")
    message = message or status_messages.about_notice(submission, context.last_call)
    return {
        "submission": submission,
        "call": call,
        # A worker may end the call after the submission was read; the page must not stay at "Sending" then.
        "is_moving": call is not None or submission.status in SENDING,
        "waits_as": waits_as(submission),
        "is_stuck": call is not None and call.state == "unknown" and reconcile.is_stuck(call),
        "message": message or status_messages.about_reading(submission),
        "retry": status_messages.about_retry(submission) if not call else None,
        "further_retries": status_messages.further_retries(submission),
        "last_reasons": status_messages.last_reasons(submission),
        "end": status_messages.about_end(submission),
        "rail": rail(submission),
        "runs": submission.status in UNDER_DEADLINE and submission.deadline_at is not None,
        "first_limit": deadlines.first_step2_limit(submission) if submission.status == Status.CONFIRMING else None,
        "is_past_first_limit": deadlines.is_past_first_step2_limit(submission),
        "can_capture": can_capture,
        "can_handle": context.may("handle"),
        "may_join": not can_capture
        and user_can_see_queue(context.user)
        and submission.status in (*CAPTURING, *SENDING),
        "can_take_back": can_capture and call is not None and call.may_be_taken_back,
        "can_overrule": context.may("overrule"),
        "can_review": context.may("claim"),
        "is_last_try": submission.tries_left == 1 and submission.tries_used > 0,
        "seconds": max(0, int((clock.now() - call.prepared_at).total_seconds())) if call else 0,  # for the stepper
        "outcome": outcome(submission, can_restart=restart.can_restart(submission)),
        "is_to_communicate": submission.status in DECIDED and submission.passed_on_at is None,
        "is_account_call": call is not None and call.kind == CallKind.ACCOUNT,
        "account": account(context),
        "changing": submission.status in CAPTURING,
        "can_restart": restart.can_restart(submission),
    }


def account(context: StateContext) -> dict[str, Any]:
    """Return the 1-won check: whether it is required, and the last result."""
    project, last = context.submission.project, context.last_account_call
    wanted = account_check.is_offered(context.submission)
    passed = wanted and context.has_passed_account
    failed = status_messages.about_account(last) if wanted and last and not passed else None
    return {"wanted": wanted, "passed": passed, "failed": failed, "banks": sorted(project.banks.items())}


def consent_box(submission: Submission, text: ConsentText | None) -> dict[str, Any] | None:
    """Return the text to read out and whether the customer agreed; the recorded version if there is one."""
    if text is None or not (submission.project.requires_consent or submission.consent_id):
        return None
    return {
        "text": text,
        "is_given": submission.consent_id is not None,
        "is_fixed": submission.status != Status.DRAFT and submission.consent_id is not None,
    }


def cards(page: SubmissionContext) -> list[dict[str, Any]]:
    """Return one card for each kind of image that this project and document use."""
    submission = page.submission
    made = [_card(kind, page.images.get(kind), submission, page.links.get(kind)) for kind in kinds(submission)]
    return [card for card in made if card["image"] or not card["is_fixed"]]


def kinds(submission: Submission) -> list[ImageKind]:
    """Return the kinds of images that the project uses."""
    address = [ImageKind.ADDRESS] if submission.project.has_address_image else []
    return [ImageKind.ID_FRONT, ImageKind.ID_BACK, ImageKind.SELFIE, *address]


def card(submission: Submission, kind: ImageKind) -> dict[str, Any]:
    """Return the current card of one kind."""
    link = submission.phone_links.open(clock.now()).filter(kind=kind).first()
    return _card(kind, images.current_images(submission).get(kind), submission, link)


def _card(kind: ImageKind, image: Image | None, submission: Submission, link: PhoneLink | None) -> dict[str, Any]:
    state = _state_of(kind, image, submission)
    return {
        "kind": kind,
        "label": kind.label,
        "image": image,
        "findings": _findings(image, submission.reasons) if image else [],
        "is_fixed": not images.takes(kind, Status(submission.status)),
        # The right to view may end with Step 2's reply at any moment, so a later request would be refused.
        "is_away": submission.status == Status.STEP2_SENDING,
        "state": state,
        "offers_sample": state == "refused" and kind == ImageKind.SELFIE and scenarios.applies_to(submission.project),
        "accept": PICTURES + (",application/pdf" if kind == ImageKind.ADDRESS else ""),
        "field": kind.value,
        "vendor_field": VENDOR_FIELDS[kind],
        "required": kind in (ImageKind.ID_FRONT, ImageKind.SELFIE, ImageKind.ADDRESS),
        "link": link,
    }


def _state_of(kind: ImageKind, image: Image | None, submission: Submission) -> str:
    """Return the state of an image.

    ARGOS has it: waiting; ARGOS's result: accepted, unread or refused; the portal's check: doubted or good.
    """
    if image is None:
        return ""
    is_id = kind in (ImageKind.ID_FRONT, ImageKind.ID_BACK)
    if submission.status == (Status.STEP1_SENDING if is_id else Status.STEP2_SENDING):
        return "waiting"
    if is_id and not images.takes(kind, Status(submission.status)):
        return "unread" if submit.is_unread(submission) else "accepted"
    step = {Status.STEP1_RETRY: CallKind.STEP1, Status.INCOMPLETE: CallKind.STEP2}.get(Status(submission.status))
    if step and is_id == (step == CallKind.STEP1) and str(image.pk) in images.sent_ids(submission, step):
        return "refused"
    return "doubted" if image.findings else "good"


def revealed_images(page: SubmissionContext, because: Event) -> list[tuple[Image, str]]:
    """Return each current image with the key that opens it for a few minutes."""
    return [(image, reveal.key_to(image, page.state.user, because)) for image in page.images.values()]


def _findings(image: Image, reasons: Mapping[str, str]) -> list[dict[str, str]]:
    keys = {code: image_findings.reason_key(image, code) for code in image.findings}
    return [
        {"text": advice.sentence(code, image.kind), "key": key, "reason": reasons.get(key, "")}
        for code, key in keys.items()
    ]
