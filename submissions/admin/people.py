"""People and teams. Nobody changes their own role; every grant is an event."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from submissions import events
from submissions.admin.site import ForAdministrators, site
from submissions.models import Role, Team, User


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    new_password = forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave empty to keep the present one."),
    )

    class Meta:
        model = User
        fields = ("username", "name", "email", "role", "team", "is_active", "language")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("role") == Role.AGENT and not data.get("team"):
            self.add_error("team", _("An agent belongs to a team."))
        if password := data.get("new_password"):
            validate_password(password, self.instance)
        elif self.instance._state.adding:
            self.add_error("new_password", _("A new person needs a password."))
        return data


@admin.register(User, site=site)
class PersonAdmin(ForAdministrators):
    form = PersonForm
    list_display = ("username", "name", "role", "team", "is_active", "last_login")
    list_filter = ("role", "team", "is_active")
    search_fields = ("username", "name")
    ordering = ("username",)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return ("role", "is_active") if obj is not None and obj.pk == request.user.pk else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if password := form.cleaned_data.get("new_password"):
            obj.set_password(password)
        super().save_model(request, obj, form, change)
        fields = {"person": obj.username, "changed": form.changed_data, "role": obj.role}
        events.record("person_changed" if change else "person_added", by=events.actor_of(request), fields=fields)


@admin.register(Team, site=site)
class TeamAdmin(ForAdministrators):
    list_display = ("name",)
