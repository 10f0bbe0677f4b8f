"""Columns of a submission by concern: abstract bases of `Submission`, all in its one table."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from argos import limits
from argos.replies.ocr import SPELLINGS as ON_AN_ID
from submissions.core import clock, encryption
from submissions.models.consent import ConsentText
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.people import User
from submissions.models.submission_key import NO_KEY, SubmissionKey
from submissions.models.submission_status import IN_REVIEW, MAX_TRIES, Route, Source, Status


class CaptureFields(models.Model):
    """The applicant's values, the consent, and the draft they are typed into."""

    pk: Any

    # Encrypted with this submission's data key; keys are the names of the vendor's input table.
    values_sealed = EncryptedField(null=True)
    ocr_sealed = EncryptedField(null=True)
    reasons_sealed = EncryptedField(null=True)
    reason_authors = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), editable=False)
    vendor_comment_sealed = EncryptedField(null=True)
    values = EncryptedJSON[dict[str, str]]("values_sealed", "submission.values", dict, limits.check_fields)
    ocr = EncryptedJSON[dict[str, str]]("ocr_sealed", "submission.ocr", dict, limits.check_fields)
    reasons = EncryptedJSON[dict[str, str]]("reasons_sealed", "submission.reasons", dict, limits.check_reasons)
    vendor_comment = EncryptedJSON[list[str]]("vendor_comment_sealed", "submission.vendor_comment", list)

    edited_count = models.PositiveSmallIntegerField(
        _("edited values"), default=0, help_text="read values that were confirmed otherwise, counted at Step 2"
    )
    # Rises with every write of the values, so that a stale form cannot overwrite values its reader never saw.
    draft_version = models.PositiveIntegerField(default=0)
    wants_step2 = models.BooleanField(_("automatic Step 2"), default=False)
    customer_language = models.CharField(
        _("customer's language"), max_length=12, blank=True, default="", db_default="", editable=False
    )
    route = models.CharField(_("route"), max_length=10, choices=Route, default=Route.API, db_default=Route.API)
    consent = models.ForeignKey(ConsentText, models.PROTECT, null=True, verbose_name=_("consent"))
    consented_at = models.DateTimeField(_("consented"), null=True)

    class Meta:
        abstract = True

    def data_key(self) -> bytes:
        """Return the data key of this submission.

        Raises:
            CannotOpen: the key is missing, or no field key decrypts it.
        """
        if self._data_key == NO_KEY:
            raise encryption.CannotOpen(f"{SubmissionKey.label_of(self.pk)} is missing or does not open")
        return self._data_key

    @cached_property
    def _data_key(self) -> bytes:
        return SubmissionKey.get_for_submission(self.pk).open()

    @property
    def shown_name(self) -> str:
        """Return the applicant's name, the e-mail while there is no name, or "" once erased."""
        try:
            values = self.values
        except encryption.CannotOpen:
            return gettext("cannot be opened")
        return limits.cut(values.get("name") or values.get("email", ""), limits.LISTED)

    @property
    def is_readable(self) -> bool:
        """Whether the values can be decrypted; also true when there are none."""
        try:
            self.values  # noqa: B018  reading the attribute decrypts it
        except encryption.CannotOpen:
            return False
        return True


