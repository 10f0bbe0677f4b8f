"""How sure ARGOS was of each value that it read, as received; doubtful ones are marked."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from submissions.models import Submission


@dataclass(frozen=True)
class Confidence:
    """`score`: as received. `is_low`: ARGOS did not accept the value, or it is below the project's threshold."""

    score: float | None
    is_accepted: bool | None
    is_low: bool

    @property
    def text(self) -> str:
        parts = [f"{self.score:g}"] if self.score is not None else []
        parts += [_("not accepted by ARGOS")] if self.is_accepted is False else []
        return ", ".join(parts)


def readings_of(submission: Submission) -> dict[str, Confidence]:
    """Return the confidence of each field that ARGOS scored, by Step 2's name of the field."""
    threshold = submission.project.ocr_threshold
    readings = submission.vendor_signals.get("ocr_readings", [])
    return {reading["name"]: _of(reading["score"], reading["accepted"], threshold) for reading in readings}


def _of(score: float | None, is_accepted: bool | None, threshold: int) -> Confidence:
    share = percent_of(score)
    return Confidence(score, is_accepted, is_accepted is False or (share is not None and share < threshold))


def percent_of(score: float | None) -> float | None:
    """Return the score in percent; None for a number that is shown and not judged.

    ARGOS does not document the range. Assumption: up to 1 it is a share, up to 100 it is percent.
    """
    if score is None or not 0 <= score <= 100:
        return None
    return score * 100 if score <= 1 else score
