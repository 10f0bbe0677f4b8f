"""A data-subject request: everything held on one applicant, downloaded once, with a reason."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from submissions import events, subject
from submissions.permissions import NotAllowed
from submissions.signin.step_up import step_up
from submissions.views.asking import person


class SubjectForm(forms.Form):
    identifier = forms.CharField(
        label=gettext_lazy("The applicant's e-mail, customer number or document number"), max_length=200
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        min_length=4,
        max_length=500,
        help_text=gettext_lazy("For example: request of 3 May, identity checked by phone"),
    )


@require_http_methods(["GET", "POST"])
@step_up
def request_of_subject(request: HttpRequest) -> HttpResponse:
    """The form, or the ZIP. What is typed goes into no address and no log."""
    user = person(request)
    if not user.is_reviewer:
        raise NotAllowed(_("Only compliance officers and managers answer an applicant's request for their data."))
    form = SubjectForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "subject/request.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        found = subject.find(user, form.cleaned_data["identifier"])
    except subject.TooMany:
        found = []
        form.add_error("identifier", _("That fits more submissions than one person has. Use another identifier."))
    if not found:
        if not form.errors:
            messages.warning(request, _("Nothing is held under exactly that. Check the spelling."))
        return render(request, "subject/request.html", {"form": form}, status=422)
    content = subject.export(found, by=events.actor_of(request), reason=form.cleaned_data["reason"])
    headers = {"Content-Disposition": 'attachment; filename="applicant.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)
