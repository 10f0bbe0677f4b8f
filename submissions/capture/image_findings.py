"""What the check of a picture found, as warnings that a person may overrule with a reason.

A reason is for that one picture: a new picture with the same fault asks again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from argos.matrix import Problem
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture.images import current_images
from submissions.capture.imaging import advice
from submissions.models import Image, ImageKind, Submission


def reason_key(image: Image, code: str) -> str:
    """Under which the submission keeps why a finding was overruled."""
    return f"{code}-{image.pk.hex[:8]}"


@dataclass(frozen=True)
class Noted:
    """A finding as a reviewer reads it; `reason` is why it was sent anyway, empty where nobody said."""

    fault: str
    reason: str


def noted(image: Image) -> tuple[Noted, ...]:
    """What the capture check found on this picture. The image's submission has its keys loaded."""
    reasons = image.submission.reasons
    return tuple(Noted(advice.fault(code), reasons.get(reason_key(image, code), "")) for code in image.findings)


def problems(
    submission: Submission, kinds: Collection[ImageKind], images: Mapping[str, Image] | None = None
) -> tuple[Problem, ...]:
    """One warning for each finding on the current pictures of these kinds that nobody has overruled.

    `images`: the current images, from a page that has loaded them already.
    """
    reasons = submission.reasons
    current = current_images(submission) if images is None else images
    found = [(image, code) for image in current.values() if image.kind in kinds for code in image.findings]
    return tuple(
        Problem(image.kind, reason_key(image, code), advice.sentence(code, image.kind), "warning")
        for image, code in found
        if not reasons.get(reason_key(image, code))
    )


def record_overruled(submission: Submission, sent: Iterable[Image], *, by: Actor) -> None:
    """An event for each finding put aside, at the press: until then the reason is still being typed.

    `author`: who typed the reason, whoever presses.
    """
    reasons = submission.reasons
    for image in sent:
        for code in image.findings:
            if reason := reasons.get(reason_key(image, code)):
                named = {"code": code, "image": str(image.pk), "image_kind": image.kind}
                named["author"] = submission.reason_authors.get(reason_key(image, code), "")
                events.record("finding_overruled", by=by, submission=submission, reason=reason, fields=named)
