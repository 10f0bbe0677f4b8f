"""The form of the submission page: its fields follow the matrix and the document, so they are made for each request.

The form brings each value to the portal's normal form and checks its length. A draft may hold values that are not right
yet, so the matrix judges them only after they are stored.
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
REASON = "reason_"  # before the name of the field, or the code of the warning, that the reason is for


class CaptureField(forms.CharField):
    """A value as a person typed it, in the portal's normal form, with the length that its column takes."""

    def __init__(self, max_length: int, widget: forms.Widget | None = None) -> None:
        super().__init__(required=False, max_length=max_length, widget=widget)
        self.validators = [MaxLengthValidator(max_length, TOO_LONG)]  # the matrix names every other wrong character

    def to_python(self, value: Any) -> str:
        return normalise(str(value or ""))

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No maxlength: a browser would cut a text in silence that the portal refuses with a sentence."""
        return {}


class CaptureForm(forms.Form):
    """As posted: the fields among `names` and every reason, without a field that still has hidden digits.

    As shown: `names` with their `widgets` and the `shown` texts.
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
        """The values whose length is right, by field."""
        return {name: text for name, text in self.cleaned_data.items() if not name.startswith(REASON)}

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons whose length is right, by the field or the code they are for."""
        given = self.cleaned_data.items()
        return {name.removeprefix(REASON): text for name, text in given if name.startswith(REASON)}

    @property
    def refused(self) -> dict[str, str]:
        """The texts that are not to be stored, as they were typed."""
        return {name: normalise(self.data[name]) for name in self.errors}

    @property
    def problems(self) -> list[Problem]:
        """A sentence beside each refused text."""
        return [
            Problem(name.removeprefix(REASON), "too_long", str(error))
            for name, errors in self.errors.items()
            for error in errors
        ]
