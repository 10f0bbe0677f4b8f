"""Claims and verdicts. A verdict can be undone for `UNDO_SECONDS`, then its call leaves; two never decide one."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from argos import matrix
from argos.codes.comments import REJECT_COMMENTS
from submissions import clock, events, reading, search
from submissions.calls import ledger
from submissions.events import Actor
from submissions.fields import label_of
from submissions.models import Call, CallKind, Decision, Image, ImageKind, Note, Status, Submission, User, Verdict
from submissions.models.project import SecondReview
from submissions.models.submission import IN_REVIEW
from submissions.permissions import NotAllowed, can, check_can
from submissions.transitions import StaleSubmission, move

CLAIM_LASTS = timedelta(minutes=30)
UNDO_SECONDS = 10
CANDIDATES = 50
# What the vendor takes in updateFields (developers.argosidentity.com, post-client-review).
CORRECTABLE = ("fullName", "gender", "issueDate", "expireDate", "birthDate", "idType")
OWN_REASONS = {
    "own_suspected_fraud": "Suspected fraud",
    "own_customer_withdrew": "The customer withdrew",
    "own_cannot_reach_customer": "The customer cannot be reached",
    "own_policy": "Against our policy",
}


class CommentMissing(Exception):
    """A rejection wants a comment and a reason."""


class WarningsOpen(Exception):
    """Warnings nobody has ticked off."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = tuple(codes)
        super().__init__(", ".join(self.codes))


class ClaimedByOther(Exception):
    """Another reviewer holds it; `submission.claimed_by` says who."""


@dataclass(frozen=True)
class Warning:
    """Something a reviewer must have looked at before approving."""

    code: str
    text: str


def claim(submission: Submission, *, by: Actor) -> None:
    """Reserve it for this person for 30 minutes; again extends it.

    Raises:
        NotAllowed: not a reviewer, or the one who captured it.
        ClaimedByOther: somebody else was first.
    """
    assert by.user is not None
    check_can(by.user, submission, "claim")
    if not _take(submission, by.user):
        submission.refresh_from_db()
        if submission.status not in IN_REVIEW:
            raise StaleSubmission(submission.reference)
        raise ClaimedByOther(submission.reference)
    events.record("claimed", by=by, submission=submission, purpose="review")


def _take(submission: Submission, user: User) -> bool:
    now = clock.now()
    free = Submission.objects.filter(pk=submission.pk, status__in=IN_REVIEW).unclaimed(now)
    mine = Submission.objects.filter(pk=submission.pk, status__in=IN_REVIEW, claimed_by=user)
    until = now + CLAIM_LASTS
    if not (free.update(claimed_by=user, claimed_until=until) or mine.update(claimed_by=user, claimed_until=until)):
        return False
    submission.claimed_by, submission.claimed_until = user, until
    return True


def extend(submission: Submission, *, by: Actor) -> bool:
    """Thirty minutes more for the one who holds it; False when the claim has ended or somebody else has it.

    No event: the claim is one, and the page asks for this every minute while the person works.
    """
    now = clock.now()
    mine = Submission.objects.filter(pk=submission.pk, status__in=IN_REVIEW, claimed_by=by.user, claimed_until__gte=now)
    return bool(mine.update(claimed_until=now + CLAIM_LASTS))


def is_blind(submission: Submission, user: User) -> bool:
    """A second reviewer does not see the first's verdict until they have given theirs."""
    if submission.status != Status.SECOND_REVIEW:
        return False
    given = submission.decisions.filter(withdrawn_at=None).values_list("reviewer_id", flat=True)
    return len(given) < 2 and user.pk not in given


def goes_to_second(submission: Submission, user: User) -> bool:
    """Whether another reviewer speaks after this person's verdict."""
    if submission.status != Status.PENDING:
        return False
    wanted = submission.project.second_review
    return wanted == SecondReview.ALL or (wanted == SecondReview.FLAGGED and bool(warnings_of(submission, user)))


