"""What a project's settings can be, where they are one of a few."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Reviewer(models.TextChoices):
    CLIENT = "client", _("Our reviewers")
    VENDOR = "vendor", _("ARGOS")


class SecondReview(models.TextChoices):
    NONE = "none", pgettext_lazy("second review", "Never")
    FLAGGED = "flagged", _("When there are warnings")
    ALL = "all", pgettext_lazy("second review", "Always")


class AddressDate(models.TextChoices):
    """Whether a project asks for the date of the address document."""

    NOT_ASKED = "no", _("Not asked")
    ASKED = "asked", _("Asked, optional")
    REQUIRED = "required", pgettext_lazy("a value", "Required")


class PendingClock(models.TextChoices):
    UNSTATED = "unstated", _("Unknown: the earlier of both limits counts")
    COUNTS = "counts", _("Counted: decision within 24 hours of Step 1")
    STOPS = "stops", _("Not counted: pending submissions are complete")


class OccupancyCode(models.TextChoices):
    DIGITS = "digits", _("Three digits: 123")
    AS_GIVEN = "given", _("As entered: 123test")


class LookUpBody(models.TextChoices):
    JSON = "json", "JSON"
    FORM = "form", "form-data"


class VendorState(models.TextChoices):
    """The state of a project in the ARGOS dashboard."""

    UNKNOWN = "unknown", pgettext_lazy("state of a project", "Unknown")
    OPEN = "open", pgettext_lazy("state of a project", "Open")
    TEST = "test", pgettext_lazy("state of a project", "Test: no submission becomes pending")
    TRIAL = "trial", pgettext_lazy("state of a project", "Trial: about 15 submissions")
    CLOSE = "close", pgettext_lazy("state of a project", "Closed: no submissions")
    STOPPED = "stopped", pgettext_lazy("state of a project", "Emergency stop: no submissions")
