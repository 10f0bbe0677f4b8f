"""Send Step 1 and Step 2, after all checks that save an attempt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import gettext as _

from argos import matrix
from argos.matrix import Problem
from submissions.audit.events import Actor
from submissions.capture import account_check, consent, image_findings, ocr_diff
from submissions.capture.drafts import add_capturer
from submissions.capture.images import current_images, sent_ids
from submissions.core import clock, vendor_text
from submissions.models import Call, CallKind, Image, ImageKind, Status, Submission
from submissions.outbox import gate, new_calls
from submissions.workflow import address_date, deadlines

YET_TO_COME = ("missing", "one_of", "changed")
OF_THE_DEPOSIT = ("userOccupancyCode", "userOccupancyName")


class NotReady(Exception):
    """Something is missing or wrong; nothing was sent. `problems`: what, for each field."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.field}: {problem.code}" for problem in self.problems))


class VendorDown(Exception):
    """The vendor is unreachable, so no Step 1 starts: its 24 hours would pass unused."""


class NoAttemptLeft(Exception):
    """All three selfies were used; the portal never sends a fourth."""


class UnconfirmedLastAttempt(Exception):
    """This would be the last of three selfies, and the user has not confirmed that."""


class StopsStep2(NotReady):
    """The present data would block Step 2, and the user has not confirmed starting the 24 hours anyway."""


class AccountCheckMissing(Exception):
    """The project requires the 1-won account check before Step 2."""


def step1_problems(submission: Submission) -> tuple[Problem, ...]:
    images = current_images(submission)
    found = matrix.check_step1(_step1_values(submission), _files(images), submission.project.options)
    looked_at = image_findings.problems(submission, (ImageKind.ID_FRONT, ImageKind.ID_BACK), images)
    problems = vendor_text.translated_problems(found, submission.project.vendor_name)
    return (*problems, *_consent_problems(submission), *looked_at)


def _consent_problems(submission: Submission) -> tuple[Problem, ...]:
    if not consent.is_missing(submission):
        return ()
    if consent.current_text(submission.project) is None:
        text = _("The project asks for consent and has no text yet. Ask the administrator to add one.")
    else:
        text = _("Read the consent text to the customer and select that they agree. It is required before sending.")
    return (Problem("consent", "consent", text),)


@dataclass(frozen=True)
class CaptureFacts:
    """Rows for the checks of Step 2, from a page that has loaded them already. `images`: the current ones."""

    images: Mapping[str, Image]
    has_passed_account: bool


def step2_problems(submission: Submission, facts: CaptureFacts | None = None) -> tuple[Problem, ...]:
    """Return errors, and warnings and changes without a reason. It also checks a draft without an id."""
    facts = facts or CaptureFacts(current_images(submission), account_check.has_passed(submission))
    problems = _checked(submission, facts.images)
    if submission.project.has_account_occupancy and not facts.has_passed_account:
        problems = _deposit_first(problems)
    reasons = submission.reasons
    open_ones = tuple(p for p in problems if p.severity == "error" or not reasons.get(p.code))
    wrong = {problem.field for problem in problems if problem.is_error}
    unexplained = tuple(problem for problem in _unexplained(submission) if problem.field not in wrong)
    looked_at = image_findings.problems(submission, _step2_kinds(submission), facts.images)
    return open_ones + unexplained + address_date.problems(submission) + looked_at


def warnings(submission: Submission) -> tuple[Problem, ...]:
    """Return the warnings of the present values, with or without a reason."""
    images = current_images(submission)
    step1 = matrix.check_step1(_step1_values(submission), _files(images), submission.project.options)
    found = (*step1, *_checked(submission, images), *address_date.questions(submission))
    return tuple(problem for problem in found if problem.severity == "warning")


def _checked(submission: Submission, images: Mapping[str, Image]) -> tuple[Problem, ...]:
    vendor_id = submission.vendor_id or submission.reference
    found = matrix.check_step2(
        shown_values(submission) | _contacts(submission) | {"submissionId": vendor_id},
        _files(images),
        submission.issuing_country,
        submission.id_type,
        submission.project.options,
        today=clock.today(),
        latest_day=clock.latest_day(),
        id_type_unknown=submission.id_type_unknown,
    )
    return vendor_text.translated_problems(found, submission.project.vendor_name)


def _contacts(submission: Submission) -> dict[str, str]:
    """Return the contact values, which Step 2 does not send; they are only compared with others."""
    return {name: text for name, text in submission.values.items() if name in matrix.CONTACTS}


