"""Validate typed reasons: words, not dots or invisible characters."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MIN_LENGTH = 4
MIN_OVERRIDE_LENGTH = 2  # for one value of the capture form, where 오타 ("typo") suffices
MIN_LETTERS = 2
CODE = "no_reason"


class ReasonMissing(Exception):
    """The text is no reason, so nothing was done."""


def is_reason(text: str, *, shortest: int = MIN_LENGTH) -> bool:
    """Return whether `text` has `shortest` visible characters and at least two letters of any script."""
    categories = [unicodedata.category(sign) for sign in unicodedata.normalize("NFKC", text.strip())]
    visible = [category for category in categories if category[0] not in "CM"]
    letters = [category for category in visible if category[0] == "L"]
    return len(visible) >= shortest and len(letters) >= MIN_LETTERS


def validate(text: str) -> None:
    """Refuse a form's text that is no reason.

    Raises:
        ValidationError: with the code `CODE`, for which a form may have its own sentence.
    """
    if not is_reason(text):
        raise ValidationError(_("Enter a reason."), code=CODE)


def require(text: str) -> str:
    """Return the reason without the space around it.

    Raises:
        ReasonMissing: it is no reason.
    """
    if not is_reason(text):
        raise ReasonMissing
    return text.strip()
