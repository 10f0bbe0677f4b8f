"""What every page shows: why sending is closed, and what the person has not read."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from submissions import alerts, language, mentions, news
from submissions.calls import gate
from submissions.models import Project, Switch, User
from submissions.signin import sessions


def portal(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    spoken = {"languages": language.names()}
    if not isinstance(user, User):
        return {"closed": [], "unseen": [], "session_left": None, "newest_alert": 0, "unread": 0, **spoken}
    told = alerts.unseen(user) if news.may_have(user, news.HAS_ALERTS) else []
    unseen = [(alert, alerts.text_of(alert)) for alert in told]
    newest = max((alert.pk for alert, _text in unseen), default=0)
    named = mentions.unread(user) if news.may_have(user, news.HAS_MENTIONS) else []
    unread = len(named) + len(unseen)
    return {
        "closed": closed() if news.may_have(user, news.IS_STOPPED, news.IS_PROJECT_SHUT) else [],
        "unseen": unseen,
        "newest_alert": newest,
        "unread": unread,
        "session_left": sessions.left(request),
        **spoken,
    }


def closed() -> list[tuple[str, str]]:
    """(project, why) of every open project from which nothing is sent now; one line where nothing is sent at all."""
    if not Switch.read().may_send:
        return [(_("All projects"), gate.why_closed(Project()))]
    found = [(project.name, gate.why_closed(project)) for project in Project.objects.filter(is_open=True)]
    return [(name, why) for name, why in found if why]
