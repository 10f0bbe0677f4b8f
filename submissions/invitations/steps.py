"""What the customer of an invitation still has to do, by the submission's status and by what is there already.

The page asks only for what is missing, or what ARGOS asked for again. It shows what was entered with this link, and
what ARGOS read from images of this link; everything else that is there is only "already done".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from argos import matrix
from argos.matrix import Problem
from submissions.capture import account_check, consent, images, ocr_diff, submit
from submissions.capture.fields import form_fields
from submissions.capture.image_findings import reason_key
from submissions.models import CallKind, ConsentText, Image, ImageKind, Invitation, Status
from submissions.models.submission import CAPTURING, FINAL
from submissions.workflow import address_date

ONE_SIDED = ("passport", "visa")  # ID types without a second side to photograph
DEPOSIT_CODE = "userOccupancyCode"
OF_THE_DESK = (*matrix.ADDRESS_CODES, "userOccupancyName")  # looked up or set by the portal
RETRIES = {Status.STEP1_RETRY: CallKind.STEP1, Status.INCOMPLETE: CallKind.STEP2}


class StepName(StrEnum):
    CONSENT = "consent"
    ID_FRONT = "id_front"
    ID_BACK = "id_back"
    SELFIE = "selfie"
    ADDRESS = "address"
    DETAILS = "details"
    ACCOUNT = "account"
    SUBMIT = "submit"


class State(StrEnum):
    """Of a step. DESK: staff did it, so its content is not shown."""

    OPEN = "open"
    DONE = "done"
    DESK = "desk"


def label_of(name: str) -> str:
    """Return the name of a step, for the customer and for the agent; "" for no step."""
    labels = {
        StepName.CONSENT: _("Consent"),
        StepName.ID_FRONT: _("ID front"),
        StepName.ID_BACK: _("ID back"),
        StepName.SELFIE: _("Selfie"),
        StepName.ADDRESS: _("Address document"),
        StepName.DETAILS: _("Details"),
        StepName.ACCOUNT: _("Account verification"),
        StepName.SUBMIT: pgettext("last step of a customer", "Submit"),
    }
    return labels[StepName(name)] if name else ""


@dataclass(frozen=True)
class Step:
    name: StepName
    state: State
    is_again: bool = False  # ARGOS or staff ask for another image
    asked: str = ""  # the finding with which staff ask for it

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def may_change(self) -> bool:
        """Return whether the customer may do it, or do it again."""
        return self.state != State.DESK


class Progress:
    """The steps of one invitation, read once for a page."""

    def __init__(self, invitation: Invitation) -> None:
        self.invitation, self.submission = invitation, invitation.submission
        self.is_capturing = self.submission.status in CAPTURING
        self.is_final = self.submission.status in FINAL

    @cached_property
    def images(self) -> dict[str, Image]:
        return images.current_images(self.submission)

    @cached_property
    def consent_text(self) -> ConsentText | None:
        return self.submission.consent or consent.current_text(self.submission.project)

    @cached_property
    def steps(self) -> list[Step]:
        """Return the steps before "submit", in their order; none while nothing can be changed."""
        if not self.is_capturing:
            return []
        made = [self._consent(), *map(self._picture, self.kinds), self._details(), self._account()]
        return [step for step in made if step is not None]

    @property
    def is_complete(self) -> bool:
        return not any(step.is_open for step in self.steps)

    @property
    def is_submitted(self) -> bool:
        """Whether the customer has submitted all that is asked for, so that staff can send it."""
        return self.invitation.submitted_at is not None and self.is_complete

    @property
    def is_ready(self) -> bool:
        return self.is_capturing and self.is_submitted

    def step(self, name: str) -> Step | None:
        return next((step for step in self.steps if step.name == name), None)

    def current(self, wanted: str = "") -> StepName:
        """Return the step to show: `wanted` if it can be changed, else the first open one, else "submit"."""
        step = self.step(wanted)
        if step is not None and step.may_change:
            return step.name
        return next((step.name for step in self.steps if step.is_open), StepName.SUBMIT)

    @property
    def kinds(self) -> list[ImageKind]:
        """Return the kinds of images that can be sent now."""
        has_back = self.submission.id_type not in ONE_SIDED
        wanted = [ImageKind.ID_FRONT, *([ImageKind.ID_BACK] if has_back else []), ImageKind.SELFIE]
        wanted += [ImageKind.ADDRESS] if self.submission.project.has_address_image else []
        return [kind for kind in wanted if images.takes(kind, Status(self.submission.status))]

    def _consent(self) -> Step | None:
        if not self.submission.project.requires_consent or self.consent_text is None:
            return None
        if consent.is_missing(self.submission):
            return Step(StepName.CONSENT, State.OPEN)
        return Step(StepName.CONSENT, State.DESK)  # it is recorded and cannot be given twice

    def _picture(self, kind: ImageKind) -> Step:
        name, image = StepName(kind.value), self.images.get(kind)
        if image is None:
            is_left_out = kind == ImageKind.ID_BACK and self.invitation.has_no_back
            return Step(name, State.DONE if is_left_out else State.OPEN)
        if str(image.pk) in self._refused and kind in self._again:
            return Step(name, State.OPEN, is_again=True)
        if image.asked_again and not self.submission.reasons.get(reason_key(image, image.asked_again)):
            return Step(name, State.OPEN, is_again=True, asked=image.asked_again)
        return Step(name, State.DONE if image.invitation_id == self.invitation.pk else State.DESK)

    @cached_property
    def _refused(self) -> set[str]:
        """Return the ids of the images of the request after which ARGOS asks again."""
        call = RETRIES.get(Status(self.submission.status))
        return images.sent_ids(self.submission, call) if call else set()

    @property
    def _again(self) -> tuple[ImageKind, ...]:
        is_id = self.submission.status == Status.STEP1_RETRY
        return (ImageKind.ID_FRONT, ImageKind.ID_BACK) if is_id else (ImageKind.SELFIE,)

    # --- values

    @cached_property
    def read(self) -> dict[str, str]:
        """Return what ARGOS read from the ID, if every image of the ID came with this link."""
        ids = [self.images.get(kind) for kind in (ImageKind.ID_FRONT, ImageKind.ID_BACK)]
        is_ours = all(image.invitation_id == self.invitation.pk for image in ids if image)
        return self.submission.ocr if is_ours else {}

    def _is_ours(self, name: str, value: str) -> bool:
        """Whether the customer may see the stored value: entered with this link, or read from its images."""
        return value in (self.invitation.entered.get(name), self.read.get(name))

    @cached_property
    def asked(self) -> list[str]:
        """Return the names of the values that the page asks for or shows; not those that staff entered."""
        values, names = self.submission.values, [rule.name for rule in form_fields.rules(self.submission)]
        names += [address_date.NAME] if address_date.is_asked(self.submission) else []
        wanted = [name for name in names if name not in OF_THE_DESK]
        return [name for name in wanted if not values.get(name) or self._is_ours(name, values[name])]

    @property
    def shown(self) -> list[str]:
        """Return the asked values that the document requires or that are there, and those of the address."""
        required = {rule.name for rule in form_fields.rules(self.submission) if rule.required}
        wanted = [name for name in self.asked if name in required or self.submission.values.get(name)]
        address = [name for name in self.asked if name.startswith("address")]
        return [name for name in self.asked if name in {*wanted, *address} and name != DEPOSIT_CODE]

    def problems(self, names: list[str]) -> list[Problem]:
        """Return what is wrong with these values, or missing after Step 1; warnings are for staff."""
        is_before = self.submission.status in (Status.DRAFT, Status.STEP1_RETRY)
        found = submit.step2_problems(self.submission, self._facts)
        wrong = [problem for problem in found if problem.field in names and problem.is_error]
        wrong = [problem for problem in wrong if problem.code != "changed"]
        return [problem for problem in wrong if problem.code != "missing" or not is_before]

    @cached_property
    def _facts(self) -> submit.CaptureFacts:
        return submit.CaptureFacts(self.images, self.has_passed_account)

    @cached_property
    def has_passed_account(self) -> bool:
        return account_check.has_passed(self.submission)

    def _details(self) -> Step | None:
        if not self.shown:
            return Step(StepName.DETAILS, State.DESK)
        return Step(StepName.DETAILS, State.OPEN if self._details_are_open else State.DONE)

    @property
    def _details_are_open(self) -> bool:
        if self.problems(self.shown):
            return True
        if self.invitation.entered_moves == self.submission.moves or self.submission.status == Status.INCOMPLETE:
            return False
        return not self._is_as_read if self.submission.status == Status.CONFIRMING else self._is_unfilled

    @property
    def _is_unfilled(self) -> bool:
        """Whether a value is missing that the page must ask for; before Step 1 the customer may still go on."""
        wanted = {rule.name for rule in form_fields.rules(self.submission) if rule.required} | {address_date.NAME}
        return any(name in wanted and not self.submission.values.get(name) for name in self.shown)

    @property
    def _is_as_read(self) -> bool:
        """Whether the customer has entered every value that ARGOS read, and all agree."""
        read = {name: text for name, text in self.submission.ocr.items() if text and name in self.shown}
        entered: Mapping[str, str] = self.invitation.entered
        return all(entered.get(name) and not ocr_diff.differs(name, entered[name], read[name]) for name in read)

    def _account(self) -> Step | None:
        if not account_check.is_offered(self.submission):
            return None
        if self.has_passed_account and self.submission.values.get(DEPOSIT_CODE):
            return Step(StepName.ACCOUNT, State.DONE if DEPOSIT_CODE in self.asked else State.DESK)
        return Step(StepName.ACCOUNT, State.OPEN)
