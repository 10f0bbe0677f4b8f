"""The control API under /_control/: clock, knobs, projects, faults, what was received. For tests, drills and demos.

It listens on the loopback address only, like all of the sandbox. A wrong request is answered 400 with a sentence.
"""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from argos.sandbox import weather
from argos.sandbox.knobs import Fault, Knobs, Project
from argos.sandbox.world import World

Reply = tuple[int, Any]
Given = dict[str, Any]


class Wrong(Exception):
    """A sentence for the caller."""


def answer(world: World, method: str, path: str, body: bytes) -> Reply:
    name = path.removeprefix("/_control/").strip("/")
    table: dict[str, Any] = READS if method == "GET" else CHANGES
    if name not in table:
        return 404, {"message": f"no such control; {method} has {', '.join(sorted(table))}"}
    with world.locked():
        try:
            return 200, READS[name](world) if method == "GET" else CHANGES[name](world, _given(body)) or {"ok": True}
        except Wrong as wrong:
            return 400, {"message": str(wrong)}
        except (TypeError, ValueError) as problem:
            return 400, {"message": f"not understood: {problem}"}
        except KeyError as missing:
            return 400, {"message": f"missing or unknown: {missing}"}


def _given(body: bytes) -> Given:
    given = json.loads(body) if body else {}
    if not isinstance(given, dict):
        raise Wrong("the body is a JSON object")
    return given


def _submissions(world: World) -> list[Given]:
    world.sweep()
    return world.dump()


def _body(world: World) -> Given:
    """The last call's body as it came over the wire."""
    content_type, body = world.last_body
    return {"content_type": content_type, "base64": base64.b64encode(body).decode()}


def _clock(world: World, given: Given) -> None:
    world.offset = float(given["offset"]) if "offset" in given else world.offset + float(given["advance"])


def set_knobs(world: World, given: Given) -> None:
    known = {knob.name for knob in fields(Knobs)}
    if unknown := set(given) - known:
        raise Wrong(f"unknown knobs: {sorted(unknown)}; known: {sorted(known)}")
    for knob, value in given.items():
        setattr(world.knobs, knob, value)


def _projects(world: World, given: Given) -> None:
    before = asdict(world.projects.get(given["key"], Project("")))
    world.projects[given["key"]] = Project(**{**before, **given})


def _faults(world: World, given: Given) -> None:
    """Replaces all faults. `seed` makes the ones with a chance repeatable."""
    faults = [Fault(**fault) for fault in given["faults"]]
    if wrong := weather.wrong(faults):
        raise Wrong(wrong)
    if "seed" in given:
        world.random = random.Random(given["seed"])  # noqa: S311 (faults, not secrets)
    world.faults = faults


def _ocr(world: World, given: Given) -> None:
    world.ocr_for[given["email"]] = given["read"]


def _status(world: World, given: Given) -> None:
    """The vendor's own people decide."""
    kyc = world.submissions[given["submission_id"]]
    kyc.status, kyc.reviewer, kyc.result_at = given["status"], "agent@vendor.example", world.now()
    kyc.codes, kyc.comments = given.get("codes", []), given.get("comments", [])
    world.save(kyc)
    world.tell(kyc, kyc.status)


def _webhook(world: World, given: Given) -> None:
    """Tell something again, or out of turn, as the dashboard's button does."""
    world.tell(world.submissions[given["submission_id"]], given["trigger"])


def _reset(world: World, given: Given) -> None:
    world.reset()


READS: dict[str, Callable[[World], Any]] = {
    "health": lambda world: {"ok": True},
    "clock": lambda world: {"now": world.now(), "offset": world.offset},
    "knobs": lambda world: asdict(world.knobs),
    "projects": lambda world: [asdict(project) for project in world.projects.values()],
    "faults": lambda world: [asdict(fault) for fault in world.faults],
    "received": lambda world: world.received,
    "calls": lambda world: world.calls,
    "counts": lambda world: world.counts(),
    "webhooks": lambda world: world.outbox.posted,
    "submissions": _submissions,
    "body": _body,
}
CHANGES: dict[str, Callable[[World, Given], Any]] = {
    "clock": _clock,
    "knobs": set_knobs,
    "projects": _projects,
    "faults": _faults,
    "ocr": _ocr,
    "status": _status,
    "webhook": _webhook,
    "reset": _reset,
}
