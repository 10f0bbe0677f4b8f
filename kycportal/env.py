"""Read the environment, raise on invalid values, and generate the secrets of the embedded default once."""

import base64
import fcntl
import ipaddress
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
ENCODE = "percent-encode what stands in user and password (/ as %2F, @ as %40, : as %3A)"


def text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that NAME_FILE names, as containers mount secrets."""
    value, path = (os.environ.get(variable, "").strip() for variable in (name, f"{name}_FILE"))
    if value and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: unset one.")
    if path:
        try:
            value = Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE={path} cannot be read: {error.strerror}.") from error
    return value or default


def flag(name: str) -> bool:
    value = text(name, "0").lower()
    if value not in ("0", "1", "true", "false", "yes", "no", "on", "off"):
        raise ImproperlyConfigured(f"{name}={value} is neither on nor off: write 1 or 0.")
    return value in ("1", "true", "yes", "on")


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name}={value} is not a whole number.")
    return int(value)


def names(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def networks(name: str) -> list[tuple[Network, str]]:
    """Parse `network=reason; network=reason`. Each entry needs a reason, because it opens a way into a network."""
    entries = []
    for entry in text(name).split(";"):
        network, _equals, reason = (part.strip() for part in entry.partition("="))
        if not network:
            continue
        try:
            parsed = ipaddress.ip_network(network)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {network} is no network; write 10.20.0.0/16=reason.") from error
        if not reason:
            raise ImproperlyConfigured(f"{name}: {network} has no reason; write {network}=reason.")
        entries.append((parsed, reason))
    return entries


def new_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def new_signing_key() -> str:
    """Return a new SECRET_KEY of at least 50 characters, as Django's deployment check requires."""
    return secrets.token_urlsafe(48)


def secret(name: str, folder: Path, *, may_make: bool, make: Callable[[], str] = new_key) -> str:
    """Return the variable; if it is empty and `may_make`, the secret generated once in `folder` (mode 0600)."""
    if value := text(name):
        return value
    if not may_make:
        raise ImproperlyConfigured(
            f"{name} is not set. With DATABASE_URL given, every secret must be given too "
            "(README, Environment); losing it later means losing what it sealed."
        )
    return made_once(folder / name.lower(), make)


def made_once(path: Path, make: Callable[[], str]) -> str:
    """Return the content of the file; generate it under a lock if it is missing, so that parallel processes agree."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if content := file.read().strip():
            return content
        generated = make()
        file.write(generated)
        file.flush()
        os.fsync(file.fileno())
    return generated


def keys(name: str, value: str) -> list[bytes]:
    """Parse comma-separated base64url keys of 32 bytes; the first one is used for writing, all for reading."""
    decoded = []
    for part in value.split(","):
        try:
            decoded.append(base64.urlsafe_b64decode(part.strip()))
        except ValueError:
            decoded.append(b"")
    if not decoded or any(len(key) != KEY_BYTES for key in decoded):
        raise ImproperlyConfigured(
            f"{name} must be a comma list of base64url keys of {KEY_BYTES} bytes each; make one with "
            "python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
        )
    return decoded


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:  # unknown zone, invalid key, a folder
        raise ImproperlyConfigured(f"{name}={value} is no time zone: write one as Asia/Seoul.") from error
    return value


def address(name: str, url: str, *, form: str) -> SplitResult:
    """Parse a URL. The error omits the text and its cause, because they may contain a password."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  the property raises for an invalid port
    except ValueError:
        raise ImproperlyConfigured(f"{name} cannot be read. It must look like {form}; {ENCODE}.") from None
    return parts


def database(name: str, url: str, **more: Any) -> dict[str, Any]:
    """Return Django's DATABASES["default"] for DATABASE_URL."""
    form = "postgres://user:password@host/name"  # pragma: allowlist secret
    address(name, url, form=form)
    try:
        return dict(dj_database_url.parse(url, **more))
    except ValueError:
        raise ImproperlyConfigured(f"{name} cannot be read. It must look like {form}; {ENCODE}.") from None


