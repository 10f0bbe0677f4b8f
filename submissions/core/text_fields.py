"""Form fields that normalise their text and refuse invisible characters by name, and the messages of every field."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

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


# The portal's messages instead of Django's, by kind of field; a field keeps those of its own.
SELECT = gettext_lazy("Select an option.")
MESSAGES: "dict[type[forms.Field], dict[str, Any]]" = {
    forms.Field: {"required": gettext_lazy("Enter a value.")},
    forms.ChoiceField: {"required": SELECT},
    forms.MultipleChoiceField: {"required": SELECT},
    forms.ModelChoiceField: {"required": SELECT},
    forms.ModelMultipleChoiceField: {"required": SELECT},
    forms.FileField: {"required": gettext_lazy("Choose a file.")},
    forms.URLField: {"invalid": gettext_lazy("Enter an address with https://, for example https://example.com/path.")},
    forms.IntegerField: {
        "invalid": gettext_lazy("Enter a number."),
        "min_value": gettext_lazy("Enter at least %(limit_value)s."),
        "max_value": gettext_lazy("Enter at most %(limit_value)s."),
    },
}


DASHES = "---------"  # what Django shows in a select without a choice
NO_CHOICE = gettext_lazy("Select an option")


def set_messages(form: forms.BaseForm) -> None:
    """Give the fields the portal's texts instead of Django's: error messages, and the choice of nothing."""
    for field in form.fields.values():
        field.error_messages = _messages(field)
        if isinstance(field, forms.ModelChoiceField) and field.empty_label == DASHES:
            field.empty_label = NO_CHOICE if field.required else pgettext_lazy("choice", "None")


def _messages(field: forms.Field) -> "dict[str, Any]":
    """Return Django's messages with the portal's in their place, and those that a class or the form gives the field."""
    defaults: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        own = vars(kind).get("default_error_messages", {})
        defaults |= own
        messages |= own | MESSAGES.get(kind, {})
    return messages | {code: text for code, text in field.error_messages.items() if text != defaults.get(code)}
