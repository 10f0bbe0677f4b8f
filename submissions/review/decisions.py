"""Give and undo verdicts. A verdict can be undone for `UNDO_SECONDS`, then its call is sent; only one is ever sent.

`review.claims` reserves a submission for one reviewer, `review.verdicts` reads the verdicts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from argos.codes.comments import REJECT_COMMENTS
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import submit
from submissions.capture.fields.form_fields import label_of
from submissions.capture.ocr_diff import edited_fields
from submissions.core import clock
from submissions.core.typed_reason import is_reason
from submissions.models import Attempt, Call, CallKind, Decision, Note, Status, Submission, User, Verdict
from submissions.models.decision import UNDO_SECONDS, UNDONE
from submissions.models.project_choices import SecondReview
from submissions.outbox import ledger, new_calls, stored_replies
from submissions.review import mentions, reject_reasons
from submissions.review.corrections import CORRECTABLE
from submissions.review.verdicts import Verdicts
from submissions.search import blind_index
from submissions.workflow.permissions import NotAllowed, check_can
from submissions.workflow.transitions import StaleSubmission, move

OWN_REASONS = {code: reject_reasons.REASONS[code].label for code in reject_reasons.OWN}


class CommentMissing(Exception):
    """A rejection needs a comment and a reason."""


class CommentToOverrule(Exception):
    """A reviewer who overrides the second verdict must give a reason."""


class WarningReasonMissing(Exception):
    """A warning that must be acknowledged with a reason has none."""


class WarningsOpen(Exception):
    """Some warnings are not acknowledged."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = tuple(codes)
        super().__init__(", ".join(self.codes))


@dataclass(frozen=True)
class ReviewWarning:
    """Something a reviewer must acknowledge before approving.

    `detail`: what to do about it. `is_from_vendor`: ARGOS reported it, not the portal. `needs_reason`: it is
    acknowledged with a typed reason.
    """

    code: str
    text: str
    detail: str = ""
    is_from_vendor: bool = False
    needs_reason: bool = False


def goes_to_second(submission: Submission, *, is_flagged: bool) -> bool:
    """Return whether another reviewer decides after this person's verdict. `is_flagged`: it has warnings."""
    return submission.status == Status.PENDING and _needs_two(submission, is_flagged=is_flagged)


def _needs_two(submission: Submission, *, is_flagged: bool) -> bool:
    mode = submission.project.second_review
    return mode == SecondReview.ALL or (mode == SecondReview.FLAGGED and is_flagged)


def add_note(submission: Submission, text: str, *, by: Actor, is_question: bool = False) -> Note:
    note = Note(submission=submission, author=by.user, is_question=is_question)
    note.text = text
    with transaction.atomic():
        note.save(force_insert=True)
        named = [person.username for person in mentions.record(note, text)]
        events.record("note_added", by=by, submission=submission, fields={"question": is_question, "named": named})
    return note


def warnings_of(submission: Submission, user: User) -> tuple[ReviewWarning, ...]:
    """Query what `warnings_from` needs and return its warnings."""
    has_duplicate = blind_index.same_person(user, submission).exists()
    return warnings_from(submission, stored_replies.arrived_selfies(submission), has_duplicate=has_duplicate)


def warnings_from(
    submission: Submission, selfies: Sequence[Attempt], *, has_duplicate: bool
) -> tuple[ReviewWarning, ...]:
    """Return what a reviewer must acknowledge before approving. `selfies`: the arrived attempts by number."""
    warnings = [*_about_scores(submission)]
    if refusals := stored_replies.refusals(selfies):
        why = "; ".join(code or _("reason not known") for code in refusals)
        warnings.append(ReviewWarning("selfies_refused", _refused(len(refusals)), why, is_from_vendor=True))
    expiry = submission.values.get("date_of_expiry", "")
    if expiry and expiry < clock.today().isoformat():
        warnings.append(ReviewWarning("expired_id", _("The ID expired on %s") % expiry))
    if submit.is_unread(submission):
        detail = _("Compare every confirmed value with the image.")
        warnings.append(ReviewWarning("nothing_read", _("No values read from the ID"), detail))
    warnings += [
        ReviewWarning(f"edited:{name}", _("%(field)s differs from the value read") % {"field": label_of(name)})
        for name in edited_fields(submission)
    ]
    if has_duplicate:
        detail = _("Another open or approved submission has the same e-mail, ID or document.")
        warnings.append(ReviewWarning("duplicate", _("Possible duplicate"), detail))
    if submission.has_difference:
        detail = _("The ARGOS record differs from the portal's.")
        warnings.append(ReviewWarning("differs", _("Record mismatch"), detail))
    if submission.has_aml_hit:
        text, detail = _("Possible sanctions match"), _("Acknowledge it with a reason. Do not tell the customer.")
        warnings.append(ReviewWarning("aml_hit", text, detail, is_from_vendor=True, needs_reason=True))
    return tuple(warnings)


