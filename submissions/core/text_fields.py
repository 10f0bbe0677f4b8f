"""Form fields that normalise their text and refuse invisible characters by name."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from argos import characters
from argos.matrix.formats import INVISIBLE

TOO_LONG = gettext_lazy("Shorten this to %(limit_value)d characters. It has %(show_value)d.")


def refuse_invisible(text: str) -> None:
    """Refuse invisible and control characters.

    Raises:
        ValidationError: names the character.
    """
    if sign := characters.refused(text):
        raise forms.ValidationError(_(INVISIBLE) % {"sign": characters.named(sign)}, code="invisible")


class TextField(forms.CharField):
    def to_python(self, value: Any) -> str:
        text = characters.normalise(str(super().to_python(value) or ""))
        refuse_invisible(text)
        return text


class EmailField(forms.EmailField):
    default_error_messages = {"invalid": gettext_lazy("Enter an e-mail address, for example name@example.com.")}

    def to_python(self, value: Any) -> str:
        text = characters.normalise(str(super().to_python(value) or ""))
        refuse_invisible(text)
        return "".join(text.split())


class CodeField(TextField):
    """A code of the authenticator app, which shows it in two groups."""

    def to_python(self, value: Any) -> str:
        return "".join(super().to_python(value).split())
