"""One customer's identity check, from draft to final status. `workflow.transitions` defines the allowed moves."""

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from submissions.core import clock
from submissions.models.list_columns import LISTED, REVIEWED
from submissions.models.people import Team, User
from submissions.models.project import Project
from submissions.models.submission_fields import CaptureFields, RetentionFields, ReviewFields, VendorFields
from submissions.models.submission_key import SubmissionKey
from submissions.models.submission_status import (
    API_ONLY,
    CAPTURING,
    DECIDED,
    FINAL,
    IN_REVIEW,
    MAX_TRIES,
    SENDING,
    UNDER_DEADLINE,
    Route,
    Source,
    Status,
)

if TYPE_CHECKING:
    from submissions.models.call import Call

__all__ = [
    "CAPTURING",
    "DECIDED",
    "FINAL",
    "IN_REVIEW",
    "MAX_TRIES",
    "NO_TRY_LEFT",
    "REFERENCE_ALPHABET",
    "SENDING",
    "UNDER_DEADLINE",
    "Route",
    "Source",
    "Status",
    "Submission",
    "SubmissionQuerySet",
    "new_reference",
]

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # pragma: allowlist secret


def new_reference() -> str:
    """Return a new reference for people and e-mails: KP- and eight characters that are not mistaken for each other."""
    return "KP-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _letter in range(8))


def is_in_review() -> models.Func:
    """Return the condition of the queue's partial index, word for word, so that the database reads rows in its order.

    Without statistics SQLite would use an index on the status alone and sort every pending row.
    """
    statuses = ", ".join(f"'{status.value}'" for status in IN_REVIEW)
    template = f"COALESCE(%(expressions)s, '') IN ({statuses})"
    return models.Func(F("status"), template=template, output_field=models.BooleanField())


# As `Submission.tries_left`: the higher of the vendor's count and ours.
NO_TRY_LEFT = Q(vendor_count__gte=MAX_TRIES) | Q(selfies_sent__gte=MAX_TRIES)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def awaiting_review(self) -> Self:
        return self.filter(is_in_review())

    def without_key(self) -> Self:
        """Return submissions that are not erased and cannot be read, because their data key is lost."""
        return self.filter(~Exists(SubmissionKey.objects.filter(pk=OuterRef("pk"))), erased_at=None)

    def due_before(self, moment: datetime) -> Self:
        return self.filter(status__in=UNDER_DEADLINE, deadline_at__lte=moment)

    def open(self) -> Self:
        return self.exclude(status__in=FINAL)

    def unclaimed(self, moment: datetime) -> Self:
        return self.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=moment))

    def unsnoozed(self, moment: datetime) -> Self:
        return self.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=moment))

    def shown_in_queue(self, moment: datetime) -> Self:
        """Leave out what is snoozed, except overdue submissions: a snooze never hides those."""
        return self.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=moment) | Q(target_at__lte=moment))

    def for_row(self, *people: str) -> Self:
        """Load only the columns that a row of a list shows; whole rows cost four times as much to fetch and build.

        Args:
            people: foreign keys to users whose names the row shows; each is one more join.
        """
        return self._with(LISTED, people)

    def for_review(self, *people: str) -> Self:
        """Load the columns of a row in the queue or in the hand-over."""
        return self._with((*LISTED, *REVIEWED), people)

    def _with(self, columns: Iterable[str], people: Iterable[str]) -> Self:
        shown = [f"{person}__{column}" for person in people for column in ("name", "username")]  # username: its colour
        rows = self.select_related("project", *people).annotate(wrapped_key=SubmissionKey.of("pk"))
        return rows.only(*columns, *shown)


