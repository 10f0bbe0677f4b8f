"""Build the rows of the values that a project asks for and that stay in the portal."""

from collections.abc import Iterable, Mapping

from django import forms
from django.utils.translation import gettext as _

from argos.matrix import FieldRule, Form, Problem
from submissions.capture.fields import form_fields
from submissions.models import Submission
from submissions.workflow import address_date


def rows(
    submission: Submission, problems: Iterable[Problem] = (), typed: Mapping[str, str] | None = None
) -> list[form_fields.FormRow]:
    """Build the rows. An old address document has its warning at every time, because it stops nothing."""
    widgets: dict[str, forms.Widget] = {name: forms.TextInput() for name in form_fields.portal_only(submission)}
    if address_date.NAME in widgets:
        rule = FieldRule(address_date.NAME, address_date.is_required(submission), Form.DATE, order=0)
        widgets[address_date.NAME] = form_fields.widget_of(rule, submission.issuing_country)
    problems = [*problems, *address_date.questions(submission)]
    made = form_fields.build_rows(submission, submission.values, widgets, problems, typed)
    for row in made:
        row.hint, row.section = _hint(row.name, submission), form_fields.section_of(row.name)
        row.required = row.name == address_date.NAME and address_date.is_required(submission)
    return made


def _hint(name: str, submission: Submission) -> str:
    if name == address_date.NAME:
        text = _("YYYY-MM-DD, as printed on the proof of address. It should not be older than %(months)d months.")
        return text % {"months": submission.project.address_date_months}
    return _("All besides the nationality above, separated by commas") if name == "other_nationalities" else ""
