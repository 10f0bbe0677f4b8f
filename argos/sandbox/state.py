"""The sandbox's state behind one lock: clock, projects, knobs, faults, submissions, received calls, sent webhooks."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

from argos.sandbox import hints
from argos.sandbox.knobs import SUBMISSION_ID_HOURS, Fault, Knobs, Project
from argos.sandbox.kyc import Kyc, iso
from argos.sandbox.store import Store
from argos.sandbox.webhook_sender import WebhookSender

__all__ = ["RESULT_HOURS", "SUBMISSION_ID_HOURS", "Fault", "Knobs", "Kyc", "Project", "State", "iso"]

RESULT_HOURS = 24
_SNAPSHOTS = 20
REMEMBERED_CALLS = 20_000


class State:
    def __init__(self, path: str = ":memory:", clock_file: str = "") -> None:
        self.lock = threading.RLock()
        self.clock_file = Path(clock_file) if clock_file else None
        self.offset = 0.0
        self.knobs = Knobs()
        self.projects: dict[str, Project] = {}
        self.faults: list[Fault] = []
        self.random = random.Random(0)  # noqa: S311 (faults, not secrets)
        self.received: list[dict[str, Any]] = []  # processed calls
        self.calls: list[dict[str, Any]] = []  # every received call; `became`: "taken", "refused", or "" for neither
        self.last_body: tuple[str, bytes] = ("", b"")
        self.ocr_for: dict[str, dict[str, str]] = {}
        self.submissions: dict[str, Kyc] = {}
        self.tokens: dict[str, dict[str, float]] = {}  # by project: the time of each Liveform token's first use, or 0
        self.webhooks = WebhookSender()
        self._unsent: list[tuple[str, dict[str, Any]]] = []
        self._open: set[str] = set()
        self._store = Store(path)
        for kyc in self._store.load():
            self._index(kyc)

    def now(self) -> float:
        return time.time() + self.offset + self._file_offset()

    def _file_offset(self) -> float:
        try:
            return float(self.clock_file.read_text()) if self.clock_file else 0.0
        except (OSError, ValueError):
            return 0.0

    @contextmanager
    def locked(self) -> Iterator["State"]:
        """Hold the lock; queue all webhooks of the block together at its end."""
        with self.lock:
            yield self
            webhooks, self._unsent = self._unsent, []
            if webhooks:
                self.webhooks.put(webhooks, self.knobs)

    def reset(self) -> None:
        """Reset everything except the projects."""
        with self.lock:
            self.offset, self.knobs, self.faults = 0.0, Knobs(), []
            self.received, self.calls, self.last_body = [], [], ("", b"")
            self.webhooks.forget()
            self._unsent = []
            self.tokens.clear()
            self.submissions.clear()
            self._open.clear()
            self.ocr_for.clear()
            self._store.clear()

    def save(self, kyc: Kyc) -> None:
        """Save a submission with a snapshot, so that GET can show an older state."""
        kyc.updated_at = self.now()
        snapshot = {name: value for name, value in vars(kyc).items() if name != "history"}
        kyc.history.append(deepcopy(snapshot))
        del kyc.history[:-_SNAPSHOTS]
        self._index(kyc)
        self._store.keep(kyc)

    def _index(self, kyc: Kyc) -> None:
        self.submissions[kyc.submission_id] = kyc
        (self._open.add if kyc.is_open else self._open.discard)(kyc.submission_id)

    def import_records(self, states: list[dict[str, Any]]) -> None:
        """Import records in the members of `Kyc`; an existing one stays unchanged."""
        for kyc in map(Kyc.from_state, states):
            if kyc.submission_id not in self.submissions:
                self._index(kyc)
                self._store.keep(kyc)

    def save_image(self, kyc: Kyc, kind: str, content: bytes) -> None:
        self._store.keep_image(kyc.submission_id, kind, content)

    def image(self, submission_id: str, kind: str) -> bytes | None:
        return self._store.image(submission_id, kind)

    def image_kinds(self, submission_id: str) -> list[str]:
        return self._store.image_kinds(submission_id)

    def erase(self, kyc: Kyc) -> None:
        """Erase the data; the id, the dates, the ID type and the status stay (contract, section 9)."""
        self._store.drop_images(kyc.submission_id)
        kyc.deleted, kyc.email, kyc.userid = True, "", ""
        kyc.ocr, kyc.data, kyc.attempts, kyc.history, kyc.cf = {}, {}, [], [], []
        self.save(kyc)

    def kyc_of_project(self, project: Project, submission_id: object) -> Kyc | None:
        kyc = self.submissions.get(str(submission_id or ""))
        return kyc if kyc and kyc.key == project.key else None

    def queue_webhook(self, kyc: Kyc, trigger: str, **more: Any) -> None:
        """Queue a webhook; it is sent after the lock is released."""
        project = self.projects.get(kyc.key)
        if project is None or not project.webhook_url or not self.knobs.sends_webhooks:
            return
        if trigger == "submit" and not self.knobs.sends_submit_webhook:
            return
        payload = hints.payload(kyc, trigger, spelling_variants=self.knobs.spelling_variants)
        self._unsent.append((project.webhook_url, payload | more))

    def visible_to_get(self, kyc: Kyc) -> Kyc | None:
        """Return the submission as GET shows it: now, or as it was `lag_seconds` ago."""
        if not self.knobs.lag_seconds:
            return kyc
        before = self.now() - self.knobs.lag_seconds
        old = [snapshot for snapshot in kyc.history if snapshot["updated_at"] <= before]
        return Kyc.from_state(old[-1]) if old else None

    def sweep(self) -> None:
        """Reject attempts without a result 24 hours after Step 1; pending ones too, if the knob says so."""
        for kyc in [self.submissions[submission_id] for submission_id in self._open]:
            tried = kyc.status == "incomplete" and kyc.step2_calls > 0
            waiting = kyc.status == "pending" and self.knobs.pending_times_out
            if (tried or waiting) and self.now() >= kyc.created_at + RESULT_HOURS * 3600:
                self.reject(kyc, "timeout", "KYC rejected due to timeout.")

    def reject(self, kyc: Kyc, code: str, comment: str) -> None:
        """Reject a submission as the vendor's own system does."""
        kyc.status, kyc.result_at, kyc.reviewer = "rejected", self.now(), "system"
        kyc.codes, kyc.comments = [code], [comment]
        self.save(kyc)
        self.queue_webhook(kyc, "rejected")

    def count_call(self, entry: dict[str, Any], body: tuple[str, bytes]) -> int:
        """Record a received call, whatever happens to it.

        `subject`: its submission ID, or the userid of a first Step 1.
        """
        self.calls.append(entry)
        del self.calls[:-REMEMBERED_CALLS]
        self.last_body = body
        endpoint, subject = entry["endpoint"], entry["subject"]
        self._store.count(endpoint, subject, "came")
        return self._store.came(endpoint, subject)

    def count_processed(self, entry: dict[str, Any], *, is_refused: bool) -> None:
        """Record a processed call; its reply may be sent later or never."""
        entry["became"] = "refused" if is_refused else "taken"
        self.received.append(entry | {"at": self.now()})
        del self.received[:-REMEMBERED_CALLS]
        endpoint, subject = entry["endpoint"], entry["subject"]
        self._store.count(endpoint, subject, "processed")
        if is_refused:
            self._store.count(endpoint, subject, "refused")

    def counts(self) -> list[dict[str, Any]]:
        return self._store.counts()

    def dump(self) -> list[dict[str, Any]]:
        """Return every submission without its snapshots."""
        return [asdict(kyc) | {"history": []} for kyc in self.submissions.values()]
