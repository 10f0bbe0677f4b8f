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


class Reviewer(models.TextChoices):
    CLIENT = "client", _("We decide here")
    VENDOR = "vendor", _("The vendor decides")


class SecondReview(models.TextChoices):
    NONE = "none", _("Never")
    FLAGGED = "flagged", _("When the portal shows a warning")
    ALL = "all", _("Always")


class PendingClock(models.TextChoices):
    UNSTATED = "unstated", _("Not stated: keep to the earlier of both clocks")
    COUNTS = "counts", _("Yes: pending must be decided within 24 hours of Step 1")
    STOPS = "stops", _("No: a pending submission is complete")


def _percent(label: object, default: int) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(label, default=default, validators=[MaxValueValidator(100)])  # type: ignore[arg-type]


class Project(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    company_name = models.CharField(
        _("company name shown to customers"),
        max_length=80,
        blank=True,
        default="",
        db_default="",
        validators=[validate_one_line],
        help_text=_("In e-mails to customers. Empty: the e-mails name no company."),
    )
    company_contact = models.CharField(
        _("contact shown to customers"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        validators=[validate_one_line],
        help_text=_("Phone number or e-mail address in e-mails to customers, for example 02-1234-5678."),
    )
    is_open = models.BooleanField(_("takes new submissions"), default=True)

    base_url = models.URLField(_("base URL"), help_text=_("With the version, for example https://host/v3"))
    api_key_sealed = models.BinaryField(null=True, editable=False)
    admin_email = models.EmailField(
        _("reviewer's admin e-mail"), blank=True, help_text=_("Registered as admin of the vendor project")
    )
    paths = models.JSONField(
        _("paths"), default=dict, blank=True, help_text=_("Only those that differ from the vendor's pages")
    )
    connect_timeout = models.PositiveSmallIntegerField(
        _("connect timeout (s)"), default=5, validators=[MinValueValidator(1)]
    )
    read_timeout = models.PositiveSmallIntegerField(
        _("read timeout (s)"), default=60, validators=[MinValueValidator(1), MaxValueValidator(300)]
    )
    webhook_token_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    webhook_addresses = models.JSONField(
        _("webhook source addresses"), default=list, blank=True, help_text=_("Empty: any address")
    )

    # Each option is a switch of the vendor's dashboard and stands alone.
    has_address_codes = models.BooleanField(_("address codes"), default=False)
    has_address_image = models.BooleanField(_("address image"), default=False)
    has_structured_address = models.BooleanField(_("structured address"), default=False)
    requires_typed_address = models.BooleanField(_("typed address required"), default=False)
    requires_address_detail = models.BooleanField(_("address detail required"), default=False)
    has_id_authentication = models.BooleanField(_("ID authentication"), default=True)
    has_account_occupancy = models.BooleanField(_("account occupancy (1 won)"), default=False)
    has_universal_mode = models.BooleanField(_("universal ID mode"), default=False)
    requires_consent = models.BooleanField(_("the customer's consent must be recorded"), default=False)
    banks = models.JSONField(
        _("banks"),
        default=dict,
        blank=True,
        help_text=_(
            "Code of three digits: name. The vendor's table is not published; empty: the agent types the code."
        ),
    )
    vehicle_certificate_value = models.CharField(
        _("vehicle registration as sent at Step 2"), max_length=60, default="vehicle_registration certificate"
    )

    reviewer = models.CharField(_("who decides pending ones"), max_length=8, choices=Reviewer, default=Reviewer.CLIENT)
    second_review = models.CharField(
        _("second reviewer"), max_length=8, choices=SecondReview, default=SecondReview.NONE
    )
    review_target_hours = models.PositiveSmallIntegerField(_("review target (h)"), default=24)
    pending_clock = models.CharField(
        _("does the 24-hour limit count while pending?"),
        max_length=8,
        choices=PendingClock,
        default=PendingClock.UNSTATED,
    )
    blocks_first_step2_after_4h = models.BooleanField(_("block a first Step 2 after 4 h"), default=False)
    settle_minutes = models.PositiveSmallIntegerField(
        _("minutes between the two reads that show a call never arrived"),
        default=10,
        validators=[MinValueValidator(6)],
    )
    # The vendor's own limits are 5,000 a second and 500,000 a UTC day for each key; one page of another product says
    # 200,000 a day. Reads count too.
    calls_per_second = models.PositiveIntegerField(
        _("calls a second at most"), default=100, validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )
    calls_per_day = models.PositiveIntegerField(
        _("calls a UTC day at most"), default=100_000, validators=[MinValueValidator(1), MaxValueValidator(500_000)]
    )
    face_threshold = _percent(_("face similarity below this is a warning"), 70)
    liveness_threshold = _percent(_("liveness below this is a warning"), 50)

    # The two clocks of customer identification (31 CFR 1020.220(a)(3)(ii)): identity data from the end of the
    # relationship, the record of the verification from when it was made. Drafts never became a record.
    keep_years_after_relationship = models.PositiveSmallIntegerField(
        _("years kept after the relationship ended"), default=5, validators=[MaxValueValidator(50)]
    )
    keep_years_after_record = models.PositiveSmallIntegerField(
        _("years kept after the decision"), default=5, validators=[MaxValueValidator(50)]
    )
    keep_draft_days = models.PositiveSmallIntegerField(
        _("days kept as a draft or abandoned"), default=30, validators=[MinValueValidator(1)]
    )
    # Within them a delivery that the vendor sends again is known for a doubled one; its pages do not say how long it
    # resends. Later it costs one read more, and still changes nothing twice.
    keep_webhook_days = models.PositiveSmallIntegerField(
        _("days a webhook is kept after it was handled"),
        default=30,
        db_default=30,
        validators=[MinValueValidator(1)],
    )

    paused_at = models.DateTimeField(_("sending stopped at"), null=True, blank=True, editable=False)
    paused_reason = models.CharField(_("why"), max_length=300, blank=True, editable=False)
    undelivered_in_row = models.PositiveIntegerField(default=0, editable=False)
    clock_offset = models.FloatField(_("vendor clock minus ours (s)"), default=0.0, editable=False)
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

    def new_webhook_token(self) -> str:
        """Sets a fresh token (its hash is stored) and returns it once."""
        token = secrets.token_urlsafe(32)
        self.webhook_token_hash = webhook_token_hash(token)
        return token


def webhook_token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
