"""What counts as a typed reason: words, not dots or characters that nobody sees."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MIN_LENGTH = 4
MIN_LETTERS = 2


def is_reason(text: str, *, shortest: int = MIN_LENGTH) -> bool:
    """Whether `text` has `shortest` visible characters and at least two letters of any script."""
    categories = [unicodedata.category(sign) for sign in unicodedata.normalize("NFKC", text.strip())]
    visible = [category for category in categories if category[0] not in "CM"]
    letters = [category for category in visible if category[0] == "L"]
    return len(visible) >= shortest and len(letters) >= MIN_LETTERS


def validate(text: str) -> None:
    """The validator of a form's reason.

    Raises:
        ValidationError: it is no reason.
    """
    if not is_reason(text):
        raise ValidationError(_("Say it in a few words."))
