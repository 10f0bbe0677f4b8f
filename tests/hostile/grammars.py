"""Hostile values by grammar, every field name that the portal's code reads from a request, and every URL.

Names and URLs are read from the source, so that a new field or page is covered without a change here. No Django is
imported, because a client process uses this.
"""

import json
import random
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from argos import matrix

ROOT = Path(__file__).resolve().parents[2] / "submissions"
NUMBERS = (
    "²",
    "٣",
    "１２",
    "Ⅷ",
    "0",
    "-0",
    "-1",
    "+1",
    "00",
    "1_000",
    " 1 ",
    "0x10",
    "1e5",
    "1.0",
    "inf",
    "NaN",
    "2147483648",
    "9223372036854775808",
    "9" * 30,
    "9" * 5_000,
    "abc",
    "\x001",
    "1\x00",
)
DAYS = (
    "0000-00-00",
    "0001-01-01",
    "1899-12-31",
    "2024-02-30",
    "9999-12-31",
    "10000-01-01",
    "-0001-01-01",
    "٢٠٢٤-٠١-٠١",
    "2024-W01-1",
    "20240101",
    "2024-1-1",
    "2024-01-01\x00",
    "9" * 30 + "-01-01",
)
MOMENTS = (
    "9999-12-31T23:59-12:00",
    "9999-12-31T23:59+00:00",
    "9999-12-31T23:59",
    "0001-01-01T00:00+14:00",
    "0001-01-01T00:00",
    "2026-01-01T24:00",
    "2026-01-01T00:00+99:99",
    "2026-01-01T00:00Z",
    "2026-03-29T02:30",
    "٢٠٢٦-٠١-٠١T٠٠:٠٠",
    "23:59",
    "24:00",
    "٢٣:٥٩",
    "9999-12-31T23:59:59.999999+00:00~00000000-0000-0000-0000-000000000000",
    "0001-01-01T00:00:00+14:00~00000000-0000-0000-0000-000000000000",
)
IDS = (
    "00000000-0000-0000-0000-000000000000",
    "{00000000-0000-0000-0000-000000000000}",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "0" * 32,
    "g" * 32,
    "٠" * 32,
    "KP-",
    "KP-ABCDEFGH",
    "KP-\x00",
    "null",
    "undefined",
)
TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ufffd",
    "\ud7ff\uffff",
    "\u200b" * 9,
    "\u202egnp.exe",
    "\u0301" * 200,
    "•" * 9,
    "A" * 2_001,
    "A" * 70_000,
    "가 " * 2_000,
    "%00%0d%0a",
    "%s%n%(name)s{0}{name}",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "=1+1;=1+1",
    "../../../../etc/passwd",
    "//evil.example/",
    "http://[::1",
    "http://evil.example\\@localhost/",
    "javascript:alert(1)",
    "[]",
    "{}",
    '{"id": null}',
    "[" * 5_000,
    "a@b",
    "@" * 300,
    "@officer @nobody",
    "eyJhIjoxfQ.AAAA",
    "1",
    "true",
    "on",
)
VALUES = (*NUMBERS, *DAYS, *MOMENTS, *IDS, *TEXTS)
READ = re.compile(r'(?:GET|POST|FILES|COOKIES|given|data|posted|values)(?:\.get(?:list)?\(|\[)f?"([A-Za-z_]\w*)"')
FORM_FIELD = re.compile(r"^    (\w+) = (?:forms\.|models\.)?\w*(?:Field|Choice)\w*\(", re.MULTILINE)
FILTER = re.compile(r'^    "([a-z_]+)": ', re.MULTILINE)
ROUTE = re.compile(r'path\("([^"]*)"')
# Fields of pages of Django and allauth.
OTHERS = ("username", "login", "password", "oldpassword", "password1", "password2", "code", "credential", "remember")
OTHERS += ("userName", "bankCode", "accountNumber", "is_last_confirmed")
LISTS = ("networks", "banks", "paths", "field_names")
OTHERS += tuple(f"{name}-{part}" for name in LISTS for part in ("TOTAL_FORMS", "INITIAL_FORMS", "0-key", "0-value"))
OTHERS += ("_selected_action", "action", "index", "select_across", "p", "o", "q", "e")
ADMIN = tuple(
    f"admin/submissions/submission/{tail}"
    for tail in ("", "add/", "<str:any>/change/", "<str:any>/history/", "<str:any>/delete/")
)
ACCOUNTS = tuple(
    f"accounts/2fa/{tail}"
    for tail in (
        "totp/activate/",
        "totp/deactivate/",
        "recovery-codes/generate/",
        "webauthn/add/",
        "webauthn/login/",
        "webauthn/keys/<int:pk>/edit/",
        "webauthn/keys/<int:pk>/remove/",
        "reauthenticate/",
        "authenticate/",
    )
)


