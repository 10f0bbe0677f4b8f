"""The language switch in the header."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from submissions.accounts.preferences import language
from submissions.audit import events
from submissions.views.request_helpers import person, safe_next


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Store the language for the user; before sign-in, in the browser."""
    code = request.POST.get("language", "")
    reply = redirect(safe_next(request, "start"))
    if not request.user.is_authenticated:
        if code not in language.names():
            raise Http404
        reply.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, secure=request.is_secure(), httponly=True, samesite="Lax")
        return reply
    try:
        language.choose(person(request), code, by=events.actor_of(request))
    except ValueError as unknown:
        raise Http404 from unknown
    return reply
