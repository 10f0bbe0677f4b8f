"""Compare the vendor's own records with our ledger after a drill, figure by figure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count

from submissions.models import Alert, Call, CallKind, CallState, Decision, Difference, Status, Submission
from submissions.models import WebhookDelivery as Delivery
from submissions.models.submission import FINAL
from submissions.outbox.evidence import RESTORED
from submissions.vendor_sync import reconcile
from submissions.vendor_sync.status_table import Agreement, agreement_on
from tests.drills.records import Vendor, mark_of, picture_of
from tests.drills.scene import Scene

MAX_SHOWN = 8


@dataclass
class Figure:
    """`against`: the total. `wrong`: one line for each violation."""

    name: str
    value: float
    unit: str
    against: str = ""
    at_most: float | None = None
    at_least: float | None = None
    wrong: list[str] = field(default_factory=list)


def count(scene: Scene, calls: int) -> dict[str, Any]:
    vendor = Vendor.read(scene.processes.control)
    rows = list(Submission.objects.filter(pk__in=list(scene.workforce.created)).select_related("project"))
    figures = [
        Figure("Step 2 calls in the weather", calls, "calls", at_least=scene.wanted),
        none("submissions lost or stuck without a person being told", lost_or_stuck(scene, rows, vendor), len(rows)),
        tries(rows, vendor),
        none("Step 2 calls sent twice for one press", sent_twice(vendor)),
        none("fourth selfies sent", [shown(call) for call in vendor.fourth_selfies()]),
        none("calls sent after the deadline", [shown(call) for call in vendor.late()]),
        settled_rightly(rows, vendor),
        decisions(rows, vendor),
        none("final states that differ from the vendor's", differing(rows, vendor), len(rows)),
        none("calls of the weather still unknown after the hour", scene.still_unknown),
        none("holds that did not begin by themselves or end with all asked", scene.not_held),
        none("submissions closed before their 24 hours", scene.closed_too_early),
        none("webhooks handled twice", doubled_webhooks()),
        none("processes of the portal that ended by themselves", scene.ended_by_themselves),
        none("presses that broke in the portal", scene.workforce.broken),
        *(none(name, wrong) for name, wrong in scene.must_not.items()),
        *(Figure(name, value, "") for name, value in scene.notes.items()),
    ]
    return {"figures": [asdict(figure) for figure in figures]}


def none(name: str, wrong: list[str], of: int | None = None) -> Figure:
    against = "" if of is None else f"of {of}"
    return Figure(name, len(wrong), "", against, at_most=0, wrong=wrong[:MAX_SHOWN])


def all_of(name: str, good: int, wrong: list[str]) -> Figure:
    total = good + len(wrong)
    percent = 100.0 if not total else 100 * good / total
    return Figure(name, percent, "%", f"of {total}", at_least=100, wrong=wrong[:MAX_SHOWN])


def lost_or_stuck(scene: Scene, rows: list[Submission], vendor: Vendor) -> list[str]:
    """Return submissions that the portal lost (the vendor has them, and no page shows it) or never sent."""
    missing = [] if scene.is_restored else set(scene.workforce.created) - {row.pk for row in rows}
    ours = {row.vendor_id for row in rows} | shown_mismatches()
    strangers = [f"{key} ({kyc['userid']}) is not known here" for key, kyc in vendor.by_id.items() if key not in ours]
    stuck = [f"{about(row)} is stuck" for row in rows if row.status not in FINAL and not is_shown(row)]
    return [f"{pk} is gone" for pk in missing] + strangers + stuck


def shown_mismatches() -> set[str]:
    """Return the vendor's submissions that users see as mismatches, because ours do not exist (any more)."""
    return set(Difference.objects.standing().values_list("vendor_id", flat=True))


def is_shown(row: Submission) -> bool:
    """Return whether a user can see that this submission waits, and for what."""
    call = row.open_call
    if call is not None and call.state == CallState.UNKNOWN:
        return reconcile.is_stuck(call)
    if call is not None:
        return False
    return row.has_difference or Alert.objects.filter(submission=row).exists()


def tries(rows: list[Submission], vendor: Vendor) -> Figure:
    wrong, total, spent = [], 0, 0
    for row in rows:
        there = vendor.by_id.get(row.vendor_id, {}).get("step2_calls", 0)
        spent += there
        total += abs(there - row.selfies_sent)
        if there != row.selfies_sent:
            wrong.append(f"{about(row)}: {there} at the vendor, {row.selfies_sent} here")
    name = "tries spent at the vendor minus tries our ledger holds"
    return Figure(name, total, "tries", f"of {spent}", at_most=0, wrong=wrong[:MAX_SHOWN])


