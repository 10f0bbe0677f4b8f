"""One-time passwords: made by an administrator, valid for one day and one sign-in, then replaced by the user.

They take the place of a reset by e-mail, which would reveal who has an account and would make a mailbox as strong as a
password and a second factor together. A user whose session ends before the replacement needs another one.
"""

import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction

from submissions.accounts import sessions
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import User

GOOD_FOR = timedelta(hours=24)
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # without characters that are easily confused  # pragma: allowlist secret
GROUPS, LETTERS = 4, 4  # 16 letters of 32: 80 bits


def issue(person: User, *, by: Actor) -> str:
    """Set a new one-time password, end the user's sessions and return the password, which is stored only as a hash."""
    password = "-".join("".join(secrets.choice(ALPHABET) for _at in range(LETTERS)) for _group in range(GROUPS))
    person.set_password(password)
    person.one_time_until = clock.now() + GOOD_FOR
    with transaction.atomic():
        person.save(update_fields=["password", "one_time_until"])
        events.record("password_reset", by=by, fields={"person": person.username})
        sessions.end_all(person, by=by)
    return password


def invalidate(person: User) -> None:
    """Invalidate the one-time password after a sign-in; the session continues at the page that replaces it."""
    User.objects.filter(pk=person.pk, one_time_until__isnull=False).update(one_time_until=clock.now())


def forget_second_factors(person: User, *, by: Actor) -> int:
    """Remove all second factors of a user, who enrols again at the next sign-in; return how many were removed."""
    with transaction.atomic():
        removed, _by_model = Authenticator.objects.filter(user_id=person.pk).delete()
        events.record("second_factors_reset", by=by, fields={"person": person.username, "removed": removed})
        sessions.end_all(person, by=by)
    return int(removed)
