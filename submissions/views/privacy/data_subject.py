"""A data-subject request: everything stored about one applicant, shown by references, downloaded with a reason."""

from collections.abc import Iterable, Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from submissions.audit import events
from submissions.core.text_fields import TextField
from submissions.models import Submission
from submissions.models.submission_key import load_keys
from submissions.privacy import data_subject_export
from submissions.search import guess_limit
from submissions.views.forms.reason import ReasonField
from submissions.views.request_helpers import person
from submissions.workflow.role_permissions import check_user_can_answer_data_subject


class SubjectForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Identifier"), choices=data_subject_export.Identifier)
    identifier = TextField(
        label=gettext_lazy("Value, exactly as given"),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter the customer's value, exactly as given.")},
    )
    reason = ReasonField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("For example: request of 3 May, identity checked by phone"),
    )


@require_http_methods(["GET", "POST"])
def request_of_subject(request: HttpRequest) -> HttpResponse:
    """Show the form, then the content of the file, then the ZIP. The typed text appears in no URL and no log."""
    user = person(request)
    check_user_can_answer_data_subject(user)
    form = SubjectForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    kind = data_subject_export.Identifier(form.cleaned_data["kind"])
    try:
        guess_limit.count(user, form.cleaned_data["identifier"])
        found = data_subject_export.find(user, kind, form.cleaned_data["identifier"])
    except guess_limit.TooManyNumbers:
        form.add_error("identifier", guess_limit.sentence())
        return _page(request, form)
    except data_subject_export.TooManySubmissions:
        form.add_error("identifier", _("Found in more submissions than one person has. Use another identifier."))
        return _page(request, form)
    if not found:
        messages.warning(request, _("No submission has exactly that value. Check the spelling."))
        return _page(request, form)
    if request.POST.get("shown") != _references(found):
        events.record_list("subject_searched", by=events.actor_of(request), shown=found, filters={kind.value: True})
        return _page(request, form, found)
    content = data_subject_export.export(found, by=events.actor_of(request), reason=form.cleaned_data["reason"])
    headers = {"Content-Disposition": 'attachment; filename="applicant.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)


def _page(request: HttpRequest, form: SubjectForm, found: Sequence[Submission] = ()) -> HttpResponse:
    load_keys(found)
    context = {"form": form, "found": found, "shown": _references(found)}
    return render(
        request, "privacy/data_subject/request.html", context, status=422 if form.is_bound and not found else 200
    )


def _references(found: Iterable[Submission]) -> str:
    """Return the references that the user has seen; if the file's content has changed, it is shown again."""
    return " ".join(submission.reference for submission in found)
