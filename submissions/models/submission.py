"""One customer's identity check, from draft to final status. `workflow.transitions` defines the allowed moves."""

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from argos import limits
from submissions.core import clock, encryption
from submissions.models.consent import ConsentText
from submissions.models.people import Team, User
from submissions.models.project import Project
from submissions.models.sealed import EncryptedField, Sealed
from submissions.models.submission_key import NO_KEY, SubmissionKey

if TYPE_CHECKING:
    from submissions.models.call import Call

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MAX_TRIES = 3


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    STEP1_SENDING = "step1_sending", _("Sending Step 1")
    STEP1_RETRY = "step1_retry", _("New ID image wanted")
    CONFIRMING = "confirming", _("Confirm with customer")
    STEP2_SENDING = "step2_sending", _("Sending Step 2")
    INCOMPLETE = "incomplete", _("New selfie wanted")
    PENDING = "pending", _("Pending review")
    SECOND_REVIEW = "second_review", _("Second review")
    DECISION_SENDING = "decision_sending", _("Sending decision")
    OVERDUE = "overdue", _("Overdue")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    ABANDONED = "abandoned", _("Closed without Step 2")


DECIDED = (Status.APPROVED, Status.REJECTED)
FINAL = (*DECIDED, Status.ABANDONED)
IN_REVIEW = (Status.PENDING, Status.SECOND_REVIEW)
CAPTURING = (Status.DRAFT, Status.STEP1_RETRY, Status.CONFIRMING, Status.INCOMPLETE)
SENDING = (Status.STEP1_SENDING, Status.STEP2_SENDING)
# What a row of any list shows of the submission and its project, and what one in review shows besides.
LISTED = (
    *("reference", "status", "values_sealed", "issuing_country", "id_type", "vendor_count", "selfies_sent"),
    *("created_at", "target_at", "deadline_at", "project__name", "project__clock_offset"),
)
REVIEWED = (
    *("edited_count", "has_difference", "face_similarity", "liveness", "retry_code", "is_reserved", "pending_at"),
    *("claimed_until", "project__reviewer", "project__face_threshold", "project__liveness_threshold"),
)
UNDER_DEADLINE = (Status.STEP1_RETRY, Status.CONFIRMING, Status.INCOMPLETE, *SENDING)


class Source(models.TextChoices):
    VENDOR = "vendor", _("the vendor")
    REVIEWER = "reviewer", _("a reviewer here")
    TIMEOUT = "timeout", _("the 24-hour limit")


def new_reference() -> str:
    """What people and e-mails call a submission: KP- and eight letters that are not mistaken for each other."""
    return "KP-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _letter in range(8))


def is_in_review() -> models.Func:
    """The queue's condition, word for word as its partial index has it, so that the index gives the order.

    Without statistics SQLite would take an index on the bare status and sort everything that is pending.
    """
    statuses = ", ".join(f"'{status.value}'" for status in IN_REVIEW)
    template = f"COALESCE(%(expressions)s, '') IN ({statuses})"
    return models.Func(F("status"), template=template, output_field=models.BooleanField())


# By the vendor's count or ours, as `Submission.tries_left`.
NO_TRY_LEFT = Q(vendor_count__gte=MAX_TRIES) | Q(selfies_sent__gte=MAX_TRIES)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def awaiting_review(self) -> Self:
        return self.filter(is_in_review())

    def without_key(self) -> Self:
        """Not erased, and unreadable all the same: their data key is lost."""
        return self.filter(~Exists(SubmissionKey.objects.filter(pk=OuterRef("pk"))), erased_at=None)

    def due_before(self, moment: datetime) -> Self:
        return self.filter(status__in=UNDER_DEADLINE, deadline_at__lte=moment)

    def open(self) -> Self:
        return self.exclude(status__in=FINAL)

    def unclaimed(self, moment: datetime) -> Self:
        return self.filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=moment))

    def for_row(self, *people: str) -> Self:
        """With what one row of a list shows and nothing else: whole rows are four times as much to fetch and build.

        `people`: which of those on it the row names; each is one more table to plan for.
        """
        return self._with(LISTED, people)

    def for_review(self, *people: str) -> Self:
        """As `for_row`, in the queue and in the hand-over."""
        return self._with((*LISTED, *REVIEWED), people)

    def _with(self, columns: Iterable[str], people: Iterable[str]) -> Self:
        return self.select_related("project", *people).only(*columns, *(f"{person}__name" for person in people))


