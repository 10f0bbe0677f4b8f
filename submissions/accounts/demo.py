"""The people and projects of `make run`: only on the embedded database, only with a vendor on this host.

Knows no models at import, because `make run` asks it for addresses and passwords before Django is set up.
"""

import secrets
from pathlib import Path
from types import ModuleType
from typing import Any

from argos import base_url

SANDBOX_KEYS = ("sandbox-key-standard", "sandbox-key-everything")
ADMIN_EMAIL = "reviewer@example.com"  # registered at the sandbox
REMEMBERED = "demo-people"  # a file in DATA_DIR: they were made
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PEOPLE = (
    ("agent", "agent", "Ara Agent", "Front desk"),
    ("agent2", "agent", "Bo Agent", "Second desk"),
    ("officer", "officer", "Odile Officer", ""),
    ("officer2", "officer", "Omar Officer", ""),
    ("manager", "manager", "Mina Manager", ""),
    ("admin", "administrator", "Ada Admin", ""),
)


def vendor_url(settings: Any) -> str:
    return str(settings.ARGOS_BASE_URL or f"http://127.0.0.1:{settings.SANDBOX_PORT}/v3")


def is_here(url: str) -> bool:
    """Whether what answers at this address is on this host."""
    address = base_url.read(url)
    return address is not None and address.host in LOOPBACK


def is_allowed(settings: Any) -> bool:
    return bool(settings.IS_EMBEDDED) and is_here(vendor_url(settings))


def refused(settings: Any) -> str:
    """Why this vendor may not be used with what is here: demo people, whose password is known, would come along."""
    if is_allowed(settings) or not settings.IS_EMBEDDED or not (settings.DATA_DIR / REMEMBERED).exists():
        return ""
    return f"{settings.DATA_DIR} holds demo people and projects. For a vendor elsewhere set DATA_DIR to a new folder."


def kept(path: Path, made: str) -> str:
    """What the file holds; `made` is written once, mode 0600, where there is none."""
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
    if not is_allowed(settings):
        return "No demo people here: they are made only on the embedded database with a vendor on this host."
    names = ", ".join(name for name, *_rest in PEOPLE)
    return f"Log in as {names}; password: {password(settings)}"
