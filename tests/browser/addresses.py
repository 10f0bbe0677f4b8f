"""E-mail addresses of test customers, at another host in each run of a test.

A failed test runs a second time on the same stack, where its first run's draft would be a duplicate.
"""

import secrets

_host = ["example.com"]


def new_host() -> None:
    _host[0] = f"{secrets.token_hex(4)}.example.com"


def only_once(email: str) -> str:
    """Return the address at this run's host."""
    return email.replace("@example.com", f"@{_host[0]}")
