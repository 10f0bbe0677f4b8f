"""How a customer's identity was verified, derived from what was sent and answered; how many ways a project requires.

The Korean guideline on verification without presence (비대면 실명확인 가이드라인) requires at least two of its methods.
The liveness of the selfie is a part of the face comparison and does not count on its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from submissions.models import Call, CallKind, CallState, ImageKind, Route, Submission
from submissions.models.image import VENDOR_FIELDS
from submissions.models.submission import DECIDED, IN_REVIEW, Status

LABELS = {
    "id_document": pgettext_lazy("verification method", "ID document"),
    "face": pgettext_lazy("verification method", "face comparison"),
    "account": pgettext_lazy("verification method", "account check"),
    "address_document": pgettext_lazy("verification method", "address document"),
}
ARRIVED = (CallState.ANSWERED, CallState.SETTLED)
PAST_LIVEFORM = (*IN_REVIEW, Status.DECISION_SENDING, *DECIDED)


@dataclass(frozen=True)
class VerificationMethods:
    """`codes`: the methods of one submission, keys of `LABELS`. `required`: the number that its project requires."""

    codes: tuple[str, ...]
    required: int

    @property
    def text(self) -> str:
        """Return for example "2 (ID document, face comparison)"."""
        return f"{len(self.codes)} ({_listed(self.codes)})" if self.codes else "0"

    @property
    def why_too_few(self) -> str:
        """Return why the submission cannot be approved; "" if it has as many methods as the project requires."""
        if len(self.codes) >= self.required:
            return ""
        return _(
            "The project requires %(required)d verification methods, and this submission has %(methods)s. Not done: "
            "%(missing)s. Reject it, or start a new submission with the missing method."
        ) % {
            "required": self.required,
            "methods": self.text,
            "missing": _listed(code for code in LABELS if code not in self.codes),
        }


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(str(LABELS[code]) for code in codes)


def of(submission: Submission, calls: Iterable[Call] | None = None) -> VerificationMethods:
    """Return the methods of a submission. `calls`: all of its calls with their attempts, if they are loaded already."""
    if calls is None:
        calls = submission.calls.select_related("attempt")
    arrived = [call for call in calls if call.state in ARRIVED]
    is_done = {
        # Step 2 is sent only after ARGOS accepted the ID document of Step 1.
        "id_document": submission.first_step2_at is not None or _is_past_liveform(submission),
        "face": submission.face_similarity is not None,
        "account": any(
            call.kind == CallKind.ACCOUNT and call.state == CallState.ANSWERED and not call.error for call in arrived
        ),
        "address_document": any(call.kind == CallKind.STEP2 and _has_address(call) for call in arrived),
    }
    codes = tuple(code for code in LABELS if is_done[code])
    return VerificationMethods(codes, submission.project.verification_methods_required)


def _is_past_liveform(submission: Submission) -> bool:
    return submission.route == Route.LIVEFORM and submission.status in PAST_LIVEFORM


def _has_address(call: Call) -> bool:
    return any(image["field"] == VENDOR_FIELDS[ImageKind.ADDRESS] for image in call.attempt.images)
