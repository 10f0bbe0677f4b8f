"""The decision form. `review.decisions` holds the rules for deciding."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from argos import matrix
from argos.matrix.formats import parse_date
from submissions.capture.fields.form_fields import choice_label
from submissions.core.text_fields import TextField
from submissions.core.typed_reason import is_reason
from submissions.models import Submission, Verdict
from submissions.review import reject_reasons
from submissions.review.corrections import CORRECTABLE, problems, tidied
from submissions.review.warnings import ReviewWarning

DATES = ("birthDate", "issueDate", "expireDate")


def _reason_choices() -> list[Any]:
    return [(code, reason.label) for code, reason in reject_reasons.REASONS.items()]


def _id_types() -> list[tuple[str, Any]]:
    return [("", _("as it is")), *((name, choice_label(name)) for name in matrix.ID_TYPES)]


GENDERS = (("", _("as it is")), ("male", _("Male")), ("female", _("Female")))


class DecisionForm(forms.Form):
    """`warnings`: what is open now; an approval needs each of them acknowledged in this form.

    `must_explain`: the first reviewer overrides the second, so that an approval needs a comment too.
    `submission`: what corrections are compared with.
    """

    seen = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        choices=Verdict.choices,
        error_messages={
            "required": _("Select Approve or Reject."),
            "invalid_choice": _("Select Approve or Reject."),
        },
    )
    reason_code = forms.ChoiceField(
        label=_("Reason"),
        choices=_reason_choices,
        required=False,
        error_messages={"invalid_choice": _("Select a reject reason from the list.")},
    )
    comment = TextField(label=_("Comment"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    warning_reason = TextField(
        label=_("Reason for acknowledging"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
    )
    fullName = TextField(label=_("Full name"), required=False, max_length=120)
    birthDate = TextField(label=_("Date of birth"), required=False, max_length=10)
    issueDate = TextField(label=_("Date of issue"), required=False, max_length=10)
    expireDate = TextField(label=_("Date of expiry"), required=False, max_length=10)
    gender = forms.ChoiceField(label=_("Gender"), choices=GENDERS, required=False)
    idType = forms.ChoiceField(label=_("ID type"), choices=_id_types, required=False)

    def __init__(
        self,
        *args: Any,
        warnings: Iterable[ReviewWarning] = (),
        must_explain: bool = False,
        submission: Submission | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.must_explain, self.submission = must_explain, submission
        self.open_warnings = tuple(warnings)
        for name in CORRECTABLE:
            widget = self.fields[name].widget
            widget.attrs["class"] = "form-select" if isinstance(widget, forms.Select) else "form-control"
        for name in DATES:
            self.fields[name].widget.attrs["placeholder"] = "YYYY-MM-DD"

    @property
    def ticked(self) -> list[str]:
        """Return the codes acknowledged in this form; before it is posted, those of a decision that was undone."""
        if not self.is_bound:
            return list(self.initial.get("ticked", []))
        return list(self.data.getlist("warning")) if hasattr(self.data, "getlist") else []

    @property
    def chosen(self) -> str:
        """Return the selected decision that was not accepted: of a refused form, or of one that was undone."""
        value = self["verdict"].value()
        return value if value in Verdict.values else ""

    @property
    def corrections(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in CORRECTABLE if self.cleaned_data.get(name)}

    @property
    def kept(self) -> list[BoundField]:
        """Return what the user typed or chose except ticks, to keep it after a lost claim."""
        return [self[name] for name in ("reason_code", "comment", "warning_reason", *CORRECTABLE)]

    @property
    def correction_fields(self) -> list[BoundField]:
        return [self[name] for name in CORRECTABLE]

    @property
    def has_corrections(self) -> bool:
        return any(self[name].value() or self[name].errors for name in CORRECTABLE)

    def clean_fullName(self) -> str:
        return tidied("fullName", self.cleaned_data["fullName"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in DATES:
            self._check_date(name, data.get(name, ""))
        self._check_corrections()
        if data.get("verdict") == Verdict.REJECTED:
            self._check_rejection(data)
        if data.get("verdict") == Verdict.APPROVED:
            self._check_warnings()
            if self.must_explain and not data.get("comment"):
                self.add_error("comment", _("Reviewers disagree. Enter a comment with your reason."))
        return data

    def _check_date(self, name: str, text: str) -> None:
        if text and not parse_date(text):
            self.add_error(name, _("Enter the date as YYYY-MM-DD, for example 1990-02-28."))

    def _check_rejection(self, data: dict[str, Any]) -> None:
        if not data.get("reason_code") and "reason_code" not in self.errors:
            self.add_error("reason_code", _("Select a reject reason and enter a comment."))
        if not data.get("comment"):
            self.add_error("comment", _("Enter a comment: it is required to reject and is not sent to the customer."))

    def _check_corrections(self) -> None:
        """Check by the rules of the capture page. A field with an error gets only one message."""
        found = problems(self.submission, self.corrections) if self.submission else {}
        for name, sentence in found.items():
            if name not in self.errors:
                self.add_error(name, sentence)

    def _check_warnings(self) -> None:
        missing = [warning.text for warning in self.open_warnings if warning.code not in self.ticked]
        for text in missing:
            self.add_error(None, _("Acknowledge this warning before you approve: %(text)s") % {"text": text})
        needs_reason = any(warning.needs_reason for warning in self.open_warnings)
        if needs_reason and not is_reason(self.cleaned_data.get("warning_reason", "")):
            self.add_error("warning_reason", _("Enter why you approve in spite of it: what you compared."))
