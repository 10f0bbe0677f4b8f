"""The verdict on an AML review. `aml.reviews` holds the rules."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from argos import limits
from submissions.models import AmlOutcome
from submissions.views.forms.reason import ReasonField

MISSING = _("Enter a reason: what you compared, and what follows from it.")
CHOICES = [
    (AmlOutcome.FALSE_POSITIVE, _("False positive: the listed person is not this customer")),
    (AmlOutcome.TRUE_MATCH, _("True match: the listed person is this customer")),
    (AmlOutcome.UNCLEAR, pgettext_lazy("AML review", "Unclear: it cannot be told from what there is")),
]


class AmlVerdictForm(forms.Form):
    """`seen`: the stamp of what the page showed."""

    seen = forms.CharField(max_length=200, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=pgettext_lazy("AML reviews", "Outcome"),
        choices=CHOICES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Select an outcome."), "invalid_choice": _("Select an outcome.")},
    )
    reason = ReasonField(
        label=_("Reason"),
        max_length=limits.NOTE,
        missing=MISSING,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
    )
