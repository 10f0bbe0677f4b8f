"""A vendor project: where it is, its key, what its options demand and what times the team promises."""

import hashlib
import secrets
import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from argos import matrix
from submissions.core import encryption, vendor_text
from submissions.core.letters import validate_one_line
from submissions.models.address_settings import AddressSettings
from submissions.models.aml_settings import AmlSettings
from submissions.models.calendar_settings import CalendarSettings
from submissions.models.duty import AssignmentSettings
from submissions.models.invitation_settings import InvitationSettings
from submissions.models.liveform_settings import LiveformSettings
from submissions.models.message_settings import MessageSettings
from submissions.models.next_check_settings import NextCheckSettings
from submissions.models.project_choices import (
    LookUpBody,
    OccupancyCode,
    PendingClock,
    Reviewer,
    SecondReview,
    VendorState,
)
from submissions.models.project_settings import (
    CaptureSettings,
    LimitSettings,
    RetentionSettings,
    ReviewSettings,
    option,
)
from submissions.models.quality_settings import QualitySettings
from submissions.models.redaction_settings import RedactionSettings


class ProjectQuerySet(models.QuerySet["Project"]):
    def shared_vendor_name(self) -> str:
        return vendor_text.shared(self.order_by().values_list("vendor_name", flat=True))


