"""Bounds how often one person may try out numbers, so that nobody finds hidden digits by asking again and again.

A save tells whether a typed number differs from the one that was read, and a search tells whether a number is known.
"""

from django.utils.translation import gettext as _

from submissions.core import rate_limit
from submissions.models import User

LIMIT, SECONDS = 200, 3600
MIN_DIGITS = 6  # fewer are a postal code or a part of a name


def sentence() -> str:
    return _("You have tried very many numbers in the last hour. Wait an hour, or ask a manager.")


class TooManyNumbers(Exception):
    """This person has tried more numbers in an hour than work ever needs."""


def count(user: User, text: str) -> None:
    """Count `text` as a try where it holds a number.

    Raises:
        TooManyNumbers: nothing may be told of this one.
    """
    if sum(sign.isdigit() for sign in text) < MIN_DIGITS:
        return
    if rate_limit.is_too_fast("number", str(user.pk), most=LIMIT, seconds=SECONDS):
        raise TooManyNumbers
