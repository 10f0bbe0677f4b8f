"""The settings of a project by the tab that shows them: abstract bases of `Project`, all in its one table."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.project_choices import LookUpBody, OccupancyCode, PendingClock, Reviewer, SecondReview


def percent(
    label: object, help_text: object, default: int, **more: int
) -> "models.PositiveSmallIntegerField[int, int]":
    """`more`: a `db_default`, which a setting needs that is added to projects that exist."""
    validators = [MaxValueValidator(100)]
    return models.PositiveSmallIntegerField(label, help_text=help_text, default=default, validators=validators, **more)  # type: ignore[arg-type]


def option(label: object, help_text: object, default: bool = False, **more: bool) -> "models.BooleanField[bool, bool]":
    """`more`: a `db_default`, as above."""
    return models.BooleanField(label, help_text=help_text, default=default, **more)  # type: ignore[arg-type]


class CaptureSettings(models.Model):
    """What the project's options at ARGOS demand of a capture."""

    # Each option is a switch of the vendor's dashboard and stands alone.
    has_id_authentication = option(
        _("ID authentication"),
        _("Step 2 needs the values that ARGOS compares with the issuer's records."),
        default=True,
    )
    has_account_occupancy = option(
        _("Account verification"), _("Step 2 needs the code and the holder of a 1-won deposit (Korea).")
    )
    occupancy_code = models.CharField(
        _("Verification code at Step 2"),
        max_length=6,
        choices=OccupancyCode,
        default=OccupancyCode.DIGITS,
        db_default=OccupancyCode.DIGITS,
        help_text=_(
            "The ARGOS documentation says three digits and shows “123test” as an example. The portal keeps the text "
            "as entered."
        ),
    )
    look_up_body = models.CharField(
        _("Format of the address look-up"),
        max_length=4,
        choices=LookUpBody,
        default=LookUpBody.JSON,
        db_default=LookUpBody.JSON,
        help_text=_(
            "An assumption: the ARGOS documentation of this request is not available. JSON, as for account "
            "verification. Test it below."
        ),
    )
    has_universal_mode = option(
        _("Automatic ID detection"), _("Agents can leave the ID type to ARGOS. Not for Korean IDs.")
    )
    requires_live_selfie = option(
        _("Live selfies only"),
        _(
            "A selfie from a file needs a reason, which reviewers see and acknowledge. Off: projects without cameras "
            "use files. The browser reports the camera; no portal can prove it."
        ),
        db_default=False,
    )
    asks_birthplace = option(
        _("Place of birth and further nationalities"),
        _("Agents enter both. Not sent to ARGOS. Regulation (EU) 2024/1624, Article 22."),
        db_default=False,
    )
    requires_consent = option(_("Consent on record"), _("Step 1 waits until the customer's consent is recorded."))
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
        help_text=_(
            "Sent to ARGOS as the ID type. The Step 2 page of ARGOS writes it with a space, the Step 1 page with an "
            "underscore."
        ),
    )

    class Meta:
        abstract = True


class ReviewSettings(models.Model):
    """Who decides, until when, and what a reviewer is warned of."""

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
    verification_methods_required = models.PositiveSmallIntegerField(
        _("Verification methods required"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(4)],
        help_text=_(
            "An officer cannot approve with fewer of: ID document, face comparison, account check, address document. "
            "The Korean guideline requires two of its list. ARGOS's own approvals are not affected."
        ),
    )
    requires_training = option(
        _("Valid training required"),
        _(
            "Officers and managers without a valid training record read submissions, but do not claim or decide them. "
            "Managers and administrators enter the records under Training records."
        ),
        db_default=False,
    )
    sends_later_images = models.BooleanField(
        _("Later images to ARGOS"),
        default=False,
        db_default=False,
        help_text=_(
            "An image that answers a question of the review can be added to the ARGOS record. Off, because it replaces "
            "the image of its kind there. It uses no attempt."
        ),
    )
    review_target_hours = models.PositiveSmallIntegerField(
        _("Review target (h)"),
        default=24,
        validators=[MaxValueValidator(720)],
        help_text=_("Time allowed to decide, from pending to the decision."),
    )
    pending_clock = models.CharField(
        _("24-hour limit while pending"),
        max_length=8,
        choices=PendingClock,
        default=PendingClock.UNSTATED,
        help_text=_(
            "Sets what is due first. The ARGOS documentation does not state it, so the earlier limit counts; ask ARGOS."
        ),
    )
    face_threshold = percent(_("Face similarity threshold"), _("Below it the reviewer sees a warning."), 70)
    liveness_threshold = percent(_("Liveness threshold"), _("Below it the reviewer sees a warning."), 50)
    ocr_threshold = percent(
        _("Reading confidence threshold"),
        _(
            "Values that ARGOS read with less confidence are marked. ARGOS does not document the scale: 0 to 1 counts "
            "as a share, 0 to 100 as percent. 80 is a cautious start: adjust it to what reviewers find wrong."
        ),
        80,
        db_default=80,
    )

    class Meta:
        abstract = True


class RetentionSettings(models.Model):
    """How long data is kept."""

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
        help_text=_("A rejected customer's data is deleted when this period has ended, unless the next one is set."),
    )
    keep_months_after_rejection = models.PositiveSmallIntegerField(
        _("Months after a rejection"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text=_(
            "A rejected customer's data is deleted when this period has ended. Empty: after the years after the "
            "decision."
        ),
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

    class Meta:
        abstract = True

    @property
    def months_after_rejection(self) -> int:
        own = self.keep_months_after_rejection
        return self.keep_years_after_record * 12 if own is None else own


class LimitSettings(models.Model):
    """Requests in a time, and times of a request."""

    blocks_first_step2_after_4h = option(
        _("First-selfie limit"),
        _(
            "The portal sends no first Step 2 later than 4 h after Step 1. Off: it warns only, because ARGOS documents "
            "4 h for the ID and 24 h for the result."
        ),
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

    class Meta:
        abstract = True