class Project(
    CaptureSettings,
    AddressSettings,
    InvitationSettings,
    LiveformSettings,
    MessageSettings,
    ReviewSettings,
    AssignmentSettings,
    CalendarSettings,
    AmlSettings,
    RetentionSettings,
    RedactionSettings,
    LimitSettings,
    NextCheckSettings,
    QualitySettings,
):
    """Every setting has a noun as its label and a help text that says what it does; forms add the default."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(
        _("Project name"), max_length=80, unique=True, help_text=_("Shown to staff wherever a project is selected.")
    )
    company_name = models.CharField(
        _("Company name"),
        max_length=80,
        blank=True,
        default="",
        db_default="",
        validators=[validate_one_line],
        help_text=_("In e-mails to customers. Empty: the e-mails name no company."),
    )
    company_contact = models.CharField(
        _("Customer contact"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        validators=[validate_one_line],
        help_text=_("Phone number or e-mail address in e-mails to customers, for example 02-1234-5678."),
    )
    vendor_name = models.CharField(
        _("Name of ARGOS"),
        max_length=30,
        default="ARGOS",
        db_default="ARGOS",
        validators=[validate_one_line],
        help_text=_("Staff see this name in the project's submissions. Set it if they know ARGOS by another name."),
    )
    is_open = option(_("New submissions"), _("Staff can create submissions in this project."), default=True)

    base_url = models.URLField(
        _("ARGOS address"), help_text=_("Receives all requests. With the version, for example https://host/v3")
    )
    api_key_sealed = models.BinaryField(null=True, editable=False)
    admin_email = models.EmailField(
        _("Reviewer e-mail at ARGOS"),
        blank=True,
        help_text=_("Signs decisions. ARGOS accepts only an administrator of the project there."),
    )
    paths = models.JSONField(
        _("API paths"), default=dict, blank=True, help_text=_("Only paths that differ from the ARGOS documentation.")
    )
    webhook_token_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    webhook_token_sealed = models.BinaryField(null=True, editable=False)
    # The URL before the last rotation; it is valid until then.
    former_webhook_token_hash = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False, db_index=True
    )
    former_webhook_until = models.DateTimeField(null=True, editable=False)
    webhook_addresses = models.JSONField(
        _("Webhook allow list"),
        default=list,
        blank=True,
        help_text=_("Addresses and networks that may send webhooks. Empty: any address."),
    )

    vendor_state = models.CharField(
        _("State at ARGOS"),
        max_length=8,
        choices=VendorState,
        default=VendorState.UNKNOWN,
        db_default=VendorState.UNKNOWN,
        help_text=_(
            "As in the ARGOS dashboard. Counts only while ARGOS does not report it. Unknown, because the ARGOS "
            "documentation does not say where it is reported."
        ),
    )
    reported_state = models.CharField(max_length=8, blank=True, default="", db_default="", editable=False)
    reported_state_at = models.DateTimeField(null=True, editable=False)
    paused_at = models.DateTimeField(_("processing paused at"), null=True, blank=True, editable=False)
    paused_reason = models.CharField(_("why"), max_length=300, blank=True, editable=False)
    undelivered_in_row = models.PositiveIntegerField(default=0, editable=False)
    clock_offset = models.FloatField(_("time difference to ARGOS (s)"), default=0.0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            models.CheckConstraint(condition=Q(reviewer__in=Reviewer.values), name="project_reviewer_known"),
            models.CheckConstraint(condition=Q(second_review__in=SecondReview.values), name="project_second_known"),
            models.CheckConstraint(condition=Q(pending_clock__in=PendingClock.values), name="project_clock_known"),
            models.CheckConstraint(
                condition=Q(occupancy_code__in=OccupancyCode.values) & Q(look_up_body__in=LookUpBody.values),
                name="project_request_forms_known",
            ),
            models.CheckConstraint(
                condition=Q(vendor_state__in=VendorState.values) & Q(reported_state__in=["", *VendorState.values]),
                name="project_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state_at_argos(self) -> VendorState:
        """Return the state that ARGOS reported last, else the one that an administrator set."""
        return VendorState(self.reported_state or self.vendor_state)

    @property
    def options(self) -> matrix.Options:
        return matrix.Options(
            address_codes=self.has_address_codes,
            address_image=self.has_address_image,
            structured_address=self.has_structured_address,
            structured_address_required=self.requires_structured_address,
            typed_address_required=self.requires_typed_address,
            detail_required=self.requires_address_detail,
            id_authentication=self.has_id_authentication,
            account_occupancy=self.has_account_occupancy,
            occupancy_code_as_given=self.occupancy_code == OccupancyCode.AS_GIVEN,
            universal_mode=self.has_universal_mode,
            vehicle_certificate_value=self.vehicle_certificate_value,
        )

    @property
    def api_key(self) -> str:
        """Raises `encryption.CannotOpen` when the master key is gone; "" when no key was ever set."""
        if not self.api_key_sealed:
            return ""
        return encryption.unwrap(self._key_label, bytes(self.api_key_sealed)).decode()

    @api_key.setter
    def api_key(self, value: str) -> None:
        self.api_key_sealed = encryption.wrap(self._key_label, value.encode()) if value else None

    @property
    def _key_label(self) -> str:
        return f"project.api_key:{self.pk}"

    @property
    def key_digest(self) -> str:
        """Names the API key where calls are counted, without telling it."""
        return hashlib.sha256(f"budget:{self.api_key}".encode()).hexdigest()[:24]

    @property
    def longest_call(self) -> timedelta:
        """The longest one call can take before it has ended or is unknown."""
        return timedelta(seconds=self.connect_timeout + self.read_timeout)

    @property
    def webhook_token(self) -> str:
        """Return the token of the webhook URL; "" where there is none, or where it was made before it was kept."""
        if not self.webhook_token_sealed:
            return ""
        return encryption.unwrap(self.webhook_label_of(self.pk), bytes(self.webhook_token_sealed)).decode()

    @webhook_token.setter
    def webhook_token(self, token: str) -> None:
        self.webhook_token_hash = webhook_token_hash(token)
        self.webhook_token_sealed = encryption.wrap(self.webhook_label_of(self.pk), token.encode())

    def new_webhook_token(self) -> str:
        self.webhook_token = token = secrets.token_urlsafe(32)
        return token

    @staticmethod
    def webhook_label_of(pk: object) -> str:
        return f"project.webhook_token:{pk}"


def webhook_token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
