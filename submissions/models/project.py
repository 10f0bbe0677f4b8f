"""A vendor project: where it is, its key, what its options demand and what times the team promises."""

import hashlib
import secrets
import uuid
from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from argos import matrix
from submissions.core import encryption
from submissions.core.letters import validate_one_line
from submissions.models.project_choices import PendingClock, Reviewer, SecondReview


def _percent(label: object, help_text: object, default: int) -> "models.PositiveSmallIntegerField[int, int]":
    validators = [MaxValueValidator(100)]
    return models.PositiveSmallIntegerField(label, help_text=help_text, default=default, validators=validators)  # type: ignore[arg-type]


def _option(label: object, help_text: object, default: bool = False) -> "models.BooleanField[bool, bool]":
    return models.BooleanField(label, help_text=help_text, default=default)  # type: ignore[arg-type]


class Project(models.Model):
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
    is_open = _option(_("New submissions"), _("Staff can create submissions in this project."), default=True)

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
    connect_timeout = models.PositiveSmallIntegerField(
        _("Connect timeout (s)"),
        default=5,
        validators=[MinValueValidator(1)],
        help_text=_("Longest wait for a connection to ARGOS."),
    )
    read_timeout = models.PositiveSmallIntegerField(
        _("Read timeout (s)"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(300)],
        help_text=_("Longest wait for a reply. After it the outcome of a request is unknown."),
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

    # Each option is a switch of the vendor's dashboard and stands alone.
    has_address_codes = _option(
        _("Address codes"), _("Step 2 needs a Plus Code or the formatted address, which a look-up fills.")
    )
    has_address_image = _option(_("Proof of address"), _("Step 2 needs an image of a document with name and address."))
    has_structured_address = _option(
        _("Address in parts"), _("Step 2 needs street, city, state, postal code and country.")
    )
    requires_typed_address = _option(_("Entered address"), _("Step 2 needs the address as the customer says it."))
    requires_address_detail = _option(_("Address details"), _("Step 2 needs flat and floor."))
    has_id_authentication = _option(
        _("ID authentication"),
        _("Step 2 needs the values that ARGOS compares with the issuer's records."),
        default=True,
    )
    has_account_occupancy = _option(
        _("Account verification"), _("Step 2 needs the code and the holder of a 1-won deposit (Korea).")
    )
    has_universal_mode = _option(
        _("Automatic ID detection"), _("Agents can leave the ID type to ARGOS. Not for Korean IDs.")
    )
    requires_consent = _option(_("Consent on record"), _("Step 1 waits until the customer's consent is recorded."))
    banks = models.JSONField(
        _("Banks"),
        default=dict,
        blank=True,
        help_text=_("Offered for account verification. Empty: the agent enters the three digits."),
    )
    vehicle_certificate_value = models.CharField(
        _("Vehicle registration at Step 2"),
        max_length=60,
        default="vehicle_registration certificate",
        help_text=_("Sent to ARGOS as the ID type."),
    )

    reviewer = models.CharField(
        _("Decision maker"),
        max_length=8,
        choices=Reviewer,
        default=Reviewer.CLIENT,
        help_text=_("Decides pending submissions. Must agree with the setting at ARGOS."),
    )
    second_review = models.CharField(
        _("Second review"),
        max_length=8,
        choices=SecondReview,
        default=SecondReview.NONE,
        help_text=_("Another officer decides blind before a decision is sent."),
    )
    review_target_hours = models.PositiveSmallIntegerField(
        _("Review target (h)"), default=24, help_text=_("Time allowed to decide, from pending to the decision.")
    )
    pending_clock = models.CharField(
        _("24-hour limit while pending"),
        max_length=8,
        choices=PendingClock,
        default=PendingClock.UNSTATED,
        help_text=_("Sets what is due first. The ARGOS documentation does not state it; ask ARGOS."),
    )
    blocks_first_step2_after_4h = _option(
        _("First-selfie limit"),
        _("The portal sends no first Step 2 later than 4 h after Step 1. Off: it warns only."),
    )
    settle_minutes = models.PositiveSmallIntegerField(
        _("Confirmation interval (min)"),
        default=10,
        validators=[MinValueValidator(6)],
        help_text=_("Time between the two reads that show that ARGOS never received a request."),
    )
    # The vendor's own limits are 5,000 a second and 500,000 a UTC day for each key; one page of another product says
    # 200,000 a day. Reads count too.
    calls_per_second = models.PositiveIntegerField(
        _("Requests per second"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(5000)],
        help_text=_("Most requests of this API key in a second, reads included. ARGOS allows 5,000."),
    )
    calls_per_day = models.PositiveIntegerField(
        _("Requests per day"),
        default=100_000,
        validators=[MinValueValidator(1), MaxValueValidator(500_000)],
        help_text=_("Most requests of this API key in a UTC day, reads included. ARGOS allows 500,000."),
    )
    face_threshold = _percent(_("Face similarity threshold"), _("Below it the reviewer sees a warning."), 70)
    liveness_threshold = _percent(_("Liveness threshold"), _("Below it the reviewer sees a warning."), 50)

    # The two clocks of customer identification (31 CFR 1020.220(a)(3)(ii)): identity data from the end of the
    # relationship, the record of the verification from when it was made. Drafts never became a record.
    keep_years_after_relationship = models.PositiveSmallIntegerField(
        _("Years after the relationship"),
        default=5,
        validators=[MaxValueValidator(50)],
        help_text=_("An approved customer's data is deleted when this and the next period have ended."),
    )
    keep_years_after_record = models.PositiveSmallIntegerField(
        _("Years after the decision"),
        default=5,
        validators=[MaxValueValidator(50)],
        help_text=_("A rejected customer's data is deleted when this period has ended."),
    )
    keep_draft_days = models.PositiveSmallIntegerField(
        _("Days as a draft or abandoned"),
        default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Drafts and abandoned submissions are deleted after it."),
    )
    # Within them a delivery that the vendor sends again is known for a doubled one; its pages do not say how long it
    # resends. Later it costs one read more, and still changes nothing twice.
    keep_webhook_days = models.PositiveSmallIntegerField(
        _("Days of a handled webhook"),
        default=30,
        db_default=30,
        validators=[MinValueValidator(1)],
        help_text=_("Webhooks are deleted after it. Within it a repeated one is recognized."),
    )

    paused_at = models.DateTimeField(_("processing paused at"), null=True, blank=True, editable=False)
    paused_reason = models.CharField(_("why"), max_length=300, blank=True, editable=False)
    undelivered_in_row = models.PositiveIntegerField(default=0, editable=False)
    clock_offset = models.FloatField(_("time difference to ARGOS (s)"), default=0.0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            models.CheckConstraint(condition=Q(reviewer__in=Reviewer.values), name="project_reviewer_known"),
            models.CheckConstraint(condition=Q(second_review__in=SecondReview.values), name="project_second_known"),
            models.CheckConstraint(condition=Q(pending_clock__in=PendingClock.values), name="project_clock_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def options(self) -> matrix.Options:
        return matrix.Options(
            address_codes=self.has_address_codes,
            address_image=self.has_address_image,
            structured_address=self.has_structured_address,
            typed_address_required=self.requires_typed_address,
            detail_required=self.requires_address_detail,
            id_authentication=self.has_id_authentication,
            account_occupancy=self.has_account_occupancy,
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
