"""Limit how many numbers a user may try, so that nobody finds hidden digits by repeated requests.

A save reveals whether a typed number differs from the OCR value, and a search reveals whether a number is stored.
"""

from django.utils.translation import gettext as _

from submissions.core import rate_limit
from submissions.models import User

LIMIT, SECONDS = 200, 3600
MIN_DIGITS = 6  # fewer digits are a postal code or part of a name


def sentence() -> str:
    return _("Too many numbers searched in the last hour. Wait an hour, or ask a manager.")


class TooManyNumbers(Exception):
    """The user has tried more numbers in an hour than any work needs."""


def count(user: User, text: str) -> None:
    """Count `text` for the limit if it contains a number.

    Raises:
        TooManyNumbers: the caller must not reveal anything about this number.
    """
    if sum(sign.isdigit() for sign in text) < MIN_DIGITS:
        return
    if rate_limit.is_too_fast("number", str(user.pk), most=LIMIT, seconds=SECONDS):
        raise TooManyNumbers