class VendorFields(models.Model):
    """The vendor's last report on this submission, and our own count of selfies sent."""

    status: Any

    selfies_sent = models.PositiveSmallIntegerField(_("selfies sent"), default=0)
    vendor_id = models.CharField(_("ARGOS ID"), max_length=80, blank=True)
    vendor_status = models.CharField(_("ARGOS status"), max_length=40, blank=True)
    vendor_codes = models.JSONField(_("ARGOS codes"), default=list)
    vendor_count = models.PositiveSmallIntegerField(_("ARGOS retry count"), null=True)
    vendor_attempts = models.PositiveSmallIntegerField(null=True)
    vendor_updated_at = models.DateTimeField(null=True)
    vendor_read_at = models.DateTimeField(_("ARGOS last checked"), null=True)
    id_type_unknown = models.BooleanField(default=False)
    recognized_id_type = models.CharField(_("Recognised ID type"), max_length=40, blank=True)
    face_similarity = models.FloatField(_("face similarity"), null=True)
    liveness = models.FloatField(_("liveness"), null=True)
    verification_result = models.CharField(_("Verification result (not the outcome)"), max_length=20, blank=True)
    retry_code = models.CharField(_("retry code"), max_length=80, blank=True)
    retry_message_sealed = EncryptedField(null=True)
    retry_message = EncryptedJSON[str]("retry_message_sealed", "submission.retry_message", str)
    # The second and later entries of `retry`, each as code and message; `retry_code` is the first's.
    more_retries_sealed = EncryptedField(null=True)
    more_retries = EncryptedJSON[list[list[str]]]("more_retries_sealed", "submission.more_retries", list)
    has_difference = models.BooleanField(_("record mismatch"), default=False)
    has_skipped_check = models.BooleanField(_("check skipped by ARGOS"), default=False, db_default=False)

    class Meta:
        abstract = True

    @property
    def vendor_signals(self) -> dict[str, Any]:
        """Return what ARGOS reports beside its status, as `signals.store` writes it."""
        report = getattr(self, "vendor_report", None)
        return report.content if report else {}

    @property
    def document_fields(self) -> list[str]:
        """Return the fields that the ID carries by Step 1's reply, under Step 2's names; [] where it did not say."""
        return [name for name in self.vendor_signals.get("document_fields", []) if name in ON_AN_ID]

    @property
    def missing_fields(self) -> list[str]:
        """Return the fields that are on the ID and were not read, under Step 2's names where it has one."""
        return list(self.vendor_signals.get("missing_fields", []))

    @property
    def hides_skipped_check(self) -> bool:
        """Whether the submission was approved although ARGOS skipped a check."""
        return self.has_skipped_check and self.status == Status.APPROVED

    @property
    def has_aml_hit(self) -> bool:
        """Whether the last AML result is a hit; without `select_related("aml_result")` a query."""
        result = getattr(self, "aml_result", None)
        return result is not None and result.is_hit

    @property
    def tries_used(self) -> int:
        """Return the vendor's count if it sent one, and never less than the number of selfies that arrived."""
        return min(MAX_TRIES, max(self.vendor_count or 0, self.selfies_sent))

    @property
    def tries_left(self) -> int:
        """Return the upper bound of further tries; the vendor may count failed ID images too."""
        return MAX_TRIES - self.tries_used


class ReviewFields(models.Model):
    """Claim, assignment, snooze, escalation, decision, and that the customer was informed of it."""

    status: Any

    claimed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="claims")
    claimed_until = models.DateTimeField(null=True, blank=True)
    is_reserved = models.BooleanField(default=False, help_text="claimed ahead: the claimant's next one, not opened yet")
    assigned_to = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    snoozed_until = models.DateTimeField(null=True, editable=False)
    snoozed_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+", db_index=False)
    escalated_at = models.DateTimeField(null=True, editable=False)
    escalated_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+", db_index=False)

    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    source = models.CharField(_("decided through"), max_length=10, choices=Source, blank=True)
    reason_code = models.CharField(_("own reason"), max_length=60, blank=True)
    passed_on_at = models.DateTimeField(_("outcome communicated"), null=True)
    passed_on_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True

    def is_claimed_at(self, moment: datetime) -> bool:
        return self.claimed_until is not None and self.claimed_until >= moment

    @property
    def is_claimed(self) -> bool:
        return self.is_claimed_at(clock.now())

    @property
    def is_snoozed(self) -> bool:
        return self.status in IN_REVIEW and self.snoozed_until is not None and self.snoozed_until > clock.now()

    @property
    def is_escalated(self) -> bool:
        return self.status in IN_REVIEW and self.escalated_at is not None


class RetentionFields(models.Model):
    """End of the relationship, legal hold, and erasure."""

    relationship_ended_at = models.DateTimeField(null=True, editable=False)  # a date, as midnight UTC
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

    class Meta:
        abstract = True
