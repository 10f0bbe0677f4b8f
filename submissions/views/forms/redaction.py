"""The area that a person marks on an image, as four distances in percent of its sides."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from submissions.privacy.redaction_area import Shares

SIDES = ("left", "top", "right", "bottom")
OUTSIDE = _("Enter a number from 0 to 100.")


def _side(label: Any) -> forms.FloatField:
    messages: dict[str, Any] = dict.fromkeys(("required", "invalid", "min_value", "max_value"), OUTSIDE)
    widget = forms.NumberInput(attrs={"step": "0.01", "class": "form-control"})
    return forms.FloatField(label=label, min_value=0, max_value=100, error_messages=messages, widget=widget)


class AreaForm(forms.Form):
    left = _side(pgettext_lazy("side", "Left"))
    top = _side(pgettext_lazy("side", "Top"))
    right = _side(pgettext_lazy("side", "Right"))
    bottom = _side(pgettext_lazy("side", "Bottom"))
    is_confirmed = forms.BooleanField(
        label=_("The black area covers every back digit. The original is destroyed and cannot be restored."),
        error_messages={"required": _("Confirm that the original may be destroyed.")},
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if all(side in data for side in SIDES) and not (data["left"] < data["right"] and data["top"] < data["bottom"]):
            raise forms.ValidationError(_("Left must be smaller than right, and top smaller than bottom."))
        return data

    @property
    def shares(self) -> Shares:
        left, top, right, bottom = (self.cleaned_data[side] / 100 for side in SIDES)
        return (left, top, right, bottom)