def _about_scores(submission: Submission) -> list[ReviewWarning]:
    """Warn of a score below the project's threshold; one that ARGOS did not provide is not above it."""
    project, warnings = submission.project, []
    if is_low(submission.face_similarity, project.face_threshold):
        text = _score_text(_("Face similarity"), submission.face_similarity, project.face_threshold)
        warnings.append(ReviewWarning("face_low", text, _("Compare the faces before you approve.")))
    if is_low(submission.liveness, project.liveness_threshold):
        text = _score_text(_("Liveness"), submission.liveness, project.liveness_threshold)
        detail = _("Check that the selfie shows a live person, not a screen or a print.")
        warnings.append(ReviewWarning("liveness_low", text, detail))
    return warnings


def is_low(score: float | None, threshold: int) -> bool:
    return score is None or score < threshold


def _score_text(name: str, score: float | None, threshold: int) -> str:
    if score is None:
        return _("%(score)s not provided") % {"score": name}
    return _("%(score)s %(value)s is below %(threshold)d") % {
        "score": name,
        "value": f"{score:g}",
        "threshold": threshold,
    }


def _refused(number: int) -> str:
    message = ngettext("%(count)d earlier selfie not accepted", "%(count)d earlier selfies not accepted", number)
    return message % {"count": number}


def decide(
    submission: Submission,
    verdict: Verdict,
    *,
    by: Actor,
    reason_code: str = "",
    comment: str = "",
    corrections: Mapping[str, str] | None = None,
    ticked: Iterable[str] = (),
    warning_reason: str = "",
) -> Decision:
    """Give a verdict: it goes to a second reviewer where the project asks for one, else to ARGOS in ten seconds.

    Raises:
        NotAllowed, CommentMissing, CommentToOverrule, WarningsOpen, WarningReasonMissing
        StaleSubmission: somebody decided it, or the vendor did, or it was handed over since then. Nothing is written.
    """
    assert by.user is not None
    check_can(by.user, submission, "decide")
    if verdict == Verdict.REJECTED and not (comment.strip() and reason_code):
        raise CommentMissing
    if Verdicts.load(submission).is_back_to_first(by.user) and not comment.strip():
        raise CommentToOverrule
    warnings = warnings_of(submission, by.user)
    warned = [warning.code for warning in warnings]
    if verdict == Verdict.APPROVED and (still_open := set(warned) - set(ticked)):
        raise WarningsOpen(sorted(still_open))
    needs_reason = verdict == Verdict.APPROVED and any(warning.needs_reason for warning in warnings)
    if needs_reason and not is_reason(warning_reason):
        raise WarningReasonMissing
    decision = Decision(submission=submission, reviewer=by.user, verdict=verdict, reason_code=reason_code)
    decision.comment = comment.strip()
    decision.corrections = {name: text for name, text in (corrections or {}).items() if name in CORRECTABLE and text}
    decision.warning_reason = warning_reason.strip() if needs_reason else ""
    decision.warnings = [code for code in warned if code in set(ticked)]
    try:
        with transaction.atomic():
            _write(decision, by=by, is_flagged=bool(warned))
    except IntegrityError as error:
        raise StaleSubmission(submission.reference) from error
    return decision


