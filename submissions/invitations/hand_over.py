"""What the customer of an invitation hands over: consent, images, values, the account check, Submit, a call for help.

Each function refuses what the page does not ask for (`NotAsked`) and writes only while the link is open.
"""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from argos.matrix import Problem
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import account_check, auto_submit, consent, drafts, images
from submissions.capture.fields.capture_form import CaptureForm
from submissions.capture.imaging import live_camera
from submissions.capture.phone_links import CARRIES, Advised, LinkGone, digest
from submissions.core import clock, rate_limit
from submissions.invitations.links import handing_over, named, read_again, write
from submissions.invitations.steps import DEPOSIT_CODE, Progress, StepName
from submissions.models import CameraOpening, CaptureSource, Image, ImageKind, Invitation, Submission
from submissions.workflow import alerts
from submissions.workflow.transitions import StaleSubmission

MAX_IMAGES = 40  # of one invitation
MAX_ACCOUNT_CHECKS = 5  # of one invitation in an hour
SAVES_IN_A_ROW = 5
HELP_TEXT = 300  # characters


class NotAsked(Exception):
    """The page does not ask for this (any more); it is shown again."""


class TooMany(Exception):
    """More images or account checks than a customer needs; staff help."""


def customer(address: str | None) -> Actor:
    return Actor(None, CARRIES, address)


def holder(invitation: Invitation) -> str:
    """Return the holder of the cameras that the link's page opens."""
    return live_camera.holder("invitation", str(invitation.pk))


def check_asked(invitation: Invitation, name: str) -> Progress:
    """Return the progress, if the page lets the customer do this step."""
    progress = Progress(invitation)
    step = progress.step(name)
    if step is None or not step.may_change:
        raise NotAsked
    return progress


def agree(invitation: Invitation, text: str, *, by: Actor) -> None:
    """Record that the customer accepted the consent text themselves. `text`: the id of the version that was shown."""
    progress = check_asked(invitation, StepName.CONSENT)
    if progress.consent_text is None or str(progress.consent_text.pk) != text:
        raise NotAsked  # a new version came in the meantime
    with handing_over(invitation):
        fields = {**named(invitation), "text": str(progress.consent_text.pk)}
        consent.record(invitation.submission, progress.consent_text, by=by, fields=fields)
        write(invitation, submitted_at=None)


def keep_picture(
    invitation: Invitation,
    kind: ImageKind,
    content: bytes,
    *,
    by: Actor,
    opening: CameraOpening | None,
    accepted: str,
) -> Image:
    """Check and store an image; it becomes the current one of its kind.

    Args:
        opening: the live camera of the link's page that took it; None for a file.
        accepted: SHA-256 of the upload whose findings the customer has seen and accepts; "" for none.

    Raises:
        NotAsked, TooMany, LinkGone
        imaging.UnusableImage: with a message for the customer.
        Advised: the check has findings.
    """
    check_asked(invitation, kind.value)
    if invitation.images.count() >= MAX_IMAGES:
        raise TooMany
    source = CaptureSource.PHONE_CAMERA if opening else CaptureSource.PHONE
    sha256 = digest(content)
    try:
        image, prepared = images.prepare_image(
            invitation.submission,
            kind,
            content,
            by=by,
            source=source,
            whose=f"invitation:{invitation.pk}",
            opening=opening,
        )
        if image.findings and accepted != sha256:
            raise Advised(image.findings, sha256)
        image.invitation = invitation
        with images.stored(image, prepared), handing_over(invitation):
            images.keep_image(image, by=by, fields=named(invitation), opening=opening)
            write(invitation, submitted_at=None)
    except StaleSubmission as stale:
        raise NotAsked from stale
    return image


def leave_out_back(invitation: Invitation, *, by: Actor) -> None:
    """Note that the customer's ID has nothing on its back."""
    check_asked(invitation, StepName.ID_BACK)
    with handing_over(invitation):
        write(invitation, has_no_back=True)
        events.record("invitation_no_back", by=by, submission=invitation.submission, fields=named(invitation))


def enter(invitation: Invitation, posted: Mapping[str, str], *, by: Actor) -> list[Problem]:
    """Store the values that the page asks for; return what is wrong with them. Other names are ignored.

    Raises:
        NotAsked, LinkGone
    """
    progress = check_asked(invitation, StepName.DETAILS)
    form = CaptureForm(posted, progress.shown)
    form.full_clean()
    typed = {name: text for name, text in form.values.items() if name in progress.shown}
    progress = _save(invitation, typed, by=by)
    return [problem for problem in form.problems if problem.field in progress.shown] + progress.problems(progress.shown)


