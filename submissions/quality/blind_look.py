"""The review page's data as the deciding officer had it: without decisions, their reviewers, and later entries."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _

from submissions.models import CallKind, Question, SearchHash, Status, Submission, User
from submissions.reporting.timeline import Timeline, timeline
from submissions.review.page.signals import Signal
from submissions.review.page_context import ReviewContext
from submissions.review.verdicts import Verdicts
from submissions.review.warnings import ReviewWarning


@dataclass(frozen=True)
class BlindLook(ReviewContext):
    """`moment`: when the decision was made. `judges`: who gave a verdict; their notes are left out with their names."""

    moment: datetime
    judges: frozenset[int]

    @classmethod
    def of(cls, submission: Submission, user: User) -> "BlindLook":
        """Load the page's data; `submission` becomes a pending one in memory and must not be saved."""
        given = list(submission.decisions.order_by("decided_at"))
        in_force = [decision.decided_at for decision in given if decision.withdrawn_at is None]
        assert submission.decided_at is not None
        moment = max(in_force, default=submission.decided_at)
        judges = frozenset(decision.reviewer_id for decision in given)
        _undecide(submission, moment)
        now = ReviewContext.load(submission, user, is_open=True)
        return cls(
            submission,
            user,
            is_open=True,
            verdicts=Verdicts(submission, [], []),
            calls=[call for call in now.calls if call.kind != CallKind.REVIEW and call.prepared_at <= moment],
            people=now.people,
            notes=[note for note in now.notes if note.created_at <= moment and note.author_id not in judges],
            images=[image for image in now.images if image.created_at <= moment],
            questions=[_as_of(question, moment) for question in now.questions if question.asked_at <= moment],
            others=[other for other in now.others if other.created_at <= moment],
            # ARGOS gives approved customers alone a person ID.
            same_ids=[
                (kind, other)
                for kind, other in now.same_ids
                if kind != SearchHash.APPLICANT and other.created_at <= moment
            ],
            moment=moment,
            judges=judges,
        )

    @cached_property
    def warnings(self) -> tuple[ReviewWarning, ...]:
        """Leave out a screening result that came after the decision."""
        was_hit = self.submission.aml_reviews.filter(opened_at__lte=self.moment).exists()
        return tuple(warning for warning in super().warnings if was_hit or warning.code != "aml_hit")

    @property
    def signals(self) -> list[Signal]:
        return [signal for signal in super().signals if signal.label != _("Person ID at ARGOS")]

    @property
    def timeline(self) -> Timeline:
        """Return the events before the decision, without those of its reviewers."""
        before = Q(at__lt=self.moment) & ~Q(actor_id__in=self.judges)
        return timeline(self.submission, is_blind=True, with_aml=True, only=before)


def _undecide(submission: Submission, moment: datetime) -> None:
    """Set the columns in memory that would tell the decision."""
    stood = Q(found_at__lte=moment) & (Q(gone_at=None) | Q(gone_at__gt=moment))
    submission.has_difference = submission.has_difference and submission.differences.filter(stood).exists()
    submission.status, submission.source, submission.reason_code = Status.PENDING, "", ""
    submission.decided_by = submission.decided_at = None


def _as_of(question: Question, moment: datetime) -> Question:
    """Hide the reviewer who asked, and an answer that came after the decision."""
    question.asked_by = User(name=_("Reviewer"))
    if question.answered_at is not None and question.answered_at > moment:
        question.answered_at = None
    return question
