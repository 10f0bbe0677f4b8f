"""Build one hostile request from a seed and a number: uploads, forms, queries, webhooks, cookies, headers, API."""

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.hostile import grammars
from tests.hostile.files import file_content

BOUNDARY = "hostile-boundary-7d1f"
ODD = (
    "",
    " ",
    "\x00",
    "\r\nSet-Cookie: a=b",
    "‮gnp.exe",
    "́" * 200,
    "🙂" * 300,
    "ﷺ" * 100,
    "\ud7ff￿",
    "%00%0d%0a",
    "' OR 1=1 --",
    "'; DROP TABLE submissions_submission; --",
    "{{ 7 * 7 }}{% debug %}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "../../../../etc/passwd",
    "${jndi:ldap://127.0.0.1/a}",
    "-1",
    "1e309",
    "NaN",
    "9" * 400,
    "٣٤٥",
    "2026-02-30",
    "9999-99-99",
    "A" * 70_000,
    "•" * 9,
    "true",
    "null",
    "[]",
    "{}",
)


@dataclass
class Hostile:
    kind: str
    method: str
    path: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Targets:
    """Existing objects, so that inputs do more than get a 404: ids of two drafts, of images, and a webhook token.

    `secret`: the bearer token of a program that may use every operation of the API.
    """

    draft: str
    image: str
    pending: str
    token: str
    secret: str


Maker = Callable[[random.Random, Targets], Hostile]


def make(seed: int, number: int, targets: Targets) -> Hostile:
    dice = random.Random(f"{seed}:{number}")
    return dice.choice(MAKERS)(dice, targets)


def text(dice: random.Random) -> str:
    if dice.random() < 0.7:
        return dice.choice(ODD)
    return "".join(
        chr(dice.choice((dice.randrange(32, 0xD7FF), dice.randrange(0, 255)))) for _at in range(dice.randrange(80))
    )


def some_id(dice: random.Random, targets: Targets) -> str:
    return dice.choice((targets.draft, targets.pending, targets.image, str(uuid.UUID(int=dice.getrandbits(128)))))


def upload(dice: random.Random, targets: Targets) -> Hostile:
    parts = []
    for _at in range(dice.choice((1, 1, 1, 2, 9))):
        name = dice.choice(("id_front", "id_back", "selfie", "address", text(dice)[:60]))
        file_name = dice.choice(("a.jpg", text(dice)[:300], "x" * 3000, "a.php", "..\\..\\a.jpg"))
        content_type = dice.choice(("image/jpeg", "image/svg+xml", "text/html", "application/pdf", "nonsense", ""))
        parts.append((name, file_name, content_type, file_content(dice)))
    body = b"".join(_part(*part) for part in parts)
    if dice.random() < 0.9:
        body += f"--{BOUNDARY}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return Hostile("upload", "POST", f"/submissions/{targets.draft}/values/", body, headers)


def _part(name: str, file_name: str, content_type: str, content: bytes) -> bytes:
    clean = [value.replace('"', "%22").replace("\r", "").replace("\n", "") for value in (name, file_name)]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{clean[0]}"; filename="{clean[1]}"\r\n'
    head += f"Content-Type: {content_type}\r\n\r\n"
    return head.encode("utf-8", "replace") + content + b"\r\n"


def form(dice: random.Random, targets: Targets) -> Hostile:
    path = dice.choice(FORMS).format(id=some_id(dice, targets))
    pairs = [
        (dice.choice((*grammars.names(), text(dice)[:50])), text(dice))
        for _at in range(dice.choice((0, 1, 3, 8, 30, 400)))
    ]
    body = "&".join(f"{quote(name, errors='replace')}={quote(value[:2000], errors='replace')}" for name, value in pairs)
    headers = {
        "Content-Type": dice.choice((FORM, FORM, FORM, "application/json", "text/plain", FORM + "; charset=utf-7"))
    }
    if dice.random() < 0.2:
        headers[dice.choice(("X-Autosave", "HX-Request", "HX-Target", "X-Requested-With"))] = dice.choice(
            ("1", "true", "x")
        )
    return Hostile("form", "POST", path, body.encode("utf-8", "replace"), headers)


