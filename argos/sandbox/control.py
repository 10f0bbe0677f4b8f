"""The control API under /_control/ for tests, drills and demos: clock, knobs, projects, faults, received calls.

Like the whole sandbox it listens on the loopback address only. A wrong request returns 400 with a sentence.
"""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from argos.sandbox import aml, fault_injection
from argos.sandbox.knobs import Fault, Knobs, Project
from argos.sandbox.state import State

Reply = tuple[int, Any]
Given = dict[str, Any]


class WrongRequest(Exception):
    """The request is wrong; the text is for the caller."""


def answer(state: State, method: str, path: str, body: bytes) -> Reply:
    name = path.removeprefix("/_control/").strip("/")
    table: dict[str, Any] = READS if method == "GET" else CHANGES
    if name not in table:
        return 404, {"message": f"no such control; {method} has {', '.join(sorted(table))}"}
    with state.locked():
        try:
            return 200, READS[name](state) if method == "GET" else CHANGES[name](state, _given(body)) or {"ok": True}
        except WrongRequest as wrong:
            return 400, {"message": str(wrong)}
        except (TypeError, ValueError) as problem:
            return 400, {"message": f"not understood: {problem}"}
        except KeyError as missing:
            return 400, {"message": f"missing or unknown: {missing}"}


def _given(body: bytes) -> Given:
    given = json.loads(body) if body else {}
    if not isinstance(given, dict):
        raise WrongRequest("the body is a JSON object")
    return given


def _submissions(state: State) -> list[Given]:
    state.sweep()
    return state.dump()


def _body(state: State) -> Given:
    """Return the body of the last call as received."""
    content_type, body = state.last_body
    return {"content_type": content_type, "base64": base64.b64encode(body).decode()}


def _clock(state: State, given: Given) -> None:
    state.offset = float(given["offset"]) if "offset" in given else state.offset + float(given["advance"])


def set_knobs(state: State, given: Given) -> None:
    known = {knob.name for knob in fields(Knobs)}
    if unknown := set(given) - known:
        raise WrongRequest(f"unknown knobs: {sorted(unknown)}; known: {sorted(known)}")
    for knob, value in given.items():
        setattr(state.knobs, knob, value)


def _projects(state: State, given: Given) -> None:
    before = asdict(state.projects.get(given["key"], Project("")))
    state.projects[given["key"]] = Project(**{**before, **given})


def _faults(state: State, given: Given) -> None:
    """Replace all faults. `seed` makes faults with a chance repeatable."""
    faults = [Fault(**fault) for fault in given["faults"]]
    if wrong := fault_injection.problem_of(faults):
        raise WrongRequest(wrong)
    if "seed" in given:
        state.random = random.Random(given["seed"])  # noqa: S311 (faults, not secrets)
    state.faults = faults


def _ocr(state: State, given: Given) -> None:
    state.ocr_for[given["email"]] = given["read"]


def _status(state: State, given: Given) -> None:
    """Set a status as the vendor's own staff would."""
    kyc = state.submissions[given["submission_id"]]
    kyc.status, kyc.reviewer, kyc.result_at = given["status"], "agent@vendor.example", state.now()
    kyc.codes, kyc.comments = given.get("codes", []), given.get("comments", [])
    state.save(kyc)
    state.queue_webhook(kyc, kyc.status)
    if kyc.status == "approved":
        aml.screen(state, kyc)


def _webhook(state: State, given: Given) -> None:
    """Send a webhook again or out of order, as the dashboard's button does."""
    state.queue_webhook(state.submissions[given["submission_id"]], given["trigger"])


def _aml(state: State, given: Given) -> None:
    """The screening finds something else later; `aml` has the members of `aml_result`."""
    kyc = state.submissions[given["submission_id"]]
    kyc.aml = dict(given["aml"])
    state.save(kyc)
    state.queue_webhook(kyc, "aml", aml_result=kyc.aml)


def _reset(state: State, given: Given) -> None:
    state.reset()


READS: dict[str, Callable[[State], Any]] = {
    "health": lambda state: {"ok": True},
    "clock": lambda state: {"now": state.now(), "offset": state.offset},
    "knobs": lambda state: asdict(state.knobs),
    "projects": lambda state: [asdict(project) for project in state.projects.values()],
    "faults": lambda state: [asdict(fault) for fault in state.faults],
    "received": lambda state: state.received,
    "calls": lambda state: state.calls,
    "counts": lambda state: state.counts(),
    "webhooks": lambda state: state.webhooks.posted,
    "submissions": _submissions,
    "body": _body,
}
CHANGES: dict[str, Callable[[State, Given], Any]] = {
    "clock": _clock,
    "knobs": set_knobs,
    "projects": _projects,
    "faults": _faults,
    "ocr": _ocr,
    "status": _status,
    "webhook": _webhook,
    "aml": _aml,
    "reset": _reset,
}
