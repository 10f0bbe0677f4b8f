"""Build the rows of the capture form from the field matrix: this document's fields with labels, OCR and problems."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from argos import matrix
from argos.matrix import FieldRule, Form, Problem
from submissions.capture import ocr_diff, submit
from submissions.capture.fields import merge
from submissions.capture.fields.capture_form import CALLBACK, CaptureForm
from submissions.core import masking
from submissions.models import Submission
from submissions.workflow import address_date

LABELS = {
    "idType": _("ID type"),
    "name": _("Full name"),
    "date_of_birth": _("Date of birth"),
    "gender": _("Gender"),
    "nationality": _("Nationality"),
    "identity_number": _("Identity number"),
    "license_number": _("Licence number"),
    "serial_number": _("Serial number"),
    "document_number": _("Document number"),
    "date_of_issue": _("Date of issue"),
    "date_of_expiry": _("Date of expiry"),
    "globalCode": _("Plus Code (full)"),
    "compoundCode": _("Plus Code (short)"),
    "formatted_address": _("Formatted address"),
    "address_input": _("Entered address"),
    "address_detail": _("Address details"),
    "address_street": _("Street"),
    "address_city": _("City"),
    "address_state": pgettext_lazy("part of an address", "State or province"),
    "address_country": _("Country"),
    "address_zipcode": _("Postal code"),
    "userOccupancyCode": _("Verification code"),
    "userOccupancyName": _("Account holder"),
    "userName": _("Account holder"),
    "bankCode": _("Bank code"),
    "accountNumber": _("Account number"),
    "email": _("E-mail"),
    "customer_id": _("Customer number"),
    "contact_phone": _("Phone number"),
    "place_of_birth": _("Place of birth"),
    "other_nationalities": _("Further nationalities"),
    "address_document_date": _("Date of the address document"),
    "callback_at": _("Call-back time"),
}
HINTS = {
    Form.DATE: _("YYYY-MM-DD"),
    Form.COUNTRY: _("Type a country's name or its three letters"),
    Form.LICENSE: _("12-34-567890-12 or 서울-12-345678-90"),
    Form.SERIAL: _("Six letters or digits"),
    Form.PLUS_CODE: _("For example 87C4VXX7+39"),
    Form.SHORT_PLUS_CODE: _("For example VXX7+39 Washington, DC, USA"),
    Form.DIGITS: _("The first three digits"),
}
CHOICES = {
    "male": _("Male"),
    "female": _("Female"),
    "passport": _("Passport"),
    "government_id": _("National ID"),
    "drivers_license": _("Driver's licence"),
    "residence_permit": _("Residence permit"),
    "visa": _("Visa"),
    "vehicle_registration_certificate": _("Vehicle registration"),
    "vehicle_registration certificate": _("Vehicle registration"),
    "aadhaar": _("Aadhaar"),
    "pancard": _("PAN card"),
    "universal": _("Detect automatically"),
}
CHOSEN = ("gender", "idType")  # their values are keys of `CHOICES`
OFFICE = ("email", "customer_id", "contact_phone")
# Regulation (EU) 2024/1624, Art. 22: asked for by the project's setting and never sent to ARGOS.
PORTAL_ONLY = ("place_of_birth", "other_nationalities")
OFFICE_TYPES = {"email": "email", "contact_phone": "tel"}
WIDTHS = {  # columns of six; a third of the row by default
    "name": "f-4",
    "userOccupancyName": "f-4",
    "email": "f-3",
    "customer_id": "f-2",
    "formatted_address": "f-6",
    "address_input": "f-6",
    "address_detail": "f-6",
}
IDENTITY, ADDRESS, ACCOUNT = "identity", "address", "account"


@dataclass
class FormRow:
    """One field of the page: `field` is the widget with its value.

    `is_unread`: by Step 1 it is on the ID and was not read. `is_extra`: by Step 1 the ID does not carry it.
    """

    name: str
    label: str
    field: BoundField
    value: str
    stored: str = ""
    required: bool = False
    hint: str = ""
    read: str = ""
    reason: str = ""
    problems: list[Problem] = dataclass_field(default_factory=list)
    section: str = IDENTITY
    is_unread: bool = False
    is_extra: bool = False

    @property
    def shown_stored(self) -> str:
        return masking.while_working(self.name, self.stored)

    @property
    def shown_read(self) -> str:
        return masking.while_working(self.name, self.read)

    @property
    def read_text(self) -> str:
        return text_of(self.name, self.shown_read)

    @property
    def read_parts(self) -> tuple[str, str, str]:
        """Return the OCR value in three parts.

        The common start with the confirmed one, the difference, the common end.
        """
        if self.name in CHOSEN:
            return "", self.read_text, ""
        return ocr_diff.parts(self.read_text, masking.while_working(self.name, self.value))

    @property
    def is_changed(self) -> bool:
        """Return whether the confirmed value differs from the OCR value."""
        return bool(self.value) and ocr_diff.differs(self.name, self.value, self.read)

    @property
    def css_classes(self) -> str:
        marks = {"wrong": bool(self.errors), "changed": self.is_changed, "is-read": bool(self.read and self.value)}
        return " ".join(["field", WIDTHS.get(self.name, "f-2"), *(name for name, is_set in marks.items() if is_set)])

    @property
    def asks_why(self) -> bool:
        """Return whether to ask for a reason; an invalid value must be corrected first."""
        return self.is_changed and all(problem.code == "changed" for problem in self.errors)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.is_error]

    @property
    def warnings(self) -> list[Problem]:
        return [problem for problem in self.problems if not problem.is_error]


def label_of(name: str) -> str:
    return str(LABELS.get(name, name))


def choice_label(value: str) -> str:
    return str(CHOICES.get(value, value))


def text_of(name: str, value: str) -> str:
    """Return a field's value for display: a choice by its name."""
    return choice_label(value) if name in CHOSEN else value


