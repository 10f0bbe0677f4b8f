"""Backups of the wrapped data keys, apart from the database's own and with a short life.

Dumps of the database that are kept for long leave this one table's rows out. A person who was erased is then unreadable
in all of them as soon as the last backup of the keys from before the erasure is gone.
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
    """The file was cut short, or is none of ours."""


@dataclass
class Restored:
    """`written`: keys that were not there; `left_out`: of erased people, or of submissions this database lacks."""

    written: int = 0
    left_out: int = 0


def write(folder: Path) -> tuple[Path, int]:
    """One line a key, then how many there are; only its owner may read it. The keys in it stay wrapped."""
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
    """Remove the backups older than `keep`, by the time in their names; returns how many."""
    old = [path for path in folder.glob("keys-*.jsonl") if _made_at(path) < clock.now() - keep]
    for path in old:
        path.unlink()
    return len(old)


def _made_at(path: Path) -> datetime:
    try:
        return datetime.strptime(path.name, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return clock.now()  # somebody else's file


def restore(path: Path) -> Restored:
    """Put back the keys that are missing. An erased person's is not put back, whatever the file holds.

    Raises:
        Incomplete: see there; nothing is written.
        encryption.CannotOpen: a key does not open under `KYC_FIELD_KEYS`; what stands before it in the file is written.
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
    wanted = [key for key in keys if key.pk in living and key.pk not in there]
    for key in wanted:
        key.open()
    SubmissionKey.objects.bulk_create(wanted, ignore_conflicts=True)
    done.written += len(wanted)
    done.left_out += sum(key.pk not in living for key in keys)


def lost() -> list[str]:
    """References of those that have no key though nobody erased them; whom the journal names is only not gone yet."""
    rows = list(Submission.objects.without_key().order_by("created_at").values_list("pk", "reference"))
    erased = set(erasure_journal.missed()) if rows else set()
    return [reference for pk, reference in rows if pk not in erased]


def named(references: list[str]) -> str:
    """How many, and the first of them by name."""
    more = ", ..." if len(references) > NAMED else ""
    return f"{len(references)} submissions have no data key: {', '.join(references[:NAMED])}{more}"


def _check(path: Path) -> None:
    """The last line must say how many there are before it."""
    last, before = "", -1
    with path.open() as file:
        for before, last in enumerate(file):  # noqa: B007  where it ended is what counts
            pass
    if not last.startswith('{"count"') or json.loads(last)["count"] != before:
        raise Incomplete(f"{path} was cut short, or is no backup of keys.")


def _keys(path: Path) -> Iterator[SubmissionKey]:
    with path.open() as file:
        for line in file:
            entry = json.loads(line)
            if "wrapped" in entry:
                yield SubmissionKey(uuid.UUID(entry["submission"]), bytes.fromhex(entry["wrapped"]))
