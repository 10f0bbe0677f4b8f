"""Decide whether this deployment requires a second factor."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db.models import Exists, OuterRef

from submissions.accounts import demo
from submissions.models import Project, User

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
LOOK_EVERY = 10.0  # seconds; most pages need no query for it
_looked: list[
    tuple[float, bool]
] = []  # this process's last query: (time, whether a project's vendor is on another host)


def second_factor_is_required() -> bool:
    """Return True except on the embedded database with every project's vendor on this host, which holds demo data only.

    The result depends on the kind of deployment and on its projects; no setting changes it.
    """
    return not demo.is_allowed(settings) or _has_vendor_elsewhere()


def _has_vendor_elsewhere() -> bool:
    now = time.monotonic()
    if not _looked or now - _looked[0][0] > LOOK_EVERY:
        addresses = Project.objects.values_list("base_url", flat=True)
        _looked[:] = [(now, not all(map(demo.is_here, addresses)))]
    return _looked[0][1]


def forget_look() -> None:
    """Query the projects again after a change: this process at once, the others within `LOOK_EVERY`."""
    _looked.clear()


def second_factor_of(user_id: str) -> Exists:
    """Return whether a user has a second factor, as a column of a query whose column `user_id` names the user."""
    return Exists(Authenticator.objects.filter(user=OuterRef(user_id), type__in=SECOND_FACTORS))


def has_second_factor(user: User) -> bool:
    """Return what the query of the request's user has read too (`PortalBackend.get_user`); ask for any other user."""
    known: bool | None = getattr(user, "has_second_factor", None)
    return bool(is_mfa_enabled(user, SECOND_FACTORS)) if known is None else known


def must_enrol(user: User) -> bool:
    return second_factor_is_required() and not has_second_factor(user)
