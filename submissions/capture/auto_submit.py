"""Send Step 2 automatically after Step 1, if the agent asked for it and nothing needs a decision.

This is decided inside the transaction that ends the Step 1 call, so a crash neither loses nor duplicates it: both are
written or neither is, and a lost reply is settled by a read, which decides here again.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import gettext as _

from submissions.audit.events import SYSTEM, Actor, actor_for, record
from submissions.capture import images, ocr_diff, submit
from submissions.models import Call, CallKind, CallState, Submission
from submissions.workflow import deadlines


class Stop(StrEnum):
    """Why Step 2 is not sent; stored as the submission's notice, explained by `stop_reasons`."""

    RETRY_USED = "follow_retry_used"
    ANY = "follow_any"
    ACCOUNT = "follow_account"
    FINDINGS = "follow_findings"
    NOTHING_READ = "follow_nothing_read"
    NOT_CONFIRMED = "follow_not_confirmed"
    DIFFERS = "follow_differs"
    NOT_READY = "follow_not_ready"
    TOO_LATE = "follow_too_late"


def after_step1(call: Call, confirmed: Mapping[str, str]) -> None:
    """Prepare Step 2, or store why not. `confirmed`: the values before OCR filled the gaps.

    Call it inside the transaction that moved the submission to confirming.
    """
    submission = call.submission
    if not submission.wants_step2:
        return
    why = why_it_stops(call, confirmed) or _send(submission, call)
    if why:
        _write(submission, notice=why)
        record("follow_stopped", by=SYSTEM, submission=submission, fields={"why": why})


def why_it_stops(call: Call, confirmed: Mapping[str, str]) -> Stop | None:
    submission = call.submission
    shown = submit.shown_names(submission)
    read = {name: text for name, text in submission.ocr.items() if text and name in shown}
    checks = (
        (Stop.RETRY_USED, _has_used_retry(call)),
        (Stop.ANY, submission.id_type_unknown),
        (Stop.ACCOUNT, submission.project.has_account_occupancy),
        (Stop.FINDINGS, any(image.findings for image in images.current_images(submission).values())),
        (Stop.NOTHING_READ, submit.is_unread(submission)),
        (Stop.NOT_CONFIRMED, any(not confirmed.get(name) for name in read)),
        (Stop.DIFFERS, bool(ocr_diff.differing(confirmed, read))),
    )
    return next((why for why, is_so in checks if is_so), None)


def _has_used_retry(call: Call) -> bool:
    """Return whether the vendor had an earlier Step 1, by its reply or by a read."""
    earlier = call.submission.calls.filter(kind=CallKind.STEP1).exclude(pk=call.pk)
    arrived = earlier.filter(state=CallState.ANSWERED) | earlier.filter(settled_as="adopted")
    return bool(call.submission.vendor_count) or arrived.exists()


def _send(submission: Submission, call: Call) -> Stop | None:
    try:
        submit.send_step2(submission, by=_asked_by(call))
    except (deadlines.DeadlinePassed, submit.NoAttemptLeft):
        return Stop.TOO_LATE
    except (submit.NotReady, submit.UnconfirmedLastAttempt, submit.AccountCheckMissing):
        return Stop.NOT_READY
    return None


def _asked_by(call: Call) -> Actor:
    """Return the agent who sent Step 1."""
    return actor_for(call.prepared_by) if call.prepared_by else SYSTEM


def _write(submission: Submission, **columns: str) -> None:
    Submission.objects.filter(pk=submission.pk).update(**columns)
    for name, value in columns.items():
        setattr(submission, name, value)


def stop_reasons() -> dict[str, str]:
    """Return the messages for why Step 2 was not sent automatically."""
    return {
        Stop.RETRY_USED: _("The ID was retaken. Check the values read this time."),
        Stop.ANY: _("ARGOS could not detect the ID type. Select it, confirm the details, then send Step 2."),
        Stop.ACCOUNT: _("The account check comes first. Do it below, then send Step 2."),
        Stop.FINDINGS: _("The image check has a finding. Check the image, or retake it."),
        Stop.NOTHING_READ: _("ARGOS read no values from this ID. Enter every value as shown on it."),
        Stop.NOT_CONFIRMED: _("ARGOS read values that were not entered before. Confirm them with the customer."),
        Stop.DIFFERS: _("Values read and entered differ. Check the marked fields against the ID."),
        Stop.NOT_READY: _("A value is missing or not accepted. Select Send Step 2 to see it."),
        Stop.TOO_LATE: _("The limit of this submission has passed, or no attempts are left."),
    }
