"""What the sandbox knows: its clock, projects, knobs, submissions and what it received. Kept in one SQLite file."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULT_HOURS = 24
SUBMISSION_ID_HOURS = 4


@dataclass
class Knobs:
    """Where the contract can be read in two ways, or weather is wanted. The defaults are the README's assumptions."""

    shared_budget: bool = True  # failed ID images count towards the three tries
    reject_at: int = 3  # the retry count at which a failure rejects; 2 is the other reading
    pending_times_out: bool = False  # whether the 24 hours go on while pending
    first_step2_hours: int = SUBMISSION_ID_HOURS  # 0: no limit of its own
    lag_seconds: int = 0  # GET shows the state as it was
    hides_attempts: bool = False
    spelling_variants: bool = False
    encrypts: bool = False
    vehicle_value: str = ""  # "" takes either spelling
    oversize_status: int = 413
    looks_at_faces: bool = True
    sends_webhooks: bool = True
    webhook_delay: float = 0
    webhook_times: int = 1
    webhook_reversed: bool = False
    date_skew: float = 0  # seconds added to the Date header only


@dataclass
class Project:
    key: str
    admins: list[str] = field(default_factory=lambda: ["reviewer@example.com"])
    reviewer: str = "client"
    id_authentication: bool = True
    address_codes: bool = False
    address_image: bool = False
    account_occupancy: bool = False
    webhook_url: str = ""
    allowed: bool = True


@dataclass
class Fault:
    """`when`: before or after the call is processed. `times`: how often still; 0 is for ever."""

    endpoint: str
    kind: str
    when: str = "before"
    times: int = 1
    chance: float = 1.0
    seconds: float = 0


@dataclass
class Kyc:
    """One submission as the vendor holds it."""

    submission_id: str
    key: str
    email: str
    userid: str
    country: str
    id_type: str
    created_at: float
    cf: list[str] = field(default_factory=list)
    status: str = "incomplete"
    step1_done: bool = False
    step1_failures: int = 0
    step2_calls: int = 0
    failures: int = 0
    type_unknown: bool = False
    ocr: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    updated_at: float = 0
    pending_at: float = 0
    result_at: float = 0
    reviewer: str = ""
    occupancy_code: str = ""
    account_failures: int = 0
    deleted: bool = False
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def retry_count(self) -> int:
        return self.failures


class World:
    def __init__(self, path: str = ":memory:", clock_file: str = "") -> None:
        self.lock = threading.RLock()
        self.clock_file = Path(clock_file) if clock_file else None
        self.offset = 0.0
        self.knobs = Knobs()
        self.projects: dict[str, Project] = {}
        self.faults: list[Fault] = []
        self.received: list[dict[str, Any]] = []
        self.ocr_for: dict[str, dict[str, str]] = {}
        self.submissions: dict[str, Kyc] = {}
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.execute("CREATE TABLE IF NOT EXISTS kyc (id TEXT PRIMARY KEY, state TEXT)")
        self._db.execute("CREATE TABLE IF NOT EXISTS image (id TEXT, kind TEXT, content BLOB, PRIMARY KEY (id, kind))")
        for (state,) in self._db.execute("SELECT state FROM kyc"):
            kyc = Kyc(**json.loads(state))
            self.submissions[kyc.submission_id] = kyc

    def now(self) -> float:
        return time.time() + self.offset + self._file_offset()

    def _file_offset(self) -> float:
        try:
            return float(self.clock_file.read_text()) if self.clock_file else 0.0
        except (OSError, ValueError):
            return 0.0

    def reset(self) -> None:
        with self.lock:
            self.offset, self.knobs, self.faults, self.received = 0.0, Knobs(), [], []
            self.submissions.clear()
            self.ocr_for.clear()
            self._db.execute("DELETE FROM kyc")
            self._db.execute("DELETE FROM image")
            self._db.commit()

    def save(self, kyc: Kyc) -> None:
        """Every change is kept with its time, so that GET can lag."""
        kyc.updated_at = self.now()
        snapshot = asdict(kyc)
        del snapshot["history"]
        kyc.history.append(deepcopy(snapshot))
        del kyc.history[:-20]
        self.submissions[kyc.submission_id] = kyc
        self._db.execute("REPLACE INTO kyc VALUES (?, ?)", (kyc.submission_id, json.dumps(asdict(kyc))))
        self._db.commit()

    def save_image(self, kyc: Kyc, kind: str, content: bytes) -> None:
        self._db.execute("REPLACE INTO image VALUES (?, ?, ?)", (kyc.submission_id, kind, content))
        self._db.commit()

    def image(self, submission_id: str, kind: str) -> bytes | None:
        row = self._db.execute("SELECT content FROM image WHERE id = ? AND kind = ?", (submission_id, kind)).fetchone()
        return bytes(row[0]) if row else None

    def seen_by_get(self, kyc: Kyc) -> Kyc | None:
        """The submission as GET shows it: now, or as it was `lag_seconds` ago."""
        if not self.knobs.lag_seconds:
            return kyc
        before = self.now() - self.knobs.lag_seconds
        old = [snapshot for snapshot in kyc.history if snapshot["updated_at"] <= before]
        return Kyc(**old[-1]) if old else None

    def sweep(self) -> list[Kyc]:
        """Reject what was tried and has no result 24 hours after Step 1 began; pending too where the knob says so."""
        swept = []
        for kyc in self.submissions.values():
            tried = kyc.status == "incomplete" and kyc.step2_calls > 0
            waiting = kyc.status == "pending" and self.knobs.pending_times_out
            if (tried or waiting) and self.now() >= kyc.created_at + RESULT_HOURS * 3600:
                kyc.status, kyc.result_at, kyc.reviewer = "rejected", self.now(), "system"
                kyc.codes, kyc.comments = ["timeout"], ["KYC rejected due to timeout."]
                self.save(kyc)
                swept.append(kyc)
        return swept

    @contextmanager
    def locked(self) -> Iterator["World"]:
        with self.lock:
            yield self


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