def sent_twice(vendor: Vendor) -> list[str]:
    times = Counter(picture_of(call) for call in vendor.calls_to("step2"))
    return [f"picture {picture[:12]} came {often} times" for picture, often in times.items() if often > 1]


def settled_rightly(rows: list[Submission], vendor: Vendor) -> Figure:
    doubtful = Call.objects.filter(submission__in=rows, state__in=(CallState.SETTLED, CallState.UNKNOWN))
    good, wrong = 0, []
    for call in doubtful.select_related("attempt", "submission"):
        if is_of_lost_past(call):
            continue
        is_there = arrived(call, vendor)
        if call.state == CallState.SETTLED and (call.settled_as == "adopted") == is_there:
            good += 1
        else:
            wrong.append(f"{about(call.submission)}: {call.kind} is {call.state} {call.settled_as}, there: {is_there}")
    return all_of("unknown calls settled rightly", good, wrong)


def is_of_lost_past(call: Call) -> bool:
    """Return whether a restored database has no picture of it, or cannot tell it from a later one.

    `tries` counts it.
    """
    return call.settled_as == "found" or (call.settled_as == "not_known" and call.error == RESTORED)


def arrived(call: Call, vendor: Vendor) -> bool:
    """Return whether the vendor processed this very call."""
    pictures = {image["sha256"] for image in call.attempt.images}
    if call.kind == CallKind.STEP1 and "submissionId" not in call.attempt.values:
        return vendor.has_userid(call.userid)
    if call.kind in (CallKind.STEP1, CallKind.STEP2):
        return bool(pictures & vendor.processed_pictures)
    _came, taken = vendor.reviews()
    return taken[mark_of(Decision.objects.get(call=call).corrections)] > 0


def decisions(rows: list[Submission], vendor: Vendor) -> Figure:
    """Compare decisions: a final one must be the vendor's result by one review; a waiting one must be shown as such."""
    came, taken = vendor.reviews()
    good, wrong = 0, []
    given = Decision.objects.filter(submission__in=rows, call__isnull=False).select_related("submission", "call")
    for decision in given:
        mark = mark_of(decision.corrections)
        there = vendor.by_id.get(decision.submission.vendor_id, {})
        if came[mark] <= 1 and taken[mark] == reached(decision) and (not reached(decision) or agrees(decision, there)):
            good += 1
        else:
            said = f"{decision.verdict} {decision.withdrawn_why}, call {decision.call.state}"
            wrong.append(f"{about(decision.submission)}: {said}; came {came[mark]} times, taken {taken[mark]} times")
    return all_of("decisions at the vendor once, or shown as not yet there", good, wrong)


def reached(decision: Decision) -> bool:
    """Return whether the portal shows it as the vendor's; an open call as in progress, a cancelled one as cancelled."""
    assert decision.call is not None
    return decision.withdrawn_at is None and decision.call.state in (CallState.ANSWERED, CallState.SETTLED)


def agrees(decision: Decision, there: dict[str, Any]) -> bool:
    return bool(there.get("status") == decision.verdict)


def differing(rows: list[Submission], vendor: Vendor) -> list[str]:
    wrong = []
    for row in rows:
        there = vendor.by_id.get(row.vendor_id, {}).get("status", "")
        if (there or row.status not in NEVER_SENT) and agreement_on(Status(row.status), there) != Agreement.AGREE:
            wrong.append(f"{about(row)}: {row.status} here, {there or 'nothing'} there")
    return wrong


NEVER_SENT = (Status.DRAFT, Status.ABANDONED)


def doubled_webhooks() -> list[str]:
    groups = Delivery.objects.values("project", "digest").annotate(rows=Count("pk")).filter(rows__gt=1)
    return [f"{group['digest'][:12]} is stored {group['rows']} times" for group in groups]


def about(row: Submission) -> str:
    calls: Iterable[Call] = row.calls.order_by("prepared_at")
    steps = ", ".join(f"{call.kind} {call.state} {call.settled_as or call.error}".strip() for call in calls)
    return f"{row.reference} {row.status} ({steps})"


def shown(call: dict[str, Any]) -> str:
    return f"{call['endpoint']} for {call['fields'].get('submissionId')} at {call['at']:.0f}"
