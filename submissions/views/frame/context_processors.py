"""Context of every page: the menu with counts, why sending is paused, notifications, and the session's end."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from submissions.accounts import demo, sessions
from submissions.accounts.preferences import customer_language, language
from submissions.models import Project, Switch, User
from submissions.outbox import gate
from submissions.review import verdicts
from submissions.training import notices
from submissions.views.frame import counters, navigation
from submissions.views.request_helpers import unread_mentions
from submissions.workflow import alerts
from submissions.workflow.role_permissions import page_permissions


def portal(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    common = {
        "languages": customer_language.names() if language.is_for_customers(request) else language.names(),
        "language_next": _page_after_language_choice(request),
        "is_demo": demo.is_allowed(settings),
    }
    if not isinstance(user, User):
        return {
            "closed": [],
            "leaving": [],
            "unseen": [],
            "session_left": None,
            "newest_alert": 0,
            "unread": 0,
            **common,
        }
    counts = counters.of(request, user)
    return {
        "menu": navigation.groups_for(user, request.path, counts),
        "closed": closed() if counts["is_stopped"] or counts["is_project_shut"] else [],
        "back": request.path,
        "leaving": verdicts.leaving(user) if counts["has_leaving"] else [],
        "session_left": sessions.time_left(request),
        "may": page_permissions(user),
        "quality_to_do": {"checks": counts["quality"], "findings": counts["findings"]},
        "vendor_name": counts["vendor_name"],  # on pages of several projects
        "own_training": notices.notice(user, counts["trained_until"], is_barred=counts["is_barred"]),
        **notifications(request, user, has_alerts=counts["has_alerts"], has_mentions=counts["has_mentions"]),
        **common,
    }


def _page_after_language_choice(request: HttpRequest) -> str:
    """Return the URL to come back to; the URL of a POST cannot be opened by a link."""
    if request.method != "GET":
        return ""
    return request.path if isinstance(getattr(request, "user", None), User) else request.get_full_path()


def notifications(
    request: HttpRequest, user: User, *, has_alerts: bool = True, has_mentions: bool = True
) -> dict[str, Any]:
    """Return the content of the bell: alerts as (alert, text), mentions, their number and the newest alert's key."""
    unseen = [(alert, alerts.text_now(alert)) for alert in alerts.unseen(user)] if has_alerts else []
    named = unread_mentions(request, user) if has_mentions else []
    newest = unseen[0][0].pk if unseen else 0
    return {"unseen": unseen, "named": named, "newest_alert": newest, "unread": len(named) + len(unseen)}


def closed() -> list[tuple[str, str]]:
    """Return (project, why) of every open project whose sending is paused; one line if all sending is paused."""
    if not Switch.read().may_send:
        return [(_("All projects"), gate.why_closed(Project()))]
    found = [
        (project.name, gate.why_closed(project)) for project in Project.objects.filter(gate.is_shut(), is_open=True)
    ]
    return [(name, why) for name, why in found if why]
