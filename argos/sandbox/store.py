"""The SQLite file that keeps submissions and their images over a restart. No rule lives here."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict

from argos.sandbox.kyc import Kyc

_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS kyc (id TEXT PRIMARY KEY, state TEXT);
CREATE TABLE IF NOT EXISTS image (id TEXT, kind TEXT, content BLOB, PRIMARY KEY (id, kind));
"""


class Store:
    """Used under the world's lock only, so that one connection serves every thread."""

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

    def clear(self) -> None:
        with self._db:
            self._db.execute("DELETE FROM kyc")
            self._db.execute("DELETE FROM image")
