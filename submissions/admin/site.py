"""The admin site, with access by role: no grants and no superuser."""

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
        """Raise 403 for signed-in users without access: the sign-in page would send them back here."""
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
        """Redirect to the submissions, the only records."""
        return redirect("admin:submissions_submission_changelist")

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return redirect("admin:submissions_submission_changelist")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the portal's own sign-in page."""
        self._refuse(request)
        return redirect(f"{reverse('account_login')}?next={request.path}")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """Redirect to the portal's own page for passwords, with its rules and its event."""
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return redirect("account_change_password")


site = PortalAdmin(name="admin")


class LightAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Leave out Django's scripts and styles: the records appear within the portal's layout."""

    @property
    def media(self) -> Media:
        return Media()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow only the lookups of the page's own filters: `password__startswith` would reveal a hash."""
        offered = self.get_list_filter(request) if request else self.list_filter
        return any(lookup in _asked_by(filtered) for filtered in offered)


def _asked_by(filtered: Any) -> set[str]:
    """Return the parameter names of one entry of `list_filter`."""
    if not isinstance(filtered, str):
        return {filtered.parameter_name}
    return {f"{filtered}__{ending}" for ending in ("exact", "id__exact", "isnull")}
