"""The working hours in which a project's targets count: an abstract base of `Project`, in its one table."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.project_settings import option


def standard_week() -> list[str]:
    """Return the hours of Monday to Sunday."""
    return [*(["09:00-18:00"] * 5), "", ""]


class CalendarSettings(models.Model):
    counts_working_hours = option(
        _("Working hours only"),
        _(
            "Review targets and AML review targets count in the working hours below: 4 h that begin on Friday at 17:30 "
            "end on Monday at 12:30. Off: they count at all hours. ARGOS's 24-hour limit counts at all hours, and the "
            "earlier of the two is due."
        ),
        db_default=False,
    )
    holiday_country = models.CharField(
        _("National holidays"),
        max_length=3,
        blank=True,
        default="",
        db_default="",
        help_text=_("Days off in the whole country. Add other days off below."),
    )
    working_hours = models.JSONField(
        _("Working hours"),
        default=standard_week,
        db_default=models.Value(standard_week(), models.JSONField()),
        help_text=_("Monday to Sunday."),
    )
    days_off = models.JSONField(
        _("Days off"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text=_("The company's own."),
    )
    working_days = models.JSONField(
        _("Extra working days"),
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        help_text=_("Their hours replace those of the weekday, a holiday or a day off."),
    )
    # Until the due times of open reviews have followed a change of the targets or of the working hours.
    targets_changed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
