"""The settings of a project for ARGOS's own form: an abstract base of `Project`, in its one table."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class LiveformSettings(models.Model):
    """Whether customers may fill ARGOS's own form, and where it is."""

    has_liveform = models.BooleanField(
        _("Liveform links"),
        default=False,
        db_default=False,
        help_text=_(
            "Staff can send the customer a one-time link to the form of ARGOS. Off: needs private mode with registered "
            "tokens at ARGOS, and the portal's image checks do not apply there."
        ),
    )
    liveform_url = models.URLField(
        _("Liveform address"),
        default="https://form.argosidentity.com/",
        db_default="https://form.argosidentity.com/",
        help_text=_("Opens the form. The default is the address in the ARGOS documentation."),
    )
    liveform_project_id = models.CharField(
        _("Liveform project ID"),
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text=_("Names the project in the link. Empty by default: ARGOS shows it in its dashboard (project info)."),
    )
    liveform_link_hours = models.PositiveSmallIntegerField(
        _("Link lifetime (h)"),
        default=72,
        db_default=72,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
        help_text=_(
            "The portal asks for a new link after it and removes the token at ARGOS. Three days include a weekend. "
            "ARGOS takes a lifetime only in an encrypted link."
        ),
    )

    token_pool = models.PositiveIntegerField(null=True, editable=False, help_text="tokens at ARGOS, as it reported")
    token_pool_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
