"""Give and undo verdicts. A verdict can be undone for `UNDO_SECONDS`, then its call is sent; only one is ever sent.

`review.workload.claims` reserves a submission for one reviewer, `review.verdicts` reads the verdicts, and
`review.warnings` is what an approval must acknowledge.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from argos.codes.comments import REJECT_COMMENTS
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.core.typed_reason import is_reason
from submissions.models import Call, CallKind, Decision, Note, Status, Submission, User, Verdict
from submissions.models.decision import UNDO_SECONDS, UNDONE
from submissions.models.project_choices import SecondReview
from submissions.outbox import ledger, new_calls
from submissions.review import mentions, reject_reasons
from submissions.review.corrections import CORRECTABLE
from submissions.review.verdicts import Verdicts
from submissions.review.warnings import ReviewWarning, warnings_of
from submissions.workflow import address_date, verification_methods
from submissions.workflow.permissions import NotAllowed, PermissionFacts, has_captured, why_not
from submissions.workflow.transitions import StaleSubmission, move
from submissions.workflow.verification_methods import VerificationMethods

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
class Basis:
    """What a decision of one person is checked against, read once for the form and for the decision.

    `why_not`: why the person may not decide; "" if they may.
    """

    verdicts: Verdicts
    warnings: Sequence[ReviewWarning]
    methods: VerificationMethods
    why_not: str

    @classmethod
    def load(cls, submission: Submission, user: User) -> "Basis":
        calls = list(submission.calls.select_related("attempt").order_by("prepared_at"))
        verdicts = Verdicts.load(submission)
        facts = PermissionFacts(has_captured(user, submission), verdicts.in_force)
        return cls(
            verdicts,
            warnings_of(submission, user, calls),
            verification_methods.of(submission, calls),
            why_not(user, submission, "decide", facts),
        )


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
    basis: Basis | None = None,
) -> Decision:
    """Give a verdict: it goes to a second reviewer where the project asks for one, else to ARGOS in ten seconds.

    Args:
        basis: what the caller has loaded with this submission; nothing is written if anybody has changed it since.

    Raises:
        NotAllowed, CommentMissing, CommentToOverrule, WarningsOpen, WarningReasonMissing
        StaleSubmission: somebody decided it, or the vendor did, or it was handed over since then. Nothing is written.
    """
    assert by.user is not None
    basis = basis or Basis.load(submission, by.user)
    if basis.why_not:
        raise NotAllowed(basis.why_not)
    if verdict == Verdict.REJECTED and not (comment.strip() and reason_code):
        raise CommentMissing
    if basis.verdicts.is_back_to_first(by.user) and not comment.strip():
        raise CommentToOverrule
    if verdict == Verdict.APPROVED and basis.methods.why_too_few:
        raise NotAllowed(basis.methods.why_too_few)
    warned = [warning.code for warning in basis.warnings]
    if verdict == Verdict.APPROVED and (still_open := set(warned) - set(ticked)):
        raise WarningsOpen(sorted(still_open))
    needs_reason = verdict == Verdict.APPROVED and any(warning.needs_reason for warning in basis.warnings)
    if needs_reason and not is_reason(warning_reason):
        raise WarningReasonMissing
    decision = Decision(submission=submission, reviewer=by.user, verdict=verdict, reason_code=reason_code)
    decision.comment = comment.strip()
    decision.corrections = {name: text for name, text in (corrections or {}).items() if name in CORRECTABLE and text}
    decision.warning_reason = warning_reason.strip() if needs_reason else ""
    decision.warnings = [code for code in warned if code in set(ticked)]
    try:
        with transaction.atomic():
            _write(decision, basis, by=by)
    except IntegrityError as error:
        raise StaleSubmission(submission.reference) from error
    return decision


def _write(decision: Decision, basis: Basis, *, by: Actor) -> None:
    submission, earlier = decision.submission, basis.verdicts.in_force
    _lock(submission, claimed_by=by.user)
    decision.round = earlier[-1].round + 1 if earlier else 1
    fields = {"verdict": decision.verdict, "reason": decision.reason_code, "round": decision.round}
    if decision.verdict == Verdict.APPROVED:
        fields["methods"] = list(basis.methods.codes)
        if months := address_date.months_if_old(submission):
            fields["address_document_months"] = months
    agreed = _is_agreed([*earlier, decision], submission, is_flagged=bool(basis.warnings))
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
