"""Limits of a session, the sessions of a user, and how they end.

Times are the host's wall clock, as in Django's sessions and allauth's records.
"""

import time
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.models import User

IDLE_SECONDS = 30 * 60
WHOLE_SECONDS = 8 * 3600
WRITE_EVERY = 60  # seconds; not every request writes the session
BEGAN, SEEN = "session_began", "session_seen"
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Whale/", "Whale"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
LONGEST_DEVICE = 48


@dataclass(frozen=True)
class TimeLeft:
    """Seconds until each limit ends the session."""

    idle: int
    whole: int

    @property
    def is_over(self) -> bool:
        return min(self.idle, self.whole) <= 0


def begin(request: HttpRequest) -> None:
    """Store the start of the session, at sign-in and at reauthentication."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


def renew(request: HttpRequest) -> None:
    """Change the session key after reauthentication, so that a leaked key is useless, and restart both limits."""
    old = request.session.session_key
    request.session.cycle_key()
    begin(request)
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def time_left(request: HttpRequest) -> TimeLeft:
    """Return the remaining time of the session; none for a session without a stored start."""
    now = int(time.time())
    seen, began = request.session.get(SEEN, 0), request.session.get(BEGAN, 0)
    return TimeLeft(seen + IDLE_SECONDS - now, began + WHOLE_SECONDS - now)


def touch(request: HttpRequest) -> None:
    """Record activity of the user."""
    now = int(time.time())
    if now - request.session.get(SEEN, 0) >= WRITE_EVERY:
        request.session[SEEN] = now
        UserSession.objects.filter(session_key=request.session.session_key).update(
            last_seen_at=datetime.fromtimestamp(now).astimezone()
        )


def valid_sessions(person: User) -> list[UserSession]:
    """Return the valid sessions of a user, the latest first."""
    return sorted(UserSession.objects.purge_and_list(person), key=lambda row: row.last_seen_at, reverse=True)


def end(row: UserSession, *, by: Actor) -> None:
    with transaction.atomic():
        events.record("session_ended", by=by, fields={"person": row.user.get_username()})
        row.end()


def end_others(request: HttpRequest, *, by: Actor) -> int:
    assert by.user is not None
    others = UserSession.objects.filter(user_id=by.user.pk).exclude(session_key=request.session.session_key)
    for row in others.select_related("user"):
        end(row, by=by)
    return len(others)


def end_all(person: User, *, by: Actor) -> None:
    """End every session of the user, including sessions without a row: the epoch is part of the session hash."""
    rows = UserSession.objects.filter(user_id=person.pk)
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
        Session.objects.filter(pk__in=rows.values("session_key")).delete()
        rows.delete()
        events.record("sessions_ended", by=by, fields={"person": person.username})


def device(user_agent: str) -> str:
    """Return for example "Chrome · Windows"; the start of the text if neither is known."""
    found = [next((name for mark, name in names if mark in user_agent), "") for names in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or user_agent[:LONGEST_DEVICE] or "–"
