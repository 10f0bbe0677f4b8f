"""Send webhooks in the background, in order; on request late, duplicated, lost or newest first."""

import json
import threading
import time
from typing import Any

import requests

from argos.sandbox.knobs import Knobs

CIPHERTEXT = "q83vEjRWeJA3Kx0b5V7n2Q=="
_direct = requests.Session()
_direct.trust_env = False  # a receiver on this host is not behind the host's proxy


class WebhookSender:
    """Use one thread for all, so that the order stays. `posted`: what was sent, with the receiver's status."""

    def __init__(self) -> None:
        self.posted: list[dict[str, Any]] = []
        self._waiting: list[tuple[float, str, dict[str, Any], Knobs]] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def put(self, webhooks: list[tuple[str, dict[str, Any]]], knobs: Knobs) -> None:
        with self._changed:
            due = time.monotonic() + knobs.webhook_delay
            fixed = Knobs(**vars(knobs))
            fresh = [(due, url, payload, fixed) for url, payload in webhooks]
            self._waiting = [*reversed(fresh), *self._waiting] if knobs.webhook_reversed else [*self._waiting, *fresh]
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._changed.notify()

    def forget(self) -> None:
        with self._changed:
            self.posted, self._waiting = [], []

    def _work(self) -> None:
        while True:
            _due, url, payload, knobs = self._next()
            for _time in range(knobs.webhook_times):
                status = _post(url, payload, encrypts=knobs.encrypts)
                self.posted.append({"url": url, "status": status, "payload": payload})
                del self.posted[:-5000]

    def _next(self) -> tuple[float, str, dict[str, Any], Knobs]:
        """Return the first webhook once it is due; with newest first, a later one that is in time goes before it."""
        with self._changed:
            while True:
                now = time.monotonic()
                if self._waiting and self._waiting[0][0] <= now:
                    return self._waiting.pop(0)
                self._changed.wait(self._waiting[0][0] - now if self._waiting else None)


def _post(url: str, payload: dict[str, Any], *, encrypts: bool) -> int | None:
    """Send once (assumption: the vendor's retry policy is unknown). Return the status; None without a response."""
    body = json.dumps({"data": CIPHERTEXT} if encrypts else payload, ensure_ascii=False).encode()
    try:
        reply = _direct.post(url, body, headers={"Content-Type": "application/json"}, timeout=5, allow_redirects=False)
    except requests.RequestException:
        return None
    return reply.status_code
