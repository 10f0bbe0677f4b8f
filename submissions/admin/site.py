"""The admin site and who may do what on it: by role, with nothing to grant and no superuser."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.db.models import CharField, EmailField, Field, Model, URLField
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from submissions.core import text_fields
from submissions.models import User
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.role_permissions import user_can_administer


class PortalAdmin(admin.AdminSite):
    site_header = _("KYC Portal administration")
    site_title = _("KYC Portal")
    index_title = _("What is managed here")
    site_url = "/"
    login_form = AdminAuthenticationForm

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_staff

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """For everybody who is signed in and has no business here 403: Django's log-in page would send them back."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            self._refuse(request)
            return inner(request, *args, **kwargs)

        return asked

    def _refuse(self, request: HttpRequest) -> None:
        if request.user.is_authenticated and not self.has_permission(request):
            raise NotAllowed(_("The administration is not for your role."))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """An administrator's start page is this one: for them "View site" led nowhere."""
        context = super().each_context(request)
        return {**context, "site_url": None} if may_administer(request) else context

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One way in: the portal's own."""
        self._refuse(request)
        return redirect(f"{reverse('account_login')}?next={request.path}")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """One place for passwords, with its rules and its event."""
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("account_change_password")


site = PortalAdmin(name="admin")


def may_administer(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and user_can_administer(request.user)


class LightAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Without the scripts that write one field from another, a third of a page's weight: nothing here is prefilled."""

    SCRIPTS = ("vendor/jquery/jquery.min", "jquery.init", "core", "admin/RelatedObjectLookups", "actions")

    @property
    def media(self) -> Media:
        return Media(js=[f"admin/js/{name}.js" for name in self.SCRIPTS])

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """What the page's own filters ask, no more: `password__startswith` would read a hash by its letters."""
        offered = self.get_list_filter(request) if request else self.list_filter
        return any(lookup in _asked_by(filtered) for filtered in offered)


def _asked_by(filtered: Any) -> set[str]:
    """The names in an address by which one entry of `list_filter` asks."""
    if not isinstance(filtered, str):
        return {filtered.parameter_name}
    return {f"{filtered}__{ending}" for ending in ("exact", "id__exact", "isnull")}


class ForAdministrators(LightAdmin):
    """Pages that administrators read, add to and change. Nothing is deleted here."""

    formfield_overrides: ClassVar[dict[type[Field], dict[str, Any]]] = {  # type: ignore[type-arg]
        CharField: {"form_class": text_fields.TextField},
        EmailField: {"form_class": text_fields.EmailField},
        URLField: {"form_class": forms.URLField},
    }

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_administer(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_administer(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_administer(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """The record of events tells who changed what; Django's own log is not kept beside it."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """As for additions."""