def claim_next(*, by: Actor) -> Submission | None:
    """Take the unclaimed one whose target is nearest and that this person may decide; None when there is none."""
    assert by.user is not None
    waiting = Submission.objects.awaiting_review().unclaimed(clock.now()).filter(project__reviewer="client")
    others = waiting.exclude(capturers__user=by.user).exclude(decisions__in=_verdicts_of(by.user))
    for submission in others.select_related("project").order_by("target_at", "id")[:CANDIDATES]:
        if can(by.user, submission, "claim") and _take(submission, by.user):
            events.record("claimed", by=by, submission=submission, purpose="next")
            return submission
    return None


def assign(pks: Iterable[uuid.UUID], to: User, *, by: Actor) -> tuple[int, int]:
    """Reserve each for `to` where they may decide it and nobody holds it; (how many, how many not)."""
    assert by.user is not None
    done = skipped = 0
    for submission in Submission.objects.filter(pk__in=list(pks)).select_related("project"):
        check_can(by.user, submission, "reassign")
        if can(to, submission, "claim") and _take(submission, to):
            events.record("assigned", by=by, submission=submission, fields={"to": to.username})
            done += 1
        else:
            skipped += 1
    return done, skipped


def _verdicts_of(user: User) -> "QuerySet[Decision]":
    return Decision.objects.filter(reviewer=user, withdrawn_at=None)


def release(submission: Submission, *, by: Actor, note: str = "") -> None:
    """Give a claim back, with a note for whoever takes it next.

    Raises:
        StaleSubmission: it is not theirs (any more). Nothing is written.
    """
    with transaction.atomic():
        mine = Submission.objects.filter(pk=submission.pk, claimed_by=by.user)
        if not mine.update(claimed_by=None, claimed_until=None):
            raise StaleSubmission(submission.reference)
        events.record("claim_released", by=by, submission=submission)
        if note:
            add_note(submission, note, by=by)
    submission.claimed_by = submission.claimed_until = None


def add_note(submission: Submission, text: str, *, by: Actor, is_question: bool = False) -> Note:
    note = Note(submission=submission, author=by.user, is_question=is_question)
    note.text = text
    with transaction.atomic():
        note.save(force_insert=True)
        events.record("note_added", by=by, submission=submission, fields={"question": is_question})
    return note


def warnings_of(submission: Submission, user: User) -> tuple[Warning, ...]:
    """What must be ticked off one by one before Approve."""
    project = submission.project
    found = []
    if submission.face_similarity is None or submission.face_similarity < project.face_threshold:
        found.append(Warning("face_low", _("Face similarity is under %d, or was not told.") % project.face_threshold))
    if submission.liveness is None or submission.liveness < project.liveness_threshold:
        found.append(Warning("liveness_low", _("Liveness is under %d, or was not told.") % project.liveness_threshold))
    expiry = submission.values.get("date_of_expiry", "")
    if expiry and expiry < clock.now().date().isoformat():
        found.append(Warning("expired_id", _("The ID expired on %s.") % expiry))
    if changed := edited_fields(submission):
        found.append(
            Warning("edited", _("Confirmed values differ from what was read: %s.") % ", ".join(map(label_of, changed)))
        )
    if search.same_person(user, submission).exists():
        found.append(
            Warning("duplicate", _("Another open or approved submission has the same e-mail, id or document."))
        )
    if submission.has_difference:
        found.append(Warning("differs", _("The vendor's record differs from ours.")))
    return tuple(found)


def edited_fields(submission: Submission) -> list[str]:
    """Names of values that were read and then confirmed otherwise."""
    values, ocr = matrix.clean_step2(submission.values), matrix.clean_step2(submission.ocr)
    return sorted(name for name, read in ocr.items() if reading.differs(name, values.get(name, ""), read))


