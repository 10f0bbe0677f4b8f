"""How often a project verifies its customers again."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def years(label: object, default: int, help_text: object) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        label,  # type: ignore[arg-type]
        default=default,
        db_default=default,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=help_text,  # type: ignore[arg-type]
    )


class NextCheckSettings(models.Model):
    # Art. 26(2) of Regulation (EU) 2024/1624: at most 1 year for higher risk, at most 5 for all others.
    check_years_low = years(_("Low risk (years)"), 5, _("Time from the decision to the next check."))
    check_years_standard = years(
        _("Standard risk (years)"), 3, _("The risk of a customer until an officer changes it.")
    )
    check_years_high = years(_("High risk (years)"), 1, _("EU law allows at most 1 year for higher risk."))
    checks_expired_ids = models.BooleanField(
        _("When the ID expires"),
        default=True,
        db_default=True,
        help_text=_("The next check is due when the ID expires, if that is earlier."),
    )
    check_reminder_days = models.PositiveSmallIntegerField(
        _("Reminder (days before)"),
        default=30,
        db_default=30,
        validators=[MaxValueValidator(365)],
        help_text=_("Managers get an e-mail and receivers a message this long before the next check."),
    )

    class Meta:
        abstract = True
