"""Consent texts: administrators add versions; none is changed or removed."""

from typing import ClassVar

from django import forms
from django.contrib import messages
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from argos import limits
from submissions.audit import events
from submissions.core.text_fields import TOO_LONG
from submissions.models import ConsentText
from submissions.views.request_helpers import person
from submissions.views.settings.setting_form import Sections, SettingForm
from submissions.workflow.role_permissions import check_user_can_administer


class ConsentTextForm(SettingForm):
    sections: ClassVar[Sections] = ((_("Version"), ("project", "version", "text")),)

    class Meta(SettingForm.Meta):
        model = ConsentText
        fields: ClassVar = ["project", "version", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 12})}
        help_texts = {"project": _("Its newest version is read out to customers.")}

    def clean_text(self) -> str:
        given: str = self.cleaned_data["text"]
        MaxLengthValidator(limits.CONSENT, message=TOO_LONG)(given)
        return given


@require_safe
def consent_texts(request: HttpRequest) -> HttpResponse:
    """Show every version; the newest of a project, which is in use, is the first of its rows."""
    check_user_can_administer(person(request))
    rows = ConsentText.objects.select_related("project").defer("text").order_by("project__name", "-created_at", "-pk")
    used: dict[object, int] = {}
    shown = [(row, used.setdefault(row.project_id, row.pk) == row.pk) for row in rows]
    return render(request, "settings/consent_texts.html", {"rows": shown})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    check_user_can_administer(person(request))
    form = ConsentTextForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "settings/consent_text_new.html", {"form": form}, status=422 if form.errors else 200)
    made = form.instance
    with transaction.atomic():
        made.save()
        fields = {"project": made.project.name, "version": made.version}
        events.record("consent_text_added", by=events.actor_of(request), fields=fields)
    messages.success(request, _t("Version %(version)s is in use.") % {"version": made.version})
    return redirect("settings_consent_texts")


@require_safe
def consent_text(request: HttpRequest, pk: int) -> HttpResponse:
    check_user_can_administer(person(request))
    found = get_object_or_404(ConsentText.objects.select_related("project"), pk=pk)
    return render(request, "settings/consent_text.html", {"found": found})
