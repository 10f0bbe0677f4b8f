"""The forms of quality checks. `quality` has the rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from argos import limits
from submissions.models import FindingAnswer, Verdict
from submissions.review import reject_reasons
from submissions.views.forms.reason import ReasonField, WrittenField

SELECT = _("Select Approve or Reject.")


class QualityVerdictForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Your decision"),
        choices=Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": SELECT, "invalid_choice": SELECT},
    )
    reason_code = forms.ChoiceField(
        label=_("Reason"),
        choices=lambda: [(code, reason.label) for code, reason in reject_reasons.REASONS.items()],
        required=False,
        error_messages={"invalid_choice": _("Select a reject reason from the list.")},
    )
    comment = WrittenField(
        label=_("Comment"),
        max_length=limits.NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("verdict") == Verdict.REJECTED:
            if not data.get("reason_code") and "reason_code" not in self.errors:
                self.add_error("reason_code", _("Select a reject reason and enter a comment."))
            if not data.get("comment") and "comment" not in self.errors:
                self.add_error("comment", _("Enter a comment: it is required to reject."))
        return data


class FindingAnswerForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("Answer to the finding"),
        choices=[("", ""), *FindingAnswer.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": _("Select whether you accept the finding or explain the decision.")},
    )
    text = ReasonField(
        label=_("Your answer"),
        max_length=limits.NOTE,
        missing=_("Enter what you accept, or why you decided so."),
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )


class GoldenCaseForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Correct decision"), choices=Verdict.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    reason_code = forms.ChoiceField(
        label=_("Reject reason"),
        choices=lambda: [("", ""), *((code, reason.label) for code, reason in reject_reasons.REASONS.items())],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("verdict") == Verdict.REJECTED and not data.get("reason_code"):
            self.add_error("reason_code", _("Select the reject reason."))
        return data
