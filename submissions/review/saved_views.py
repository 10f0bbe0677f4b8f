"""Queue filters kept under a name. What is kept are the filters' values, never a search text or a page's key."""

import uuid
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from submissions.models import SavedView, User
from submissions.search.queue_filters import FILTERS
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.role_permissions import is_manager

LIMIT = 30


class CannotKeep(Exception):
    """With a sentence for the person."""


def offered_to(user: User) -> "QuerySet[SavedView]":
    """Their own and those that colleagues share."""
    return SavedView.objects.filter(Q(owner=user) | Q(is_shared=True)).select_related("owner")


def query_of(params: QueryDict) -> str:
    """The filters of this page as a URL's query; what is not a filter stays behind."""
    kept = [(name, params[name]) for name in FILTERS if params.get(name, "").strip()]
    return urlencode(kept)[:600]


def keep(user: User, name: str, params: QueryDict, *, is_shared: bool) -> SavedView:
    """Keep the filters under this name; the same name again replaces what it held.

    Raises:
        CannotKeep: without a name, or with too many views.
    """
    name = " ".join(name.split())[:40]
    if not name:
        raise CannotKeep(_("Enter a name for the view, for example “Korean licences”."))
    mine = SavedView.objects.filter(owner=user)
    if mine.exclude(name=name).count() >= LIMIT:
        raise CannotKeep(_("You have %(count)d saved views. Delete one first.") % {"count": LIMIT})
    kept = {"query": query_of(params), "is_shared": is_shared}
    view, _is_new = SavedView.objects.update_or_create(owner=user, name=name, defaults=kept)
    return view


def open_for(user: User, pk: uuid.UUID) -> SavedView:
    """The view, if it is theirs or shared.

    Raises:
        NotAllowed: it is a colleague's own, or there is none (any more). The text says what to do.
    """
    view = SavedView.objects.filter(pk=pk).select_related("owner").first()
    if view is None:
        raise NotAllowed(_("This view was deleted by its owner."))
    if not view.is_shared and view.owner_id != user.pk:
        text = _("%(name)s has not shared this view. Ask them to share it, or set the filters in the queue.")
        raise NotAllowed(text % {"name": view.owner.name})
    return view


def remove(view: SavedView, *, by: User) -> None:
    """Its owner removes it; a shared one also a manager.

    Raises:
        NotAllowed
    """
    if view.owner_id != by.pk and not (view.is_shared and is_manager(by)):
        raise NotAllowed(_("Only %(name)s or a manager can delete this view.") % {"name": view.owner.name})
    view.delete()


def make_default(user: User, view: SavedView | None) -> None:
    """What the queue opens with for this person; None: everything."""
    user.default_view = view
    user.save(update_fields=["default_view"])
