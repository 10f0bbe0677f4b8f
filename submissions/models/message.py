"""Outgoing messages: the receivers (endpoints), what happened (messages), and the deliveries of these to those."""

import secrets
import uuid
from base64 import b64encode
from datetime import timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from submissions.core import clock, encryption
from submissions.core.letters import validate_one_line
from submissions.models.people import User
from submissions.models.project import Project
from submissions.models.submission import Submission
from submissions.models.submission_key import SubmissionKey

SECRET_PREFIX = "whsec_"  # noqa: S105 (the prefix of the Standard Webhooks specification)
SECRET_BYTES = 32
REPLY_LENGTH = 500


class EndpointKind(models.TextChoices):
    WEBHOOK = "webhook", pgettext_lazy("receiver", "Webhook")
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"
    MATTERMOST = "mattermost", "Mattermost"


class MessageKind(models.TextChoices):
    STARTED = "submission.started", _("Submission started")
    PENDING = "submission.pending", _("Pending review")
    DECIDED = "submission.decided", _("Approved or rejected")
    OVERDUE = "submission.overdue", _("Overdue")
    ABANDONED = "submission.abandoned", _("Abandoned")
    REVERIFICATION_DUE = "submission.reverification_due", _("Re-verification due")
    AML_CHANGED = "submission.aml_changed", _("AML result or review changed")
    ALERT = "alert", _("Alerts to staff")
    TEST = "test", pgettext_lazy("message", "Test")


# The kinds that an endpoint can select; a test is sent to one endpoint.
SUBMISSION_KINDS = (
    *(MessageKind.STARTED, MessageKind.PENDING, MessageKind.DECIDED, MessageKind.OVERDUE),
    *(MessageKind.ABANDONED, MessageKind.REVERIFICATION_DUE, MessageKind.AML_CHANGED),
)


# The columns that a worker reads to send a delivery.
SENT = (
    *("endpoint", "state", "attempts", "waiting_since", "due_at", "message__kind", "message__facts"),
    *("message__created_at", "submission__values_sealed", "submission__erased_at", "submission__project"),
)


class DeliveryState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
    DELIVERED = "delivered", pgettext_lazy("delivery", "Delivered")
    FAILED = "failed", pgettext_lazy("delivery", "Failed")


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def enabled(self) -> Self:
        return self.filter(disabled_at=None)

    def of_project(self, project: uuid.UUID) -> Self:
        """Return those of the project or of all projects, without those that a person disabled.

        An endpoint that the portal disabled still collects messages: they are sent once it is enabled again.
        """
        return self.filter(Q(project=None) | Q(project=project)).filter(disabled_by=None)


