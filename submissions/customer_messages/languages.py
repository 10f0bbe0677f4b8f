"""The languages of messages to customers."""

from submissions.accounts.preferences import customer_language


def languages() -> list[tuple[str, str]]:
    """Return each code with the language's own name."""
    return list(customer_language.names().items())
