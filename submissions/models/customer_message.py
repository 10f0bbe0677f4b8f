"""Messages to the customer: the company's own texts, and each message with its state."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from submissions.core import clock, encryption
from submissions.core.letters import validate_one_line
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.message_settings import Channel, Occasion
from submissions.models.people import User
from submissions.models.project import Project
from submissions.models.submission import Submission

LANGUAGE_LENGTH = 12  # of a code as zh-hans
SUBJECT_LENGTH = 120
TEXT_LENGTH = 1200


class CustomerText(models.Model):
    """A text that replaces the default text of one occasion and language in one project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="customer_texts")
    occasion = models.CharField(max_length=12, choices=Occasion)
    language = models.CharField(max_length=LANGUAGE_LENGTH)
    subject = models.CharField(
        _("Subject"),
        max_length=SUBJECT_LENGTH,
        validators=[validate_one_line],
        help_text=_("Of the e-mail. A text message has none."),
    )
    text = models.TextField(
        pgettext_lazy("of a message", "Text"),
        max_length=TEXT_LENGTH,
        help_text=_("Plain text. A line is left out if a placeholder in it has no value."),
    )
    changed_at = models.DateTimeField(default=clock.now)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "occasion", "language"], name="customer_text_once"),
            models.CheckConstraint(condition=Q(occasion__in=Occasion.values), name="customer_text_occasion_known"),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} in {self.language}"


class CustomerMessageState(models.TextChoices):
    """UNKNOWN: the connection ended after the message was handed over; it may have arrived and is not sent again."""

    WAITING = "waiting", pgettext_lazy("message to a customer", "Waiting")
    SENDING = "sending", pgettext_lazy("message to a customer", "Being sent")
    SENT = "sent", pgettext_lazy("message to a customer", "Sent")
    FAILED = "failed", pgettext_lazy("message to a customer", "Not sent")
    UNKNOWN = "unknown", pgettext_lazy("message to a customer", "Perhaps sent")
    CANCELLED = "cancelled", pgettext_lazy("message to a customer", "Not needed any more")


class CustomerMessageQuerySet(models.QuerySet["CustomerMessage"]):
    def waiting(self) -> Self:
        return self.filter(state=CustomerMessageState.WAITING)

    def cancel(self, moment: datetime) -> None:
        """End those that were not sent yet."""
        columns = {"state": CustomerMessageState.CANCELLED, "ended_at": moment}
        self.filter(ended_at=None).update(**columns)

    def due(self, moment: datetime) -> Self:
        return self.waiting().filter(due_at__lte=moment)


class CustomerMessage(models.Model):
    """One message. `created_by` is empty if the portal wrote it after a change.

    `content` has the address, subject and text from the moment of sending, and the link until it is not needed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="customer_messages")
    occasion = models.CharField(max_length=12, choices=Occasion)
    channel = models.CharField(max_length=8, choices=Channel)
    language = models.CharField(max_length=LANGUAGE_LENGTH)
    state = models.CharField(max_length=10, choices=CustomerMessageState, default=CustomerMessageState.WAITING)
    content_sealed = EncryptedField(null=True)
    content = EncryptedJSON[dict[str, str]]("content_sealed", "customer_message.content", dict)
    has_link = models.BooleanField(
        default=False, db_default=False, help_text="content has the link of an invitation that may be open"
    )
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, help_text="the deadline that the text names; never sent after it")
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, help_text="the last attempt")
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=20, blank=True, default="")
    provider_id = models.CharField(max_length=100, blank=True, default="", help_text="the gateway's id of the message")

    objects = CustomerMessageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        indexes = [
            models.Index("due_at", name="customer_message_due", condition=Q(state__in=["waiting", "sending"])),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=CustomerMessageState.values), name="customer_message_state_known"
            ),
            models.CheckConstraint(
                condition=Q(occasion__in=Occasion.values) & Q(channel__in=Channel.values),
                name="customer_message_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending"], ended_at=None)
                | ~Q(state__in=["waiting", "sending"]) & Q(ended_at__isnull=False),
                name="customer_message_ended_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} for {self.submission_id}"

    def data_key(self) -> bytes:
        return self.submission.data_key()

    def content_without_link(self) -> dict[str, str]:
        """Return the content to keep: the link would open the customer's pages. {} if it cannot be decrypted."""
        try:
            return {name: value for name, value in self.content.items() if name != "link"}
        except encryption.CannotOpen:
            return {}
