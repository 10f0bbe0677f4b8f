"""The cookies of a customer's link: the token, and the secret of the phone that started an invitation.

Each is sent to the pages of its own link only, so two links on one phone do not interfere.
"""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_variables

from submissions.core import clock
from submissions.models import Invitation

TOKEN = "invitation-token"  # noqa: S105 (a name)
DEVICE = "invitation-secret"


@sensitive_variables("value")
def keep(request: HttpRequest, reply: HttpResponse, name: str, value: str, path: str, *, lasts: timedelta) -> None:
    reply.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        path=path,
        secure=request.is_secure(),
        httponly=True,
        samesite="Strict",
    )


def left(invitation: Invitation) -> timedelta:
    """Return how long the link can still be used."""
    return invitation.ends_at - clock.now()