def decide(
    submission: Submission,
    verdict: Verdict,
    *,
    by: Actor,
    reason_code: str = "",
    comment: str = "",
    corrections: Mapping[str, str] | None = None,
    ticked: Iterable[str] = (),
) -> Decision:
    """Give a verdict: on to the second reviewer where the project asks for one, else on its way in ten seconds.

    Raises:
        NotAllowed, CommentMissing, WarningsOpen
        StaleSubmission: somebody decided it, or the vendor did, meanwhile. Nothing is written.
    """
    assert by.user is not None
    check_can(by.user, submission, "decide")
    if verdict == Verdict.REJECTED and not (comment.strip() and reason_code):
        raise CommentMissing
    warned = [warning.code for warning in warnings_of(submission, by.user)]
    if verdict == Verdict.APPROVED and (still_open := set(warned) - set(ticked)):
        raise WarningsOpen(sorted(still_open))
    decision = Decision(submission=submission, reviewer=by.user, verdict=verdict, reason_code=reason_code)
    decision.comment = comment.strip()
    decision.corrections = {name: text for name, text in (corrections or {}).items() if name in CORRECTABLE and text}
    decision.warnings = warned
    try:
        with transaction.atomic():
            _write(decision, by=by, is_flagged=bool(warned))
    except IntegrityError as error:
        raise StaleSubmission(submission.reference) from error
    return decision


def _write(decision: Decision, *, by: Actor, is_flagged: bool) -> None:
    submission = decision.submission
    earlier = list(submission.decisions.filter(withdrawn_at=None).order_by("round"))
    decision.round = len(earlier) + 1
    fields = {"verdict": decision.verdict, "reason": decision.reason_code, "round": decision.round}
    agreed = _is_agreed([*earlier, decision], submission, is_flagged=is_flagged)
    if agreed:
        call = _prepare_call(decision, by=by)
        decision.call = call
    elif submission.status == Status.PENDING:
        move(submission, Status.SECOND_REVIEW, by=by, fields=fields, claimed_by=None, claimed_until=None)
    else:
        released = Submission.objects.filter(pk=submission.pk, status=Status.SECOND_REVIEW, claimed_by=by.user)
        if not released.update(claimed_by=None, claimed_until=None):
            raise StaleSubmission(submission.reference)
    decision.save(force_insert=True)
    events.record("verdict_given", by=by, submission=submission, fields=fields)


def _is_agreed(decisions: list[Decision], submission: Submission, *, is_flagged: bool) -> bool:
    """One verdict where one is enough; two alike; or, after two unlike ones, whatever the third person says."""
    wanted = submission.project.second_review
    needs_two = wanted == SecondReview.ALL or (wanted == SecondReview.FLAGGED and is_flagged)
    if submission.status == Status.PENDING:
        return not needs_two
    verdicts = [decision.verdict for decision in decisions]
    return verdicts.count(decisions[-1].verdict) >= 2


def _prepare_call(decision: Decision, *, by: Actor) -> Call:
    submission = decision.submission
    values = {
        "submissionId": submission.vendor_id,
        "status": decision.verdict,
        "admin": submission.project.admin_email,
        **({"rejectComment": vendor_comment(decision)} if decision.verdict == Verdict.REJECTED else {}),
        **{f"updateFields.{name}": text for name, text in decision.corrections.items()},
    }
    delay = timedelta(seconds=UNDO_SECONDS)
    return ledger.prepare(submission, CallKind.REVIEW, Status.DECISION_SENDING, by=by, values=values, delay=delay)


def vendor_comment(decision: Decision) -> str:
    """The vendor's own text for its code; our comment stays ours, except where the code is the vendor's "other"."""
    if decision.reason_code in OWN_REASONS:
        return OWN_REASONS[decision.reason_code]
    return REJECT_COMMENTS.get(decision.reason_code, decision.comment)


def undo(submission: Submission, *, by: Actor) -> None:
    """Take a verdict back before it has left. Only the one who gave it may.

    Raises:
        NotAllowed: somebody else's verdict.
        StaleSubmission: it has left.
    """
    call = submission.open_call
    if call is None or call.kind != CallKind.REVIEW:
        raise StaleSubmission(submission.reference)
    if call.prepared_by_id != (by.user.pk if by.user else None):
        raise NotAllowed(_("Only the reviewer who gave this verdict can take it back."))
    ledger.cancel_prepared(submission, by=by, why="undone")


def selfie_attempts(submission: Submission) -> list[tuple[int, Image | None]]:
    """(number, selfie) of each Step 2 attempt, oldest first."""
    images = {str(image.pk): image for image in submission.images.filter(kind=ImageKind.SELFIE)}
    attempts = submission.attempts.filter(kind=CallKind.STEP2).order_by("number")
    return [(attempt.number, images.get(attempt.selfie["id"]) if attempt.selfie else None) for attempt in attempts]
