"""Backups of the wrapped data keys, separate from those of the database and kept for a short time.

Database dumps that are kept for long omit the rows of this table. The data of an erased applicant is then unreadable in
all of them as soon as the last key backup from before the erasure is deleted.
"""

import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from submissions.audit import erasure_journal
from submissions.core import clock
from submissions.models import Submission, SubmissionKey

MAX_LENGTH = timedelta(days=30)
STAMP = "keys-%Y%m%dT%H%M%SZ.jsonl"
AT_ONCE = 500
NAMED = 10


class Incomplete(Exception):
    """The file is truncated, or is not a backup of keys."""


@dataclass
class Restored:
    """`written`: keys that were missing; `left_out`: keys of erased or missing submissions."""

    written: int = 0
    left_out: int = 0


def write(folder: Path) -> tuple[Path, int]:
    """Write one line per wrapped key and the number of keys to a file of mode 0600; return (path, number)."""
    target = folder / clock.now().astimezone(UTC).strftime(STAMP)
    partial = target.with_suffix(".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        count = 0
        for pk, wrapped in SubmissionKey.objects.order_by("pk").values_list("pk", "wrapped").iterator(chunk_size=2000):
            file.write(json.dumps({"submission": str(pk), "wrapped": bytes(wrapped).hex()}) + "\n")
            count += 1
        file.write(json.dumps({"count": count}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)
    return target, count


def prune(folder: Path, keep: timedelta) -> int:
    """Delete the backups older than `keep`, by the time in their names; return how many."""
    old = [path for path in folder.glob("keys-*.jsonl") if _made_at(path) < clock.now() - keep]
    for path in old:
        path.unlink()
    return len(old)


def _made_at(path: Path) -> datetime:
    try:
        return datetime.strptime(path.name, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return clock.now()  # not one of our files


def restore(path: Path) -> Restored:
    """Restore missing keys, except those of erased applicants.

    Raises:
        Incomplete: the file is truncated or no backup of keys; nothing is written.
        encryption.CannotOpen: `KYC_FIELD_KEYS` cannot decrypt a key; the keys before it in the file are written.
    """
    _check(path)
    done = Restored()
    keys = _keys(path)
    while some := list(islice(keys, AT_ONCE)):
        _restore(some, done)
    return done


def _restore(keys: list[SubmissionKey], done: Restored) -> None:
    pks = [key.pk for key in keys]
    rows = Submission.objects.filter(pk__in=pks, erased_at=None).only("legal_hold_at", "updated_at")
    living = {row.pk for row in rows if erasure_journal.entry_of(row) is None}
    there = set(SubmissionKey.objects.filter(pk__in=pks).values_list("pk", flat=True))
    missing = [key for key in keys if key.pk in living and key.pk not in there]
    for key in missing:
        key.open()
    SubmissionKey.objects.bulk_create(missing, ignore_conflicts=True)
    done.written += len(missing)
    done.left_out += sum(key.pk not in living for key in keys)


def lost() -> list[str]:
    """Return the references without a key and without an erasure; those in the erasure journal will be erased."""
    rows = list(Submission.objects.without_key().order_by("created_at").values_list("pk", "reference"))
    erased = set(erasure_journal.missed()) if rows else set()
    return [reference for pk, reference in rows if pk not in erased]


def describe_lost(references: list[str]) -> str:
    """Return a sentence with the number and the first references."""
    more = ", ..." if len(references) > NAMED else ""
    return f"{len(references)} submissions have no data key: {', '.join(references[:NAMED])}{more}"


def _check(path: Path) -> None:
    """Raise Incomplete unless the last line states the number of lines before it."""
    last, before = "", -1
    with path.open() as file:
        for before, last in enumerate(file):  # noqa: B007  both are read after the loop
            pass
    if not last.startswith('{"count"') or json.loads(last)["count"] != before:
        raise Incomplete(f"{path} was cut short, or is no backup of keys.")


def _keys(path: Path) -> Iterator[SubmissionKey]:
    with path.open() as file:
        for line in file:
            entry = json.loads(line)
            if "wrapped" in entry:
                yield SubmissionKey(uuid.UUID(entry["submission"]), bytes.fromhex(entry["wrapped"]))
