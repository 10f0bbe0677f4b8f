"""The administrator's forms on keeping and erasing. `privacy.retention` and `privacy.erasure` hold the rules."""

from datetime import date

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from submissions.core import clock
from submissions.views.forms.reason import ReasonField, ReasonForm

FIRST_YEAR = 1900

WHY = (
    ("customer_request", _("The customer asked for it")),
    ("court_order", _("A court or authority ordered it")),
    ("mistake", _("It should never have been stored")),
)


class HoldForm(ReasonForm):
    action = "hold"
    title = _("Legal hold")
    hint: str | Promise = _("Nothing is erased while it stands, whatever the clocks say.")
    press = _("Put on hold")
    reason = ReasonField(label=_("Why"), missing=_("Write why: it stays on the record."))


class LiftForm(HoldForm):
    action = "lift"
    title = _("Lift the legal hold")
    hint = ""
    press = _("Lift the hold")


class EndForm(forms.Form):
    action = "end"
    title = _("End of the relationship")
    hint = _("Starts the first clock. A later day corrects it.")
    press = _("Note the day")
    on = forms.DateField(
        input_formats=["%Y-%m-%d"],
        label=_("Relationship ended on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Give the day on which the relationship ended.")},
    )

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on.year < FIRST_YEAR or on > clock.latest_day():
            raise forms.ValidationError(_("Give a day between 1900 and today."))
        return on


class EraseForm(HoldForm):
    action = "erase"
    title = _("Erase")
    hint = _("Destroys this person's values and images here. It cannot be undone by anybody.")
    press = _("Erase for good")
    is_final = True
    why = forms.ChoiceField(label=_("Ground"), choices=WHY)
    at_vendor = forms.BooleanField(label=_("Delete the vendor's copy first (cannot be undone there)"), required=False)
    is_sure = forms.BooleanField(
        label=_("I have compared the reference with the request"),
        error_messages={"required": _("Compare the reference with the request, then tick this.")},
    )
