"""End expired sessions, enforce the password change and enrolment, and require recent authentication."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from submissions.accounts import sensitive_actions, sessions
from submissions.accounts.mfa import policy
from submissions.audit import events
from submissions.models import User

# Requests that a page makes automatically do not count as activity of the user.
BY_ITSELF = {"status_part", "decision_part", "hold", "session", "camera_hint"}
OWN_ACCOUNT = "accounts/"


class SessionMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User) and sessions.time_left(request).is_over:
            return _signed_out(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        match = request.resolver_match
        if not isinstance(request.user, User) or match is None:
            return None
        if match.url_name not in BY_ITSELF and not _is_refresh(request):
            sessions.touch(request)
        return _first(request, request.user) or sensitive_actions.require_step_up(request)


def _is_refresh(request: HttpRequest) -> bool:
    return request.method == "GET" and bool(request.headers.get("HX-Request"))


def _signed_out(request: HttpRequest) -> HttpResponse:
    events.record("session_expired", by=events.actor_of(request))
    logout(request)
    if request.path == reverse("session"):
        return JsonResponse({"signed_in": False})
    messages.info(request, _("You were signed out: 30 minutes without activity, or 8 hours since you signed in."))
    wanted = request.get_full_path() if request.method == "GET" else reverse("start")
    return _to(request, f"{reverse('account_login')}?{urlencode({'next': wanted})}")


def _first(request: HttpRequest, user: User) -> HttpResponse | None:
    """Redirect until a one-time password is replaced and then until a second factor is set up."""
    if request.path.startswith(f"/{OWN_ACCOUNT}"):
        return None
    if user.one_time_until is not None:
        messages.info(
            request, _("Choose your own password now: the one you were given has worked and does not work again.")
        )
        return _to(request, reverse("account_change_password"))
    if policy.must_enrol(user):
        messages.info(request, _("Set up a second factor now: an authenticator app or a passkey."))
        return _to(request, reverse("mfa_index"))
    return None


def _to(request: HttpRequest, url: str) -> HttpResponse:
    """Redirect the whole page, also when the request is an htmx request for a part of it."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
