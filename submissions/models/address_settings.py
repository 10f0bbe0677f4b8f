"""A project's settings for addresses and the document that proves one."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.project_choices import AddressDate
from submissions.models.project_settings import option


class AddressSettings(models.Model):
    """What Step 2 demands of an address, and whether the address document's date is asked for."""

    # Each option is a switch of the vendor's dashboard and stands alone; ARGOS never gets the date of the document.
    has_address_codes = option(
        _("Address codes"), _("Step 2 needs a Plus Code or the formatted address, which a look-up fills.")
    )
    has_address_image = option(_("Proof of address"), _("Step 2 needs an image of a document with name and address."))
    has_structured_address = option(
        _("Address in parts"), _("Step 2 sends street, city, state, postal code and country.")
    )
    requires_structured_address = models.BooleanField(
        _("Address in parts required"),
        default=True,
        db_default=True,
        help_text=_(
            "Street, city and country must be entered. The ARGOS documentation does not say whether they are "
            "required, so an incomplete address is not sent."
        ),
    )
    requires_typed_address = option(_("Entered address"), _("Step 2 needs the address as the customer says it."))
    requires_address_detail = option(_("Address details"), _("Step 2 needs flat and floor."))
    address_date = models.CharField(
        _("Date of the address document"),
        max_length=8,
        choices=AddressDate,
        default=AddressDate.NOT_ASKED,
        db_default=AddressDate.NOT_ASKED,
        help_text=_("Agents and invited customers enter it beside the proof of address. It is not sent to ARGOS."),
    )
    address_date_months = models.PositiveSmallIntegerField(
        _("Months until the document is questioned"),
        default=6,
        db_default=6,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text=_("Agents and reviewers see a warning if the document is older. It stops nothing."),
    )

    class Meta:
        abstract = True
