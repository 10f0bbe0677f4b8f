"""Check that database, broker, worker, beat, storage, e-mail and audit events respond and work."""

import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTPException

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.db import DatabaseError, Error, connection
from django.db.migrations.executor import MigrationExecutor
from redis import RedisError

from kycportal import workers
from kycportal.doctor import Result, bad, good, note
from kycportal.health import HEARTBEAT, broker, probe_storage
from submissions.audit import hash_chain
from submissions.audit.stream import sending as stream
from submissions.core import encryption, redis_client
from submissions.models import Image, Switch

SEALED_WITHIN = 300  # seconds
STREAMED_WITHIN = 900  # seconds
MIN_FREE = 0.1  # of the disk with the images


def database_answers() -> bool:
    try:
        connection.ensure_connection()
    except Error:
        return False
    return True


def database() -> Iterator[Result]:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        do = (
            "Check DATABASE_URL, the server, and that this host may reach it. What rests on it is looked at after that."
        )
        yield bad("database", f"no response: {error}", do)
        return
    if waiting:
        names = ", ".join(str(migration) for migration, _back in waiting)
        yield bad("database", f"migrations not applied: {names}", "Run manage.py migrate.")
    if settings.IS_EMBEDDED:
        yield note("database", "the embedded SQLite file", "One host only; set DATABASE_URL for PostgreSQL.")
    else:
        yield good("database", f"{connection.display_name} responds and has all migrations")


def redis() -> Iterator[Result]:
    try:
        info = broker().info()
    except Exception as error:
        do = "Check REDIS_URL and the server. Until it is back nothing is sent; pages go on."
        yield bad("broker", f"no response ({type(error).__name__})", do)
        return
    if info.get("maxmemory") and info.get("maxmemory_policy") != "noeviction":
        do = "Set maxmemory-policy noeviction: a queue that is thrown away costs time, a lost rate limit costs safety."
        yield bad("broker", f"Redis may evict keys ({info['maxmemory_policy']})", do)
    version = info.get("valkey_version") or info.get("redis_version")
    yield good("broker", f"responds, version {version}, {info['used_memory_human']} in use")


def worker_and_beat() -> Iterator[Result]:
    try:
        pool, beat = workers.pool(), broker().get(HEARTBEAT)
    except (redis_client.RedisUnavailable, RedisError):
        do = "See broker above: workers and beat say there that they are alive."
        yield bad("worker", "unknown, because Redis does not respond", do)
        return
    if not pool.workers:
        yield bad("worker", "none reported in the last 30 s", "Start one: celery -A kycportal worker (Procfile).")
    elif pool.threads and pool.busy >= pool.threads:
        do = "Should it stay so, start one more on any host: calls wait for a thread."
        yield note("worker", f"{pool.workers} with {pool.threads} threads, all busy", do)
    else:
        yield good("worker", f"{pool.workers} with {pool.threads} threads, {pool.busy} busy")
    if beat is None:
        do = "Start one (Procfile); if it runs, its log says what it waits for. Two do no harm."
        yield bad("beat", "beat has run no task in the last minute", do)
    else:
        yield good("beat", f"last task {max(0.0, time.time() - float(beat)):.0f} s ago")


def storage() -> Iterator[Result]:
    """Write, read and delete an object, then decrypt the newest image."""
    content, probed = secrets.token_bytes(64), probe_storage()
    try:
        name = probed.save("doctor-probe", ContentFile(content))
        with probed.open(name) as stored:
            same = stored.read() == content
        probed.delete(name)
    except Exception as error:
        do = "Check STORAGE_URL: the bucket, its address, and that the key may put, get, list and delete."
        yield bad("storage", f"an object could not be written and read back: {_safe_text(error)}", do)
        return
    if not same:
        yield bad("storage", "an object came back altered", "Find the cause before you send anything.")
    if database_answers():
        yield from _newest_image()
    yield from _disk_space()
    yield good("storage", "an object was written, read back and deleted")


def _safe_text(error: Exception) -> str:
    """Return a safe text: an OSError has a status and a code (`s3.as_os_errors`), other errors may quote secrets."""
    return f"{type(error).__name__}: {error}" if isinstance(error, OSError) else type(error).__name__


def _newest_image() -> Iterator[Result]:
    image = Image.objects.filter(submission__erased_at=None).order_by("-created_at").first()
    if image is None:
        return
    try:
        image.read()
    except (OSError, encryption.CannotOpen) as error:
        do = "Compare with the last backup; see docs/operations.md, Images that cannot be opened."
        yield bad("storage", f"the newest image cannot be decrypted: {error}", do)


def _disk_space() -> Iterator[Result]:
    folder = getattr(default_storage, "location", "")
    if not folder or not Path(folder).exists():
        return
    disk = shutil.disk_usage(folder)
    if disk.free < MIN_FREE * disk.total:
        yield bad("storage", f"{disk.free // 2**20} MB are free at {folder}", "Add disk space.")


def mail() -> Iterator[Result]:
    if "smtp" not in settings.EMAIL_BACKEND:
        grade = note if settings.IS_EMBEDDED else bad
        yield grade(
            "mail", "e-mails are written to files and not sent", "Set EMAIL_URL: reminders of deadlines are e-mails."
        )
        return
    try:
        connected = get_connection()
        connected.open()
        connected.close()
    except (OSError, SMTPException) as error:
        do = "Check EMAIL_URL: host, port, tls=1 or smtps, user and password."
        yield bad("mail", f"{settings.EMAIL_HOST} refuses mail ({type(error).__name__})", do)
    else:
        yield good("mail", f"{settings.EMAIL_HOST} accepts mail")


def record_of_events() -> Iterator[Result]:
    late = hash_chain.oldest_unsealed_age() or 0
    if late > SEALED_WITHIN:
        do = "The task seal_events does not run: see worker and beat above."
        yield bad("events", f"the oldest event has not been in the hash chain for {late:.0f} s", do)
    else:
        yield good("events", "all in the hash chain")


def audit_stream() -> Iterator[Result]:
    state = stream.state()
    if state is None:
        do = "Set AUDIT_STREAM_URL: only a copy in another system survives a person who controls this one."
        yield note("audit stream", "events are not copied to another system", do)
    elif state.behind > STREAMED_WITHIN:
        do = f"Check {state.target}, AUDIT_STREAM_TOKEN and AUDIT_STREAM_CA; the log of a worker has each attempt."
        failure = f" ({state.failure})" if state.failure else ""
        yield bad("audit stream", f"a seal has not been confirmed for {state.behind:.0f} s{failure}", do)
    else:
        yield good("audit stream", f"{state.target} has all seals up to {state.number}")


def sending() -> Iterator[Result]:
    switch = Switch.read()
    if switch.on_hold_since is not None:
        do = "See docs/operations.md, Restore; /sending/ shows what is open, an administrator lifts the hold."
        yield bad("sending", f"on hold since {switch.on_hold_since:%Y-%m-%d %H:%M} UTC ({switch.on_hold_why})", do)
    elif switch.stopped_at is not None:
        do = "A manager lets it go on at /sending/."
        yield note("sending", f"stopped by a manager since {switch.stopped_at:%Y-%m-%d %H:%M} UTC", do)
    else:
        yield good("sending", "open")
