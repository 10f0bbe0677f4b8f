"""Refuse passwords built on words that an attacker of this portal tries first."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from submissions.models import User

WORDS = ("kycportal", "kyc portal", "argos", "compliance", "passport", "identity", "customer")
MIN_BESIDE = 8


class OwnWordsValidator:
    """Refuse a password that contains one of WORDS and fewer than eight other characters."""

    def validate(self, password: str, user: User | None = None) -> None:
        lowered = password.casefold()
        if any(word in lowered and len(password) - len(word) < MIN_BESIDE for word in WORDS):
            raise ValidationError(_("Too similar to a well-known word. Add other words."))

    def get_help_text(self) -> str:
        return _("Not a word of this work with a few characters added.")
