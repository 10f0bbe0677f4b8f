"""What the review page shows of one submission: everything while its claim is held, nothing personal without."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from submissions.capture import ocr_diff
from submissions.capture.fields import form_fields
from submissions.core import clock, encryption, masking
from submissions.models import (
    Attempt,
    CallKind,
    CallState,
    Decision,
    Image,
    ImageKind,
    Status,
    Submission,
    User,
    Verdict,
)
from submissions.models.decision import UNDO_SECONDS, UNDONE
from submissions.models.submission import FINAL, MAX_TRIES
from submissions.outbox import stored_replies
from submissions.review import decisions, questions, score_distribution
from submissions.review.corrections import CORRECTABLE


@dataclass(frozen=True)
class Score:
    """Value and threshold, 0 to 100, and which side of it the value is on; a missing score is never "above".

    `spread`: how the project's recent verdicts lie on the same scale (`histograms`).
    """

    label: str
    value: float | None
    threshold: int
    spread: dict[str, Any] | None = None

    @property
    def is_low(self) -> bool:
        return self.value is None or self.value < self.threshold


@dataclass(frozen=True)
class Try:
    """One selfie that the vendor answered, with what it said of this one."""

    number: int
    image: Image | None
    scores: tuple[Score, ...]
    codes: tuple[str, ...]
    outcome: str
    is_last: bool


def closed(submission: Submission) -> dict[str, Any]:
    """What is not personal: codes and scores, no image, no value."""
    return {
        "tries": [],
        "documents": [],
        "comparison": [],
        "warnings": (),
        "scores": scores(submission),
        "facts": [],
        "questions": [],
        "verdict_spread": {},
    }


def opened(submission: Submission, user: User) -> dict[str, Any]:
    spread = score_distribution.of(submission.project)
    return {
        "tries": tries(submission, spread),
        "documents": documents(submission),
        "questions": questions.of(submission),
        "verdict_spread": spread["face"],
        "comparison": comparison(submission),
        "hides_digits": hides_digits(submission),
        "warnings": decisions.warnings_of(submission, user),
        "scores": scores(submission),
        "facts": captured_by(submission),
    }


def scores(submission: Submission) -> tuple[Score, ...]:
    spread = score_distribution.of(submission.project)
    return _scores(submission, submission.face_similarity, submission.liveness, spread)


Spread = dict[str, dict[str, Any]]


def _scores(submission: Submission, face: float | None, liveness: float | None, spread: Spread) -> tuple[Score, ...]:
    project = submission.project
    return (
        Score(_("Face similarity"), face, project.face_threshold, spread.get("face")),
        Score(_("Liveness"), liveness, project.liveness_threshold, spread.get("liveness")),
    )


def tries(submission: Submission, spread: Spread | None = None) -> list[Try]:
    """Up to three selfies, the one that counts first, each with how the vendor answered."""
    images = {str(image.pk): image for image in submission.images.filter(kind=ImageKind.SELFIE)}
    sent = stored_replies.arrived_selfies(submission)[-MAX_TRIES:]
    found = [_try(submission, attempt, images, at, len(sent), spread or {}) for at, attempt in enumerate(sent, start=1)]
    return found[::-1]


def _try(
    submission: Submission, attempt: Attempt, images: dict[str, Image], number: int, of: int, spread: Spread
) -> Try:
    reply = stored_replies.step2(attempt.call)
    is_last = number == of
    told = (reply.face_similarity, reply.liveness) if reply else (None, None)
    known = (submission.face_similarity, submission.liveness) if is_last and told == (None, None) else told
    return Try(
        number=number,
        image=images.get(attempt.selfie["id"]) if attempt.selfie else None,
        scores=_scores(submission, *known, spread),
        codes=tuple(retry.code or retry.message for retry in reply.retries) if reply else (),
        outcome=reply.kyc_status if reply else "",
        is_last=is_last,
    )


def documents(submission: Submission) -> list[Image]:
    """ID front, ID back, address document: those that are current; then what agents attached to their answers."""
    current = submission.images.filter(is_current=True) | submission.images.filter(kind=ImageKind.ATTACHMENT)
    order = [ImageKind.ID_FRONT, ImageKind.ID_BACK, ImageKind.ADDRESS, ImageKind.ATTACHMENT]
    found = [image for image in current if image.kind != ImageKind.SELFIE]
    return sorted(found, key=lambda image: (order.index(ImageKind(image.kind)), image.created_at))


def shown_images(submission: Submission) -> list[Image]:
    """Every image that the review page can show."""
    return [*documents(submission), *(attempt.image for attempt in tries(submission) if attempt.image)]


def first_images(submission: Submission) -> list[Image]:
    """Those in sight when the page opens, for whoever fetches them ahead: the document's first and the selfies."""
    return documents(submission)[:1] + [attempt.image for attempt in tries(submission) if attempt.image]


