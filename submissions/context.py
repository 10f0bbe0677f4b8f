"""What every page shows: why sending is closed, and the person's unseen alerts."""

from typing import Any

from django.http import HttpRequest

from submissions import alerts, language
from submissions.calls import gate
from submissions.models import Project, User
from submissions.signin import sessions


def portal(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    spoken = {"languages": language.names()}
    if not isinstance(user, User):
        return {"closed": [], "unseen": [], "session_left": None, **spoken}
    unseen = [(alert, alerts.text_of(alert)) for alert in alerts.unseen(user)]
    return {"closed": closed(), "unseen": unseen, "session_left": sessions.left(request), **spoken}


def closed() -> list[tuple[str, str]]:
    """(project, why) of every open project from which nothing is sent now."""
    found = [(project.name, gate.why_closed(project)) for project in Project.objects.filter(is_open=True)]
    return [(name, why) for name, why in found if why]
