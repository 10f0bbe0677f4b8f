"""Request, generate and read back exports."""

import csv
import io

from django.core.files.storage import default_storage

from submissions.models import Export, User
from submissions.reporting.exports import create, generate
from submissions.reporting.exports.encrypted_file import read_encrypted
from tests.factories import by


def ask(user: User, query: str = "", *, format: str = "csv", source: str = "list", is_open: bool = False) -> Export:
    export = create.request_export(source, format, query, by=by(user), reason="for the audit", is_open=is_open)
    return Export.objects.get(pk=export.pk)


def made(export: Export) -> Export:
    assert generate.make_waiting() >= 1
    return Export.objects.get(pk=export.pk)


def content(export: Export) -> bytes:
    with default_storage.open(export.name) as stored:
        return b"".join(read_encrypted(stored, export.file_key(), create.label_of(export)))


def table(export: Export) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(export).decode("utf-8-sig"))))
