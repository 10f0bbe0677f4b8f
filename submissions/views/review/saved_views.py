"""Saved views of the queue: save, open by URL, make default, remove."""

import uuid
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from submissions.models import SavedView, User
from submissions.review import saved_views
from submissions.views.review.page import reviewer
from submissions.workflow.permissions import NotAllowed


def _address(view: SavedView) -> str:
    return f"{reverse('review_queue')}?{urlencode([*parse_qsl(view.query), ('view', str(view.pk))])}"


@require_safe
def open_view(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Redirect to the queue with the view's filters. An invalid default is removed with a message."""
    user = reviewer(request)
    try:
        return redirect(_address(saved_views.open_for(user, pk)))
    except NotAllowed as why:
        if user.default_view_id != pk:
            raise
        return _drop_default(request, user, str(why))


def _drop_default(request: HttpRequest, user: User, why: str) -> HttpResponse:
    saved_views.make_default(user, None)
    messages.warning(request, _("%(why)s The queue opens with all submissions.") % {"why": why})
    return redirect("review_queue")


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Save the filters of the page."""
    user = reviewer(request)
    params = QueryDict(request.POST.get("query", "")[:600])
    try:
        view = saved_views.keep(user, request.POST.get("name", ""), params, is_shared=request.POST.get("shared") == "1")
    except saved_views.CannotKeep as why:
        messages.error(request, str(why))
        return redirect(f"{reverse('review_queue')}?{saved_views.query_of(params) or 'view=all'}")
    messages.success(request, _("View “%(name)s” saved.") % {"name": view.name})
    return redirect(_address(view))


@require_POST
def change(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Make it the default of the queue, stop that, or remove it."""
    user = reviewer(request)
    view = saved_views.open_for(user, pk)
    action = request.POST.get("action")
    if action == "remove":
        saved_views.remove(view, by=user)
        messages.success(request, _("View “%(name)s” deleted.") % {"name": view.name})
        return redirect(f"{reverse('review_queue')}?view=all")
    saved_views.make_default(user, view if action == "default" else None)
    text = _("Default view set.") if action == "default" else _("Default view removed. The queue opens with all.")
    messages.success(request, text)
    return redirect(_address(view))
