"""The texts of messages to customers: administrators replace a default text, with a preview, and reset it."""

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.validators import MaxLengthValidator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from submissions.audit import events
from submissions.core import clock
from submissions.core.text_fields import TOO_LONG
from submissions.customer_messages import channels, own_texts, segments, texts
from submissions.customer_messages.default_texts import Template
from submissions.customer_messages.languages import languages
from submissions.models import CustomerText, Occasion, Project
from submissions.models.customer_message import TEXT_LENGTH
from submissions.views.request_helpers import person
from submissions.views.settings.setting_form import Sections, SettingForm
from submissions.workflow.role_permissions import check_user_can_administer

SAMPLE = "KP-7Q3M9XKD"
SAMPLE_TOKEN = "x" * 43  # as long as a real one, which the number of SMS segments includes
MEANINGS = {
    "company": _("Company name of the project"),
    "link": _("The customer's link, if there is one"),
    "deadline": _("Last day and time for the customer"),
    "contact": _("Customer contact of the project"),
    "complaints": _("Complaints contact of the project"),
    "reference": _("Reference of the submission"),
}


class TextForm(SettingForm):
    sections: ClassVar[Sections] = ((pgettext_lazy("of a message", "Text"), ("subject", "text")),)

    class Meta(SettingForm.Meta):
        model = CustomerText
        fields: ClassVar = ["subject", "text"]
        widgets = {
            "subject": forms.TextInput(attrs={"dir": "auto"}),
            "text": forms.Textarea(attrs={"rows": 9, "dir": "auto"}),
        }

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        texts.check(subject, texts.IN_SUBJECT)
        return subject

    def clean_text(self) -> str:
        text: str = "\n".join(self.cleaned_data["text"].splitlines())
        texts.check(text)
        MaxLengthValidator(TEXT_LENGTH, message=TOO_LONG)(text)
        return text

    @property
    def template(self) -> Template:
        return Template(self.cleaned_data["subject"], self.cleaned_data["text"])


@require_safe
def text_list(request: HttpRequest) -> HttpResponse:
    """Show which texts of each project are its own."""
    check_user_can_administer(person(request))
    projects = [(project, _rows(project)) for project in Project.objects.order_by("name")]
    return render(request, "settings/customer_texts.html", {"projects": projects, "languages": languages()})


def _rows(project: Project) -> list[tuple[Occasion, list[tuple[str, Any, bool]]]]:
    own = own_texts.own_of(project)
    return [(one, [(code, name, (one, code) in own) for code, name in languages()]) for one in Occasion]


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: uuid.UUID, occasion: str, language: str) -> HttpResponse:
    """Edit one text. The button *Update preview* posts the same form and saves nothing."""
    check_user_can_administer(person(request))
    project = get_object_or_404(Project, pk=pk)
    if occasion not in Occasion.values or language not in dict(languages()):
        raise Http404(occasion)
    by = events.actor_of(request)
    if "reset" in request.POST:
        own_texts.reset(project, occasion, language, by=by)
        messages.success(request, _t("The default text is in use."))
        return redirect("settings_customer_text", pk, occasion, language)
    used = texts.template_of(project, occasion, language)
    form = TextForm(request.POST or None, initial=used._asdict())
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        own_texts.save(project, occasion, language, form.template, by=by)
        messages.success(request, _t("Text saved."))
        return redirect("settings_customer_text", pk, occasion, language)
    shown = form.template if form.is_bound and form.is_valid() else used
    context = {
        "form": form,
        "project": project,
        "occasion": Occasion(occasion).label,
        "language": dict(languages())[language],
        "code": language,
        "is_own": (occasion, language) in own_texts.own_of(project),
        "placeholders": [(f"{{{name}}}", meaning) for name, meaning in MEANINGS.items()],
        "names_result": occasion == Occasion.REJECTED,
        "is_unsaved": form.is_bound,
        **preview(project, occasion, language, shown),
    }
    return render(request, "settings/customer_text.html", context, status=422 if form.errors else 200)


def preview(project: Project, occasion: str, language: str, template: Template) -> dict[str, Any]:
    """Return the e-mail and the text message with the project's values and a sample reference, link and deadline."""
    link, deadline = f"{settings.PUBLIC_URL}/phone/#{SAMPLE_TOKEN}", clock.now() + timedelta(hours=24)
    values = texts.values_of(project, language, reference=SAMPLE, link=link, deadline=deadline)
    composed = texts.compose(template, occasion, language, values)
    as_text = channels.text_of(project, composed)
    named = dict.fromkeys(texts.NAMED.findall(f"{template.subject}\n{template.text}"))
    return {
        "omitted": ", ".join(f"{{{name}}}" for name in named if not values[name]),
        "letter": channels.part_of(project, composed, language, link),
        "sender": channels.sender_of(project, language),
        "as_text": as_text,
        "length": segments.measure(as_text),
    }