def storage(url: str, folder: Path) -> dict[str, object]:
    """Return Django's STORAGES["default"] for STORAGE_URL: a local folder, or s3://bucket?endpoint=...&region=..."""
    if not url:
        options: dict[str, object] = {"location": str(folder), "file_permissions_mode": 0o600}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    form = "s3://key:secret@bucket?endpoint=https://host"  # pragma: allowlist secret
    parts = address("STORAGE_URL", url, form=form)
    if parts.scheme == "file":
        return storage("", Path(parts.path))
    if parts.scheme != "s3" or not parts.netloc:
        raise ImproperlyConfigured(f"STORAGE_URL must look like {form}, or be empty.")
    if parts.path.strip("/") or parts.fragment:
        raise ImproperlyConfigured(f"STORAGE_URL has a path behind the bucket. It must look like {form}; {ENCODE}.")
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    options = {
        "bucket_name": parts.hostname,
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "endpoint_url": query.get("endpoint"),
        "region_name": query.get("region"),
        "default_acl": None,
        "file_overwrite": False,
    }
    return {"BACKEND": "kycportal.s3.SealedStorage", "OPTIONS": options}


def redis(url: str) -> str:
    """Return REDIS_URL; for TLS, add the certificate check, which Celery does only if the URL requests it."""
    if not url.startswith("rediss://") or "ssl_cert_reqs=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}ssl_cert_reqs=required"


WITHOUT_MAIL = {
    "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
    "EMAIL_FILE_PATH": None,
    "EMAIL_HOST": "localhost",
    "EMAIL_PORT": 25,
    "EMAIL_HOST_USER": "",
    "EMAIL_HOST_PASSWORD": "",
    "EMAIL_USE_SSL": False,
    "EMAIL_USE_TLS": False,
    "EMAIL_TIMEOUT": 10,
    "DEFAULT_FROM_EMAIL": "kyc-portal@localhost",
}


def mail(url: str, folder: Path) -> dict[str, Any]:
    """Return the mail settings for EMAIL_URL (`form` below); without it, files in `folder`."""
    if not url:
        return WITHOUT_MAIL | {"EMAIL_FILE_PATH": str(folder)}
    form = "smtp://user:password@host:port?tls=1"  # pragma: allowlist secret
    parts = address("EMAIL_URL", url, form=form)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise ImproperlyConfigured(f"EMAIL_URL must look like {form}; {ENCODE}.")
    tls = parse_qs(parts.query, keep_blank_values=True).get("tls", ["0"])[-1]
    if tls not in ("0", "1"):
        raise ImproperlyConfigured(f"tls={tls} in EMAIL_URL is neither on nor off: write tls=1 or tls=0.")
    if tls == "1" and parts.scheme == "smtps":
        raise ImproperlyConfigured("EMAIL_URL is smtps, which is encrypted from the start: leave tls=1 out.")
    return WITHOUT_MAIL | {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": tls == "1",
        "DEFAULT_FROM_EMAIL": parse_qs(parts.query).get("from", [WITHOUT_MAIL["DEFAULT_FROM_EMAIL"]])[0],
    }


def audit_stream(url: str) -> str:
    """Return AUDIT_STREAM_URL if it has one of its three forms, or is empty."""
    if not url:
        return url
    in_s3 = "s3://key:secret@bucket?endpoint=https://host&retain_days=1825"  # pragma: allowlist secret
    form = f"https://host/path, syslog+tls://host:6514 or {in_s3}"
    parts = address("AUDIT_STREAM_URL", url, form=form)
    has_path, has_user = bool(parts.path.strip("/") or parts.query), bool(parts.username or parts.password)
    days = parse_qs(parts.query).get("retain_days", ["1825"])[0]
    is_right = {
        "https": not has_user,
        "syslog+tls": not has_user and not has_path,
        "s3": days.isdigit() and int(days) > 0,
    }.get(parts.scheme, False)
    if not (is_right and parts.hostname) or parts.fragment:
        raise ImproperlyConfigured(f"AUDIT_STREAM_URL must look like {form}; {ENCODE}.")
    return url


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def single_sign_on(issuer: str, *, must_be_https: bool) -> dict[str, object]:
    """Return allauth's OpenID Connect provider: OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_NAME."""
    if not issuer:
        return {"APPS": []}
    if must_be_https and urlsplit(issuer).scheme != "https":
        raise ImproperlyConfigured("OIDC_ISSUER must be an https address: users sign in through it.")
    missing = [name for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET") if not text(name)]
    if missing:
        raise ImproperlyConfigured(f"OIDC_ISSUER is set, so {' and '.join(missing)} must be set too.")
    app = {
        "provider_id": "sso",
        "name": text("OIDC_NAME", "single sign-on"),
        "client_id": text("OIDC_CLIENT_ID"),
        "secret": text("OIDC_CLIENT_SECRET"),
        "settings": {"server_url": issuer, "oauth_pkce_enabled": True},
    }
    return {"APPS": [app], "OAUTH_PKCE_ENABLED": True}
