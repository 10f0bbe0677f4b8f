"""The consideration of a suspicious transaction report. `aml.report_considerations` has the rules."""

from django import forms
from django.utils.translation import gettext_lazy as _

from argos import limits
from submissions.views.forms.reason import ReasonField, WrittenField

SELECT = _("Select whether a report was made.")


class ReportConsiderationForm(forms.Form):
    is_reported = forms.ChoiceField(
        label=_("Was a report made?"),
        choices=[("", ""), ("yes", _("Yes, a report was made")), ("no", _("No, considered and not made"))],
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": SELECT, "invalid_choice": SELECT},
    )
    reason = ReasonField(
        label=_("Reason"),
        max_length=limits.NOTE,
        missing=_("Enter the reason for making the report or not."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )
    reference = WrittenField(
        label=_("Reference of the report (optional)"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
