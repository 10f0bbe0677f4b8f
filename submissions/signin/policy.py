"""Which proof of identity this deployment demands."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings

from submissions import demo
from submissions.models import User

SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def second_factor_is_required() -> bool:
    """Everywhere but on the embedded database with the vendor on this host, where nobody real can be harmed.

    It follows from what the deployment is, the same condition under which demo people are made; there is no switch.
    """
    return not demo.is_allowed(settings)


def has_second_factor(user: User) -> bool:
    return bool(is_mfa_enabled(user, SECOND_FACTORS))


def must_enrol(user: User) -> bool:
    return second_factor_is_required() and not has_second_factor(user)
