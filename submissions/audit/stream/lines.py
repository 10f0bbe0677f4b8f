"""The lines of a copy: one JSON object per event and one per seal, with the field names of ECS.

A line has every column that the hash chain covers, so a copy can be verified without the database. The lines of one
seal are a batch: its events in the order of the chain, then the seal. `event.sequence` rises from line to line.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from submissions.audit import hash_chain
from submissions.models import Seal

ECS_VERSION = "8.17.0"
DATASET = "kyc_portal.audit"
SEALED = "audit_log_sealed"  # `event.action` of a seal
PER_SEAL = 100_000  # sequence numbers reserved for one seal; it has at most `hash_chain.BATCH` events
SEAL_COLUMNS = (
    *("number", "sealed_at", "members", "count", "highest_id", "newest_at", "rows_digest", "previous", "digest"),
)
Line = dict[str, Any]


class NotALine(Exception):
    """The text is no line of a copy."""


def batch_of(seal: Seal) -> list[Line]:
    """Return the lines of the seal. The events of a purged seal are gone; then it is one line, marked as purged."""
    rows = hash_chain.rows_of(seal)
    return [
        *(_event_line(row, seal.number, position) for position, row in enumerate(rows, start=1)),
        _seal_line(seal, len(rows) + 1),
    ]


def as_text(line: Line) -> str:
    """Return the line as ASCII, because some readers take U+2028 for the end of a line."""
    return json.dumps(line, separators=(",", ":"))


def _event_line(row: tuple[Any, ...], number: int, position: int) -> Line:
    columns = dict(zip(hash_chain.COLUMNS, map(hash_chain.plain, row), strict=True))
    line = _line(columns.pop("at"), columns["kind"], number, position)
    line["event"] |= {"kind": "event", "id": columns.pop("row")}
    line["user"] = _given(id=_text(columns.pop("actor_id")), name=columns.pop("actor_name"))
    line["source"] = _given(ip=columns.pop("address"))
    del columns["kind"]
    line["kyc"] = _given(**columns, seal=number)
    return {name: value for name, value in line.items() if value != {}}


def _seal_line(seal: Seal, position: int) -> Line:
    columns = {name: hash_chain.plain(getattr(seal, name)) for name in SEAL_COLUMNS}
    line = _line(columns["sealed_at"], SEALED, seal.number, position)
    line["event"] |= {"kind": "state"}
    line["hash"] = {"sha256": columns.pop("digest")}
    line["kyc"] = {"chain": columns | {"is_purged": seal.purged_at is not None}}
    return line


def _line(at: str, action: str, number: int, position: int) -> Line:
    return {
        "@timestamp": at,
        "ecs": {"version": ECS_VERSION},
        "service": {"name": "kyc-portal"},
        "event": {"dataset": DATASET, "action": action, "sequence": number * PER_SEAL + position},
    }


def _given(**fields: Any) -> Line:
    return {name: value for name, value in fields.items() if value is not None}


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


def parse(text: str) -> Line:
    """Return the line.

    Raises:
        NotALine
    """
    try:
        line = json.loads(text)
        int(line["event"]["sequence"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotALine(type(error).__name__) from error
    return dict(line)


def is_seal(line: Line) -> bool:
    return bool(line["event"].get("action") == SEALED)


def sequence_of(line: Line) -> tuple[int, int]:
    """Return the number of the seal and the position in its batch, from 1."""
    return divmod(int(line["event"]["sequence"]), PER_SEAL)


def row_of(line: Line) -> tuple[Any, ...]:
    """Return the columns of the event as the hash chain reads them, from the line alone.

    Raises:
        NotALine
    """
    try:
        user, kyc = line.get("user", {}), line["kyc"]
        columns = {
            **{name: kyc.get(name) for name in hash_chain.COLUMNS},
            "at": line["@timestamp"],
            "kind": line["event"]["action"],
            "row": line["event"]["id"],
            "actor_id": int(user["id"]) if "id" in user else None,
            "actor_name": user["name"],
            "address": line.get("source", {}).get("ip"),
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotALine(type(error).__name__) from error
    return tuple(columns[name] for name in hash_chain.COLUMNS)


def seal_of(line: Line) -> tuple[Seal, bool]:
    """Return the seal, unsaved, and whether its events were purged before they were copied.

    Raises:
        NotALine
    """
    try:
        chain = {**line["kyc"]["chain"], "digest": line["hash"]["sha256"]}
        columns = {name: chain[name] for name in SEAL_COLUMNS}
        for name in ("sealed_at", "newest_at"):
            columns[name] = datetime.fromisoformat(columns[name])
        return Seal(**columns), bool(chain["is_purged"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotALine(type(error).__name__) from error


def texts(seal: Seal) -> Iterator[str]:
    return map(as_text, batch_of(seal))