class Endpoint(models.Model):
    """A receiver outside the portal. Its URL is encrypted, because the URLs of chat products are secrets."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("Kind of receiver"), max_length=10, choices=EndpointKind, default=EndpointKind.WEBHOOK)
    name = models.CharField(_("Name"), max_length=60, unique=True, validators=[validate_one_line])
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, verbose_name=_("Project"))
    kinds = models.JSONField(_("Messages"), default=list)
    url_sealed = models.BinaryField()
    secret_sealed = models.BinaryField(null=True)
    # The secret before the last rotation; deliveries carry both signatures until then.
    former_secret_sealed = models.BinaryField(null=True)
    former_secret_until = models.DateTimeField(null=True)
    include_personal = models.BooleanField(_("Include personal data"), default=False)
    public_key = models.TextField(_("Public key"), blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    failing_since = models.DateTimeField(null=True)
    # `disabled_by` is empty if the portal disabled it, after it had failed for a day.
    disabled_at = models.DateTimeField(null=True)
    disabled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    owners_notified_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = EndpointQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EndpointKind.values), name="endpoint_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="webhook") | Q(include_personal=False), name="endpoint_chat_without_personal_data"
            ),
            models.CheckConstraint(
                condition=Q(disabled_by=None) | Q(disabled_at__isnull=False), name="endpoint_disabled_pair"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_enabled(self) -> bool:
        return self.disabled_at is None

    @property
    def is_webhook(self) -> bool:
        return self.kind == EndpointKind.WEBHOOK

    @property
    def url(self) -> str:
        return encryption.unwrap(self.label_of("url", self.pk), bytes(self.url_sealed)).decode()

    @url.setter
    def url(self, value: str) -> None:
        self.url_sealed = encryption.wrap(self.label_of("url", self.pk), value.encode())

    @property
    def host(self) -> str:
        """Return the host name of the URL, the only part that pages show; "?" if it cannot be decrypted."""
        try:
            return urlsplit(self.url).hostname or ""
        except encryption.CannotOpen:
            return "?"

    def secrets_at(self, moment: Any) -> list[str]:
        """Return the secrets that sign a delivery: the current one, then the former one while it is valid."""
        sealed = [("secret", self.secret_sealed)]
        if self.former_secret_until and self.former_secret_until > moment:
            sealed.append(("former_secret", self.former_secret_sealed))
        return [
            encryption.unwrap(self.label_of(name, self.pk), bytes(value)).decode() for name, value in sealed if value
        ]

    def new_secret(self, *, former_until: Any = None) -> str:
        """Make a new secret and return it. The current one stays valid until `former_until`."""
        if former_until is not None and self.secret_sealed:
            [current, *_rest] = self.secrets_at(clock.now())
            self.former_secret_sealed = encryption.wrap(self.label_of("former_secret", self.pk), current.encode())
            self.former_secret_until = former_until
        secret = SECRET_PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        self.secret_sealed = encryption.wrap(self.label_of("secret", self.pk), secret.encode())
        return secret

    @staticmethod
    def label_of(column: str, pk: object) -> str:
        return f"endpoint.{column}:{pk}"


class Message(models.Model):
    """What happened to a submission, written in the transaction that changed it. Its id is the header `webhook-id`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="messages")
    kind = models.CharField(max_length=40, choices=MessageKind)
    facts = models.JSONField(default=dict, help_text="reference, status, codes, scores and times; no personal data")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index("created_at", name="message_created")]
        constraints = [models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="message_kind_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> Self:
        return self.filter(state=DeliveryState.WAITING)

    def due(self, moment: Any) -> Self:
        """Return waiting deliveries whose time has come: the oldest waiting one of each endpoint and submission.

        PostgreSQL looks the oldest one up for each row. It would turn a NOT EXISTS into a join, which compared each
        delivery of a sudden backlog with each other until the table was analyzed: 4 s for 3,000.
        """
        same = self.model._default_manager.filter(
            state=DeliveryState.WAITING, endpoint=OuterRef("endpoint"), submission=OuterRef("submission")
        )
        oldest = Subquery(same.order_by("pk").values("pk")[:1])
        return self.waiting().filter(Q(submission=None) | Q(pk=oldest), due_at__lte=moment)

    def with_what_is_sent(self) -> Self:
        """Load the delivery, its message, and of its submission the values with `wrapped_key`."""
        rows = self.select_related("message", "submission").only(*SENT)
        return rows.annotate(wrapped_key=SubmissionKey.of("submission_id"))


class Delivery(models.Model):
    """One message to one endpoint. Its number is the order; `attempts` rises with each take and guards its outcome."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=20, blank=True, default="")
    reply = models.CharField(max_length=REPLY_LENGTH, blank=True, default="")

    wrapped_key: bytes | memoryview | None  # of the submission, where `with_what_is_sent` loaded the delivery

    objects: ClassVar[Any] = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index("endpoint", "due_at", name="delivery_due", condition=Q(state="waiting")),
            models.Index("endpoint", "submission", "id", name="delivery_order", condition=Q(state="waiting")),
            models.Index("endpoint", F("id").desc(), name="delivery_of_endpoint"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message", "endpoint"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False) | ~Q(state="delivered"),
                name="delivery_delivered_at",
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def waited(self) -> timedelta:
        return clock.now() - self.waiting_since