def _deposit_first(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Ask for the account check instead of its results: the deposit gives the code, and the check the holder's name."""
    text = _("Start the account verification first.")
    return tuple(
        replace(problem, template=text) if problem.code == "missing" and problem.field in OF_THE_DEPOSIT else problem
        for problem in problems
    )


def _unexplained(submission: Submission) -> tuple[Problem, ...]:
    text = _("Differs from the value read. Check the ID, or enter a reason.")
    shown = shown_names(submission)
    return tuple(Problem(name, "changed", text) for name in ocr_diff.unexplained(submission) if name in shown)


def send_step1(
    submission: Submission,
    *,
    by: Actor,
    is_last_confirmed: bool = False,
    wants_step2: bool = False,
    is_start_confirmed: bool = False,
) -> Call:
    """Prepare Step 1, or its retry with a new ID image. `wants_step2`: send Step 2 after it (`auto_submit`).

    `is_start_confirmed`: the user confirmed starting the 24 hours although the present data would block Step 2.

    Raises:
        NotReady, StopsStep2, VendorDown, NoAttemptLeft, UnconfirmedLastAttempt, DeadlinePassed, StaleSubmission
    """
    is_retry = bool(submission.vendor_id)
    if is_retry:
        check_tries(submission, is_last_confirmed)
        deadlines.check_step2_in_time(submission)
    elif gate.is_down(submission.project):
        raise VendorDown
    _raise_for(step1_problems(submission))
    wants_step2 = submission.wants_step2 if is_retry else wants_step2
    if wants_step2 and not is_retry and not submission.project.has_account_occupancy:
        _raise_for(step2_problems(submission))
    if not is_retry and not is_start_confirmed and (known := known_to_stop(submission)):
        raise StopsStep2(known)
    number = submission.step1_calls + 1
    values = _step1_values(submission) | {"userid": f"{submission.reference}-{number}"}
    if is_retry:
        values["submissionId"] = submission.vendor_id
    images = _images(submission, ImageKind.ID_FRONT, ImageKind.ID_BACK)
    with transaction.atomic():
        call = new_calls.prepare(
            submission,
            CallKind.STEP1,
            Status.STEP1_SENDING,
            by=by,
            values=matrix.step1_fields(values),
            images=images,
            step1_calls=number,
            wants_step2=wants_step2,
        )
        add_capturer(submission, by)
        image_findings.record_overruled(submission, images, by=by)
    return call


def known_to_stop(submission: Submission, facts: CaptureFacts | None = None) -> tuple[Problem, ...]:
    """Return what in the present values and selfie would block Step 2, without what is only missing yet."""
    return tuple(problem for problem in step2_problems(submission, facts) if problem.code not in YET_TO_COME)


def send_step2(submission: Submission, *, by: Actor, is_last_confirmed: bool = False) -> Call:
    """Prepare Step 2 with the confirmed values and the current selfie.

    Raises:
        NotReady, NoAttemptLeft, UnconfirmedLastAttempt, AccountCheckMissing, DeadlinePassed, StaleSubmission
    """
    check_tries(submission, is_last_confirmed)
    deadlines.check_step2_in_time(submission)
    _raise_for(step2_problems(submission))
    _check_selfie_is_new(submission)
    if submission.project.has_account_occupancy and not account_check.has_passed(submission):
        raise AccountCheckMissing
    values = step2_fields(submission)
    images = _images(submission, *_step2_kinds(submission))
    with transaction.atomic():
        call = new_calls.prepare(
            submission,
            CallKind.STEP2,
            Status.STEP2_SENDING,
            by=by,
            values=values,
            images=images,
            edited_count=len(ocr_diff.edited_fields(submission)),
        )
        add_capturer(submission, by)
        image_findings.record_overruled(submission, images, by=by)
    return call


def _step2_kinds(submission: Submission) -> list[ImageKind]:
    return [ImageKind.SELFIE] + ([ImageKind.ADDRESS] if submission.project.has_address_image else [])


def step2_fields(submission: Submission) -> dict[str, str]:
    """Return exactly the text parts to send."""
    values = shown_values(submission) | {"submissionId": submission.vendor_id}
    return matrix.step2_fields(values, submission.project.options)


def shown_values(submission: Submission) -> dict[str, str]:
    """Return the checked and sent values, without leftovers of another ID type, which nobody could see and correct."""
    shown = shown_names(submission)
    return {name: text for name, text in submission.values.items() if name in shown}


def rules(submission: Submission) -> tuple[matrix.FieldRule, ...]:
    """Return the Step 2 parameters for this document and project, with those that Step 1 found on the document."""
    return matrix.rules_for(
        submission.issuing_country,
        document_type(submission),
        submission.project.options,
        id_type_unknown=submission.id_type_unknown,
        carried=submission.document_fields,
    )


def shown_names(submission: Submission) -> frozenset[str]:
    return frozenset(rule.name for rule in rules(submission))


def is_unread(submission: Submission) -> bool:
    """Return whether the vendor read none of the values of this document, so that people typed all of them."""
    shown = shown_names(submission)
    return not any(text and name in shown for name, text in submission.ocr.items())


def document_type(submission: Submission) -> str:
    """Return the type of the customer's ID: Step 1's, or the chosen one if Step 1 could not recognize it."""
    if submission.id_type_unknown:
        return submission.values.get("idType", submission.id_type)
    return submission.id_type


def check_tries(submission: Submission, is_last_confirmed: bool) -> None:
    if submission.tries_left <= 0:
        raise NoAttemptLeft
    if submission.tries_left == 1 and submission.tries_used and not is_last_confirmed:
        raise UnconfirmedLastAttempt


def _check_selfie_is_new(submission: Submission) -> None:
    """Refuse a selfie that the vendor has just refused, because it would be refused again."""
    selfie = current_images(submission).get(ImageKind.SELFIE)
    if selfie and str(selfie.pk) in sent_ids(submission, CallKind.STEP2):
        message = _("This selfie was already sent. Take a new one to save an attempt.")
        raise NotReady([Problem("faceImage", "selfie_used", message, "error")])


def _step1_values(submission: Submission) -> dict[str, str]:
    values = submission.values
    return {
        "issuingCountry": submission.issuing_country,
        "idType": submission.id_type,
        "email": values.get("email", ""),
        "cf1": values.get("customer_id", ""),
    }


def _files(images: Mapping[str, Image]) -> set[str]:
    return {image.vendor_field for image in images.values()}


def _images(submission: Submission, *kinds: ImageKind) -> list[Image]:
    current = current_images(submission)
    return [current[kind] for kind in kinds if kind in current]


def _raise_for(problems: tuple[Problem, ...]) -> None:
    if problems:
        raise NotReady(problems)
