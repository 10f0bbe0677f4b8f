"""The worker's side of exports: take the lease of one and generate its file.

Celery's message is only a wake-up. Two workers never finish the same export: a guarded UPDATE takes a lease that every
chunk renews; a worker that lost its lease stops and discards its file.
"""

import logging
import secrets
import tempfile
import uuid
from datetime import timedelta
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import override

from submissions.audit import events
from submissions.audit.events import SYSTEM, actor_for
from submissions.core import clock
from submissions.models import Export, ExportFormat, ExportState
from submissions.reporting.exports import rows
from submissions.reporting.exports.create import check_can_receive, label_of
from submissions.reporting.exports.encrypted_file import EncryptedWriter
from submissions.reporting.exports.expiry import KEPT_FOR
from submissions.reporting.exports.writers import SHEETS, XLSX_MOST_ROWS
from submissions.workflow.permissions import NotAllowed

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
MAX_TRIES = 3
BACKOFF = timedelta(minutes=2)  # before the second try; twice as long before the third


class LeaseLost(Exception):
    """Another worker has taken over the export."""


class TooManyRows(Exception):
    """The export has more rows than a sheet of this format can hold."""


def make_waiting(most: int = 20) -> int:
    """Generate waiting exports, oldest first, at most `most`; return how many were started."""
    taken = 0
    while taken < most and (export := start()) is not None:
        make(export)
        taken += 1
    return taken


def start() -> Export | None:
    """Take the lease of an export that waits or whose worker died; fail an export after `MAX_TRIES`."""
    now = clock.now()
    is_due = Q(not_before=None) | Q(not_before__lte=now)
    free = Q(state=ExportState.WAITING) & is_due | Q(state=ExportState.RUNNING, lease_until__lt=now)
    for export in Export.objects.filter(free).select_related("owner").order_by("asked_at"):
        unchanged = Export.objects.filter(pk=export.pk, state=export.state, lease=export.lease)
        if export.tries >= MAX_TRIES:
            unchanged.update(state=ExportState.FAILED, failure="interrupted", ended_at=now)
            continue
        lease = uuid.uuid4()
        columns = {"state": ExportState.RUNNING, "lease": lease, "lease_until": now + LEASE, "rows": 0}
        if unchanged.update(tries=F("tries") + 1, **columns):
            export.lease, export.tries = lease, export.tries + 1
            return export
    return None


def make(export: Export) -> None:
    """Write the file and mark it ready; a failure is stored as a code and logged without any data."""
    try:
        check_can_receive(export.owner, export)
        # As on the owner's page: its language, and its days in the filters.
        with (
            tempfile.TemporaryFile() as encrypted,
            override(export.owner.language or settings.LANGUAGE_CODE),
            timezone.override(export.owner.zone),
        ):
            size = _write(export, encrypted)
            _keep(export, encrypted, size)
    except LeaseLost:
        log.warning("export %s was taken over by another worker", export.pk)
    except NotAllowed:
        _end(export, ExportState.FAILED, failure="not_allowed")
    except TooManyRows:
        _end(export, ExportState.FAILED, failure="too_many_rows")
    except Exception as error:  # an error of database or storage: retried, then failed
        log.error("export %s: %s", export.pk, type(error).__name__)  # noqa: TRY400  the traceback may hold data
        _end(export, ExportState.WAITING, failure="", not_before=clock.now() + BACKOFF * 2 ** (export.tries - 1))


def _write(export: Export, target: IO[bytes]) -> int:
    """Write all rows encrypted to `target`; return the size in bytes before encryption."""
    matching, column, oldest_first = rows.matching_rows(export.source, export.owner, export.told["query"])
    _check_size(export, total := matching.order_by().count())
    _renew(export, total=total)
    writer = EncryptedWriter(target, export.new_file_key(), label_of(export))
    sheet = SHEETS[ExportFormat(export.format)](writer)
    sheet.write(rows.heading())
    actor = actor_for(export.owner)
    for references, lines in rows.chunks(matching, column, oldest_first=oldest_first, is_open=export.is_open):
        for line in lines:
            sheet.write(line)
        export.rows += len(lines)
        fields = {"export": str(export.pk), "try": export.tries, "shown": references}
        events.record("exported", by=actor, fields=fields)
        _renew(export, rows=export.rows)
    sheet.finish()
    writer.finish()
    return writer.size


def _check_size(export: Export, total: int) -> None:
    if export.format == ExportFormat.XLSX and total > XLSX_MOST_ROWS:
        raise TooManyRows


def _renew(export: Export, **columns: int) -> None:
    """Store the progress and extend the lease in one UPDATE; raise LeaseLost if another worker has it."""
    leased = Export.objects.filter(pk=export.pk, state=ExportState.RUNNING, lease=export.lease)
    if not leased.update(lease_until=clock.now() + LEASE, **columns):
        raise LeaseLost


def _keep(export: Export, encrypted: IO[bytes], size: int) -> None:
    encrypted.seek(0)
    name = default_storage.save(f"exports/{secrets.token_hex(16)}", File(encrypted))
    now = clock.now()
    columns = {"name": name, "file_key_wrapped": export.file_key_wrapped, "size": size, "expires_at": now + KEPT_FOR}
    fields = {"export": str(export.pk), "rows": export.rows, "open": export.is_open}
    try:
        with transaction.atomic():
            if not _end(export, ExportState.DONE, **columns):
                raise LeaseLost
            events.record("export_made", by=SYSTEM, fields=fields)
    except Exception:
        default_storage.delete(name)
        raise


def _end(export: Export, state: ExportState, **columns: object) -> bool:
    leased = Export.objects.filter(pk=export.pk, state=ExportState.RUNNING, lease=export.lease)
    ended = None if state == ExportState.WAITING else clock.now()
    return bool(leased.update(state=state, ended_at=ended, lease=None, lease_until=None, **columns))
