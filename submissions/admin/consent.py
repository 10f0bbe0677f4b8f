"""Consent texts: administrators add versions; none is ever changed or removed."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from submissions.admin.site import ForAdministrators, site
from submissions.audit import events
from submissions.models import ConsentText


@admin.register(ConsentText, site=site)
class ConsentTextAdmin(ForAdministrators):
    list_display = ("project", "version", "created_at")
    list_filter = ("project",)
    fields = ("project", "version", "text")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ConsentText, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        fields = {"project": obj.project.name, "version": obj.version}
        events.record("consent_text_added", by=events.actor_of(request), fields=fields)
