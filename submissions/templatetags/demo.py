"""The demo users on the sign-in page."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from submissions.accounts import demo
from submissions.core import client_ip
from submissions.models import Role

register = template.Library()
OF_A_PROXY = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


@dataclass
class DemoPerson:
    """A button of the sign-in page: it posts user name and password to the ordinary view."""

    username: str
    name: str
    title: str
    what: str
    password: str


@register.simple_tag(takes_context=True)
def demo_people(context: Any) -> list[DemoPerson]:
    """Return the demo users; none on a real installation or for a client on another host."""
    request = context.get("request")
    if request is None or not demo.is_allowed(settings) or not _is_on_this_host(request):
        return []
    what = {
        "agent": _("Capture an ID and a selfie, answer a question"),
        "officer": _("Decide the submissions in the queue"),
        "manager": _("Watch limits, assign work, read reports"),
        "admin": _("Projects, people and retention"),
    }
    password = demo.password(settings)
    people = [person for person in demo.PEOPLE if person[0] in what]
    return [DemoPerson(user, name, str(Role(role).label), what[user], password) for user, role, name, _desk in people]


def _is_on_this_host(request: HttpRequest) -> bool:
    """A proxy or tunnel on this host passes strangers on from a loopback address; its headers give it away."""
    is_passed_on = any(request.META.get(header) for header in OF_A_PROXY)
    return not is_passed_on and client_ip.client_address(request) in demo.LOOPBACK
