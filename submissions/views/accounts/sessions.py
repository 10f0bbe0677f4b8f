"""The remaining time of the session, and the user's own sessions: view and end."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from submissions.accounts import sessions
from submissions.accounts.mfa import policy
from submissions.accounts.preferences import time_zone
from submissions.audit import events
from submissions.models import User
from submissions.views.request_helpers import person


@login_not_required
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """GET: return the seconds left. POST: the user is active, so the idle time starts again.

    The response has a new CSRF token, so that typed text can be sent after a sign-in in another window.
    """
    if not isinstance(request.user, User):
        return JsonResponse({"signed_in": False})
    if request.method == "POST":
        sessions.touch(request)
    left = sessions.time_left(request)
    return JsonResponse({"signed_in": True, "idle": left.idle, "whole": left.whole, "token": get_token(request)})


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    context = {
        "sessions": sessions.valid_sessions(user),
        "here": request.session.session_key,
        "has_second_factor": policy.has_second_factor(user),
        "time_zones": time_zone.names(),
    }
    return render(request, "account/sessions.html", context)


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    ended = sessions.end_others(request, by=events.actor_of(request))
    messages.success(request, _("%(count)d other sessions ended.") % {"count": ended})
    return redirect("session_list")


@require_POST
def end_one(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(UserSession, pk=pk, user=person(request))
    sessions.end(row, by=events.actor_of(request))
    messages.success(request, _("That session has ended."))
    return redirect("session_list")
