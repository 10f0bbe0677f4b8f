"""Send Step 2 automatically after Step 1, or what a customer submitted, if nothing needs a decision.

Step 2 is decided inside the transaction that ends the Step 1 call, so a crash neither loses nor duplicates it: both are
written or neither is, and a lost reply is settled by a read, which decides here again.
"""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import gettext as _

from submissions.audit.events import SYSTEM, Actor, actor_for, record
from submissions.capture import images, ocr_diff, submit
from submissions.models import Call, CallKind, CallState, Status, Submission
from submissions.workflow import deadlines
from submissions.workflow.transitions import StaleSubmission


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
    RETRY = "follow_retry"
    WARNED = "follow_warned"
    VENDOR_DOWN = "follow_vendor_down"


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


def after_customer(submission: Submission) -> Stop | None:
    """Send Step 1 or the first Step 2 of a customer who has submitted, if every check is clean; else return why not.

    A retry and the last attempt always wait for a person. Call it inside the transaction of the customer's Submit.
    """
    try:
        if why := _why_a_person_looks(submission):
            return why
        if submission.status == Status.DRAFT:
            is_filled = not submission.project.has_account_occupancy and not submit.step2_problems(submission)
            submit.send_step1(submission, by=SYSTEM, wants_step2=is_filled)
        else:
            submit.send_step2(submission, by=SYSTEM)
    except (deadlines.DeadlinePassed, submit.NoAttemptLeft):
        return Stop.TOO_LATE
    except submit.VendorDown:
        return Stop.VENDOR_DOWN
    except (submit.NotReady, submit.UnconfirmedLastAttempt, submit.AccountCheckMissing, StaleSubmission):
        return Stop.NOT_READY
    return None


def _why_a_person_looks(submission: Submission) -> Stop | None:
    is_first = submission.status in (Status.DRAFT, Status.CONFIRMING) and not submission.tries_used
    is_read = submission.status == Status.CONFIRMING
    checks = (
        (Stop.RETRY, not is_first or submission.tries_left <= 1 or submission.step1_calls > 1),
        (Stop.FINDINGS, any(image.findings for image in images.current_images(submission).values())),
        (Stop.ANY, submission.id_type_unknown),
        (Stop.NOTHING_READ, is_read and submit.is_unread(submission)),
        (Stop.DIFFERS, bool(ocr_diff.edited_fields(submission)) and is_read),
        (Stop.WARNED, bool(submit.warnings(submission))),
    )
    return next((why for why, is_so in checks if is_so), None)


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
        Stop.RETRY: _("A retry uses another attempt. Check the new image, then send it."),
        Stop.WARNED: _("A value has a warning. Check the marked fields, then send."),
        Stop.VENDOR_DOWN: _("ARGOS is unavailable. Send it when ARGOS is available again."),
        Stop.TOO_LATE: _("The limit of this submission has passed, or no attempts are left."),
    }
