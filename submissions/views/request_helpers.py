"""The current user and the URL to return to: small helpers of all views."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from submissions.models import Mention, Submission, User
from submissions.review import mentions


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def unread_mentions(request: HttpRequest, user: User) -> list[Mention]:
    """Return the user's unread mentions, read once for a page and its frame."""
    if not hasattr(request, "unread_mentions"):
        request.unread_mentions = mentions.unread(user)  # type: ignore[attr-defined]
    found: list[Mention] = request.unread_mentions  # type: ignore[attr-defined]
    return found


def safe_next(request: HttpRequest, default: str) -> str:
    wanted = request.POST.get("next", "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else default


def warn_of_unmatched(request: HttpRequest, submission: Submission, text: str) -> None:
    """Warn the author of a note about mentioned users who were not notified."""
    for name in mentions.unmatched(submission, text):
        message = _("Note saved. No user named @%(name)s has access to this submission, so no notification was sent.")
        messages.warning(request, message % {"name": name})


def go(request: HttpRequest, to: str, **kwargs: Any) -> HttpResponse:
    """Redirect; for the review page's script return only the URL, because it fetches the page itself."""
    if request.headers.get("X-Desk"):
        return HttpResponse(status=204, headers={"X-Next": str(resolve_url(to, **kwargs))})
    response: HttpResponse = redirect(to, **kwargs)
    return response