def _save(invitation: Invitation, typed: dict[str, str], *, by: Actor) -> Progress:
    """Write the values, again if somebody saved in between; values that staff entered in between stay."""
    submission = invitation.submission
    for _time in range(SAVES_IN_A_ROW):
        asked = Progress(invitation).asked
        mine = {name: text for name, text in typed.items() if name in asked}
        try:
            with handing_over(invitation):
                drafts.save_values(submission, mine, by=by)
                entered = {name: text for name, text in {**invitation.entered, **mine}.items() if text}
                seen = {"entered_at": clock.now(), "entered_moves": submission.moves, "submitted_at": None}
                write(invitation, entered=entered, **seen)
        except drafts.SavedElsewhere:
            submission.refresh_from_db()
        except StaleSubmission as stale:
            raise NotAsked from stale
        else:
            return Progress(invitation)
    raise NotAsked


def check_account(invitation: Invitation, typed: Mapping[str, str], *, by: Actor) -> None:
    """Start the 1-won check with the customer's account. It uses no attempt.

    Raises:
        NotAsked, TooMany, LinkGone
    """
    check_asked(invitation, StepName.ACCOUNT)
    if rate_limit.is_too_fast("invitation-account", str(invitation.pk), most=MAX_ACCOUNT_CHECKS, seconds=3600):
        raise TooMany
    try:
        with handing_over(invitation):
            account_check.prepare(
                invitation.submission,
                by=by,
                holder=typed["userName"],
                bank_code=typed["bankCode"],
                account_number=typed["accountNumber"],
            )
            write(invitation, submitted_at=None)
    except StaleSubmission as stale:
        raise NotAsked from stale


def enter_code(invitation: Invitation, posted: Mapping[str, str], *, by: Actor) -> list[Problem]:
    """Store the code that the bank shows beside the deposit."""
    check_asked(invitation, StepName.ACCOUNT)
    form = CaptureForm(posted, [DEPOSIT_CODE])
    form.full_clean()
    typed = {name: text for name, text in form.values.items() if name == DEPOSIT_CODE}
    if not typed.get(DEPOSIT_CODE):
        return [Problem(DEPOSIT_CODE, "missing", _("Enter the code that your bank shows beside the deposit."))]
    progress = _save(invitation, typed, by=by)
    return [problem for problem in form.problems if problem.field == DEPOSIT_CODE] + progress.problems([DEPOSIT_CODE])


def submit(invitation: Invitation, *, by: Actor) -> None:
    """Note that the customer has handed over everything, and alert staff, who send it.

    If the project sends clean steps itself, send it, or note why not.

    Raises:
        NotAsked: something is still missing.
        LinkGone
    """
    with handing_over(invitation):
        invitation = read_again(invitation)  # the second of two presses waited for the lock
        progress, submission, now = Progress(invitation), invitation.submission, clock.now()
        if not progress.is_capturing or not progress.is_complete:
            raise NotAsked
        if progress.is_submitted:
            return
        write(invitation, submitted_at=now, stopped="")
        events.record("invitation_submitted", by=by, submission=submission, fields=named(invitation))
        stop = auto_submit.after_customer(submission) if submission.project.sends_clean_steps else None
        if stop:
            write(invitation, stopped=stop)
            events.record("invitation_stopped", by=events.SYSTEM, submission=submission, fields={"why": stop})
        if stop or not submission.project.sends_clean_steps:
            _alert(submission, "customer_ready", now)


def _alert(submission: Submission, kind: str, since: datetime) -> None:
    """Alert those who captured it; the managers only if nobody of them is there."""
    people = alerts.people(submission)
    capturers = set(submission.capturers.values_list("user_id", flat=True))
    alerts.notify(submission, kind, since, [person for person in people if person.pk in capturers] or people)


def ask_help(invitation: Invitation, step: str, text: str, *, by: Actor) -> None:
    """Note where the customer is stuck, with what they write, and alert staff."""
    now, known = clock.now(), [name.value for name in StepName]
    with handing_over(invitation):
        write(invitation, help_at=now, help_step=step if step in known else "", help_text=text.strip()[:HELP_TEXT])
        fields = {**named(invitation), "step": invitation.help_step}
        events.record("invitation_help", by=by, submission=invitation.submission, fields=fields)
        _alert(invitation.submission, "customer_stuck", now)


def helped(invitation: Invitation, *, by: Actor) -> None:
    """Note that staff took care of the customer's call for help."""
    with handing_over(invitation):
        Invitation.objects.filter(pk=invitation.pk).update(help_at=None, help_step="", help_text_sealed=None)
        events.record("invitation_helped", by=by, submission=invitation.submission, fields=named(invitation))


__all__ = ["Advised", "LinkGone", "NotAsked", "TooMany"]
