"""Posts webhooks as the vendor would: in the background, late, doubled or reordered on request."""

import json
import threading
import time
from typing import Any

import requests

from argos.sandbox.world import Kyc, World, iso

Hint = tuple[str, dict[str, Any]]


def hints_of(kyc: Kyc, before: str, *, is_new: bool, retried: bool) -> list[Hint]:
    """The triggers a change emits. `submit` carries no kyc_result (contract, section 8)."""
    common = {"submission_id": kyc.submission_id, "email": kyc.email, "userid": kyc.userid, "cf": {"cf1": kyc.cf[:1]}}
    hints: list[Hint] = []
    if is_new:
        hints.append(("created", {**common, "kyc_result": {"status": "incomplete"}, "created_at": iso(kyc.created_at)}))
    if retried:
        hints.append(("retry", {**common, "kyc_result": {"status": kyc.status}, "attempts": len(kyc.attempts)}))
    if kyc.status != before and kyc.status == "pending":
        hints.append(("submit", {**common, "created_at": iso(kyc.created_at)}))
    if kyc.status != before and kyc.status in ("approved", "rejected"):
        result: dict[str, Any] = {"status": kyc.status, "updated_at": iso(kyc.updated_at)}
        if kyc.status == "rejected":
            result |= {"comment": "; ".join(kyc.comments), "commentCode": "; ".join(kyc.codes)}
        hints.append((kyc.status, {**common, "kyc_result": result, "created_at": iso(kyc.created_at)}))
    return hints


def emit(world: World, kyc: Kyc, hints: list[Hint]) -> None:
    url = world.projects[kyc.key].webhook_url
    if not url or not world.knobs.sends_webhooks or not hints:
        return
    ordered = list(reversed(hints)) if world.knobs.webhook_reversed else hints
    delay, times = world.knobs.webhook_delay, world.knobs.webhook_times
    threading.Thread(target=_post_all, args=(url, ordered, delay, times), daemon=True).start()


def _post_all(url: str, hints: list[Hint], delay: float, times: int) -> None:
    time.sleep(delay)
    for trigger, payload in hints:
        body = json.dumps({"webhook_trigger": trigger, **payload}).encode()
        for _time in range(times):
            _post(url, body)


def _post(url: str, body: bytes) -> None:
    """Assumption: one try, the reply does not matter (the vendor's retry policy is unknown)."""
    try:
        requests.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=5)
    except requests.RequestException:
        return
