"""A project's settings for ARGOS's AML screening and for suspicious transaction reports."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.project_settings import option


class AmlSettings(models.Model):
    """Hits of ARGOS's AML screening, and its monitoring."""

    aml_review_target_hours = models.PositiveSmallIntegerField(
        _("AML review target (h)"),
        default=24,
        db_default=24,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
        help_text=_(
            "Time allowed to decide an AML review. A day: a match may oblige the company to report or to stop."
        ),
    )
    aml_clear_statuses = models.CharField(
        _("Clear AML statuses"),
        max_length=300,
        default="screenedNoMatches",
        db_default="screenedNoMatches",
        blank=True,
        help_text=_(
            "Separated by commas. Any other status opens an AML review. ARGOS documents this one only; add another "
            "one after ARGOS confirmed its meaning."
        ),
    )
    monitors_aml = option(
        _("AML monitoring"),
        _("Approved submissions are added to ARGOS's ongoing monitoring. Off: the ARGOS contract must include it."),
        db_default=False,
    )
    aml_worklist_id = models.CharField(
        _("AML worklist"),
        max_length=80,
        blank=True,
        default="",
        db_default="",
        validators=[RegexValidator(r"^[A-Za-z0-9._-]*\Z", _("Enter letters, digits, dots, hyphens or underscores."))],
        help_text=_("From the ARGOS dashboard: it is part of the address of each monitoring request. No default."),
    )
    requires_report_consideration = option(
        _("Consideration of a report required"),
        _(
            "For each rejected or abandoned submission an officer records whether a suspicious transaction report was "
            "made. The manager's home counts those without a record."
        ),
        db_default=False,
    )

    class Meta:
        abstract = True

    @property
    def clear_aml_statuses(self) -> list[str]:
        return [status.strip() for status in self.aml_clear_statuses.split(",")]