def captured_by(submission: Submission) -> list[tuple[str, str]]:
    """Who captured it and how."""
    people = [capturer.user.name for capturer in submission.capturers.select_related("user")]
    images = submission.images.filter(is_current=True).order_by("created_at")
    ways = [f"{image.get_kind_display()}: {image.get_source_display()}" for image in images]
    return [(_("Captured by"), ", ".join(people)), (_("Team"), submission.team.name), (_("Images"), ", ".join(ways))]


def comparison(submission: Submission) -> list[dict[str, Any]]:
    """Read value beside the value that was sent, the differing letters marked, with the agent's reason."""
    values, ocr, reasons = sent_values(submission), submission.ocr, submission.reasons
    changed = set(ocr_diff.edited_fields(submission))
    names = [
        name for name in form_fields.LABELS if (values.get(name) or ocr.get(name)) and name not in form_fields.OFFICE
    ]
    return [_compared(name, ocr.get(name, ""), values.get(name, ""), name in changed, reasons) for name in names]


def hides_digits(submission: Submission) -> bool:
    number = sent_values(submission).get("identity_number", "") or submission.ocr.get("identity_number", "")
    return masking.while_working("identity_number", number) != number


def sent_values(submission: Submission) -> dict[str, str]:
    """What the last attempt carried: reviewers judge that, not the draft."""
    sent = stored_replies.arrived_selfies(submission)
    return {**submission.values, **sent[-1].values} if sent else submission.values


def _compared(name: str, read: str, confirmed: str, is_changed: bool, reasons: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "label": form_fields.label_of(name),
        "read": _pieces(name, read, confirmed, is_changed),
        "confirmed": _pieces(name, confirmed, read, is_changed),
        "was_read": bool(read),
        "is_changed": is_changed,
        "reason": reasons.get(name, ""),
    }


def _pieces(name: str, text: str, other: str, is_changed: bool) -> list[tuple[str, bool]]:
    """Hidden digits are told apart from the shown ones, and only whether they differ is told of them."""
    if name == "gender":
        return [(form_fields.choice_label(text), is_changed)] if text else []
    shown = masking.while_working(name, text)
    if shown != text:
        return [(shown, is_changed)]
    return marked(text, other) if is_changed else [(text, False)]


def marked(text: str, other: str) -> list[tuple[str, bool]]:
    """`text` in pieces, each with whether it differs from `other`."""
    matcher = SequenceMatcher(None, text, other, autojunk=False)
    pieces = [(text[start:end], tag != "equal") for tag, start, end, _s, _e in matcher.get_opcodes()]
    return [(piece, differs) for piece, differs in pieces if piece]


def confirmed_for(submission: Submission) -> dict[str, str]:
    """The present value of each field that a correction can change, by the vendor's name."""
    values = sent_values(submission)
    return {name: values.get(ours, "") for name, ours in CORRECTABLE.items()}


def undo_of(submission: Submission, user: User) -> dict[str, Any] | None:
    """The verdict that can still be taken back, and for how many seconds."""
    last = decisions.undoable(submission)
    if last is not None and last.reviewer_id == user.pk:
        left = int((last.decided_at - clock.now()).total_seconds()) + UNDO_SECONDS + 1
        return {"decision": last, "seconds": max(0, left), "is_own": True, "another_is_next": True}
    call = submission.open_call
    if call is None or call.kind != CallKind.REVIEW or call.state != CallState.PREPARED or call.undelivered:
        return None
    left = int((call.not_before - clock.now()).total_seconds()) + 1
    decision, is_own = Decision.objects.filter(call=call).first(), call.prepared_by_id == user.pk
    if decision is None or (not is_own and decisions.is_blind(submission, user)):
        return None
    return {"decision": decision, "seconds": max(0, left), "is_own": is_own, "another_is_next": False}


