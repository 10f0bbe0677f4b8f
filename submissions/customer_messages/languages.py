"""The languages of messages to customers."""

from django.conf import settings


def languages() -> list[tuple[str, object]]:
    """Return the codes with their names."""
    return list(settings.LANGUAGES)
