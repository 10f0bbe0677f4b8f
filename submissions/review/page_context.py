"""The review page's data, loaded once: everything while its reader holds the claim, nothing personal otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from submissions.core import encryption
from submissions.models import (
    Attempt,
    Call,
    Capturer,
    Image,
    ImageKind,
    Note,
    Question,
    Submission,
    User,
)
from submissions.models.call import OPEN_STATES
from submissions.models.decision import UNDONE
from submissions.models.people import REVIEWERS
from submissions.outbox import stored_replies
from submissions.review import decisions, questions, reject_reasons
from submissions.review.corrections import CORRECTABLE
from submissions.review.page import comparison, score_distribution
from submissions.review.page.attempts import Score, Try, scores, tries
from submissions.review.page.signals import Signal, signals_of, stored_otherwise
from submissions.review.verdicts import Verdicts
from submissions.review.warnings import ReviewWarning, warnings_from
from submissions.search import blind_index
from submissions.signals import store
from submissions.workflow import review_area
from submissions.workflow.permissions import PermissionFacts, why_not
from submissions.workflow.role_permissions import is_administrator

DOCUMENTS = (ImageKind.ID_FRONT, ImageKind.ID_BACK, ImageKind.ADDRESS, ImageKind.ATTACHMENT)
MAX_OTHERS = 8
MAX_SAME_IDS = 16


class People(NamedTuple):
    """Who captured the submission, and the other reviewers to whom this person can hand it over."""

    capturers: Sequence[User]
    colleagues: Sequence[User]


@dataclass(frozen=True)
class ReviewContext:
    """One submission as one person reviews it, read with the same number of queries whatever has happened to it.

    `is_open`: this person holds the claim. Otherwise images, questions and the customer's other submissions stay
    unread.
    """

    submission: Submission
    user: User
    is_open: bool
    verdicts: Verdicts
    calls: list[Call]
    people: People
    notes: list[Note]
    images: list[Image]
    questions: list[Question]
    others: list[Submission]
    same_ids: list[tuple[str, Submission]]

    @classmethod
    def load(cls, submission: Submission, user: User, *, is_open: bool) -> "ReviewContext":
        others, same_ids = _others(submission, user) if is_open else ([], [])
        return cls(
            submission,
            user,
            is_open,
            verdicts=Verdicts.load(submission),
            calls=list(submission.calls.select_related("attempt").order_by("prepared_at")),
            people=_people(submission, user),
            notes=list(submission.notes.select_related("author")) if not is_administrator(user) else [],
            images=list(submission.images.select_related("camera_opening").order_by("created_at")) if is_open else [],
            questions=questions.all_questions(submission) if is_open else [],
            others=others,
            same_ids=same_ids,
        )

    @cached_property
    def open_call(self) -> Call | None:
        return next((call for call in self.calls if call.state in OPEN_STATES), None)

    @cached_property
    def last_call(self) -> Call | None:
        """Return the latest call besides the open one."""
        return next((call for call in reversed(self.calls) if call is not self.open_call), None)

    @cached_property
    def facts(self) -> PermissionFacts:
        return PermissionFacts(has_captured=self.user in self.people.capturers, in_force=self.verdicts.in_force)

    def why_not(self, action: str) -> str:
        """As `permissions.why_not`, without another query for claim and decide."""
        return why_not(self.user, self.submission, action, self.facts)

    @cached_property
    def selfies(self) -> list[Attempt]:
        """Return the Step 2 attempts that the vendor processed, by number."""
        return stored_replies.arrived_among(self.calls)

    @cached_property
    def warnings(self) -> tuple[ReviewWarning, ...]:
        if not self.is_open:
            return ()
        skipped = store.skipped_checks_of(self.submission)
        selfie = next((image for image in self.images if image.is_current and image.kind == ImageKind.SELFIE), None)
        return warnings_from(self.submission, self.selfies, skipped, selfie, has_duplicate=bool(self.others))

    @property
    def goes_to_second(self) -> bool:
        return decisions.goes_to_second(self.submission, is_flagged=bool(self.warnings))

    @cached_property
    def sent_values(self) -> dict[str, str]:
        """Return the values of the last attempt: reviewers judge those, not the draft."""
        values = self.submission.values
        return {**values, **self.selfies[-1].values} if self.selfies else values

    @property
    def confirmed(self) -> dict[str, str]:
        """Return the present value of each correctable field, by ARGOS's name of the field."""
        return {name: self.sent_values.get(ours, "") for name, ours in CORRECTABLE.items()} if self.is_open else {}

    @cached_property
    def comparison(self) -> list[dict[str, Any]]:
        return comparison.comparison(self.submission, self.sent_values) if self.is_open else []

    @property
    def signals(self) -> list[Signal]:
        if not self.is_open:
            return []
        sent = self.selfies[-1].values if self.selfies else {}
        found = signals_of(self.submission, self.sent_values.get("date_of_birth", ""), self.same_ids)
        return [*stored_otherwise(self.submission, sent), *found]

    @property
    def hides_digits(self) -> bool:
        return self.is_open and comparison.hides_digits(self.submission, self.sent_values)

    @property
    def scores(self) -> list[tuple[Score, list[tuple[int, float]]]]:
        """Return each score of the submission with those of earlier attempts, as (attempt, score)."""
        submission = self.submission
        selfie = next((attempt.image for attempt in self.tries if attempt.is_last), None)
        now = scores(submission.project, submission.face_similarity, submission.liveness, selfie)
        return [(score, self._earlier(place)) for place, score in enumerate(now)]

    def _earlier(self, place: int) -> list[tuple[int, float]]:
        earlier = [(attempt.number, attempt.scores[place].value) for attempt in self.tries if not attempt.is_last]
        return [(number, value) for number, value in earlier if value is not None]

    @property
    def chips(self) -> list[reject_reasons.Choice]:
        used = score_distribution.most_used_reasons(self.submission.project)
        return reject_reasons.most_used(used) if self.is_open else []

    @cached_property
    def tries(self) -> list[Try]:
        return tries(self.submission, self.selfies, self.images) if self.is_open else []

    @cached_property
    def documents(self) -> list[Image]:
        """Return the current ID front, ID back and address document, then the attachments to agents' answers."""
        images = [image for image in self.images if image.is_current or image.kind == ImageKind.ATTACHMENT]
        documents = [image for image in images if image.kind != ImageKind.SELFIE]
        return sorted(documents, key=lambda image: (DOCUMENTS.index(ImageKind(image.kind)), image.created_at))

    @property
    def selfie_images(self) -> list[Image]:
        return [attempt.image for attempt in self.tries if attempt.image]

    @property
    def all_images(self) -> list[Image]:
        """Return every image of the page, large or as a thumbnail, which the browser fetches ahead."""
        return [*self.documents, *self.selfie_images]

    @property
    def captured(self) -> list[tuple[str, str]]:
        """Return (label, text) of who captured the submission and how."""
        if not self.is_open:
            return []
        people = ", ".join(person.name for person in self.people.capturers)
        sources = [
            f"{image.get_kind_display()}: {image.get_source_display()}" for image in self.images if image.is_current
        ]
        team = self.submission.team.name
        return [(_("Captured by"), people), (_("Team"), team), (_("Images"), ", ".join(sources))]

    @property
    def form_initial(self) -> dict[str, Any]:
        """Return the text and ticks of this person's verdict that did not count, for the decision form.

        The decision itself only after an undo: one that failed otherwise must be considered again.
        """
        last = self.verdicts.last_withdrawn_by(self.user)
        if last is None:
            return {}
        try:
            typed = {"reason_code": last.reason_code, "comment": last.comment, "ticked": last.warnings}
            typed |= {"warning_reason": last.warning_reason}
            typed |= last.corrections
        except encryption.CannotOpen:
            return {}
        return typed | ({"verdict": last.verdict} if last.withdrawn_why == UNDONE else {})

    def for_template(self) -> dict[str, Any]:
        return {
            "submission": self.submission,
            "holds": self.is_open,
            "call": self.open_call,
            "tries": self.tries,
            "documents": self.documents,
            "questions": self.questions,
            "comparison": self.comparison,
            "differences": sum(row["is_changed"] for row in self.comparison),
            "reasons": reject_reasons.grouped() if self.is_open else [],
            "chips": self.chips,
            "name": self.sent_values.get("name", "") if self.is_open else "",
            "hides_digits": self.hides_digits,
            "warnings": self.warnings,
            "signals": self.signals,
            "asks_warning_reason": any(warning.needs_reason for warning in self.warnings),
            "scores": self.scores,
            "facts": self.captured,
            "confirmed": self.confirmed,
            "others": self.others,
            "notes": self.notes,
            "colleagues": self.people.colleagues,
            "seen": seen_of(self.submission),
            "due_is_limit": _is_limit_nearer(self.submission),
            "why_not_claim": self.why_not("claim"),
            "why_not_decide": self.why_not("decide"),
            "undo": self.verdicts.undo_offer(self.user, self.open_call),
            "verdicts": self.verdicts.visible_to(self.user),
            "is_blind": self.verdicts.is_blind_for(self.user),
            "is_second_given": len(self.verdicts.in_force) > 1,
            "is_unlike": self.verdicts.are_unlike,
            "corrects_otherwise": self.verdicts.differ_in_corrections_only,
            "is_back_to_first": self.verdicts.is_back_to_first(self.user),
            "goes_to_second": self.goes_to_second,
        }


