"""People and teams. Nobody changes their own role; every grant is an event."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from submissions.accounts import one_time_password, sessions
from submissions.accounts.preferences import language
from submissions.admin.site import ForAdministrators, site
from submissions.audit import events
from submissions.models import Role, Team, User


def _languages() -> list[tuple[str, Any]]:
    return [("", _("as their browser wishes")), *language.names().items()]


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    language = forms.ChoiceField(label=_("Language"), choices=_languages, required=False)

    class Meta:
        model = User
        fields = ("username", "name", "email", "role", "team", "is_active", "language")

    def clean_username(self) -> str:
        given: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=given).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Somebody has this user name already; capitals make no difference."))
        return given

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("role") == Role.AGENT and not data.get("team"):
            self.add_error("team", _("An agent belongs to a team."))
        return data


@admin.register(User, site=site)
class PersonAdmin(ForAdministrators):
    form = PersonForm
    list_display = ("username", "name", "role", "team", "is_active", "last_login")
    list_filter = ("role", "team", "is_active")
    search_fields = ("username", "name")
    ordering = ("username",)
    actions = ("give_password", "forget_second_factors", "end_sessions")
    fields = ("username", "name", "email", "role", "team", "is_active", "language", "sessions_now")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        own = obj is not None and obj.pk == request.user.pk
        return ("role", "is_active", "sessions_now") if own else ("sessions_now",)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if self.has_change_permission(request) else {}

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        fields = {"person": obj.username, "changed": form.changed_data, "role": obj.role}
        events.record("person_changed" if change else "person_added", by=events.actor_of(request), fields=fields)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """A new person gets a password for one sign-in, shown on this page and kept nowhere."""
        return self._show(request, [(obj, one_time_password.give(obj, by=events.actor_of(request)))])

    @admin.action(description=_("Make a password for one sign-in"))
    def give_password(self, request: HttpRequest, queryset: "QuerySet[User]") -> HttpResponse | None:
        if _is_for_oneself(request, queryset):
            return None
        by = events.actor_of(request)
        return self._show(request, [(person, one_time_password.give(person, by=by)) for person in queryset])

    def _show(self, request: HttpRequest, given: list[tuple[User, str]]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": _("Passwords for one sign-in"), "given": given}
        return render(request, "admin/one_time.html", context)

    @admin.action(description=_("Forget their second factors"))
    def forget_second_factors(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        if _is_for_oneself(request, queryset):
            return
        for person in queryset:
            one_time_password.forget_second_factors(person, by=events.actor_of(request))
        messages.success(request, _("They set up new ones at their next sign-in."))

    @admin.action(description=_("End their sessions"))
    def end_sessions(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        for person in queryset:
            sessions.end_all(person, by=events.actor_of(request))
        messages.success(request, _("Every session of theirs has ended."))

    @admin.display(description=_("sessions now"))
    def sessions_now(self, person: User) -> str:
        return (
            ", ".join(
                f"{row.ip} ({timezone.localtime(row.last_seen_at):%Y-%m-%d %H:%M})"
                for row in sessions.valid_sessions(person)
            )
            or "–"
        )


def _is_for_oneself(request: HttpRequest, queryset: "QuerySet[User]") -> bool:
    """Then nothing is done for anybody, and the person is told."""
    own = request.user in queryset
    if own:
        messages.error(
            request,
            _("Not for yourself, so nothing was done: change your own password and factors on your account pages."),
        )
    return own


@admin.register(Team, site=site)
class TeamAdmin(ForAdministrators):
    list_display = ("name",)
