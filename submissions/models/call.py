"""The call ledger's rows: what was decided to be sent (`Attempt`, never changed) and how it went (`Call`).

How a call moves from state to state stands in `outbox.ledger`.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from submissions.core import clock
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.people import User
from submissions.models.submission import Submission
from submissions.models.submission_key import SubmissionKey


class CallKind(models.TextChoices):
    STEP1 = "step1", _("Step 1")
    STEP2 = "step2", _("Step 2")
    REVIEW = "review", _("Decision")
    ACCOUNT = "account", _("Account check")
    DELETE = "delete", _("Deletion")
    IMAGE = "image", _("Later image")
    TOKEN = "token", _("Liveform token")
    UNTOKEN = "untoken", _("Liveform token removal")
    AML_ON = "aml_on", _("AML monitoring started")
    AML_OFF = "aml_off", _("AML monitoring ended")


# A capturer starts these calls and may cancel them. A reviewer starts a decision, an administrator a deletion.
CAPTURED = (CallKind.STEP1, CallKind.STEP2, CallKind.ACCOUNT, CallKind.TOKEN)


class CallState(models.TextChoices):
    PREPARED = "prepared", _("waiting to be sent")
    SENT = "sent", _("sent, waiting for the reply")
    ANSWERED = "answered", _("answered")
    REFUSED = "refused", _("refused")
    UNKNOWN = "unknown", _("not known whether it arrived")
    SETTLED = "settled", _("confirmed from the ARGOS record")
    CANCELLED = "cancelled", _("cancelled before it was sent")


OPEN_STATES = (CallState.PREPARED, CallState.SENT, CallState.UNKNOWN)


class Attempt(models.Model):
    """The exact values and images of one call, as confirmed. Inserted once; `save()` refuses a second time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="attempts")
    kind = models.CharField(max_length=8, choices=CallKind)
    number = models.PositiveSmallIntegerField()
    values_sealed = EncryptedField(null=True)
    values = EncryptedJSON[dict[str, str]]("values_sealed", "attempt.values", dict)
    images = models.JSONField(default=list, help_text="[{id, field, sha256}]")
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["submission", "kind", "number"], name="attempt_number_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.submission_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("an attempt is never changed")
        super().save(*args, **kwargs)

    def data_key(self) -> bytes:
        return self.submission.data_key()

    @property
    def selfie(self) -> dict[str, str] | None:
        return next((image for image in self.images if image["field"] == "faceImage"), None)


# Columns that a worker reads to send a call and to write its reply. Whole rows have three times as many, and building
# them was a tenth of a call's CPU time. A column that is missing here costs a query when it is read.
SENT_CALL = (
    *("kind", "state", "returns_to", "userid", "not_before", "latest_start", "prepared_at", "undelivered", "lease"),
    *("sent_at", "error", "http_status", "submission", "attempt"),
)
SENT_ATTEMPT = ("submission", "kind", "number", "values_sealed", "images")
SENT_SUBMISSION = (
    *("reference", "project", "team", "status", "moves", "vendor_id", "vendor_attempts", "vendor_codes"),
    *("selfies_sent", "step1_calls", "step1_started_at", "first_step2_at", "deadline_at", "values_sealed"),
    *("ocr_sealed", "draft_version", "wants_step2", "erased_at"),
)
SENT_PROJECT = (
    *("base_url", "api_key_sealed", "paths", "connect_timeout", "read_timeout", "calls_per_second", "calls_per_day"),
    *("clock_offset", "undelivered_in_row", "pending_clock", "review_target_hours", "reported_state"),
    *("automatic_messages", "argos_mails_customers"),
    *("counts_working_hours", "working_hours", "holiday_country", "days_off", "working_days", "message_time_zone"),
)

# Every call is put off by less: what lies further ahead, a clock that ran ahead wrote.
MAX_WAIT = timedelta(minutes=5)


