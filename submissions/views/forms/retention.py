"""The administrator's forms for retention and erasure. `privacy.retention` and `privacy.erasure` have the rules."""

from datetime import date

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from submissions.core import clock
from submissions.views.forms.reason import ReasonField, ReasonForm

FIRST_YEAR = 1900

WHY = (
    ("customer_request", _("Request of the customer")),
    ("court_order", _("Order of a court or authority")),
    ("mistake", _("Stored by mistake")),
)


class HoldForm(ReasonForm):
    action = "hold"
    title = _("Legal hold")
    hint: str | Promise = _("No deletion while the hold is set, even after the retention periods.")
    press = _("Set legal hold")
    reason = ReasonField(label=_("Reason"), missing=_("Enter a reason. It is recorded."))


class LiftForm(HoldForm):
    action = "lift"
    title = _("Legal hold")
    hint = ""
    press = _("Lift legal hold")


class EndForm(forms.Form):
    action = "end"
    title = _("End of relationship")
    hint = _("Starts the first retention period. Enter another day to correct it.")
    press = _("Save day")
    on = forms.DateField(
        input_formats=["%Y-%m-%d"],
        label=_("Last day of the relationship"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Enter the last day of the relationship as YYYY-MM-DD, for example 2026-01-31.")},
    )

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on.year < FIRST_YEAR or on > clock.latest_day():
            raise forms.ValidationError(_("Enter a day between 1900 and today."))
        return on


class EraseForm(HoldForm):
    action = "erase"
    title = _("Permanent deletion")
    hint = _("Destroys the values and images in the portal. They cannot be recovered.")
    press = _("Delete permanently")
    is_final = True
    why = forms.ChoiceField(label=_("Ground"), choices=WHY)
    at_vendor = forms.BooleanField(label=_("Delete the copy at ARGOS first (cannot be undone)"), required=False)
    is_sure = forms.BooleanField(
        label=_("I have compared the reference with the request"),
        error_messages={"required": _("Compare the reference with the request, then select this box.")},
    )
