"""Check the environment and this host's files: are they consistent, and do the keys decrypt the database?"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.core import checks
from django.http.request import validate_host

from kycportal import frontend
from kycportal.doctor import Result, bad, good, note
from submissions.core import encryption
from submissions.models import Project, Submission
from submissions.models.submission_key import SubmissionKey, load_keys
from submissions.outbox import restore_watermark
from submissions.privacy.keys import backup
from submissions.search import blind_index

LOOKED_AT = 200  # keys; the rows are in random order, so the first ones are a sample
OPENED = 20  # submissions whose values are hashed again
README = "README, Environment"


def configuration() -> Iterator[Result]:
    deployed = not settings.IS_EMBEDDED
    messages = checks.run_checks(include_deployment_checks=deployed)
    for message in messages:
        yield note("configuration", f"{message.id}: {message.msg}", message.hint or f"See {README}.")
    yield from _address()
    if settings.DEBUG:
        yield bad("configuration", "DEBUG is on", "Unset DEBUG: its error pages show what people typed.")
    if deployed and not settings.METRICS_TOKEN:
        yield note("configuration", "METRICS_TOKEN is not set", "Set it, so that Prometheus can read /metrics.")
    yield from _transport()
    yield good("configuration", f"public address {settings.PUBLIC_URL}, logs as {settings.LOG_FORMAT}")


def _address() -> Iterator[Result]:
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not validate_host(host, settings.ALLOWED_HOSTS):
        do = "Put it into ALLOWED_HOSTS, else browsers that follow a link from a mail get an error."
        yield bad("configuration", f"PUBLIC_URL's host {host} is not in ALLOWED_HOSTS", do)
    if not settings.IS_EMBEDDED and not settings.IS_HTTPS:
        do = "Put TLS in front and say so with an https PUBLIC_URL: cookies and redirects follow it."
        yield bad("configuration", "PUBLIC_URL is not https", do)


def _transport() -> Iterator[Result]:
    """Check how far browsers enforce https (HSTS)."""
    if not settings.IS_HTTPS:
        return
    if not settings.TRUSTED_PROXY_HOPS:
        do = "Set how many proxies of yours append to X-Forwarded-For: without it everybody has the proxy's address."
        yield bad("configuration", "PUBLIC_URL is https, so a proxy ends TLS, but TRUSTED_PROXY_HOPS is 0", do)
    if settings.SECURE_HSTS_PRELOAD:
        state = "HSTS for this host and every sub-domain, to be preloaded by browsers"
    elif settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        state = "HSTS for this host and every sub-domain"
    else:
        state = "HSTS for this host alone (HSTS_INCLUDE_SUBDOMAINS and HSTS_PRELOAD are off)"
    yield good("configuration", state)


def files() -> Iterator[Result]:
    """Check the files in this host's DATA_DIR that every page needs."""
    if missing := _not_collected():
        do = "Run manage.py collectstatic --noinput on this host (Procfile, release) and restart web: pages fail."
        yield bad("files", f"{len(missing)} static files were not collected, {missing[0]} among them", do)
    else:
        yield good("files", f"static files are at {settings.STATIC_ROOT}")
    if absent := frontend.problem():
        yield bad(
            "files", absent, "Run it on this host as the owner of the checkout, then restart web: it does not start."
        )
    data = Path(settings.DATA_DIR)
    for folder in [data, *(some for some in [restore_watermark.folder()] if some.exists())]:
        try:
            with TemporaryFile(dir=folder):
                pass
        except OSError as error:
            do = "Make it writable for web, worker and beat, and free disk space: the watermark is there."
            yield bad("files", f"{folder} cannot be written: {error.strerror}", do)


def _not_collected() -> list[str]:
    """Return static files that are missing in the manifest or on the disk; none without a manifest."""
    storage: Any = staticfiles_storage
    if not isinstance(storage, ManifestFilesMixin):
        return []
    ignored = StaticFilesConfig.ignore_patterns
    names = {name for finder in get_finders() for name, _storage in finder.list(ignored)}
    return sorted(name for name in names if not _is_collected(storage, name))


def _is_collected(storage: Any, name: str) -> bool:
    try:
        return bool(storage.exists(storage.stored_name(name)))
    except ValueError:
        return False


def master_keys() -> Iterator[Result]:
    wrapped = [bytes(row.wrapped) for row in SubmissionKey.objects.order_by("pk")[:LOOKED_AT]]
    by_master = Counter(key[: encryption.KEY_ID_BYTES] for key in wrapped)
    known = [encryption.master_key_id(master) for master in settings.FIELD_KEYS]
    foreign = sum(count for master, count in by_master.items() if master not in known)
    if foreign:
        state = f"{foreign} of {len(wrapped)} checked data keys use a key that is not in KYC_FIELD_KEYS"
        yield bad("keys", state, "Put the old key back behind the new one, then run rotate_keys.")
    older = sum(by_master[master] for master in known[1:])
    if older:
        state = f"{older} of {len(wrapped)} checked data keys use an older key"
        yield note("keys", state, "Run manage.py rotate_keys before you remove that key from the list.")
    if lost := backup.lost():
        do = "Run restore_keys with a backup of the keys from after the dump; see docs/operations.md, Restore."
        yield bad("keys", backup.describe_lost(lost), do)
    yield from _search_keys()
    yield from _project_keys()
    yield from _secret_files()
    yield good("keys", f"{len(known)} field keys, {len(settings.SEARCH_KEYS)} search keys, {len(wrapped)} checked")


def _search_keys() -> Iterator[Result]:
    """Check the search keys: hash the values of a few submissions again and compare with their stored hashes."""
    rows = list(Submission.objects.filter(erased_at=None, values_sealed__isnull=False).order_by("pk")[:OPENED])
    load_keys(rows)
    found = Counter(at for row in rows if row.is_readable and (at := _found_by(row)) is not None)
    if foreign := found[-1]:
        state = f"{foreign} of {found.total()} checked submissions match none of KYC_SEARCH_KEYS"
        yield bad("keys", state, "Put the old key back behind the new one, then run rotate_keys --search.")
    if older := sum(number for at, number in found.items() if at > 0):
        state = f"{older} of {found.total()} checked submissions match an older search key"
        yield note("keys", state, "Run manage.py rotate_keys --search before you remove that key from the list.")


def _found_by(row: Submission) -> int | None:
    """Return the index of the search key of its hashes; -1 if none matches, None if it has no searchable values."""
    texts = blind_index.hashable(row.values)
    stored = {bytes(digest) for digest in row.search_hashes.values_list("digest", flat=True)}
    keys = enumerate(settings.SEARCH_KEYS)
    under = (at for at, key in keys if any(encryption.search_digest(kind, text, key) in stored for kind, text in texts))
    return next(under, -1) if texts else None


def _project_keys() -> Iterator[Result]:
    for project in Project.objects.filter(is_open=True):
        try:
            has_key = bool(project.api_key)
        except encryption.CannotOpen as error:
            yield bad("keys", f"{project.name}: {error}", "Put that key back into KYC_FIELD_KEYS.")
            continue
        if not has_key:
            yield bad("keys", f"{project.name} has no API key", "An administrator sets it on the project's page.")


def _secret_files() -> Iterator[Result]:
    """Check the secrets that the embedded default generated."""
    for name in ("secret_key", "kyc_field_keys", "kyc_search_keys"):
        path = Path(settings.DATA_DIR) / name
        if path.exists() and path.stat().st_mode & 0o077:
            yield bad("keys", f"others can read {path}", f"chmod 600 {path}")