def leaving(user: User, besides: Submission | None = None) -> list[dict[str, Any]]:
    """This person's verdicts on other submissions that can be undone, latest first, with the seconds left."""
    now = clock.now()
    since = now - timedelta(seconds=UNDO_SECONDS)
    mine = Decision.objects.filter(reviewer=user, withdrawn_at=None, decided_at__gt=since).exclude(submission=besides)
    rows = mine.select_related("submission", "call").order_by("-decided_at")
    found = [decision for decision in rows if _may_come_back(decision, now)]
    return [
        {
            "submission_id": decision.submission_id,
            "submission": decision.submission,
            "verdict": decision.verdict,
            "seconds": int((decision.decided_at - since).total_seconds()) + 1,
        }
        for decision in found
    ]


def _may_come_back(decision: Decision, now: datetime) -> bool:
    """Before its call has left, or while nobody has spoken after it."""
    call = decision.call
    if call is not None:
        return call.state == CallState.PREPARED and not call.undelivered and call.not_before > now
    return decisions.undoable(decision.submission) == decision


def last_withdrawn(submission: Submission, user: User) -> Decision | None:
    """This person's verdict that did not stand, so that its text can be used again."""
    rows = submission.decisions.filter(reviewer=user, withdrawn_at__isnull=False).order_by("-withdrawn_at")
    found: Decision | None = rows.first()
    if found is not None:
        found.submission = submission
    return found


def initial_of(submission: Submission, user: User) -> dict[str, Any]:
    """What the decision form starts with: text and ticks of a verdict of theirs that did not stand.

    The choice itself only after an undo: a verdict that failed otherwise is to be considered anew.
    """
    last = last_withdrawn(submission, user)
    if last is None:
        return {}
    try:
        return _typed_in(last)
    except encryption.CannotOpen:
        return {}


def _typed_in(last: Decision) -> dict[str, Any]:
    given = {"reason_code": last.reason_code, "comment": last.comment, "ticked": last.warnings, **last.corrections}
    return given | ({"verdict": last.verdict} if last.withdrawn_why == UNDONE else {})


def seen_of(submission: Submission) -> str:
    """Stands in the form: a verdict counts only for the submission as it was looked at."""
    return f"{submission.status}:{submission.moves}"


def verdicts(submission: Submission, user: User) -> list[Decision]:
    """The verdicts that this person may know of: their own, and others' once they are blind no more.

    Those in force, and those that somebody else's decision overtook, each in the order in which they were given.
    """
    is_blind = decisions.is_blind(submission, user)
    given = [*decisions.in_force(submission), *_withdrawn_as_overtaken(submission)]
    known = [decision for decision in given if not is_blind or decision.reviewer_id == user.pk]
    return sorted(known, key=lambda decision: decision.decided_at)


def _withdrawn_as_overtaken(submission: Submission) -> list[Decision]:
    withdrawn = submission.decisions.filter(withdrawn_at__isnull=False).select_related("reviewer")
    for decision in withdrawn:
        decision.submission = submission
    return [decision for decision in withdrawn if decision.is_overtaken]


def corrects_otherwise(submission: Submission) -> bool:
    """Two verdicts that say the same and are unlike all the same: they correct different data."""
    given = decisions.in_force(submission) if decisions.has_unlike_verdicts(submission) else []
    return len({decision.verdict for decision in given}) == 1


def meanwhile(submission: Submission, user: User) -> str:
    """Who did what since the page was opened, in one sentence."""
    if submission.status in FINAL:
        who = submission.decided_by.name if submission.decided_by else submission.get_source_display()
        texts = {
            Status.APPROVED: _("%(who)s approved it meanwhile."),
            Status.REJECTED: _("%(who)s rejected it meanwhile."),
            Status.ABANDONED: _("It was closed meanwhile."),
        }
        return texts[Status(submission.status)] % {"who": who}
    last = submission.decisions.filter(withdrawn_at=None).select_related("reviewer").order_by("-round").first()
    if last is None:
        return _("It has changed since you opened the page.")
    if last.reviewer_id == user.pk:
        return _("You have given your verdict already.")
    if decisions.is_blind(submission, user):
        return _("Another reviewer has given a first verdict meanwhile; it waits for a second one.")
    given = (
        _("%(who)s approved it meanwhile.") if last.verdict == Verdict.APPROVED else _("%(who)s rejected it meanwhile.")
    )
    return given % {"who": last.reviewer.name}