def _write(decision: Decision, *, by: Actor, is_flagged: bool) -> None:
    submission = decision.submission
    _lock(submission, claimed_by=by.user)
    earlier = Verdicts.load(submission).in_force
    decision.round = earlier[-1].round + 1 if earlier else 1
    fields = {"verdict": decision.verdict, "reason": decision.reason_code, "round": decision.round}
    agreed = _is_agreed([*earlier, decision], submission, is_flagged=is_flagged)
    freed = {"claimed_by": None, "claimed_until": None, "assigned_to": None, "given_by": None}
    if agreed:
        call = _prepare_call(decision, by=by)
        decision.call = call
    elif submission.status == Status.PENDING:
        move(submission, Status.SECOND_REVIEW, by=by, fields=fields, **freed)
    else:
        Submission.objects.filter(pk=submission.pk).update(**freed)
    decision.save(force_insert=True)
    events.record("verdict_given", by=by, submission=submission, fields=fields)


def _lock(submission: Submission, **held: User | None) -> None:
    """Lock the row to the end of the transaction, so that nobody else moves, claims or decides it; raise `moves`.

    Raises:
        StaleSubmission: it is no longer as it was seen, or not `held` by them.
    """
    as_seen = Submission.objects.filter(pk=submission.pk, status=submission.status, moves=submission.moves)
    if not as_seen.filter(**held).update(moves=F("moves") + 1):
        raise StaleSubmission(submission.reference)
    submission.moves += 1


def _is_agreed(decisions: list[Decision], submission: Submission, *, is_flagged: bool) -> bool:
    """Return whether the verdicts settle it: one where one is enough, two alike, or any third after two unlike ones."""
    if submission.status == Status.PENDING:
        return not _needs_two(submission, is_flagged=is_flagged)
    first, *others = decisions
    return len(others) > 1 or any(_is_alike(first, other) for other in others)


def _is_alike(first: Decision, second: Decision) -> bool:
    """Compare corrections too: only one of two verdicts is sent, and the other's corrections must not be lost."""
    return (first.verdict, first.corrections) == (second.verdict, second.corrections)


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
    return new_calls.prepare(submission, CallKind.REVIEW, Status.DECISION_SENDING, by=by, values=values, delay=delay)


def vendor_comment(decision: Decision) -> str:
    """Return ARGOS's text for its code. Our comment is sent only where the code is ARGOS's "other"."""
    if decision.reason_code in OWN_REASONS:
        with override("en"):  # the vendor's records are in English
            return str(OWN_REASONS[decision.reason_code])
    return REJECT_COMMENTS.get(decision.reason_code, decision.comment)


def undo(submission: Submission, *, by: Actor) -> None:
    """Undo a verdict before it is sent. Only its reviewer may.

    Raises:
        NotAllowed: somebody else's verdict.
        StaleSubmission: it has left, or somebody has spoken since.
    """
    call = submission.open_call
    if call is None and submission.status == Status.SECOND_REVIEW:
        _take_back(submission, by=by)
        return
    if call is None or call.kind != CallKind.REVIEW:
        raise StaleSubmission(submission.reference)
    if call.prepared_by_id != (by.user.pk if by.user else None):
        raise NotAllowed(_("Only the reviewer who made this decision can undo it."))
    ledger.cancel_prepared(submission, (CallKind.REVIEW,), by=by, why=UNDONE)


def _take_back(submission: Submission, *, by: Actor) -> None:
    with transaction.atomic():
        _lock(submission)
        verdicts = Verdicts.load(submission)
        last = verdicts.undoable
        if last is None:
            raise StaleSubmission(submission.reference)
        if last.reviewer_id != (by.user.pk if by.user else None):
            raise NotAllowed(_("Only the reviewer who made this decision can undo it."))
        submission.decisions.filter(pk=last.pk).update(withdrawn_at=clock.now(), withdrawn_why=UNDONE)
        if len(verdicts.in_force) > 1:
            events.record("verdict_withdrawn", by=by, submission=submission, fields={"round": last.round})
        else:
            move(submission, Status.PENDING, by=by, notice="undone")