def rules(submission: Submission) -> tuple[FieldRule, ...]:
    """Return the typed fields of Step 2 for this document, without files and without values that the portal sets."""
    return tuple(rule for rule in submit.rules(submission) if rule.form not in (Form.FILE, Form.REFERENCE))


def names(submission: Submission) -> list[str]:
    """Return every name that the form may post."""
    return [rule.name for rule in rules(submission)] + [*OFFICE, *portal_only(submission)]


def portal_only(submission: Submission) -> tuple[str, ...]:
    """Return the names of the values that the project asks for and ARGOS does not get."""
    date_of_address = (address_date.NAME,) if address_date.is_asked(submission) else ()
    return (*(PORTAL_ONLY if submission.project.asks_birthplace else ()), *date_of_address)


def rows(
    submission: Submission, problems: Iterable[Problem] = (), typed: Mapping[str, str] | None = None
) -> list[FormRow]:
    """Build the rows. Typed values replace stored ones, so that an error loses nothing."""
    widgets = {rule.name: widget_of(rule, submission.issuing_country) for rule in rules(submission)}
    made = build_rows(submission, submission.values, widgets, problems, typed)
    carried, missing = submission.document_fields, submission.missing_fields
    unread = unread_labels(submission)
    for row, rule in zip(made, rules(submission), strict=True):
        row.required, row.hint, row.section = rule.required, str(HINTS.get(rule.form, "")), section_of(rule.name)
        row.read, row.reason = submission.ocr.get(row.name, ""), submission.reasons.get(row.name, "")
        row.is_unread = row.label in unread
        row.is_extra = bool(carried) and row.name not in {*carried, *missing} and _may_wait(row)
    return made


def _may_wait(row: FormRow) -> bool:
    """Whether the field can stand under "More fields": nothing requires it, fills it or complains about it."""
    is_wanted = row.required or row.value or row.read or row.problems
    return row.section == IDENTITY and row.name != "idType" and not is_wanted


def unread_labels(submission: Submission) -> list[str]:
    """Return the labels of the fields that are on the ID and were not read; none where nothing at all was read."""
    if submit.is_unread(submission):
        return []
    return [label_of(name) for name in submission.missing_fields if not submission.ocr.get(name)]


def office_rows(
    submission: Submission, problems: Iterable[Problem] = (), typed: Mapping[str, str] | None = None
) -> list[FormRow]:
    """Build e-mail, customer number, phone and call-back time, which are not on the ID."""
    stored = {**submission.values, CALLBACK: merge.local_text(submission.callback_at)}
    types = {**OFFICE_TYPES, CALLBACK: "datetime-local"}
    widgets: dict[str, forms.Widget] = {
        name: forms.TextInput({"type": types.get(name, "text")}) for name in (*OFFICE, CALLBACK)
    }
    made = build_rows(submission, stored, widgets, problems, typed)
    made[0].required = True
    return made


def build_rows(
    submission: Submission,
    stored: Mapping[str, str],
    widgets: Mapping[str, forms.Widget],
    problems: Iterable[Problem],
    typed: Mapping[str, str] | None,
) -> list[FormRow]:
    values = {**stored, **(typed or {})}
    by_field: dict[str, list[Problem]] = {}
    for problem in problems:
        by_field.setdefault(problem.field, []).append(problem)
    for name, widget in widgets.items():
        is_wrong = any(problem.is_error for problem in by_field.get(name, ()))
        style = "form-select" if isinstance(widget, forms.Select) else "form-control"
        widget.attrs |= {"class": style, "autocomplete": "off", "aria-describedby": f"p-{name}"}
        widget.attrs |= {"aria-invalid": "true"} if is_wrong else {}
    shown = {name: masking.while_working(name, values.get(name, "")) for name in widgets}
    form = CaptureForm(None, widgets, widgets=widgets, shown=shown)
    return [
        FormRow(
            name=name,
            label=label_of(name),
            field=form[name],
            value=values.get(name, ""),
            stored=stored.get(name, ""),
            problems=by_field.get(name, []),
        )
        for name in widgets
    ]


def widget_of(rule: FieldRule, country: str) -> forms.Widget:
    """Return a list of the rule's choices, or a text input with the shape that the page checks during typing."""
    if rule.choices:
        choices = [("", ""), *((choice, choice_label(choice)) for choice in rule.choices)]
        return forms.Select({"data-reload": ""} if rule.name == "idType" else {}, choices=choices)
    attrs = {"list": "countries"} if rule.form is Form.COUNTRY else {}
    if found := matrix.shape_of(rule, country):
        attrs |= {"data-pattern": found.pattern, "data-wrong": gettext(found.wrong)}
        attrs |= {"inputmode": found.keyboard} if found.keyboard != "text" else {}
    return forms.TextInput(attrs)


def section_of(name: str) -> str:
    if name.startswith("userOccupancy"):
        return ACCOUNT
    is_address = name.startswith("address") or name in matrix.ADDRESS_CODES
    return ADDRESS if is_address else IDENTITY


def shown_values(values: Mapping[str, str], *, openly: bool) -> list[tuple[str, str, str]]:
    """Return (name, label, value) of the filled fields, numbers masked unless `openly`."""
    return [
        (name, label_of(name), text_of(name, text) if openly else masking.masked(name, text_of(name, text)))
        for name, text in values.items()
        if text and name in LABELS
    ]
