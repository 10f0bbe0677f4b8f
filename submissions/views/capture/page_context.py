"""The submission page's rows, loaded once and passed to its rules and parts."""

from dataclasses import dataclass
from functools import cached_property

from argos.matrix import Problem
from submissions.capture import consent, images, submit
from submissions.core import clock
from submissions.models import (
    Call,
    CallKind,
    CallState,
    ConsentText,
    Difference,
    Image,
    Note,
    PhoneLink,
    Question,
    Submission,
    User,
)
from submissions.models.call import OPEN_STATES
from submissions.reporting.timeline import Timeline, looks, timeline
from submissions.review import questions
from submissions.review.verdicts import Verdicts
from submissions.review.warnings import SkippedCheckState, skipped_checks_of
from submissions.search import blind_index
from submissions.signals import store
from submissions.workflow.permissions import PermissionFacts, has_captured, why_not
from submissions.workflow.role_permissions import user_can_see_queue

MAX_OTHERS = 8


@dataclass(frozen=True)
class StateContext:
    """One submission's calls, and the rows that decide what this user may do, for the reloading part."""

    submission: Submission
    user: User
    calls: list[Call]
    verdicts: Verdicts
    has_captured: bool

    @classmethod
    def load(cls, submission: Submission, user: User) -> "StateContext":
        return cls(
            submission,
            user,
            calls=list(submission.calls.order_by("prepared_at")),
            verdicts=Verdicts.load(submission),
            has_captured=has_captured(user, submission),
        )

    def may(self, action: str) -> bool:
        """Do the same as `permissions.can`, without another query."""
        facts = PermissionFacts(has_captured=self.has_captured, in_force=self.verdicts.in_force)
        return not why_not(self.user, self.submission, action, facts)

    @cached_property
    def open_call(self) -> Call | None:
        return next((call for call in self.calls if call.state in OPEN_STATES), None)

    @cached_property
    def last_call(self) -> Call | None:
        """Return the latest call except the open one."""
        return next((call for call in reversed(self.calls) if call is not self.open_call), None)

    @cached_property
    def last_account_call(self) -> Call | None:
        return next((call for call in reversed(self.calls) if call.kind == CallKind.ACCOUNT), None)

    @cached_property
    def has_passed_account(self) -> bool:
        """Do the same as `account_check.has_passed`."""
        return any(
            call.kind == CallKind.ACCOUNT and call.state == CallState.ANSWERED and not call.error for call in self.calls
        )


@dataclass(frozen=True)
class SubmissionContext:
    """One submission as one user sees it, loaded with a constant number of queries."""

    state: StateContext
    images: dict[str, Image]
    links: dict[str, PhoneLink]
    consent_text: ConsentText | None
    others: list[Submission]
    counting: Submission | None
    questions: list[Question]
    differences: list[Difference]
    notes: list[Note]

    @classmethod
    def load(cls, submission: Submission, user: User) -> "SubmissionContext":
        same_person = blind_index.same_person(user, submission).select_related("project").order_by("-created_at")
        return cls(
            StateContext.load(submission, user),
            images=images.current_images(submission),
            links={link.kind: link for link in submission.phone_links.open(clock.now())},
            consent_text=submission.consent or consent.current_text(submission.project),
            others=list(same_person[:MAX_OTHERS]),
            counting=blind_index.that_counts(user, submission),
            questions=questions.all_questions(submission),
            differences=list(submission.differences.standing().select_related("project")),
            notes=_notes(submission),
        )

    @property
    def submission(self) -> Submission:
        return self.state.submission

    @property
    def question(self) -> Question | None:
        """Return the question that waits for an answer."""
        return next((question for question in self.questions if question.answered_at is None), None)

    @property
    def skipped(self) -> list[SkippedCheckState]:
        """Return the checks that ARGOS skipped, for reviewers; who acknowledged them where verdicts are in sight."""
        user, verdicts = self.state.user, self.state.verdicts
        if not user_can_see_queue(user) or not self.submission.has_skipped_check:
            return []
        in_sight = [] if verdicts.is_blind_for(user) else verdicts.in_force
        return skipped_checks_of(store.skipped_checks_of(self.submission), in_sight)

    @cached_property
    def typing_problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the values typed so far, without those that are still missing."""
        facts = submit.CaptureFacts(self.images, self.state.has_passed_account)
        return submit.known_to_stop(self.submission, facts)

    @cached_property
    def timeline(self) -> Timeline:
        user = self.state.user
        is_blind = self.state.verdicts.is_blind_for(user)
        return timeline(self.submission, is_blind=is_blind, with_aml=user_can_see_queue(user))

    @cached_property
    def looks(self) -> Timeline:
        """Return who viewed the page, an image or the numbers; read after this view was recorded."""
        return looks(self.submission)


def _notes(submission: Submission) -> list[Note]:
    """Return the notes, oldest first, each with the key to decrypt its text."""
    notes = list(submission.notes.select_related("author"))
    for note in notes:
        note.submission = submission
    return notes
