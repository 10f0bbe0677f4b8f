"""The verdicts on one submission: which count, who may see them, who gives the next one, which can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from submissions.core import clock
from submissions.core.vendor_text import named
from submissions.models import Call, CallKind, CallState, Decision, Status, Submission, User, Verdict
from submissions.models.decision import UNDO_SECONDS
from submissions.models.submission import FINAL
from submissions.workflow import review_area


@dataclass(frozen=True)
class Verdicts:
    """All verdicts on one submission, read by one query: those `in_force` by round, and the withdrawn ones."""

    submission: Submission
    in_force: Sequence[Decision]
    withdrawn: Sequence[Decision]

    @classmethod
    def load(cls, submission: Submission) -> "Verdicts":
        rows = list(submission.decisions.select_related("reviewer", "call").order_by("round", "decided_at"))
        return cls(
            submission,
            in_force=[row for row in rows if row.withdrawn_at is None],
            withdrawn=[row for row in rows if row.withdrawn_at is not None],
        )

    def is_blind_for(self, user: User) -> bool:
        """Return whether this person may not see the others' verdicts yet.

        They see them once they have given their own, and once the second of two can no longer be undone: a reviewer
        who undoes a verdict after seeing the first one could give another.
        """
        if self.submission.status not in (Status.SECOND_REVIEW, Status.DECISION_SENDING):
            return False
        if len(self.in_force) > 1:
            return len(self.in_force) == 2 and self.in_force[-1].can_come_back
        is_second = self.submission.status == Status.SECOND_REVIEW
        return is_second and user.pk not in [decision.reviewer_id for decision in self.in_force]

    @property
    def are_unlike(self) -> bool:
        """Return whether two reviewers differ in verdict or corrections; two alike would have left second review."""
        return self.submission.status == Status.SECOND_REVIEW and len(self.in_force) > 1

    @property
    def differ_in_corrections_only(self) -> bool:
        return self.are_unlike and len({decision.verdict for decision in self.in_force}) == 1

    def is_back_to_first(self, user: User) -> bool:
        """Return whether this person gave the first of two unlike verdicts and would now decide again."""
        return self.are_unlike and self.in_force[0].reviewer_id == user.pk

    @property
    def undoable(self) -> Decision | None:
        """Return the latest verdict while it can be undone without a call: ten seconds, also under another claim."""
        if self.submission.status != Status.SECOND_REVIEW or not self.in_force:
            return None
        return self.in_force[-1] if self.in_force[-1].can_come_back else None

    def visible_to(self, user: User) -> list[Decision]:
        """Return their own verdicts, and the others' unless they are blind, oldest first.

        A withdrawn verdict is shown only where somebody else's decision overtook it.
        """
        is_blind = self.is_blind_for(user)
        overtaken = [decision for decision in self.withdrawn if decision.is_overtaken]
        visible = [row for row in (*self.in_force, *overtaken) if not is_blind or row.reviewer_id == user.pk]
        return sorted(visible, key=lambda decision: decision.decided_at)

    def last_withdrawn_by(self, user: User) -> Decision | None:
        """Return this person's latest verdict that did not count, so that the form can offer its text again."""
        own = [row for row in self.withdrawn if row.reviewer_id == user.pk]
        return max(own, key=lambda row: row.withdrawn_at or row.decided_at, default=None)

    def undo_offer(self, user: User, call: Call | None) -> dict[str, Any] | None:
        """Return the verdict that can still be undone, the seconds left and whose it is. `call`: the open call."""
        last = self.undoable
        if last is not None and last.reviewer_id == user.pk:
            left = int((last.decided_at - clock.now()).total_seconds()) + UNDO_SECONDS + 1
            return {
                "decision": last,
                "seconds": min(max(0, left), UNDO_SECONDS),
                "is_own": True,
                "another_is_next": True,
            }
        if call is None or call.kind != CallKind.REVIEW or call.state != CallState.PREPARED or call.undelivered:
            return None
        left = int((call.not_before - clock.now()).total_seconds()) + 1
        is_own = call.prepared_by_id == user.pk
        decision = next((row for row in (*self.in_force, *self.withdrawn) if row.call_id == call.pk), None)
        if decision is None or (not is_own and self.is_blind_for(user)):
            return None
        return {"decision": decision, "seconds": max(0, left), "is_own": is_own, "another_is_next": False}


def is_blind(submission: Submission, user: User) -> bool:
    """As `Verdicts.is_blind_for`; reads nothing where the status rules it out."""
    if submission.status not in (Status.SECOND_REVIEW, Status.DECISION_SENDING):
        return False
    return Verdicts.load(submission).is_blind_for(user)


def just_given(user: User) -> "QuerySet[Decision]":
    """Return this person's verdicts of the seconds in which one can be undone."""
    since = clock.now() - timedelta(seconds=UNDO_SECONDS)
    mine = Decision.objects.filter(review_area.condition(user, "submission__"), reviewer=user)
    return mine.filter(withdrawn_at=None, decided_at__gt=since)


def leaving(user: User) -> list[dict[str, Any]]:
    """Return this person's verdicts that can be undone, latest first, with the seconds left."""
    now = clock.now()
    since = now - timedelta(seconds=UNDO_SECONDS)
    later = Decision.objects.filter(submission=OuterRef("submission"), withdrawn_at=None, round__gt=OuterRef("round"))
    rows = just_given(user).select_related("submission__project", "call").annotate(is_latest=~Exists(later))
    return [
        {
            "submission_id": decision.submission_id,
            "submission": decision.submission,
            "verdict": decision.verdict,
            "seconds": int((decision.decided_at - since).total_seconds()) + 1,
        }
        for decision in rows.order_by("-decided_at")
        if _can_be_undone(decision, decision.is_latest, now)
    ]


def _can_be_undone(decision: Decision, is_latest: bool, now: datetime) -> bool:
    """Before its call is sent, or while nobody has given the next verdict."""
    call = decision.call
    if call is not None:
        return call.state == CallState.PREPARED and not call.undelivered and call.not_before > now
    return is_latest and decision.submission.status == Status.SECOND_REVIEW and decision.can_come_back


def overtaken_message(submission: Submission, user: User) -> str:
    """Say in one sentence who did what since the page was opened."""
    if submission.status in FINAL:
        source = named(submission.get_source_display(), submission.project.vendor_name)
        who = submission.decided_by.name if submission.decided_by else source
        texts = {
            Status.APPROVED: _("%(who)s has approved it."),
            Status.REJECTED: _("%(who)s has rejected it."),
            Status.ABANDONED: _("It has been closed."),
        }
        return texts[Status(submission.status)] % {"who": who}
    verdicts = Verdicts.load(submission)
    if not verdicts.in_force:
        return _("It has changed since you opened the page.")
    last = verdicts.in_force[-1]
    if last.reviewer_id == user.pk:
        return _("You have decided this submission already.")
    if verdicts.is_blind_for(user):
        return _("Another reviewer made the first decision. A second one is required.")
    if last.verdict == Verdict.APPROVED:
        return _("%(who)s has approved it.") % {"who": last.reviewer.name}
    return _("%(who)s has rejected it.") % {"who": last.reviewer.name}
