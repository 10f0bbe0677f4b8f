"""Lists of a project as rows of a form instead of JSON: banks, API paths, the webhook allow list, working hours."""

import dataclasses
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from argos.paths import Paths
from submissions.core.text_fields import TextField
from submissions.models import Project
from submissions.views.settings.setting_form import StyledForm
from submissions.workflow.working_hours import InvalidHours, read_hours, write_hours

EMPTY_ROWS = 3
FIELD_NAMES = "address_code_fields"
MOST_LETTERS = 200


class BankRow(StyledForm):
    key = TextField(
        label=_("Bank code"),
        max_length=3,
        validators=[RegexValidator("^[0-9]{3}$", _("Enter three digits, for example 004."))],
    )
    value = TextField(label=_("Bank name"), max_length=60)


class PathRow(StyledForm):
    key = forms.ChoiceField(
        label=_("Operation"),
        choices=[
            ("", "–"),
            *((part.name, part.name) for part in dataclasses.fields(Paths) if part.name != FIELD_NAMES),
        ],
    )
    value = TextField(label=_("API path"), max_length=MOST_LETTERS)


class FieldNameRow(StyledForm):
    key = TextField(label=_("Portal field"), max_length=MOST_LETTERS)
    value = TextField(label=_("ARGOS field"), max_length=MOST_LETTERS)


class NetworkRow(StyledForm):
    key = TextField(label=_("Address or network"), max_length=50)

    def clean_key(self) -> str:
        given: str = self.cleaned_data["key"]
        try:
            ipaddress.ip_network(given, strict=False)
        except ValueError as error:
            raise forms.ValidationError(
                _("Enter an IP address or a network, for example 203.0.113.7 or 203.0.113.0/24.")
            ) from error
        return given


def hours_field(*, required: bool = True) -> TextField:
    return TextField(label=_("Hours"), required=required, max_length=MOST_LETTERS)


class HoursRow(StyledForm):
    """The base of rows with hours: keeps them in one notation."""

    def clean_hours(self) -> str:
        try:
            return write_hours(read_hours(self.cleaned_data["hours"]))
        except InvalidHours as error:
            raise forms.ValidationError(str(error)) from error


class WeekdayRow(HoursRow):
    key = forms.ChoiceField(label=_("Weekday"), choices=[(str(day), name) for day, name in WEEKDAYS.items()])
    hours = hours_field(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].disabled = True


