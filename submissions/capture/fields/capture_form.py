"""The form of the submission page. Its fields depend on the matrix and the document, so each request creates them.

The form normalizes each value and checks its length. A draft may contain invalid values, so the matrix judges them only
after they are stored.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

from argos import limits
from argos.characters import normalise
from argos.matrix import Problem
from submissions.core import masking
from submissions.core.text_fields import TOO_LONG

CALLBACK = "callback_at"
REASON = "reason_"  # before the field name or warning code that the reason is for


class CaptureField(forms.CharField):
    """A typed value in the portal's normal form, with the length of its column."""

    def __init__(self, max_length: int, widget: forms.Widget | None = None) -> None:
        super().__init__(required=False, max_length=max_length, widget=widget)
        self.validators = [MaxLengthValidator(max_length, TOO_LONG)]  # the matrix names every other invalid character

    def to_python(self, value: Any) -> str:
        return normalise(str(value or ""))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Set no maxlength: a browser would silently cut a text that the portal refuses with a message."""
        return {}


class CaptureForm(forms.Form):
    """A bound form has the fields among `names` and every reason, without fields that still have hidden digits.

    An unbound form has `names` with their `widgets` and the `shown` texts.
    """

    def __init__(
        self,
        data: Mapping[str, str] | None,
        names: Iterable[str],
        *,
        widgets: Mapping[str, forms.Widget] | None = None,
        shown: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, auto_id="f-%s", initial=dict(shown or {}))
        for name in (*names, CALLBACK):
            if data is None or (name in data and masking.BULLET not in data[name]):
                self.fields[name] = CaptureField(limits.longest(name), (widgets or {}).get(name))
        for name in data or ():
            if name.startswith(REASON):
                self.fields[name] = CaptureField(limits.REASON)

    @property
    def values(self) -> dict[str, str]:
        """Return the values of valid length, by field."""
        return {name: text for name, text in self.cleaned_data.items() if not name.startswith(REASON)}

    @property
    def reasons(self) -> dict[str, str]:
        """Return the reasons of valid length, by the field or code that they are for."""
        given = self.cleaned_data.items()
        return {name.removeprefix(REASON): text for name, text in given if name.startswith(REASON)}

    @property
    def refused(self) -> dict[str, str]:
        """Return the texts that must not be stored, as typed."""
        return {name: normalise(self.data[name]) for name in self.errors}

    @property
    def problems(self) -> list[Problem]:
        """Return a message for each refused text."""
        return [
            Problem(name.removeprefix(REASON), "too_long", str(error))
            for name, errors in self.errors.items()
            for error in errors
        ]
