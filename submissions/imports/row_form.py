"""Check one row with the fields of the form for a new submission."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from argos import limits, matrix
from submissions.capture.fields.country_field import CountryField
from submissions.capture.fields.form_fields import choice_label, label_of
from submissions.core import encryption
from submissions.core.text_fields import EmailField, TextField, set_messages
from submissions.imports.read import COLUMNS
from submissions.models import Project

LABELS = {"issuing_country": gettext_lazy("Issuing country"), "id_type": gettext_lazy("ID type")}


def column_label(name: str) -> str:
    return str(LABELS.get(name) or label_of(name))


def id_types() -> dict[str, str]:
    """Return the ID types by the names that a file may use: the code, or the label in English or Korean."""
    names = {name.replace("_", " "): name for name in matrix.ID_TYPES}
    for language in ("en", "ko"):
        with override(language):
            names |= {encryption.normalise(choice_label(name)): name for name in matrix.ID_TYPES}
    return names


class RowForm(forms.Form):
    email = EmailField(max_length=limits.EMAIL)
    customer_id = TextField(required=False, max_length=limits.NUMBER)
    issuing_country = CountryField()
    id_type = TextField()
    contact_phone = TextField(required=False, max_length=limits.NUMBER)

    def __init__(self, values: dict[str, str], project: Project, types: dict[str, str]) -> None:
        super().__init__(values)
        set_messages(self)
        self.project, self.types = project, types

    def clean_id_type(self) -> str:
        typed = encryption.normalise(self.cleaned_data["id_type"]).replace("_", " ")
        name = self.types.get(typed, "")
        country = self.cleaned_data.get("issuing_country", "")
        if name not in matrix.id_types_for(country, self.project.options):
            offered = ", ".join(map(choice_label, matrix.id_types_for(country, self.project.options)))
            raise forms.ValidationError(_("Use one of: %(types)s.") % {"types": offered})
        return name


def problems_of(form: RowForm) -> list[str]:
    """Return a sentence for each wrong column."""
    errors: dict[str, Any] = form.errors
    return [f"{column_label(name)}: {' '.join(errors[name])}" for name in COLUMNS if name in errors]
