"""The form field for a country, and the list of its suggestions."""

import re
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from argos import matrix
from submissions.core.text_fields import TextField

MAX_ALIKE = 6  # more names are no help in an error message
OFTEN = ("KOR", "USA", "CAN", "MEX", "IND", "JPN", "CHN", "VNM")


NAME_AND_CODE = re.compile(r".*\(([A-Z]{3})\)\s*")


class CountryField(TextField):
    """A country found by typing any part of its name or code, with the browser's own list of suggestions.

    It accepts a name in English or Korean, a code, or both as the list shows them.
    """

    widget = forms.TextInput(attrs={"list": "countries", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        name = _country_names().get(value)
        return f"{name} ({value})" if name else value

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value))
        both = NAME_AND_CODE.fullmatch(typed)
        code = matrix.country_code(both[1] if both else typed)
        if not typed or matrix.is_country(code):
            return code
        alike = [code for code, name in _country_names().items() if typed.casefold() in name.casefold()]
        if not 1 <= len(alike) <= MAX_ALIKE:
            text = _("Choose a country from the list: type part of its name, or its three letters.")
            raise forms.ValidationError(text)
        # A part is never completed: “America” is only in American Samoa.
        names = ", ".join(str(self.prepare_value(code)) for code in alike)
        text = _("No country has the name “%(typed)s”. Enter one of: %(names)s.")
        raise forms.ValidationError(text % {"typed": typed, "names": names})


def country_options() -> list[str]:
    """Return options like "South Korea (KOR)": frequent ones first, then all by name."""
    every = _country_names()
    rest = [code for code in every if code not in OFTEN]
    return [f"{every[code]} ({code})" for code in (*OFTEN, *rest)]


def _country_names() -> dict[str, str]:
    return dict(matrix.country_choices(get_language() or "en"))
