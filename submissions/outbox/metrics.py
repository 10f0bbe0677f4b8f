"""What `core.metrics` counts of calls and deadlines, once it is committed."""

from functools import partial
from typing import Any

from django.db import transaction

from submissions.core import metrics
from submissions.models import CallKind, CallState

# Deadlines that were not kept: of a submission the first two, of a call the last.
MISSES = ("overdue", "abandoned", "call_too_late")


def count_call(kind: str, columns: dict[str, Any]) -> None:
    """What the ledger has just written about a call, once that is committed."""
    state = columns.get("state")
    if state is None:
        return
    transaction.on_commit(partial(metrics.count, "call", CallKind(kind).value, outcome_of(state, columns)))
    if state == CallState.CANCELLED and columns.get("error") == "deadline":
        count_miss("call_too_late")


def outcome_of(state: str, columns: dict[str, Any]) -> str:
    """The state it got; "given_back" for one that was sent and is prepared again, and how a doubt was settled."""
    if state == CallState.PREPARED:
        return "given_back"
    settled = columns.get("settled_as", "")
    return f"{CallState(state).value}_{settled}" if settled else CallState(state).value


def count_miss(kind: str) -> None:
    """One of `MISSES`."""
    transaction.on_commit(partial(metrics.count, "miss", kind))
