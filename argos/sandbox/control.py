"""The control API: clock, knobs, projects, faults, what the OCR reads, and what was received. For tests and demos."""

import json
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

from argos.sandbox.world import Fault, Knobs, Project, World

Reply = tuple[int, Any]


def answer(world: World, method: str, path: str, body: bytes) -> Reply:
    name = path.removeprefix("/_control/").strip("/")
    given = json.loads(body) if body else {}
    with world.locked():
        if method == "GET":
            return _read(world, name)
        return _change(world, name, given)


def _read(world: World, name: str) -> Reply:
    match name:
        case "health":
            return 200, {"ok": True}
        case "clock":
            return 200, {"now": world.now(), "offset": world.offset}
        case "knobs":
            return 200, asdict(world.knobs)
        case "received":
            return 200, world.received
        case "submissions":
            world.sweep()
            return 200, [asdict(kyc) | {"history": []} for kyc in world.submissions.values()]
        case _:
            return 404, {"message": "no such control"}


def _change(world: World, name: str, given: dict[str, Any]) -> Reply:
    change = CHANGES.get(name)
    if change is None:
        return 404, {"message": "no such control"}
    return change(world, given) or (200, {"ok": True})


def _clock(world: World, given: dict[str, Any]) -> None:
    world.offset = float(given["offset"]) if "offset" in given else world.offset + float(given["advance"])


def _knobs(world: World, given: dict[str, Any]) -> Reply | None:
    unknown = set(given) - {knob.name for knob in fields(Knobs)}
    if unknown:
        return 400, {"message": f"unknown knobs: {sorted(unknown)}"}
    for knob, value in given.items():
        setattr(world.knobs, knob, value)
    return None


def _projects(world: World, given: dict[str, Any]) -> None:
    before = asdict(world.projects.get(given["key"], Project("")))
    world.projects[given["key"]] = Project(**{**before, **given})


def _faults(world: World, given: dict[str, Any]) -> None:
    world.faults = [Fault(**fault) for fault in given["faults"]]


def _ocr(world: World, given: dict[str, Any]) -> None:
    world.ocr_for[given["email"]] = given["read"]


def _status(world: World, given: dict[str, Any]) -> None:
    """The vendor's own people decide."""
    kyc = world.submissions[given["submission_id"]]
    kyc.status, kyc.reviewer, kyc.result_at = given["status"], "agent@vendor.example", world.now()
    kyc.codes = given.get("codes", [])
    world.save(kyc)


def _reset(world: World, given: dict[str, Any]) -> None:
    world.reset()


CHANGES: dict[str, Callable[[World, dict[str, Any]], Reply | None]] = {
    "clock": _clock,
    "knobs": _knobs,
    "projects": _projects,
    "faults": _faults,
    "ocr": _ocr,
    "status": _status,
    "reset": _reset,
}
