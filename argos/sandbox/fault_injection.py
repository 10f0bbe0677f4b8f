"""Inject faults: gateway bodies, invalid JSON, closed connections, slow replies.

This module chooses the affected calls.
"""

import random
import time
from collections.abc import Iterable

from argos.sandbox import cases
from argos.sandbox.knobs import Fault

SLOW_SECONDS = 8.0  # of the case `slow`

# Assumption: no page shows the JSON of gateway errors; their texts are documented.
_JSON = "application/json"
GATEWAY: dict[str, tuple[int, str, bytes]] = {
    "400": (400, _JSON, b'{"errorCode":"data_processing_error","message":"data processing error"}'),
    "400_query": (400, _JSON, b'{"message":"Invalid Query String parameters"}'),
    "403_key": (403, _JSON, b'{"message":"Forbidden"}'),
    "403_ip": (403, _JSON, b'{"message":"User is not authorized to access this resource with an explicit deny"}'),
    "404": (404, _JSON, b'{"message":"Missing Authentication Token"}'),
    "413": (413, _JSON, b'{"message":"Request Entity Too Large"}'),
    "429": (429, _JSON, b'{"message":"Too Many Requests"}'),
    "500": (500, _JSON, b'{"message":"Internal Server Error"}'),
    "502": (502, "text/html", b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
    "503": (503, "text/html", b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"),
    "504": (504, _JSON, b'{"message":"Endpoint request timed out"}'),
    "junk": (200, _JSON, b'{"kycStatus": "pend'),
    "html": (200, "text/html", b"<html><body>Welcome to the hotel's network</body></html>"),
    "empty": (200, _JSON, b""),
}
KINDS = {*GATEWAY, "slow", "cut", "half"}


class ConnectionCut(Exception):
    """Close the connection without a reply or after half of one."""


def choose(faults: list[Fault], endpoint: str, subject: str, chance: random.Random) -> Fault | None:
    """Return the first fault that matches this call, and count down its `times`."""
    for fault in faults:
        is_meant = fault.endpoint in (endpoint, "*") and fault.submission in (subject, "")
        if not is_meant or chance.random() >= fault.chance:
            continue
        if fault.times == 1:
            faults.remove(fault)
        elif fault.times:
            fault.times -= 1
        return fault
    return None


def fault_of_case(endpoint: str, email: str, came: int) -> Fault | None:
    """Return the fault of the applicant's case, at the first Step 2 call only."""
    if endpoint != "step2" or came > 1:
        return None
    match cases.case_of(email).fault:
        case "slow":
            return Fault("step2", "slow", "after", seconds=SLOW_SECONDS)
        case "lost":
            return Fault("step2", "cut", "after")
    return None


def problem_of(faults: Iterable[Fault]) -> str:
    """Return what is wrong with the requested faults; "" if nothing is."""
    for fault in faults:
        if fault.kind not in KINDS:
            return f"unknown kind: {fault.kind}; known: {', '.join(sorted(KINDS))}"
        if fault.when not in ("before", "after"):
            return f"when is before or after, not {fault.when}"
    return ""


def apply(fault: Fault) -> tuple[int, str, bytes] | None:
    """Return the reply that replaces the vendor's own; None if that one is sent, late or in part."""
    if fault.kind == "slow":
        time.sleep(fault.seconds)
        return None
    if fault.kind == "cut":
        raise ConnectionCut
    return GATEWAY.get(fault.kind)