class Submission(models.Model):
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

    # Personal: sealed under this submission's data key, names as the vendor's input table has them.
    values_sealed = EncryptedField(null=True)
    ocr_sealed = EncryptedField(null=True)
    reasons_sealed = EncryptedField(null=True)
    reason_authors = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), editable=False)
    vendor_comment_sealed = EncryptedField(null=True)
    values = Sealed[dict[str, str]]("values_sealed", "submission.values", dict, limits.check_fields)
    ocr = Sealed[dict[str, str]]("ocr_sealed", "submission.ocr", dict, limits.check_fields)
    reasons = Sealed[dict[str, str]]("reasons_sealed", "submission.reasons", dict, limits.check_reasons)
    vendor_comment = Sealed[list[str]]("vendor_comment_sealed", "submission.vendor_comment", list)

    # Retention. What holds it back, what asks for it, and that it happened.
    relationship_ended_at = models.DateTimeField(null=True, editable=False)  # midnight UTC of a plain day: `retention`
    legal_hold_at = models.DateTimeField(null=True, editable=False)
    legal_hold_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    erasure_asked_at = models.DateTimeField(null=True, editable=False)
    erasure_asked_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    erasure_is_ours_alone = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="asked for here whatever became of a deletion at the vendor",
    )
    erased_at = models.DateTimeField(null=True, editable=False)

    # What the vendor told.
    vendor_id = models.CharField(_("vendor's submission ID"), max_length=80, blank=True)
    vendor_status = models.CharField(_("vendor's status"), max_length=40, blank=True)
    vendor_codes = models.JSONField(_("vendor's codes"), default=list)
    vendor_count = models.PositiveSmallIntegerField(_("vendor's retry count"), null=True)
    vendor_attempts = models.PositiveSmallIntegerField(null=True)
    vendor_updated_at = models.DateTimeField(null=True)
    vendor_read_at = models.DateTimeField(_("vendor asked at"), null=True)
    id_type_unknown = models.BooleanField(default=False)
    recognized_id_type = models.CharField(_("Recognised ID type"), max_length=40, blank=True)
    face_similarity = models.FloatField(_("face similarity"), null=True)
    liveness = models.FloatField(_("liveness"), null=True)
    verification_result = models.CharField(_("Verification result (not the outcome)"), max_length=20, blank=True)
    retry_code = models.CharField(_("retry code"), max_length=80, blank=True)
    retry_message_sealed = EncryptedField(null=True)
    retry_message = Sealed[str]("retry_message_sealed", "submission.retry_message", str)
    has_difference = models.BooleanField(_("differs from the vendor"), default=False)
    edited_count = models.PositiveSmallIntegerField(
        _("edited values"), default=0, help_text="read values that were confirmed otherwise, counted at Step 2"
    )

    # Calls and clocks. The vendor's own time replaces ours once known.
    step1_calls = models.PositiveSmallIntegerField(default=0)
    selfies_sent = models.PositiveSmallIntegerField(_("selfies sent"), default=0)
    notice = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    updated_at = models.DateTimeField(pgettext_lazy("time of a change", "changed"), default=clock.now)
    step1_started_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(_("deadline"), null=True)
    first_step2_at = models.DateTimeField(null=True)
    pending_at = models.DateTimeField(_("pending since"), null=True)
    target_at = models.DateTimeField(_("decide by"), null=True)
    next_alert_at = models.DateTimeField(null=True)
    next_read_at = models.DateTimeField(null=True)
    callback_at = models.DateTimeField(_("call back at"), null=True, blank=True)

    # Gathering. The version rises with every write of the values, so that nobody writes over what they did not see.
    draft_version = models.PositiveIntegerField(default=0)
    wants_step2 = models.BooleanField(_("Step 2 follows by itself"), default=False)
    consent = models.ForeignKey(ConsentText, models.PROTECT, null=True, verbose_name=_("consent"))
    consented_at = models.DateTimeField(_("consented"), null=True)
    passed_on_at = models.DateTimeField(_("verdict passed on"), null=True)
    passed_on_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    claimed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="claims")
    claimed_until = models.DateTimeField(null=True, blank=True)
    is_reserved = models.BooleanField(default=False, help_text="claimed ahead: the claimant's next one, not opened yet")
    assigned_to = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    source = models.CharField(_("decided through"), max_length=10, choices=Source, blank=True)
    reason_code = models.CharField(_("our reason"), max_length=60, blank=True)

    objects: ClassVar[Any] = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        indexes = [
            models.Index("team", F("created_at").desc(), "id", name="submission_team_new"),
            models.Index(F("created_at").desc(), "id", name="submission_new"),
            models.Index("status", F("created_at").desc(), "id", name="submission_status_new"),
            models.Index(
                "target_at",
                "id",
                name="submission_queue",
                condition=Q(is_in_review()),
            ),
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

    def data_key(self) -> bytes:
        """Raises `vault.CannotOpen` where there is none, or none that opens."""
        if self._data_key == NO_KEY:
            raise encryption.CannotOpen(f"{SubmissionKey.label_of(self.pk)} is missing or does not open")
        return self._data_key

    @cached_property
    def _data_key(self) -> bytes:
        return SubmissionKey.of(self.pk).open()

    @property
    def shown_name(self) -> str:
        """Whom a list's row is about: the name, the e-mail while there is none, nothing once erased."""
        try:
            values = self.values
        except encryption.CannotOpen:
            return gettext("cannot be opened")
        return limits.cut(values.get("name") or values.get("email", ""), limits.LISTED)

    @property
    def is_readable(self) -> bool:
        """Whether what is sealed under its key can be opened; also true where nothing is."""
        try:
            self.values  # noqa: B018  opening it is the question
        except encryption.CannotOpen:
            return False
        return True

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def is_in_review(self) -> bool:
        return self.status in IN_REVIEW

    @property
    def has_open_call(self) -> bool:
        return self.open_call is not None

    @property
    def open_call(self) -> "Call | None":
        """The one call that is prepared, sent or unknown."""
        return self.calls.open().first()

    @property
    def step2_at_the_latest(self) -> datetime | None:
        """The moment after which no call may start: deadline minus the longest one call can take."""
        return self.deadline_at - self.project.longest_call if self.deadline_at else None

    @property
    def tries_used(self) -> int:
        """The vendor's count where it told one; never fewer than the selfies we know arrived."""
        return min(MAX_TRIES, max(self.vendor_count or 0, self.selfies_sent))

    @property
    def tries_left(self) -> int:
        """At most this many more; the vendor may count failed ID images too."""
        return MAX_TRIES - self.tries_used

    def is_claimed_at(self, moment: datetime) -> bool:
        return self.claimed_until is not None and self.claimed_until >= moment

    @property
    def is_claimed(self) -> bool:
        return self.is_claimed_at(clock.now())

    @property
    def next_due_at(self) -> datetime | None:
        """The clock that runs on it now: the target while in review, else the vendor's 24 hours."""
        if self.is_in_review:
            return self.target_at
        return self.deadline_at if self.status in UNDER_DEADLINE else None

    @property
    def time_left(self) -> timedelta | None:
        due = self.next_due_at
        return due - clock.vendor_now(self.project) if due else None
