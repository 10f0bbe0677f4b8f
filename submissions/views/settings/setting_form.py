"""The base of the forms under /settings/: the portal's look, one normal form of text, and each setting's default."""

from collections.abc import Iterable, Iterator
from datetime import time
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.core import text_fields

FORM_CLASSES: "dict[type[models.Field[Any, Any]], type[forms.Field]]" = {
    models.CharField: text_fields.TextField,
    models.TextField: text_fields.TextField,
    models.EmailField: text_fields.EmailField,
}
CSS = {
    forms.CheckboxInput: "form-check-input",
    forms.CheckboxSelectMultiple: "form-check-input",
    forms.Select: "form-select",
}


def form_field(field: "models.Field[Any, Any]", **given: Any) -> forms.Field | None:
    """Return the form field for `Meta.formfield_callback`: typed text gets the portal's normal form."""
    if form_class := FORM_CLASSES.get(type(field)):
        given.setdefault("form_class", form_class)
    return field.formfield(**given)


Sections = tuple[tuple[Any, tuple[str, ...]], ...]


class StyledForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


class SettingForm(forms.ModelForm):  # type: ignore[type-arg]
    """`sections`: the titles and field names of the page's cards, in order."""

    sections: ClassVar[Sections] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)
        for name, field in self.fields.items():
            field.help_text = _with_default(field, self._meta.model, name)

    class Meta:
        formfield_callback = form_field

    def choose_from(self, name: str, empty: str, choices: Iterable[tuple[str, str]]) -> None:
        """Replace the text field by a list of options; `empty` is the label of the empty one."""
        was = self.fields[name]
        self.fields[name] = forms.ChoiceField(
            label=was.label,
            help_text=was.help_text,
            required=False,
            choices=[("", empty), *choices],
            widget=forms.Select(attrs={"class": "form-select"}),
        )

    def cards(self) -> Iterator[tuple[Any, list[BoundField]]]:
        return cards_of(self, self.sections)


def cards_of(form: forms.BaseForm, sections: Sections) -> Iterator[tuple[Any, list[BoundField]]]:
    """Return the titles and fields of a page's cards."""
    for title, names in sections:
        yield title, [form[name] for name in names if name in form.fields]


def style(form: forms.BaseForm) -> None:
    """Give each widget the class and each field the messages of its kind."""
    text_fields.set_messages(form)
    for field in form.fields.values():
        kind = next((css for widget, css in CSS.items() if isinstance(field.widget, widget)), "form-control")
        field.widget.attrs.setdefault("class", kind)


def _with_default(field: forms.Field, model: type[models.Model], name: str) -> str:
    known = {found.name: found for found in model._meta.fields}
    if name not in known or not known[name].has_default():
        return str(field.help_text)
    default = known[name].get_default()
    if isinstance(default, bool):
        default = pgettext("setting", "on") if default else pgettext("setting", "off")
    elif isinstance(default, time):
        default = default.strftime("%H:%M")
    elif known[name].choices:
        default = dict(known[name].flatchoices).get(default, "")
    if default in ("", None, {}, []):
        return str(field.help_text)
    return f"{field.help_text} " + _("Default: %(default)s.") % {"default": default}
