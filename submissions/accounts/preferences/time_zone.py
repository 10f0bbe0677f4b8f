"""In which time zone a page shows times: the person's own choice, else the browser's, else the portal's (TIME_ZONE)."""

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.models import User

COOKIE = "zone"  # static/core/theme.js writes the browser's zone into it
AREAS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def names() -> tuple[str, ...]:
    """The zones to choose from, by area and city; not their old names and abbreviations."""
    found = (name for name in available_timezones() if name.partition("/")[0] in AREAS)
    return ("UTC", *sorted(found))


def choose(user: User, name: str, *, by: Actor) -> None:
    """Keep the person's choice; "" is the portal's zone.

    Raises:
        ValueError: there is no such zone to choose.
    """
    if name and name not in names():
        raise ValueError(name)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(time_zone=name)
        events.record("time_zone_chosen", by=by, fields={"time_zone": name})
    user.time_zone = name


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """Return the zone of the request's pages; None for the portal's."""
    user = request.user
    if isinstance(user, User) and user.time_zone:
        return user.zone
    of_browser = request.COOKIES.get(COOKIE, "")
    return ZoneInfo(of_browser) if of_browser in names() else None


class TimeZoneMiddleware:
    """After authentication. A request starts in the portal's zone: a thread serves one person after the other."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(zone_of(request)):
            return self.get_response(request)
