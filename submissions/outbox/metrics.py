"""Count calls and missed deadlines in `core.metrics` after the commit."""

from functools import partial
from typing import Any

from django.db import transaction

from submissions.core import metrics
from submissions.models import CallKind, CallState

# Missed deadlines: the first two of a submission, the last of a call.
MISSES = ("overdue", "abandoned", "call_too_late")


def count_call(kind: str, columns: dict[str, Any]) -> None:
    """Count a change that the ledger writes to a call, after its commit."""
    state = columns.get("state")
    if state is None:
        return
    transaction.on_commit(partial(metrics.count, "call", CallKind(kind).value, outcome_of(state, columns)))
    if state == CallState.CANCELLED and columns.get("error") == "deadline":
        count_miss("call_too_late")


def outcome_of(state: str, columns: dict[str, Any]) -> str:
    """Return the new state; "given_back" for a requeued call, and the result for a settled one."""
    if state == CallState.PREPARED:
        return "given_back"
    settled = columns.get("settled_as", "")
    return f"{CallState(state).value}_{settled}" if settled else CallState(state).value


def count_miss(kind: str) -> None:
    """Count a missed deadline, one of `MISSES`."""
    transaction.on_commit(partial(metrics.count, "miss", kind))