def date_field() -> forms.DateField:
    return forms.DateField(
        label=_("Date"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter the date as YYYY-MM-DD.")},
    )


class DayOffRow(StyledForm):
    key = date_field()
    value = TextField(label=pgettext_lazy("day", "Name"), max_length=60)


class WorkingDayRow(HoursRow):
    key = date_field()
    hours = hours_field()
    name = TextField(label=pgettext_lazy("day", "Name"), max_length=60)


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows with unique keys. Removed and empty rows do not count."""

    can_grow = True

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove")
            form.fields["DELETE"].widget.attrs["class"] = "form-check-input"

    def clean(self) -> None:
        keys = [row["key"] for row in self.rows()]
        if twice := sorted({str(key) for key in keys if keys.count(key) > 1}):
            raise forms.ValidationError(_t("Enter each row once. Twice: %(keys)s") % {"keys": ", ".join(twice)})

    def rows(self) -> list[dict[str, Any]]:
        kept = [form for form in self.forms if form not in self.deleted_forms]
        return [form.cleaned_data for form in kept if getattr(form, "cleaned_data", {}).get("key")]


class WeekRows(Rows):
    """Monday to Sunday."""

    can_grow = False

    def clean(self) -> None:
        week = [read_hours(row.get("hours", "")) for row in self.rows()]
        minutes = sum(end - begin for hours in week for begin, end in hours)
        if not any(self.errors) and (len(week) < len(WEEKDAYS) or minutes < 60):
            raise forms.ValidationError(
                _t("Enter at least one working hour a week. To count at all hours, switch off “Working hours only”.")
            )


@dataclass(frozen=True)
class ListEditor:
    """`read` and `write` turn the column of a project into rows and back."""

    column: str
    name: str  # prefix of the form's fields
    title: Any
    hint: Any
    row: type[StyledForm]
    read: Callable[[Project], list[dict[str, Any]]]
    write: Callable[[Project, list[dict[str, Any]]], Any]
    formset: type[Rows] = Rows

    def rows_of(self, project: Project, posted: Any = None) -> Rows:
        can_grow = self.formset.can_grow
        made = forms.formset_factory(
            self.row,
            formset=self.formset,
            extra=EMPTY_ROWS if can_grow else 0,
            can_delete=can_grow,
            can_delete_extra=False,
        )
        rows = made(posted, initial=self.read(project), prefix=self.name)
        assert isinstance(rows, Rows)
        return rows


def _pairs(found: dict[str, Any]) -> list[dict[str, str]]:
    return [{"key": key, "value": str(value)} for key, value in found.items()]


def _mapping(rows: list[dict[str, str]]) -> dict[str, str]:
    return {row["key"]: row["value"] for row in rows}


def _with_paths(project: Project, rows: list[dict[str, str]]) -> dict[str, Any]:
    names = {FIELD_NAMES: project.paths[FIELD_NAMES]} if project.paths.get(FIELD_NAMES) else {}
    return {**_mapping(rows), **names}


def _with_field_names(project: Project, rows: list[dict[str, str]]) -> dict[str, Any]:
    others = {key: value for key, value in project.paths.items() if key != FIELD_NAMES}
    return {**others, FIELD_NAMES: _mapping(rows)} if rows else others


NETWORKS = ListEditor(
    "webhook_addresses",
    "networks",
    _("Webhook allow list"),
    _("Addresses and networks that may send webhooks. Empty: any address."),
    NetworkRow,
    lambda project: [{"key": str(entry)} for entry in project.webhook_addresses],
    lambda _project, rows: [row["key"] for row in rows],
)
BANKS = ListEditor(
    "banks",
    "banks",
    _("Banks"),
    _("Offered for account verification. Empty: the agent enters the three digits."),
    BankRow,
    lambda project: _pairs(project.banks),
    lambda _project, rows: _mapping(rows),
)
PATHS = ListEditor(
    "paths",
    "paths",
    _("API paths"),
    _("Only paths that differ from the ARGOS documentation. Empty: the documented paths."),
    PathRow,
    lambda project: _pairs({key: value for key, value in project.paths.items() if key != FIELD_NAMES}),
    _with_paths,
)
FIELD_NAME_ROWS = ListEditor(
    "paths",
    "field_names",
    _("Field names of the address look-up"),
    _("Only fields that ARGOS names differently. Empty: the portal's names."),
    FieldNameRow,
    lambda project: _pairs(project.paths.get(FIELD_NAMES) or {}),
    _with_field_names,
)
WORKING_HOURS = ListEditor(
    "working_hours",
    "working_hours",
    _("Working hours"),
    _("For example 09:00-18:00, or 09:00-12:00, 13:00-18:00. Empty: closed."),
    WeekdayRow,
    lambda project: [{"key": str(day), "hours": hours} for day, hours in enumerate(project.working_hours)],
    lambda _project, rows: [row["hours"] for row in rows],
    WeekRows,
)
WORKING_DAYS = ListEditor(
    "working_days",
    "working_days",
    _("Extra working days"),
    _("Their hours replace those of the weekday, also on a holiday."),
    WorkingDayRow,
    lambda project: [{"key": date.fromisoformat(day), **own} for day, own in project.working_days.items()],
    lambda _project, rows: {row["key"].isoformat(): {"hours": row["hours"], "name": row["name"]} for row in rows},
)
DAYS_OFF = ListEditor(
    "days_off",
    "days_off",
    _("Days off"),
    _("The company's own, in addition to national holidays."),
    DayOffRow,
    lambda project: [{"key": date.fromisoformat(day), "value": name} for day, name in project.days_off.items()],
    lambda _project, rows: {row["key"].isoformat(): row["value"] for row in rows},
)
