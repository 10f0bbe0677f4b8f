"""The one form of a typed reason, and of a longer text. A text that is refused is never cut and never lost."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from argos import limits
from submissions.core import typed_reason
from submissions.core.text_fields import TOO_LONG, TextField
from submissions.models import Submission
from submissions.review import questions
from submissions.review.workload import snooze

MISSING = _("Enter a reason.")


class WrittenField(TextField):
    """A text of at most `max_length` letters; a line break counts as one, as in the browser."""

    def __init__(self, *, max_length: int, error_messages: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        messages = {"max_length": TOO_LONG, **(error_messages or {})}
        super().__init__(max_length=max_length, error_messages=messages, **kwargs)

    def to_python(self, value: Any) -> str:
        return super().to_python(str(value or "").replace("\r\n", "\n"))


class ReasonField(WrittenField):
    """A typed reason with real letters. `missing`: the sentence that asks for it."""

    def __init__(self, *, max_length: int = limits.REASON, missing: str | Promise = MISSING, **kwargs: Any) -> None:
        messages: dict[str, Any] = {"required": missing, typed_reason.CODE: missing}
        super().__init__(max_length=max_length, validators=[typed_reason.validate], error_messages=messages, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "minlength": str(typed_reason.MIN_LENGTH), "autocomplete": "off"}


class ReasonForm(forms.Form):
    """The reason of one action. `missing`: the sentence that says which reason is wanted."""

    reason = ReasonField(label=_("Why"))

    def __init__(self, *args: Any, missing: str | Promise = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if missing:
            messages: dict[str, Any] = {"required": missing, typed_reason.CODE: missing}
            self.fields["reason"].error_messages.update(messages)


class NoteForm(forms.Form):
    """A note on a submission, or a question about it. `missing`: the sentence that asks for the text."""

    text = WrittenField(label=_("Text"), max_length=limits.NOTE, widget=forms.Textarea(attrs={"rows": 6}))

    def __init__(self, *args: Any, missing: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].error_messages["required"] = missing


class HandoverForm(forms.Form):
    """The note for the next reviewer of a submission, which may be empty."""

    note = WrittenField(
        label=_("Note"), max_length=limits.NOTE, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )


class SnoozeForm(forms.Form):
    """Until when a submission is snoozed and why. A time after the review target needs a tick."""

    until = forms.DateTimeField(
        label=_("Until"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": _("Enter a date and a time."), "invalid": _("Enter a date and a time.")},
    )
    reason = ReasonField(label=_("Why"), max_length=limits.REASON)
    accepts_overdue = forms.BooleanField(
        label=_("Snooze longer than the review target. The submission becomes overdue."), required=False
    )

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.submission = submission

    def clean_until(self) -> datetime:
        until: datetime = self.cleaned_data["until"]
        if why := snooze.why_not_until(until):
            raise forms.ValidationError(why)
        return until

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        until = data.get("until")
        if until and snooze.is_after_target(self.submission, until) and not data.get("accepts_overdue"):
            self.add_error(
                "accepts_overdue",
                _t("The submission is due before this time. Choose an earlier time, or tick this box."),
            )
        return data


class AnswerForm(forms.Form):
    """The answer to a reviewer's question, which may be empty beside a picture."""

    answer = WrittenField(max_length=limits.NOTE, required=False)
    image_kind = forms.ChoiceField(choices=[("", ""), *questions.KINDS], required=False)


class LaterImageForm(forms.Form):
    """Which image of the ARGOS record an answer's image becomes."""

    question = forms.UUIDField()
    image_kind = forms.ChoiceField(choices=questions.KINDS)


class ReasonRefused(Exception):
    """A typed reason is missing or too long. `FactsMiddleware` answers with `ask_again`."""

    def __init__(self, form: ReasonForm, title: str, back: str) -> None:
        self.form, self.title, self.back = form, title, back
        super().__init__(title)


def read_reason(request: HttpRequest, *, missing: str | Promise, title: str, back: str) -> str:
    """Return the typed reason of an action.

    `missing`: the sentence that asks for it. `title` and `back`: as for `ask_again`.

    Raises:
        ReasonRefused: nothing may be done; the form is shown again with the typed text.
    """
    form = ReasonForm(request.POST, missing=missing)
    if not form.is_valid():
        raise ReasonRefused(form, title, back)
    return str(form.cleaned_data["reason"])


def ask_again(request: HttpRequest, form: forms.Form, *, title: str, back: str) -> HttpResponse:
    """Return the refused form alone on a page: the typed text, what is wrong with it, and what else was posted.

    `title`: names the action, and is on its button. `back`: the address of the page that the person came from.
    """
    besides = ("csrfmiddlewaretoken", *form.fields)
    posted = [(name, text) for name, texts in request.POST.lists() if name not in besides for text in texts]
    context = {"form": form, "title": title, "back": back, "posted": posted}
    return render(request, "reason.html", context, status=422)
