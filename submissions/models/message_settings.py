"""The settings of a project for messages to its customers: an abstract base of `Project`, in its one table."""

from datetime import time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from submissions.core import encryption
from submissions.core.letters import validate_one_line


class Occasion(models.TextChoices):
    """When the customer receives a message. CHECKED says that the check has ended, and not how."""

    INVITATION = "invitation", pgettext_lazy("occasion of a message", "Invitation")
    REMINDER = "reminder", pgettext_lazy("occasion of a message", "Reminder")
    RETRY = "retry", pgettext_lazy("occasion of a message", "Another photo needed")
    RECEIVED = "received", pgettext_lazy("occasion of a message", "Documents received")
    APPROVED = "approved", pgettext_lazy("occasion of a message", "Approved")
    REJECTED = "rejected", pgettext_lazy("occasion of a message", "Rejected")
    CHECKED = "checked", pgettext_lazy("occasion of a message", "Check ended, without the result")


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    TEXT = "text", _("Text message")


def _name_of(label: object, default: str, help_text: object) -> "models.CharField[str, str]":
    """Return the field for the name of a JSON field or header of the gateway."""
    known = RegexValidator(r"^[A-Za-z0-9_.-]+\Z", _("Enter letters, digits, dots, hyphens or underscores."))
    return models.CharField(
        label,  # type: ignore[arg-type]
        max_length=60,
        default=default,
        db_default=default,
        validators=[known],
        help_text=help_text,  # type: ignore[arg-type]
    )


class MessageSettings(models.Model):
    """Which messages are sent, when, in which language and by which gateway."""

    automatic_messages = models.JSONField(
        _("Automatic messages"),
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
        help_text=_("Sent by the portal after the change. Others are sent by an agent on the page of the submission."),
    )
    argos_mails_customers = models.BooleanField(
        _("E-mails of ARGOS"),
        default=True,
        db_default=True,
        help_text=_(
            "ARGOS e-mails the customer when a submission is pending, approved or rejected. The portal then "
            "sends no automatic message about these. Switch it off if ARGOS has switched off its e-mails."
        ),
    )
    message_channel = models.CharField(
        _("Channel"),
        max_length=8,
        choices=Channel,
        default=Channel.EMAIL,
        db_default=Channel.EMAIL,
        help_text=_("Of automatic messages. A customer without a phone number receives an e-mail."),
    )
    customer_language = models.CharField(
        _("Customers' language"),
        max_length=12,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of customers for whom no other language was chosen."),
    )
    complaints_contact = models.CharField(
        _("Complaints contact"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        validators=[validate_one_line],
        help_text=_("In messages about the result. Empty: the customer contact."),
    )
    reminder_hours = models.PositiveSmallIntegerField(
        _("Reminder (h)"),
        default=4,
        db_default=4,
        validators=[MinValueValidator(1), MaxValueValidator(72)],
        help_text=_("Time before the end of an invitation at which a customer who has not finished is reminded."),
    )
    quiet_from = models.TimeField(
        _("Quiet from"),
        default=time(21),
        db_default=time(21),
        help_text=_(
            "Automatic messages wait until the end of the quiet hours. The law on advertising at night does not apply "
            "to them, but customers complain about messages at night. A message that an agent sends goes at once."
        ),
    )
    quiet_until = models.TimeField(
        _("Quiet until"), default=time(8), db_default=time(8), help_text=_("The same time as above: no quiet hours.")
    )
    message_time_zone = models.CharField(
        _("Time zone"),
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of the quiet hours, of the deadlines in the messages, and of the working hours."),
    )
    gateway_url = models.CharField(
        _("Gateway address"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text=_("Receives each text message as a POST with JSON. Empty: the project sends no text messages."),
    )
    gateway_secret_sealed = models.BinaryField(null=True, editable=False)
    gateway_header = _name_of(
        _("Header of the secret"), "Authorization", _("With Authorization, the secret includes the word Bearer.")
    )
    gateway_number_field = _name_of(_("Field of the number"), "to", _("JSON field with the customer's phone number."))
    gateway_text_field = _name_of(_("Field of the text"), "text", _("JSON field with the text."))
    gateway_sender_field = _name_of(_("Field of the sender"), "from", _("JSON field with the sender."))
    gateway_sender = models.CharField(
        _("Sender"),
        max_length=30,
        blank=True,
        default="",
        db_default="",
        validators=[validate_one_line],
        help_text=_("Number or name that the gateway has registered for the company. Empty: not sent."),
    )
    gateway_id_field = _name_of(
        _("Field of the message ID"), "id", _("JSON field of the reply with the gateway's ID of the message.")
    )

    class Meta:
        abstract = True

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.message_time_zone or settings.TIME_ZONE)

    @property
    def gateway_secret(self) -> str:
        if not self.gateway_secret_sealed:
            return ""
        return encryption.unwrap(self.gateway_label_of(self.pk), bytes(self.gateway_secret_sealed)).decode()

    @gateway_secret.setter
    def gateway_secret(self, value: str) -> None:
        self.gateway_secret_sealed = encryption.wrap(self.gateway_label_of(self.pk), value.encode()) if value else None

    @staticmethod
    def gateway_label_of(pk: object) -> str:
        return f"project.gateway_secret:{pk}"