class Submission(CaptureFields, VendorFields, ReviewFields, RetentionFields):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(_("Reference"), max_length=16, unique=True, default=new_reference, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, verbose_name=_("project"))
    team = models.ForeignKey(Team, models.PROTECT, verbose_name=_("team"))
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    moves = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="how often the status was written"
    )
    issuing_country = models.CharField(_("issuing country"), max_length=3)
    id_type = models.CharField(_("ID type"), max_length=40)
    previous = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="restarts")

    # Calls and clocks. The vendor's own time replaces ours once known.
    step1_calls = models.PositiveSmallIntegerField(default=0)
    notice = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    updated_at = models.DateTimeField(pgettext_lazy("time of a change", "changed"), default=clock.now)
    step1_started_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(_("deadline"), null=True)
    first_step2_at = models.DateTimeField(null=True)
    pending_at = models.DateTimeField(_("pending since"), null=True)
    target_at = models.DateTimeField(_("due"), null=True)
    next_alert_at = models.DateTimeField(null=True)
    next_read_at = models.DateTimeField(null=True)
    callback_at = models.DateTimeField(_("call back at"), null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects: ClassVar[Any] = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        indexes = [
            models.Index("team", F("created_at").desc(), "id", name="submission_team_new"),
            models.Index(F("created_at").desc(), "id", name="submission_new"),
            models.Index("status", F("created_at").desc(), "id", name="submission_status_new"),
            models.Index("target_at", "id", name="submission_queue", condition=Q(is_in_review())),
            models.Index(
                "target_at", "id", name="submission_queue_last_try", condition=Q(is_in_review()) & NO_TRY_LEFT
            ),
            models.Index("target_at", "id", name="submission_queue_second", condition=Q(status=Status.SECOND_REVIEW)),
            # By status first: SQLite cannot tell that a condition on statuses covers the ones asked for.
            models.Index(
                "status", "deadline_at", name="submission_running_out", condition=Q(deadline_at__isnull=False)
            ),
            models.Index("next_read_at", name="submission_read", condition=Q(next_read_at__isnull=False)),
            models.Index("next_alert_at", name="submission_alert", condition=Q(next_alert_at__isnull=False)),
            models.Index("callback_at", name="submission_callback", condition=Q(callback_at__isnull=False)),
            models.Index("claimed_by", name="submission_claims", condition=Q(claimed_by__isnull=False)),
            models.Index("created_by", F("created_at").desc(), name="submission_mine"),
            models.Index("id", name="submission_differs", condition=Q(has_difference=True)),
            models.Index("id", name="submission_skipped", condition=Q(has_skipped_check=True)),
            models.Index("project", "status", "decided_at", name="submission_kept", condition=Q(erased_at=None)),
            models.Index(
                "relationship_ended_at",
                name="submission_ended",
                condition=Q(relationship_ended_at__isnull=False, erased_at=None),
            ),
            models.Index(
                "erasure_asked_at",
                name="submission_to_erase",
                condition=Q(erasure_asked_at__isnull=False, erased_at=None),
            ),
            models.Index("erased_at", name="submission_erased", condition=Q(erased_at__isnull=False)),
            models.Index("snoozed_until", name="submission_snoozed", condition=Q(snoozed_until__isnull=False)),
            models.Index("escalated_at", name="submission_escalated", condition=Q(escalated_at__isnull=False)),
            models.Index("assigned_to", name="submission_assigned", condition=Q(assigned_to__isnull=False)),
            models.Index("vendor_id", name="submission_vendor_id", condition=~Q(vendor_id="")),
            models.Index(
                "project",
                "status",
                F("decided_at").desc(),
                name="submission_scores",
                condition=Q(status__in=DECIDED),
            ),
            models.Index(
                F("decided_at").desc(), "id", name="submission_decided", condition=Q(decided_at__isnull=False)
            ),
            # Few of what is decided; a reason is looked for among these alone.
            models.Index(F("decided_at").desc(), "id", name="submission_rejected", condition=Q(status=Status.REJECTED)),
            models.Index(
                "decided_by", F("decided_at").desc(), name="submission_decider", condition=Q(decided_by__isnull=False)
            ),
            models.Index("created_by", F("decided_at").desc(), name="submission_captured_decided"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["previous"], condition=~Q(status__in=FINAL), name="submission_one_restart"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="submission_status_known"),
            models.CheckConstraint(
                condition=Q(route="api") & ~Q(status="at_liveform") | Q(route="liveform") & ~Q(status__in=API_ONLY),
                name="submission_liveform_sends_no_step",
            ),
            models.CheckConstraint(condition=Q(source__in=["", *Source.values]), name="submission_source_known"),
            models.CheckConstraint(
                condition=Q(status__in=FINAL, decided_at__isnull=False) | ~Q(status__in=FINAL) & Q(decided_at=None),
                name="submission_decided_iff_final",
            ),
            models.CheckConstraint(
                condition=Q(source="reviewer", decided_by__isnull=False) | ~Q(source="reviewer") & Q(decided_by=None),
                name="submission_decided_by_iff_reviewer",
            ),
            models.CheckConstraint(
                condition=Q(status__in=DECIDED) & ~Q(source="") | ~Q(status__in=DECIDED) & Q(source=""),
                name="submission_source_iff_decided",
            ),
            models.CheckConstraint(condition=Q(selfies_sent__lte=MAX_TRIES), name="submission_at_most_3_selfies"),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(status__in=FINAL, legal_hold_at=None, values_sealed=None),
                name="submission_erased_holds_nothing",
            ),
            models.CheckConstraint(
                condition=Q(legal_hold_at=None, legal_hold_by=None)
                | Q(legal_hold_at__isnull=False, legal_hold_by__isnull=False),
                name="submission_hold_pair",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_until=None)
                | Q(claimed_by__isnull=False, claimed_until__isnull=False),
                name="submission_claim_pair",
            ),
            models.CheckConstraint(
                condition=Q(consent=None, consented_at=None) | Q(consent__isnull=False, consented_at__isnull=False),
                name="submission_consent_pair",
            ),
            models.CheckConstraint(
                condition=Q(passed_on_by=None, passed_on_at=None)
                | Q(passed_on_by__isnull=False, passed_on_at__isnull=False),
                name="submission_passed_on_pair",
            ),
            models.UniqueConstraint(
                fields=["project", "vendor_id"], condition=~Q(vendor_id=""), name="submission_vendor_id_once"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def is_in_review(self) -> bool:
        return self.status in IN_REVIEW

    @property
    def last_retry(self) -> list[str]:
        """Return the code of each reason of the last retry; ARGOS's text for one without a code."""
        if not self.retry_code:
            return []
        return [self.retry_code, *(code or message for code, message in self.more_retries)]

    @property
    def has_open_call(self) -> bool:
        return self.open_call is not None

    @property
    def open_call(self) -> "Call | None":
        """Return the one call that is prepared, sent or unknown."""
        return self.calls.open().first()

    @property
    def step2_at_the_latest(self) -> datetime | None:
        """Return the time after which no call may start: the deadline minus the longest duration of one call."""
        return self.deadline_at - self.project.longest_call if self.deadline_at else None

    @property
    def next_due_at(self) -> datetime | None:
        """Return the date that applies now: the target while in review, the vendor's 24-hour limit before Step 2."""
        if self.is_in_review:
            return self.target_at
        return self.deadline_at if self.status in UNDER_DEADLINE else None

    @property
    def time_left(self) -> timedelta | None:
        due = self.next_due_at
        return due - clock.vendor_now(self.project) if due else None
