"""Turn domain exceptions into pages: not allowed, stale, lost key, vendor down. Views need not catch them."""

import logging
import uuid
from collections.abc import Callable

from django.contrib import messages
from django.db import DataError, IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from argos.errors import VendorError
from argos.limits import TooLong
from submissions.audit import events
from submissions.core import encryption
from submissions.core.vendor_text import named
from submissions.models import Project, Submission, User
from submissions.models.image import StorageUnavailable
from submissions.views.forms.reason import ReasonRefused, ask_again
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.role_permissions import user_can_see_queue
from submissions.workflow.transitions import MoveNotAllowed, StaleSubmission

log = logging.getLogger(__name__)
# They show the form that was posted to the same address.
PAGES = frozenset(
    (
        "retention_act",
        "settings_project",
        "settings_project_new",
        "settings_person",
        "settings_person_new",
        "settings_team",
        "settings_team_new",
        "settings_consent_text_new",
        "settings_customer_text",
        "settings_webhook_rotate",
        "settings_api_token_new",
    )
)


class FactsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, (NotAllowed, ReasonRefused)):
            return _refused(request, exception)
        if isinstance(
            exception, IntegrityError
        ):  # a double click, or two users simultaneously: the other request counts
            log.warning("a constraint refused what another request had written: %s", type(exception.__cause__).__name__)
        if isinstance(exception, (StaleSubmission, MoveNotAllowed, IntegrityError)):
            messages.warning(request, _stale(request))
            return _back(request)
        if isinstance(exception, StorageUnavailable):
            log.error("an image could not be stored: %s", type(exception.__cause__).__name__)
            kept = _("The image was not stored. Take it again in a minute.")
            messages.error(request, kept)
            return _back(request)
        if isinstance(exception, TooLong):
            message = _("Not saved: shorten the text to %(most)d characters. It has %(count)d.")
            messages.error(request, message % {"most": exception.most, "count": exception.has})
            return _back(request)
        if isinstance(exception, DataError):  # PostgreSQL does not store NUL
            messages.error(request, _("Not saved: the text has a character that cannot be stored. Remove it."))
            return _back(request)
        if isinstance(exception, encryption.CannotOpen):
            log.error("%s", exception)  # it contains labels and ids
            return render(request, "errors/not_decryptable.html", status=410)
        if isinstance(exception, VendorError):
            message = _("ARGOS is unavailable. Nothing has changed. Try again in a minute.")
            messages.error(request, named(message, Project.objects.shared_vendor_name()))
            return _back(request)
        return None


def _refused(request: HttpRequest, exception: NotAllowed | ReasonRefused) -> HttpResponse:
    """Explain the refusal, or ask for the reason again with the typed text."""
    if isinstance(exception, ReasonRefused):
        return ask_again(request, exception.form, title=exception.title, back=exception.back)
    _record_refusal(request)
    return render(request, "errors/403.html", {"why": str(exception)}, status=403)


def _record_refusal(request: HttpRequest) -> None:
    """Record a refused attempt: the URL's name and its objects, no values."""
    match = request.resolver_match
    if match is None or not isinstance(request.user, User):
        return
    fields = {"page": match.view_name, "method": request.method, "of": str(match.kwargs.get("pk", ""))}
    events.record("not_allowed", by=events.actor_of(request), fields=fields)


def _stale(request: HttpRequest) -> str:
    if request.path.startswith("/settings/"):
        return _("Not saved: another change came first. Check the page.")
    return _("This submission has changed. Review the latest version and try again.")


def _back(request: HttpRequest) -> HttpResponse:
    """Redirect to the page of the action: its own, the submission or its review; without one to the start page."""
    match = request.resolver_match
    if match is not None and match.view_name in PAGES:
        return redirect(request.path)
    pk = match.kwargs.get("pk") if match else None
    if not isinstance(pk, uuid.UUID) or not Submission.objects.filter(pk=pk).exists():
        return redirect("start")
    is_review = (
        request.path.startswith("/review/") and isinstance(request.user, User) and user_can_see_queue(request.user)
    )
    return redirect("review" if is_review else "submission", pk=pk)
