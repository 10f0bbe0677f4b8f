"""The SQLite file that keeps submissions, images and call counts over a restart. It contains no rules."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from argos.sandbox.kyc import Kyc

_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS kyc (id TEXT PRIMARY KEY, state TEXT);
CREATE TABLE IF NOT EXISTS image (id TEXT, kind TEXT, content BLOB, PRIMARY KEY (id, kind));
CREATE TABLE IF NOT EXISTS call (
    endpoint TEXT, subject TEXT, came INT DEFAULT 0, processed INT DEFAULT 0, refused INT DEFAULT 0,
    PRIMARY KEY (endpoint, subject)
);
"""
_COUNT = {
    "came": "INSERT INTO call (endpoint, subject, came) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET came = came + 1",
    "processed": "INSERT INTO call (endpoint, subject, processed) VALUES (?, ?, 1) "
    "ON CONFLICT DO UPDATE SET processed = processed + 1",
    "refused": "INSERT INTO call (endpoint, subject, refused) VALUES (?, ?, 1) "
    "ON CONFLICT DO UPDATE SET refused = refused + 1",
}


class Store:
    """Used only under the lock of the state, so one connection serves every thread."""

    def __init__(self, path: str = ":memory:") -> None:
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.executescript(_TABLES)

    def load(self) -> Iterator[Kyc]:
        for (state,) in self._db.execute("SELECT state FROM kyc"):
            yield Kyc.from_state(json.loads(state))

    def keep(self, kyc: Kyc) -> None:
        with self._db:
            self._db.execute("REPLACE INTO kyc VALUES (?, ?)", (kyc.submission_id, json.dumps(asdict(kyc))))

    def keep_image(self, submission_id: str, kind: str, content: bytes) -> None:
        with self._db:
            self._db.execute("REPLACE INTO image VALUES (?, ?, ?)", (submission_id, kind, content))

    def image(self, submission_id: str, kind: str) -> bytes | None:
        row = self._db.execute("SELECT content FROM image WHERE id = ? AND kind = ?", (submission_id, kind)).fetchone()
        return bytes(row[0]) if row else None

    def image_kinds(self, submission_id: str) -> list[str]:
        rows = self._db.execute("SELECT kind FROM image WHERE id = ? ORDER BY kind", (submission_id,))
        return [kind for (kind,) in rows]

    def drop_images(self, submission_id: str) -> None:
        with self._db:
            self._db.execute("DELETE FROM image WHERE id = ?", (submission_id,))

    def count(self, endpoint: str, subject: str, column: str) -> None:
        with self._db:
            self._db.execute(_COUNT[column], (endpoint, subject))

    def came(self, endpoint: str, subject: str) -> int:
        row = self._db.execute("SELECT came FROM call WHERE endpoint = ? AND subject = ?", (endpoint, subject))
        return int(row.fetchone()[0])

    def counts(self) -> list[dict[str, Any]]:
        names = ("endpoint", "subject", "came", "processed", "refused")
        rows = self._db.execute("SELECT endpoint, subject, came, processed, refused FROM call ORDER BY 2, 1")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def clear(self) -> None:
        with self._db:
            self._db.execute("DELETE FROM kyc")
            self._db.execute("DELETE FROM image")
            self._db.execute("DELETE FROM call")
