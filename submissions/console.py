"""What the review page shows of one submission: everything while its claim is held, nothing personal without."""

from difflib import SequenceMatcher
from typing import Any

from submissions import clock, fields, review
from submissions.models import Call, CallKind, CallState, Decision, Image, ImageKind, Submission, User
from submissions.models.submission import MAX_TRIES


def closed(submission: Submission) -> dict[str, Any]:
    return {"tries": [], "documents": [], "comparison": [], "warnings": [], "scores": scores(submission)}


def opened(submission: Submission, user: User) -> dict[str, Any]:
    return {
        "tries": tries(submission),
        "documents": documents(submission),
        "comparison": comparison(submission),
        "warnings": review.warnings_of(submission, user),
        "scores": scores(submission),
    }


def scores(submission: Submission) -> list[dict[str, Any]]:
    """Value, threshold (0 to 100) and which side of it the value is on; a missing score is never "above"."""
    project = submission.project
    return [
        _score("face", submission.face_similarity, project.face_threshold),
        _score("liveness", submission.liveness, project.liveness_threshold),
    ]


def _score(name: str, value: float | None, threshold: int) -> dict[str, Any]:
    is_low = value is None or value < threshold
    return {"name": name, "value": value, "threshold": threshold, "is_low": is_low}


def tries(submission: Submission) -> list[dict[str, Any]]:
    """Up to three selfies in the order they were sent, each with how the vendor answered."""
    images = {str(image.pk): image for image in submission.images.filter(kind=ImageKind.SELFIE)}
    attempts = submission.attempts.filter(kind=CallKind.STEP2).select_related("call").order_by("number")
    sent = [attempt for attempt in attempts if _arrived(attempt.call)]
    return [
        {
            "number": at,
            "image": images.get(attempt.selfie["id"]) if attempt.selfie else None,
            "call": attempt.call,
            "is_last": at == len(sent),
        }
        for at, attempt in enumerate(sent[-MAX_TRIES:], start=1)
    ]


def _arrived(call: Call) -> bool:
    return call.state == CallState.ANSWERED or (call.state == CallState.SETTLED and call.settled_as == "adopted")


def documents(submission: Submission) -> list[Image]:
    """ID front, ID back, address document: those that were last sent or are current."""
    found = submission.images.exclude(kind=ImageKind.SELFIE).filter(is_current=True)
    order = {ImageKind.ID_FRONT: 0, ImageKind.ID_BACK: 1, ImageKind.ADDRESS: 2}
    return sorted(found, key=lambda image: order[ImageKind(image.kind)])


def comparison(submission: Submission) -> list[dict[str, Any]]:
    """Read value beside confirmed value, the differing letters marked, with the agent's reason."""
    values, ocr, reasons = submission.values, submission.ocr, submission.reasons
    changed = set(review.edited_fields(submission))
    names = [name for name in fields.LABELS if (values.get(name) or ocr.get(name)) and name not in fields.OFFICE]
    return [
        {
            "name": name,
            "label": fields.label_of(name),
            "read": marked(ocr.get(name, ""), values.get(name, ""))
            if name in changed
            else [(ocr.get(name, ""), False)],
            "confirmed": marked(values.get(name, ""), ocr.get(name, ""))
            if name in changed
            else [(values.get(name, ""), False)],
            "was_read": bool(ocr.get(name)),
            "is_changed": name in changed,
            "reason": reasons.get(name, ""),
        }
        for name in names
    ]


def marked(text: str, other: str) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it differs from `other`."""
    matcher = SequenceMatcher(None, text, other, autojunk=False)
    pieces = [(text[start:end], tag != "equal") for tag, start, end, _s, _e in matcher.get_opcodes()]
    return [(piece, differs) for piece, differs in pieces if piece]


def undo_of(submission: Submission, user: User) -> dict[str, Any] | None:
    """The verdict that can still be taken back, and for how many seconds."""
    call = submission.open_call
    if call is None or call.kind != CallKind.REVIEW or call.state != CallState.PREPARED or call.undelivered:
        return None
    left = int((call.not_before - clock.now()).total_seconds()) + 1
    decision = Decision.objects.filter(call=call).first()
    if decision is None:
        return None
    return {"decision": decision, "seconds": max(0, left), "is_own": call.prepared_by_id == user.pk}


def last_withdrawn(submission: Submission, user: User) -> Decision | None:
    """This person's verdict that did not stand, so that its text can be used again."""
    rows = submission.decisions.filter(reviewer=user, withdrawn_at__isnull=False).order_by("-withdrawn_at")
    found: Decision | None = rows.first()
    if found is not None:
        found.submission = submission
    return found
