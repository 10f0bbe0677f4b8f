"""The selfies that the vendor answered, each with the scores and codes of its reply."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from submissions.capture.imaging import live_camera
from submissions.models import Attempt, CaptureSource, Image, ImageKind, Project, Submission
from submissions.models.submission import MAX_TRIES
from submissions.outbox import stored_replies
from submissions.review.page.score_distribution import near


@dataclass(frozen=True)
class Score:
    """A score and its threshold, both 0 to 100. A missing score counts as low.

    `near`: of the project's recent decisions near this score, how many approved and how many there were.
    `note`: what limits the score.
    """

    label: str
    value: float | None
    threshold: int
    near: tuple[int, int] | None = None
    note: str = ""

    @property
    def is_low(self) -> bool:
        return self.value is None or self.value < self.threshold

    @property
    def share(self) -> float:
        """Return the length of the bar, 0 to 100."""
        return max(0.0, min(100.0, self.value or 0))

    @property
    def distance(self) -> str:
        """Say how far the score is from its threshold."""
        if self.value is None:
            return _("not provided")
        points = f"{abs(self.value - self.threshold):.1f}"
        texts = {
            True: _("%(points)s below %(threshold)d"),
            False: _("%(points)s above %(threshold)d"),
        }
        return texts[self.is_low] % {"points": points, "threshold": self.threshold}


@dataclass(frozen=True)
class Try:
    """One selfie that the vendor answered, with the scores and codes of its reply."""

    number: int
    image: Image | None
    scores: tuple[Score, ...]
    codes: tuple[str, ...]
    outcome: str
    is_last: bool


def scores(
    project: Project, face: float | None, liveness: float | None, selfie: Image | None = None
) -> tuple[Score, ...]:
    """Return both scores. `selfie`: the judged one; a liveness score of a file says so."""
    note = live_camera.liveness_note(selfie)
    return (
        Score(_("Face similarity"), face, project.face_threshold, near(project, "face", face)),
        Score(_("Liveness"), liveness, project.liveness_threshold, near(project, "liveness", liveness), note),
    )


def tries(submission: Submission, selfies: Sequence[Attempt], images: Iterable[Image]) -> list[Try]:
    """Return up to three selfies, the one that counts first. `selfies`: the arrived attempts by number.

    Without an attempt of the portal, it is the selfie that ARGOS gathered with its own form.
    """
    by_id = {str(image.pk): image for image in images if image.kind == ImageKind.SELFIE}
    if not selfies:
        gathered = (image for image in by_id.values() if image.is_current and image.source == CaptureSource.LIVEFORM)
        return [_gathered(submission, image) for image in gathered]
    latest = selfies[-MAX_TRIES:]
    rows = [_try(submission, attempt, by_id, number, len(latest)) for number, attempt in enumerate(latest, start=1)]
    return rows[::-1]


def _gathered(submission: Submission, image: Image) -> Try:
    judged = scores(submission.project, submission.face_similarity, submission.liveness, image)
    return Try(number=1, image=image, scores=judged, codes=(), outcome="", is_last=True)


def _try(submission: Submission, attempt: Attempt, by_id: dict[str, Image], number: int, of: int) -> Try:
    reply = stored_replies.step2(attempt.call)
    face, liveness = (reply.face_similarity, reply.liveness) if reply else (None, None)
    if number == of and face is None and liveness is None:
        face, liveness = submission.face_similarity, submission.liveness
    return Try(
        number=number,
        image=by_id.get(attempt.selfie["id"]) if attempt.selfie else None,
        scores=scores(submission.project, face, liveness),
        codes=tuple(retry.code or retry.message for retry in reply.retries) if reply else (),
        outcome=reply.kyc_status if reply else "",
        is_last=number == of,
    )
