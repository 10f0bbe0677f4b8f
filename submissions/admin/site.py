"""The admin site and who may read on it: by role, with nothing to grant and no superuser."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.forms import Media
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from submissions.models import User
from submissions.workflow.permissions import NotAllowed


class PortalAdmin(admin.AdminSite):
    site_title = _("KYC Portal")
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
            raise NotAllowed(_("Records are for officers, managers and administrators."))

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """The only records are submissions."""
        return redirect("admin:submissions_submission_changelist")

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return redirect("admin:submissions_submission_changelist")

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


class LightAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Without scripts and styles of Django's: the records are read within the portal's frame."""

    @property
    def media(self) -> Media:
        return Media()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """What the page's own filters ask, no more: `password__startswith` would read a hash by its letters."""
        offered = self.get_list_filter(request) if request else self.list_filter
        return any(lookup in _asked_by(filtered) for filtered in offered)


def _asked_by(filtered: Any) -> set[str]:
    """The names in an address by which one entry of `list_filter` asks."""
    if not isinstance(filtered, str):
        return {filtered.parameter_name}
    return {f"{filtered}__{ending}" for ending in ("exact", "id__exact", "isnull")}