class CallQuerySet(models.QuerySet["Call"]):
    """Each "due" also takes what a host clock that ran ahead, and was set back since, has put into the future."""

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def claimable(self, moment: datetime) -> Self:
        """Prepared, due, of a project that may send; the most urgent first."""
        rows = self.prepared_and_due(moment).filter(submission__project__paused_at__isnull=True)
        return rows.order_by("urgency_at", "prepared_at")

    def with_what_is_sent(self) -> Self:
        """Load the call, its attempt, submission, project, and `wrapped_key`, as far as a worker reads them."""
        columns = (
            *SENT_CALL,
            *(f"attempt__{name}" for name in SENT_ATTEMPT),
            *(f"submission__{name}" for name in SENT_SUBMISSION),
            *(f"submission__project__{name}" for name in SENT_PROJECT),
        )
        rows = self.select_related("submission__project", "attempt").only(*columns)
        return rows.annotate(wrapped_key=SubmissionKey.of("submission_id"))

    def prepared_and_due(self, moment: datetime) -> Self:
        due = Q(not_before__lte=moment) | Q(not_before__gt=moment + MAX_WAIT)
        return self.filter(due, state=CallState.PREPARED)

    def lease_ran_out(self, moment: datetime) -> Self:
        ahead = Q(sent_at__gt=moment + timedelta(minutes=1))
        return self.filter(Q(lease_until__lt=moment) | ahead, state=CallState.SENT)

    def to_settle(self, moment: datetime) -> Self:
        ahead = Q(sent_at__gt=moment, next_read_at__gte=F("sent_at"))
        return self.filter(Q(next_read_at__lte=moment) | ahead, state=CallState.UNKNOWN).order_by("next_read_at")


class Call(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="calls")
    attempt = models.OneToOneField(Attempt, models.CASCADE, related_name="call")
    kind = models.CharField(max_length=8, choices=CallKind)
    state = models.CharField(max_length=10, choices=CallState, default=CallState.PREPARED)
    returns_to = models.CharField(max_length=20, help_text="the submission's status when this call never happened")
    userid = models.CharField(max_length=40, blank=True, help_text="Step 1: what the vendor can find it by")

    not_before = models.DateTimeField()
    latest_start = models.DateTimeField(null=True)
    urgency_at = models.DateTimeField(help_text="claimed in this order")
    prepared_at = models.DateTimeField(default=clock.now)
    prepared_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undelivered = models.PositiveSmallIntegerField(default=0, help_text="starts that provably did not arrive")

    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=40, blank=True, help_text="what kind of end, as a fact's name")
    error_code = models.CharField(max_length=120, blank=True)
    reply_sealed = EncryptedField(null=True)
    reply = EncryptedJSON[dict[str, Any]]("reply_sealed", "call.reply", dict, check=None)

    known_before = models.JSONField(default=dict, help_text="count, attempts and times at the vendor before the call")
    next_read_at = models.DateTimeField(null=True)
    reads = models.PositiveSmallIntegerField(default=0)
    clear_since = models.DateTimeField(null=True, help_text="first read that showed nothing changed")
    settled_as = models.CharField(max_length=20, blank=True)

    wrapped_key: bytes | memoryview | None  # of the submission, where `with_what_is_sent` loaded the call

    objects: ClassVar[Any] = CallQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["prepared_at"]
        indexes = [
            models.Index("prepared_at", name="call_prepared"),
            models.Index("urgency_at", "prepared_at", name="call_claim", condition=Q(state="prepared")),
            models.Index("lease_until", name="call_lease", condition=Q(state="sent")),
            models.Index("next_read_at", name="call_settle", condition=Q(state="unknown")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CallState.values), name="call_state_known"),
            models.CheckConstraint(condition=Q(kind__in=CallKind.values), name="call_kind_known"),
            models.UniqueConstraint(
                fields=["submission"], condition=Q(state__in=OPEN_STATES), name="call_one_open_per_submission"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, ended_at=None) | ~Q(state__in=OPEN_STATES) & ~Q(ended_at=None),
                name="call_ended_iff_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} call of {self.submission_id}: {self.state}"

    def data_key(self) -> bytes:
        return self.submission.data_key()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def may_be_taken_back(self) -> bool:
        """Return whether a capturer may cancel the call, because it is not sent yet."""
        return self.state == CallState.PREPARED and self.kind in CAPTURED
