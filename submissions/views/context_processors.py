"""What every page shows: why sending is closed, and what the person has not read."""

from typing import Any

from django.db.models import Exists, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from submissions.accounts import language, sessions
from submissions.models import Alert, Mention, Project, Switch, User
from submissions.outbox import gate
from submissions.review import mentions
from submissions.views import navigation
from submissions.workflow import alerts
from submissions.workflow.role_permissions import page_permissions


def portal(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    spoken = {"languages": language.names(), "language_next": _page_after_language_choice(request)}
    if not isinstance(user, User):
        return {"closed": [], "unseen": [], "session_left": None, "newest_alert": 0, "unread": 0, **spoken}
    has_alerts, has_mentions, is_stopped, is_project_shut = _has_news(user)
    unseen = [(alert, alerts.text_of(alert)) for alert in alerts.unseen(user)] if has_alerts else []
    named = mentions.unread(user) if has_mentions else []
    return {
        "may": page_permissions(user),
        "menu": navigation.entries_for(user),
        "closed": closed() if is_stopped or is_project_shut else [],
        "unseen": unseen,
        "newest_alert": max((alert.pk for alert, _text in unseen), default=0),
        "unread": len(named) + len(unseen),
        "session_left": sessions.left(request),
        **spoken,
    }


def _page_after_language_choice(request: HttpRequest) -> str:
    """Return the address to come back to; one that a form was posted to cannot be opened by a link."""
    if request.method != "GET":
        return ""
    return request.path if isinstance(getattr(request, "user", None), User) else request.get_full_path()


def _has_news(user: User) -> tuple[bool, bool, bool, bool]:
    """Ask in one query for alerts, mentions, a stop of everything and a stop of a project; most pages have none."""
    stopped = Switch.objects.filter(Q(stopped_at__isnull=False) | Q(on_hold_since__isnull=False))
    found: tuple[bool, bool, bool, bool] = User.objects.values_list(
        Exists(Alert.objects.filter(person=user, seen_at=None)),
        Exists(Mention.objects.filter(person=user, seen_at=None)),
        Exists(stopped),
        Exists(Project.objects.filter(gate.is_shut(), is_open=True)),
    ).get(pk=user.pk)
    return found


def closed() -> list[tuple[str, str]]:
    """(project, why) of every open project from which nothing is sent now; one line where nothing is sent at all."""
    if not Switch.read().may_send:
        return [(_("All projects"), gate.why_closed(Project()))]
    found = [
        (project.name, gate.why_closed(project)) for project in Project.objects.filter(gate.is_shut(), is_open=True)
    ]
    return [(name, why) for name, why in found if why]