@cache
def names() -> tuple[str, ...]:
    """Return every name of a field or URL parameter, and the extra fields that the capture page posts."""
    source = "\n".join(path.read_text() for path in sorted(ROOT.rglob("*.py")) if "migrations" not in path.parts)
    found = {*READ.findall(source), *FORM_FIELD.findall(source), *OTHERS}
    for module in ("search/filters.py", "search/queue_filters.py"):
        found |= set(FILTER.findall((ROOT / module).read_text()))
    fields = {parameter.name for parameter in (*matrix.PARAMETERS, *matrix.STEP1_PARAMETERS)}
    beside = {f"{prefix}_{name}" for prefix in ("was", "reason") for name in sorted(fields)}
    images = {f"{prefix}_{kind}" for prefix in ("shown", "source") for kind in ("selfie", "id_front", "id_back")}
    return tuple(sorted(found | fields | beside | images | {"was_consent", "was_callback_at", "callback_at"}))


@cache
def routes() -> tuple[str, ...]:
    """Return every URL in Django's pattern syntax, except those that would end the attacker's session."""
    own = ROUTE.findall((ROOT / "urls.py").read_text())
    accounts = [f"accounts/{route}" for route in ROUTE.findall((ROOT / "urls_accounts.py").read_text()) if route]
    ends = ("logout/", "/end/", "password/change/")
    found = [*own, *accounts, *ADMIN, *ACCOUNTS]
    return tuple(f"/{route}" for route in found if not route.endswith(ends))


def filled(dice: random.Random, route: str, known: Callable[[random.Random], str]) -> str:
    """Return the URL with each part replaced by a known or a hostile value."""

    def part(match: re.Match[str]) -> str:
        kind, name = match[1].split(":") if ":" in match[1] else ("str", match[1])
        if kind == "uuid":
            return known(dice)
        if name == "kind" and dice.random() < 0.7:
            return dice.choice(("selfie", "id_front", "id_back", "address"))
        if name == "tab" and dice.random() < 0.9:
            return dice.choice(("connection", "capture", "review", "retention", "advanced"))
        if kind == "int":
            return dice.choice(("0", "1", "12", "13", "1999", "2026", "10000", "9" * 10, "9" * 30, "9" * 400))
        return quote(dice.choice(VALUES)[:200] or "x", safe="", errors="replace")

    return re.sub(r"<([^>]+)>", part, route)


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT.parent / "docs" / "openapi.json").read_text())
    return document


@cache
def operations() -> list[tuple[str, tuple[str, ...]]]:
    """Return each address of the API with its methods."""
    return [(path, tuple(method.upper() for method in methods)) for path, methods in _document()["paths"].items()]


@cache
def api_names() -> list[str]:
    """Return the names of all properties and parameters of the API."""
    schemas = _document()["components"]["schemas"].values()
    names = {name for schema in schemas for name in schema.get("properties", {})}
    for methods in _document()["paths"].values():
        for operation in methods.values():
            names |= {parameter["name"] for parameter in operation.get("parameters", ())}
    return sorted(names)