def _is_limit_nearer(submission: Submission) -> bool:
    """Return whether ARGOS's 24-hour limit ends before the review target."""
    limit, target = submission.deadline_at, submission.target_at
    return limit is not None and (target is None or limit < target)


def _people(submission: Submission, user: User) -> People:
    captured = Capturer.objects.filter(submission=submission, user=OuterRef("pk"))
    is_reviewer = Q(is_active=True, role__in=REVIEWERS)
    rows = list(User.objects.annotate(has_captured=Exists(captured)).filter(is_reviewer | Q(has_captured=True)))
    rows.sort(key=lambda person: person.name)
    reviewing = [row for row in rows if row.is_active and row.is_reviewer and row != user]
    colleagues = [row for row in reviewing if review_area.contains(row, submission)]
    return People([row for row in rows if row.has_captured], colleagues)


def _others(submission: Submission, user: User) -> tuple[list[Submission], list[tuple[str, Submission]]]:
    """Return the newest other submissions of this customer, and those of the same id at ARGOS with the id's kind."""
    related = blind_index.related(user, submission)
    others = {other.pk: other for kind, other in related if kind in blind_index.IDENTIFIERS}
    same_ids = [(kind, other) for kind, other in related if kind in blind_index.VENDOR_IDS]
    return list(others.values())[:MAX_OTHERS], same_ids[:MAX_SAME_IDS]


def seen_of(submission: Submission) -> str:
    """Return the form's stamp: a verdict counts only for the submission as its reviewer saw it."""
    return f"{submission.status}:{submission.moves}"
