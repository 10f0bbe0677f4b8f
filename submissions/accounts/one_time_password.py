"""A password that an administrator makes and hands over: good for one day and for one sign-in, then it is replaced.

It takes the place of resetting by e-mail, which would tell strangers who has an account here and would make a mailbox
as strong as a password and a second factor together. Whose session ends before it is replaced is given another.
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
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else when read out
GROUPS, LETTERS = 4, 4  # 16 letters of 32: 80 bits


def give(person: User, *, by: Actor) -> str:
    """Set a fresh one-time password, end the person's sessions and return the password, which is kept nowhere."""
    password = "-".join("".join(secrets.choice(ALPHABET) for _at in range(LETTERS)) for _group in range(GROUPS))
    person.set_password(password)
    person.one_time_until = clock.now() + GOOD_FOR
    with transaction.atomic():
        person.save(update_fields=["password", "one_time_until"])
        events.record("password_reset", by=by, fields={"person": person.username})
        sessions.end_all(person, by=by)
    return password


def spend(person: User) -> None:
    """They have signed in with it: it signs nobody in again. Their session goes on to the page that replaces it."""
    User.objects.filter(pk=person.pk, one_time_until__isnull=False).update(one_time_until=clock.now())


def forget_second_factors(person: User, *, by: Actor) -> int:
    """For someone who lost them all: they enrol anew at the next sign-in. Returns how many were removed."""
    with transaction.atomic():
        removed, _by_model = Authenticator.objects.filter(user_id=person.pk).delete()
        events.record("second_factors_reset", by=by, fields={"person": person.username, "removed": removed})
        sessions.end_all(person, by=by)
    return int(removed)
