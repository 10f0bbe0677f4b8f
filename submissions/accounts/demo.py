"""The users and projects of `make run`: only on the embedded database, only with a vendor on this host.

The module imports no models, because `make run` reads addresses and passwords before Django is set up.
"""

import secrets
from pathlib import Path
from types import ModuleType
from typing import Any

from argos import base_url

SANDBOX_KEYS = ("sandbox-key-standard", "sandbox-key-everything")
STANDARD = "Demo: standard"  # the project that takes the sample submissions
ADMIN_EMAIL = "reviewer@example.com"  # registered at the sandbox
REMEMBERED = "demo-people"  # a file in DATA_DIR that exists once the users were created
RECORDS = "sandbox-records.json"  # a file in DATA_DIR: what the sandbox holds of the sample submissions
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PEOPLE = (
    ("agent", "agent", "Ara Kim", "Front desk"),
    ("agent2", "agent", "Jisoo Han", "Second desk"),
    ("officer", "officer", "Omar Haddad", ""),
    ("officer2", "officer", "Elena Novak", ""),
    ("manager", "manager", "Mina Choi", ""),
    ("admin", "administrator", "Adrian Cole", ""),
)
# User name, what to try first, and where.
TRY = (
    ("agent", "capture an ID and a selfie, answer a question", "/submissions/new/"),
    ("officer", "decide what is in the review queue", "/review/"),
    ("manager", "assign work, read the reports", "/reports/"),
    ("admin", "projects, people, retention", "/settings/"),
)


def vendor_url(settings: Any) -> str:
    return str(settings.ARGOS_BASE_URL or f"http://127.0.0.1:{settings.SANDBOX_PORT}/v3")


def is_here(url: str) -> bool:
    """Return whether the address belongs to this host."""
    address = base_url.read(url)
    return address is not None and address.host in LOOPBACK


def is_allowed(settings: Any) -> bool:
    return bool(settings.IS_EMBEDDED) and is_here(vendor_url(settings))


def refused(settings: Any) -> str:
    """Return why this vendor must not be used with this data: the demo users have known passwords; "" if it may."""
    if is_allowed(settings) or not settings.IS_EMBEDDED or not (settings.DATA_DIR / REMEMBERED).exists():
        return ""
    return f"{settings.DATA_DIR} holds demo people and projects. For a vendor elsewhere set DATA_DIR to a new folder."


def kept(path: Path, made: str) -> str:
    """Return the content of the file; if there is no file, write `made` to it with mode 0600."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(made)
    return path.read_text().strip()


def password(settings: Any) -> str:
    return str(settings.KYC_DEMO_PASSWORD) or kept(settings.DATA_DIR / "demo-password", secrets.token_urlsafe(9))


def webhook_token(data_dir: Path, key: str) -> str:
    return kept(data_dir / f"webhook-{key}", secrets.token_urlsafe(32))


def webhook_url(data_dir: Path, port: int, key: str) -> str:
    return f"http://127.0.0.1:{port}/webhooks/argos/{webhook_token(data_dir, key)}/"


def logins(settings: ModuleType) -> str:
    """Return who can sign in and what each can try, as a table for a terminal."""
    if not is_allowed(settings):
        return "No demo people here: they are made only on the embedded database with a vendor on this host."
    roles = {username: f"{name}, {role}" for username, role, name, _desk in PEOPLE}
    rows = [("user", "who", "try", "page")]
    rows += [
        (username, roles[username], text, f"http://127.0.0.1:{settings.PORT}{path}") for username, text, path in TRY
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  " + "  ".join([*map(str.ljust, row[:3], widths), row[3]]) for row in rows]
    return "\n".join([*lines, f"\n  Password of all: {password(settings)}   (also: agent2, officer2)"])
