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


class PendingClock(models.TextChoices):
    UNSTATED = "unstated", _("Unknown: the earlier of both limits counts")
    COUNTS = "counts", _("Counted: decision within 24 hours of Step 1")
    STOPS = "stops", _("Not counted: pending submissions are complete")
