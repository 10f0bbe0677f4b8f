"""Statuses of a submission and the groups of them that rules refer to. `workflow.transitions` defines the moves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_TRIES = 3


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    STEP1_SENDING = "step1_sending", _("Step 1 in progress")
    STEP1_RETRY = "step1_retry", _("ID retry needed")
    CONFIRMING = "confirming", _("Confirm details")
    STEP2_SENDING = "step2_sending", _("Step 2 in progress")
    INCOMPLETE = "incomplete", _("Selfie retry needed")
    PENDING = "pending", _("Pending review")
    SECOND_REVIEW = "second_review", _("Second review")
    DECISION_SENDING = "decision_sending", _("Sending decision")
    OVERDUE = "overdue", _("Past 24 h")
    AT_LIVEFORM = "at_liveform", _("Customer at Liveform")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    ABANDONED = "abandoned", _("Abandoned")


DECIDED = (Status.APPROVED, Status.REJECTED)
FINAL = (*DECIDED, Status.ABANDONED)
IN_REVIEW = (Status.PENDING, Status.SECOND_REVIEW)
CAPTURING = (Status.DRAFT, Status.STEP1_RETRY, Status.CONFIRMING, Status.INCOMPLETE)
SENDING = (Status.STEP1_SENDING, Status.STEP2_SENDING)
UNDER_DEADLINE = (Status.STEP1_RETRY, Status.CONFIRMING, Status.INCOMPLETE, *SENDING)


class Route(models.TextChoices):
    """How the submission reaches ARGOS: the portal sends Steps 1 and 2, or the customer fills ARGOS's own form."""

    API = "api", _("Steps 1 and 2")
    LIVEFORM = "liveform", _("Liveform")


# A submission on the Liveform route never has these: the portal sends no step for it. The database refuses it too.
API_ONLY = (*CAPTURING, *SENDING, Status.OVERDUE)


class Source(models.TextChoices):
    VENDOR = "vendor", _("ARGOS")
    REVIEWER = "reviewer", _("a reviewer")
    TIMEOUT = "timeout", _("the 24-hour limit")