FORM = "application/x-www-form-urlencoded"
FORMS = (
    "/submissions/new/",
    "/submissions/{id}/values/",
    "/submissions/{id}/values/",
    "/submissions/{id}/reveal/",
    "/submissions/{id}/account/",
    "/submissions/{id}/address-code/",
    "/submissions/{id}/take-back/",
    "/submissions/{id}/give-up/",
    "/submissions/{id}/restart/",
    "/submissions/{id}/release-call/",
    "/submissions/{id}/called-back/",
    "/submissions/{id}/passed-on/",
    "/review/{id}/claim/",
    "/review/{id}/hold/",
    "/review/{id}/decide/",
    "/review/{id}/undo/",
    "/review/{id}/note/",
    "/review/next/",
    "/review/assign/",
    "/review/keys/",
    "/alerts/seen/",
    "/accounts/session/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/login/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/oidc/sso/login/",
)


def query(dice: random.Random, targets: Targets) -> Hostile:
    path = dice.choice(
        ("/submissions/", "/review/", "/", "/accounts/login/", f"/images/{targets.image}/", "/submissions/new/")
    )
    pairs = [
        (dice.choice((*grammars.names(), "why", text(dice)[:20])), text(dice)[:500])
        for _at in range(dice.randrange(1, 7))
    ]
    given = "&".join(f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in pairs)
    return Hostile("query", "GET", f"{path}?{given}")


def webhook(dice: random.Random, targets: Targets) -> Hostile:
    token = targets.token if dice.random() < 0.8 else quote(text(dice)[:80] or "x", safe="", errors="replace")
    body = dice.choice(
        (
            dice.randbytes(dice.randrange(500)),
            b"[" * 50_000,
            b'{"data": "' + b"A" * dice.randrange(3000) + b'"}',
            json.dumps({text(dice)[:30]: text(dice)[:500], "trigger": text(dice)[:200]}).encode(),
            json.dumps(
                {
                    "data": {
                        "submission_id": text(dice)[:300],
                        "kycStatus": text(dice)[:60],
                        "userid": "KP-" + text(dice)[:30],
                    }
                }
            ).encode(),
            json.dumps({"trigger": "create", "submission_id": 10**400}).encode(),
            b"\xff\xfe" + "{}".encode("utf-16-le"),
            b'{"a":1e999999}',
            b"",
            b"x" * 3_000_000,
        )
    )
    kind = dice.choice(
        ("application/json", "text/plain", "multipart/form-data", "application/json; charset=nonsense", "")
    )
    return Hostile("webhook", "POST", f"/webhooks/argos/{token}/", body, {"Content-Type": kind})


def cookie(dice: random.Random, targets: Targets) -> Hostile:
    junk = "".join(
        letter for letter in text(dice)[:500] if letter.isascii() and letter.isprintable() and letter not in ';," \\'
    )
    names = ("sessionid", "csrftoken", "messages", "django_language", "__Host-session", "a" * 200)
    return Hostile(
        "cookie", "GET", dice.choice(("/", "/submissions/", "/accounts/login/")), cookies={dice.choice(names): junk}
    )


HEADERS = [
    "Accept-Language",
    "Accept",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "Referer",
    "Origin",
    "Range",
    "Host",
    "Expect",
    "If-Modified-Since",
    "If-None-Match",
    "Content-Encoding",
    "User-Agent",
    "HX-Current-URL",
    "HX-Trigger",
    "Authorization",
    "X-HTTP-Method-Override",
]


