"""The agent's card of an invitation: the link, where the customer is, each image's check, and a call for help."""

import hashlib
from dataclasses import dataclass
from typing import Any

from submissions.capture import auto_submit
from submissions.capture.imaging import advice
from submissions.core.vendor_text import named
from submissions.invitations import links, retakes
from submissions.invitations.steps import Progress, Step, label_of
from submissions.models import Image, Invitation, Submission
from submissions.models.submission import CAPTURING, SENDING


@dataclass(frozen=True)
class FollowedStep:
    """`state`: of `State`, or "asked" for another photo. `image`: one for which another can be asked, by a reason."""

    name: str
    label: str
    state: str
    findings: list[str]
    image: str
    reasons: dict[str, str]


@dataclass(frozen=True)
class InvitationCard:
    """`key` changes with the card, `form_key` with the values, consent or status that the rest of the page shows."""

    link: Invitation | None
    is_offered: bool
    is_open: bool
    is_expired: bool
    is_ready: bool
    step: str
    steps: list[FollowedStep]
    help_step: str
    why_stopped: str
    key: str
    form_key: str

    @property
    def seen(self) -> str:
        return f"{self.form_key}.{self.key}"


def card_of(submission: Submission) -> InvitationCard:
    link = links.standing(submission)
    progress = Progress(link) if link else None
    is_open = link is not None and link.is_open and submission.status in (*CAPTURING, *SENDING)
    return InvitationCard(
        link=link,
        is_offered=links.is_offered(submission),
        is_open=is_open,
        is_expired=link is not None and not link.is_standing,
        is_ready=bool(progress and is_open and progress.is_ready),
        step=label_of(link.step) if link and link.step else "",
        steps=_steps(progress) if progress and is_open else [],
        help_step=label_of(link.help_step) if link and link.help_at else "",
        why_stopped=_why_stopped(link) if link else "",
        key=_key(link, progress),
        form_key=_hash(submission.moves, submission.consent_id, link and link.entered_at),
    )


def _steps(progress: Progress) -> list[FollowedStep]:
    return [_followed(step, progress.images.get(step.name)) for step in progress.steps]


def _followed(step: Step, image: Image | None) -> FollowedStep:
    may_ask = image is not None and retakes.may_ask(step, image)
    return FollowedStep(
        name=step.name.value,
        label=label_of(step.name),
        state="asked" if step.asked else step.state.value,
        findings=[advice.fault(code) for code in image.findings] if image else [],
        image=str(image.pk) if image and may_ask else "",
        reasons=retakes.reasons(step.name) if may_ask else {},
    )


def _why_stopped(link: Invitation) -> str:
    text = auto_submit.stop_reasons().get(link.stopped, "")
    return named(text, link.submission.project.vendor_name)


def _key(link: Invitation | None, progress: Progress | None) -> str:
    if link is None or progress is None:
        return _hash("")
    asked = [(image.pk, image.asked_again) for image in progress.images.values()]
    parts = (link.pk, link.is_open, link.step, link.opened_at, link.submitted_at, link.help_at, link.mailed_at)
    return _hash(*parts, sorted(map(str, asked)))


def _hash(*parts: Any) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:12]
