"""Reject reasons of the decision form: a short label, its group, and what the customer reads."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from argos import codes
from submissions.core import vendor_text
from submissions.models import Status, Submission

# Said to the customer where the reason must not be disclosed, and where a technical problem is the reason.
NEUTRAL = _lazy("We could not complete the check. We will contact you about the next step.")
TECHNICAL = _lazy("A technical problem occurred. We need to take it again.")

DOCUMENT = pgettext_lazy("group of reject reasons", "Document")
DATA = pgettext_lazy("group of reject reasons", "Data")
FACE = pgettext_lazy("group of reject reasons", "Face")
DUPLICATE = pgettext_lazy("group of reject reasons", "Duplicate")
POLICY = pgettext_lazy("group of reject reasons", "Policy")
CUSTOMER = pgettext_lazy("group of reject reasons", "Customer")


class RejectReason(NamedTuple):
    group: Promise
    label: Promise
    say: Promise


REASONS = {
    "id_image_invalidImage": RejectReason(
        DOCUMENT, _lazy("ID not found"), _lazy("Your ID was not in the photo. We need to take it again.")
    ),
    "id_image_invalidId": RejectReason(
        DOCUMENT, _lazy("ID not accepted"), _lazy("We cannot accept this ID. Do you have another one?")
    ),
    "invalid_acceptedID": RejectReason(
        DOCUMENT, _lazy("ID type not accepted"), _lazy("We cannot accept this type of ID. Do you have another?")
    ),
    "id_image_badImage": RejectReason(
        DOCUMENT, _lazy("Unreadable ID"), _lazy("The photo of your ID was not clear. We need a new one.")
    ),
    "id_image_error": RejectReason(DOCUMENT, _lazy("ID upload failed"), TECHNICAL),
    "expired_id": RejectReason(DOCUMENT, _lazy("Expired ID"), _lazy("This ID has expired. Do you have a valid one?")),
    "no-date-of-birth": RejectReason(
        DOCUMENT, _lazy("No date of birth on ID"), _lazy("We need an ID that shows your date of birth.")
    ),
    "address_image_invalidImage": RejectReason(
        DOCUMENT,
        _lazy("Proof of address not accepted"),
        _lazy("We need a document with your full name and address."),
    ),
    "address_image_badImage": RejectReason(
        DOCUMENT, _lazy("Unreadable proof of address"), _lazy("The photo of your proof of address was not clear.")
    ),
    "address_image_error": RejectReason(DOCUMENT, _lazy("Proof of address upload failed"), TECHNICAL),
    "address_info_expiredDocument": RejectReason(
        DOCUMENT, _lazy("Proof of address too old"), _lazy("We need a document from the last 6 months.")
    ),
    "id_info_dataMismatch": RejectReason(
        DATA,
        _lazy("Details differ from ID"),
        _lazy("What we entered differs from your ID. Let us check it together."),
    ),
    "address_info_dataMismatch": RejectReason(
        DATA,
        _lazy("Address differs"),
        _lazy("The address differs from your document. Let us check it together."),
    ),
    "own_start_fresh": RejectReason(
        DATA,
        _lazy("Wrong data, new submission"),
        _lazy("We need to repeat the check with corrected details."),
    ),
    "automatic_verification_fail": RejectReason(
        FACE,
        _lazy("Image quality too low"),
        _lazy("The photos were not clear enough. We need to take them again."),
    ),
    "too_many_retry": RejectReason(
        FACE, _lazy("All attempts used"), _lazy("The check did not work this time. We can start again.")
    ),
    "duplicate_user": RejectReason(DUPLICATE, _lazy("Duplicate person"), NEUTRAL),
    "duplicated_user_PII_exact": RejectReason(DUPLICATE, _lazy("Duplicate details"), NEUTRAL),
    "duplicated_face": RejectReason(DUPLICATE, _lazy("Duplicate face"), NEUTRAL),
    "id_info_blacklist": RejectReason(POLICY, _lazy("Country not accepted"), NEUTRAL),
    "blacklistCountry": RejectReason(POLICY, _lazy("Country not accepted"), NEUTRAL),
    "id_info_notOfAge": RejectReason(POLICY, _lazy("Under age limit"), NEUTRAL),
    "under_ageLimit": RejectReason(POLICY, _lazy("Under age limit"), NEUTRAL),
    "own_policy": RejectReason(POLICY, _lazy("Company policy"), NEUTRAL),
    "own_suspected_fraud": RejectReason(POLICY, _lazy("Suspected fraud"), NEUTRAL),
    "other": RejectReason(POLICY, _lazy("Other (see comment)"), NEUTRAL),
    "timeout": RejectReason(
        CUSTOMER,
        _lazy("Time limit passed"),
        _lazy("The time limit passed. We are sorry; we can start again."),
    ),
    "own_customer_withdrew": RejectReason(
        CUSTOMER, _lazy("Customer withdrew"), _lazy("As you asked, we stopped the check.")
    ),
    "own_cannot_reach_customer": RejectReason(
        CUSTOMER,
        _lazy("Customer unreachable"),
        _lazy("We could not reach you. Please contact us to start again."),
    ),
}
OWN = tuple(code for code in REASONS if code.startswith("own_"))
# The chips of a project that has not rejected enough to know its own.
USUAL = (
    "id_image_badImage",
    "automatic_verification_fail",
    "id_info_dataMismatch",
    "expired_id",
    "own_suspected_fraud",
)


class Choice(NamedTuple):
    """A reason as the form shows it: `code` in small print, `say` beneath the list once it is selected."""

    code: str
    label: str
    say: str


def grouped() -> list[tuple[str, list[Choice]]]:
    """Return the reasons that a reviewer may give, by group."""
    groups: dict[str, list[Choice]] = {}
    for code, reason in REASONS.items():
        groups.setdefault(str(reason.group), []).append(Choice(code, str(reason.label), str(reason.say)))
    return list(groups.items())


def label_of(code: str) -> str:
    """Return the short label of a reason; an unknown code stands for itself."""
    return str(REASONS[code].label) if code in REASONS else code


def why_rejected(submission: Submission) -> tuple[str, str]:
    """Return the reason and the sentence for the customer: the reviewer's own reason before ARGOS's codes.

    ARGOS records some of the reviewers' reasons as "other" with a comment, which says nothing to an agent.
    """
    if submission.status == Status.REJECTED and submission.reason_code in REASONS:
        reason = REASONS[submission.reason_code]
        return f"{reason.label}.", str(reason.say)
    argos = submission.project.vendor_name
    advice = [vendor_text.advice_words(codes.advice_for(code, "", "reject"), argos) for code in submission.vendor_codes]
    return " ".join(f"{row.what_happened} {row.do}" for row in advice), advice[0].say if advice else ""


def most_used(by_use: Iterable[str], number: int = 5) -> list[Choice]:
    """Return the chips: the project's most used reasons, filled up with the usual ones."""
    known = [code for code in dict.fromkeys([*by_use, *USUAL]) if code in REASONS][:number]
    return [Choice(code, str(REASONS[code].label), str(REASONS[code].say)) for code in known]
