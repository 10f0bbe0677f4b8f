"""Accept a user's request for an export, and record each download of its file."""

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import encryption, task_queue
from submissions.models import Export, ExportFormat, ExportSource, User
from submissions.models.export import UNDER_WAY
from submissions.reporting.exports.encrypted_file import read_encrypted
from submissions.review import queue
from submissions.search import blind_index
from submissions.workflow import review_area
from submissions.workflow.role_permissions import NotAllowed, check_user_can_export

TASK = "submissions.tasks.make_exports"
MAX_UNDER_WAY = 3


class TooManyExports(Exception):
    """The user has the maximum number of unfinished exports."""


class SearchLapsed(Exception):
    """The encrypted search text of the URL has expired, so the rows of the export are unknown."""


class FileGone(Exception):
    """The file expired, or the storage has lost or altered it."""


def request_export(source: str, format: str, query: str, *, by: Actor, reason: str, is_open: bool) -> Export:
    """Store the request with the filters of the URL and wake a worker.

    Raises:
        NotAllowed: the user is not a reviewer.
        TooManyExports: the user must wait for unfinished exports.
        SearchLapsed: the search text of the page has expired.
    """
    assert by.user is not None
    check_user_can_export(by.user)
    params = QueryDict(query, mutable=True)
    for name in queue.BESIDES:
        params.pop(name, None)
    text = blind_index.asked_in(params)
    if text is None:
        raise SearchLapsed
    if text:
        params["q"] = blind_index.encrypt_token(
            text
        )  # encrypted again, so that it is still valid when a worker starts late
    export = Export(owner=by.user, source=ExportSource(source), format=ExportFormat(format), is_open=is_open)
    export.told = {"query": params.urlencode(), "reason": reason, "review_area": review_area.stamp(by.user)}
    filters = events.known_filters(params)
    fields = {"export": str(export.pk), "source": source, "format": format, "filters": filters, "open": is_open}
    with transaction.atomic():
        # Lock the user's row, so that each of several simultaneous requests counts the ones before it.
        User.objects.select_for_update(no_key=True).get(pk=by.user.pk)
        if Export.objects.filter(owner=by.user, state__in=UNDER_WAY).count() >= MAX_UNDER_WAY:
            raise TooManyExports
        export.save(force_insert=True)
        events.record("export_asked", by=by, fields=fields)
        task_queue.after_commit(TASK)
    return export


def check_can_receive(user: User, export: Export) -> None:
    """Raise NotAllowed if the user may not export any more, or had another review area when they requested it."""
    check_user_can_export(user)
    if export.told.get("review_area", "") != review_area.stamp(user):
        raise NotAllowed(_("Your projects or teams have changed since you requested this export. Start a new export."))


def download(export: Export, *, by: Actor, reason: str) -> Iterator[bytes]:
    """Yield the file in pieces and record the download with its reason.

    Raises:
        NotAllowed: the user may not export (any more), or their review area has changed.
        FileGone: it expired, or the storage has lost it.
    """
    assert by.user is not None
    check_can_receive(by.user, export)
    if not export.is_ready:
        raise FileGone
    pieces = _pieces(export)
    try:
        first = next(pieces)
    except (OSError, encryption.CannotOpen) as error:
        raise FileGone from error
    fields = {"export": str(export.pk), "rows": export.rows, "open": export.is_open}
    events.record("export_downloaded", by=by, reason=reason, key=export.data_key(), fields=fields)
    return _chained(first, pieces)


def _pieces(export: Export) -> Iterator[bytes]:
    with default_storage.open(export.name) as stored:
        yield from read_encrypted(stored, export.file_key(), label_of(export))


def _chained(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def label_of(export: Export) -> str:
    return f"export.file:{export.pk}"
