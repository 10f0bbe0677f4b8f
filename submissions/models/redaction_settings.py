"""A project's settings for resident numbers on stored images."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.project_settings import option


class RedactionSettings(models.Model):
    redacts_resident_numbers = option(
        _("Redact resident numbers"),
        _(
            "After the decision, blacks out the back seven digits on every stored image of a Korean ID and destroys "
            "the originals; without coordinates a person marks the area. Legal basis: Article 24-2, Personal "
            "Information Protection Act (개인정보보호법 제24조의2). Off: a law requires the full copy."
        ),
        db_default=False,
    )
    redaction_alert_days = models.PositiveSmallIntegerField(
        _("Days to an alert about a visible number"),
        default=3,
        db_default=3,
        validators=[MinValueValidator(1)],
        help_text=_("After the decision: an image that still waits for a person alerts the capturer and the managers."),
    )

    class Meta:
        abstract = True
