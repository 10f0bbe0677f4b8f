"""The rows of the capture form, from the field matrix: what this document shows, with labels, OCR and problems."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from argos import matrix
from argos.matrix import FieldRule, Form, Problem
from submissions.capture import ocr_diff, submit
from submissions.core import masking
from submissions.models import Submission

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
    "globalCode": _("Plus Code (global)"),
    "compoundCode": _("Plus Code (with place)"),
    "formatted_address": _("Formatted address"),
    "address_input": _("Address as typed"),
    "address_detail": _("Address detail"),
    "address_street": _("Street"),
    "address_city": _("City"),
    "address_state": pgettext_lazy("part of an address", "State"),
    "address_country": _("Country"),
    "address_zipcode": _("Postal code"),
    "userOccupancyCode": _("Code from the 1-won deposit"),
    "userOccupancyName": _("Account holder's name"),
    "userName": _("Account holder"),
    "bankCode": _("Bank code"),
    "accountNumber": _("Account number"),
    "email": _("E-mail"),
    "customer_id": _("Customer number in our books"),
    "contact_phone": _("Phone to call back"),
    "callback_at": _("Call back at"),
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
    "government_id": _("National ID card"),
    "drivers_license": _("Driver's licence"),
    "residence_permit": _("Residence permit"),
    "visa": _("Visa"),
    "vehicle_registration_certificate": _("Vehicle registration certificate"),
    "vehicle_registration certificate": _("Vehicle registration certificate"),
    "aadhaar": _("Aadhaar"),
    "pancard": _("PAN card"),
    "universal": _("Let the vendor recognise it"),
}
CHOSEN = ("gender", "idType")  # their values are words of `CHOICES`
OFFICE = ("email", "customer_id", "contact_phone")
OFFICE_TYPES = {"email": "email", "contact_phone": "tel"}
LONG = ("name", "userOccupancyName", "formatted_address", "address_input")  # a whole row each, so that none is cut
IDENTITY, ADDRESS, ACCOUNT = "identity", "address", "account"


@dataclass
class FormRow:
    name: str
    label: str
    value: str
    stored: str = ""
    required: bool = False
    hint: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)
    read: str = ""
    reason: str = ""
    problems: list[Problem] = field(default_factory=list)
    is_country: bool = False
    type: str = "text"
    pattern: str = ""
    wrong: str = ""
    keyboard: str = "text"
    is_type: bool = False
    section: str = IDENTITY

    @property
    def shown(self) -> str:
        return masking.while_working(self.name, self.value)

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
    def is_changed(self) -> bool:
        """The confirmed value is another than what was read."""
        return bool(self.value) and ocr_diff.differs(self.name, self.value, self.read)

    @property
    def css_classes(self) -> str:
        marks = {"wide": self.name in LONG, "wrong": bool(self.errors), "changed": self.is_changed}
        return " ".join(["field", *(name for name, is_set in marks.items() if is_set)])

    @property
    def asks_why(self) -> bool:
        """A value that is wrong in itself is mended first, not explained."""
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
    """A field's value as people read it: a chosen one by its name."""
    return choice_label(value) if name in CHOSEN else value


def rules(submission: Submission) -> tuple[FieldRule, ...]:
    """The typed fields of Step 2 for this document: no files, nothing the portal sets itself."""
    shown = matrix.rules_for(
        submission.issuing_country,
        submit.document_type(submission),
        submission.project.options,
        id_type_unknown=submission.id_type_unknown,
    )
    return tuple(rule for rule in shown if rule.form not in (Form.FILE, Form.REFERENCE))


def names(submission: Submission) -> list[str]:
    """Every name the form may post."""
    return [rule.name for rule in rules(submission)] + list(OFFICE)


def rows(
    submission: Submission, problems: Iterable[Problem] = (), typed: Mapping[str, str] | None = None
) -> list[FormRow]:
    """The typed values win over the stored ones, so that nothing typed is lost on an error."""
    stored, ocr, reasons = submission.values, submission.ocr, submission.reasons
    values = {**stored, **(typed or {})}
    by_field: dict[str, list[Problem]] = {}
    for problem in problems:
        by_field.setdefault(problem.field, []).append(problem)
    return [
        shape(
            _row(rule, values, stored.get(rule.name, ""), ocr, reasons, by_field.get(rule.name, [])),
            rule,
            submission.issuing_country,
        )
        for rule in rules(submission)
    ]


def shape(row: FormRow, rule: FieldRule, country: str) -> FormRow:
    """What the page checks while it is typed."""
    if found := matrix.shape_of(rule, country):
        row.pattern, row.wrong, row.keyboard = found.pattern, gettext(found.wrong), found.keyboard
    return row


def _row(
    rule: FieldRule,
    values: Mapping[str, str],
    stored: str,
    ocr: Mapping[str, str],
    reasons: Mapping[str, str],
    found: list[Problem],
) -> FormRow:
    return FormRow(
        name=rule.name,
        label=label_of(rule.name),
        value=values.get(rule.name, ""),
        stored=stored,
        required=rule.required,
        hint=str(HINTS.get(rule.form, "")),
        choices=[(choice, choice_label(choice)) for choice in rule.choices],
        read=ocr.get(rule.name, ""),
        reason=reasons.get(rule.name, ""),
        problems=found,
        is_country=rule.form is Form.COUNTRY,
        is_type=rule.name == "idType",
        section=_section(rule.name),
    )


def _section(name: str) -> str:
    if name.startswith("userOccupancy"):
        return ACCOUNT
    is_address = name.startswith("address") or name in matrix.ADDRESS_CODES
    return ADDRESS if is_address else IDENTITY


def shown_values(values: Mapping[str, str], *, openly: bool) -> list[tuple[str, str, str]]:
    """(name, label, value) of what is filled, numbers masked unless `openly`."""
    return [
        (name, label_of(name), text_of(name, text) if openly else masking.masked(name, text_of(name, text)))
        for name, text in values.items()
        if text and name in LABELS
    ]
