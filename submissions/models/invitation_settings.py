"""The settings of a project for invitations: an abstract base of `Project`, in its one table."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class InvitationSettings(models.Model):
    """How long an invitation is valid, and whether the portal sends the steps of a customer who submitted."""

    invitation_hours = models.PositiveSmallIntegerField(
        _("Invitation lifetime (h)"),
        default=24,
        db_default=24,
        validators=[MinValueValidator(1), MaxValueValidator(168)],
        help_text=_(
            "A link with which the customer does the whole capture expires after it. After Step 1 the 24-hour limit "
            "ends it too."
        ),
    )
    sends_clean_steps = models.BooleanField(
        _("Automatic sending after an invitation"),
        default=False,
        db_default=False,
        help_text=_(
            "After the customer submits, the portal sends Step 1 and the first Step 2 if every check passes; never a "
            "retry and never the last attempt. Off: an agent looks at every image and sends."
        ),
    )

    class Meta:
        abstract = True