def header(dice: random.Random, targets: Targets) -> Hostile:
    value = _plain(dice)
    method = dice.choice(("GET", "GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "POST", "PROPFIND"))
    path = dice.choice(
        ("/", "/submissions/", f"/submissions/{targets.draft}/", f"/images/{targets.image}/", "/healthz")
    )
    return Hostile("header", method, path, headers={dice.choice(HEADERS): value})


def address(dice: random.Random, targets: Targets) -> Hostile:
    tail = quote(text(dice)[:200], safe="/", errors="replace")
    heads = (
        "/submissions/",
        "/review/",
        "/images/",
        "/admin/submissions/",
        "/static/",
        "/webhooks/argos/",
        "/accounts/",
        "/",
    )
    middle = dice.choice(("", some_id(dice, targets), "%2e%2e/", "%ff%fe", "0" * 300))
    return Hostile("address", "GET", f"{dice.choice(heads)}{middle}{tail}")


# Valid answers to the first questions of pages, so that an input reaches the fields after them.
PLAUSIBLE = (
    ("action", ["save", "step1", "step2", "mrz", "end", "hold", "lift", "erase", "default", "remove"]),
    ("_selected_action", ["1", "²", "9" * 30]),
    ("reason", ["the customer asked"]),
    ("was_consent", [""]),
    ("consent", ["1", "abc", "²", "9" * 30]),
    ("version", ["0", "1"]),
    ("verdict", ["approved", "rejected"]),
    ("source", ["list", "queue"]),
    ("format", ["csv", "xlsx"]),
    ("why", ["mistake"]),
    ("remark", ["looked through it"]),
    ("stop", ["1", "0"]),
    ("issuing_country", ["KOR"]),
    ("id_type", ["passport"]),
)


def fields(dice: random.Random, targets: Targets) -> Hostile:
    """Return hostile values for a few names that the portal reads, at any URL, by the grammar of each value."""
    route = dice.choice(grammars.routes())
    path = grammars.filled(dice, route, lambda dice: some_id(dice, targets))
    pairs = [(name, dice.choice(values)) for name, values in PLAUSIBLE if dice.random() < 0.5]
    count = dice.choice((1, 1, 2, 4, 40))
    pairs += [(dice.choice(grammars.names()), dice.choice(grammars.VALUES)) for _at in range(count)]
    dice.shuffle(pairs)
    if dice.random() < 0.35:
        pairs = [(name, value[:300]) for name, value in pairs[:8]]
        return Hostile("fields", "GET", f"{path}?{_encoded(pairs)}")
    headers = {"Content-Type": FORM}
    if dice.random() < 0.2:
        headers[dice.choice(("X-Autosave", "HX-Request"))] = "true"
    return Hostile("fields", "POST", path, _encoded(pairs).encode(), headers)


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='', errors='replace')}" for name, value in pairs)


def api(dice: random.Random, targets: Targets) -> Hostile:
    """Return a request to an operation of the API, with a valid token most times."""
    path, methods = dice.choice(grammars.operations())
    kind = dice.choice(("selfie", "id_front", quote(text(dice)[:40] or "x", safe="", errors="replace")))
    path = path.replace("{pk}", some_id(dice, targets)).replace("{kind}", kind)
    method = dice.choice((*methods, *methods, *methods, "PUT", "DELETE"))
    headers = {
        "Authorization": f"Bearer {targets.secret if dice.random() < 0.9 else _plain(dice)}",
        "Idempotency-Key": dice.choice((str(dice.random()), "again", _plain(dice))),
        "If-Match": dice.choice(('"0"', '"1"', "*", _plain(dice))),
    }
    if method == "GET":
        names = grammars.api_names()
        pairs = [(dice.choice(names), dice.choice(grammars.VALUES)[:300]) for _at in range(dice.randrange(6))]
        return Hostile("api", method, f"{path}?{_encoded(pairs)}", headers=headers)
    body, media = _api_body(dice)
    return Hostile("api", method, path, body, {**headers, "Content-Type": media})


def _api_body(dice: random.Random) -> tuple[bytes, str]:
    """Return a body and its media type, mostly JSON with names that the API knows."""
    names = grammars.api_names()
    given = json.dumps({dice.choice(names): _json(dice) for _at in range(dice.randrange(8))}).encode()
    part = _part("data", "", "application/json", given) + _part("id_front", "a.jpg", "image/jpeg", file_content(dice))
    return dice.choice(
        (
            (given, "application/json"),
            (given, "application/json"),
            (part + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"),
            (b"[" * 50_000, "application/json"),
            (dice.randbytes(dice.randrange(300)), "application/json; charset=utf-16"),
            (given, "text/plain"),
        )
    )


def _json(dice: random.Random, depth: int = 0) -> object:
    """Return a value of any type, sometimes an object with names that the API knows."""
    if depth < 2 and dice.random() < 0.3:
        return {dice.choice(grammars.api_names()): _json(dice, depth + 1) for _at in range(dice.randrange(5))}
    odd = (None, True, 0, -1, 10**400, 1e308, [], [[]], {}, "", text(dice), dice.choice(grammars.VALUES))
    return dice.choice(odd)


def _plain(dice: random.Random) -> str:
    """Return a text that a header can carry."""
    given = text(dice)[:300].encode("ascii", "replace").decode()
    return "".join(letter for letter in given if letter.isprintable()).strip()


OTHERS: tuple[Maker, ...] = (upload, form, form, query, webhook, webhook, cookie, header, header, address, address)
MAKERS: tuple[Maker, ...] = (*OTHERS, *[fields] * 9, *[api] * 3)
