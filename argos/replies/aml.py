"""AML replies: the reading of one submission, one record of the monitoring, and what was added to a worklist.

The shape of `request_type=aml` and of a removal is not documented: each is searched for the members that are known.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from argos import limits
from argos.received import Received
from argos.replies.reading import has_member, mapping, mappings, member, text, texts
from argos.replies.signals import AmlResult, parse_aml

# What only an AML object has: a record's own `status` is another one.
_OWN = ("currentstatus", "risk_level_summary", "openCount", "falsePositiveCount", "truePositiveCount", "discardedCount")
_RESULT = ("aml_result", "amlResult", "aml")
_RECORDS = ("records", "monitor", "monitoring", "aml_monitor", "worklists")
_SEGMENT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True)
class MonitorRecord:
    """Where the monitoring keeps a customer; both ids are parts of an address."""

    worklist_id: str
    record_id: str


@dataclass(frozen=True)
class AmlReading:
    """`records` is None where the reply does not say whether the submission is monitored."""

    result: AmlResult | None
    records: tuple[MonitorRecord, ...] | None


@dataclass(frozen=True)
class MonitorReply:
    """A partial success: ids that were taken, and ids that were not, each with ARGOS's reason."""

    done: frozenset[str]
    failed: Mapping[str, str] = field(repr=False)
    received: Received = field(repr=False)


def is_segment(value: str) -> bool:
    """Whether an id that came from outside may become a part of an address."""
    return _SEGMENT.fullmatch(value) is not None


def parse_monitor_records(given: object) -> tuple[MonitorRecord, ...]:
    """`records` of an `aml_monitor` webhook; entries whose ids cannot be parts of an address are left out."""
    entries = mappings(given)[: limits.LISTED]
    found = (MonitorRecord(text(member(e, "worklistId")), text(member(e, "recordId"))) for e in entries)
    usable = (record for record in found if is_segment(record.worklist_id) and is_segment(record.record_id))
    return tuple(dict.fromkeys(usable))


def parse_aml_reading(body: Mapping[str, Any], submission_id: str) -> AmlReading:
    for item in _items(body):
        if text(member(item, "submission_id")) in ("", submission_id):
            given = mapping(member(item, *_RESULT))
            own = item if has_member(item, *_OWN) else {}
            return AmlReading(parse_aml(given) or parse_aml(own), _records(given, item))
    return AmlReading(None, None)


def _items(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return mappings(member(body, "Items")) if has_member(body, "Items") else [body]


def _records(*holders: Mapping[str, Any]) -> tuple[MonitorRecord, ...] | None:
    """A list of records; an entry without a record id counts by its worklist."""
    for holder in holders:
        given = member(holder, *_RECORDS)
        if isinstance(given, (list, Mapping)):
            entries = mappings(given)[: limits.LISTED]
            named = (MonitorRecord(text(member(e, "worklistId")), text(member(e, "recordId"))) for e in entries)
            return tuple(record for record in named if record.worklist_id)
    return None


def parse_monitor_record(body: Mapping[str, Any], submission_id: str) -> AmlResult | None:
    """One record of the monitoring; None where it names another submission, or has no member that is known."""
    holders = [body, mapping(member(body, "data")), *_items(body)[:1]]
    if any(text(member(holder, "submission_id")) not in ("", submission_id) for holder in holders):
        return None
    return next((found for holder in holders if (found := _of_record(holder)) is not None), None)


def _of_record(holder: Mapping[str, Any]) -> AmlResult | None:
    return parse_aml(holder) or parse_aml(member(holder, *_RESULT))


def parse_monitor_reply(body: Mapping[str, Any], received: Received) -> MonitorReply:
    """Entries are ids, or objects with an id: both lists' elements are undocumented."""
    done = {_id(entry) for entry in _listed(member(body, "successResults"))}
    failed = {_id(entry): _why(entry) for entry in _listed(member(body, "failedResults"))}
    return MonitorReply(frozenset(done - {""}), {key: why for key, why in failed.items() if key}, received)


def _listed(given: object) -> list[object]:
    return list(given)[: limits.LISTED] if isinstance(given, list) else [given]


def _id(entry: object) -> str:
    return text(member(entry, "submission_id", "id")) if isinstance(entry, Mapping) else text(entry)


def _why(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return ""
    return next(iter(texts(member(entry, "message", "reason", "error", "errorCode"))), "")
