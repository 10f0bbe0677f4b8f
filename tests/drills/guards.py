"""Remove one guard from the product, from outside: a drill whose figures stay the same would be worthless.

The product has no switch for this. `tests.drills.apps` calls `take_out` in every process of such a drill, and
`weaken_database` drops the database constraint against the same mistake.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Guard:
    """`drill` counts at least one in `moves` without the guard. `constraint`: (model, name) that backs it."""

    what: str
    drill: str
    moves: tuple[str, ...]
    take_out: Callable[[], None]
    constraint: tuple[str, str] | None = None
    calls: int = 90


def take_out(name: str) -> None:
    GUARDS[name].take_out()


def weaken_database(name: str) -> None:
    from django.apps import apps
    from django.db import connection

    guard = GUARDS[name]
    if guard.constraint is None:
        return
    model = apps.get_model("submissions", guard.constraint[0])
    constraint = next(found for found in model._meta.constraints if found.name == guard.constraint[1])
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)


def _claim() -> None:
    """Let any worker take a call, even if another worker has taken it."""
    from submissions.models import Call, CallState
    from submissions.outbox import gate, ledger

    take = ledger._take

    def take_anyway(call: Any, now: Any) -> Any:
        Call.objects.filter(pk=call.pk, state=CallState.SENT).update(state=CallState.PREPARED)
        return take(call, now)

    gate.locked = lambda rows: rows
    ledger._take = take_anyway
    ledger.holds_lease = lambda _call: True


def _lease() -> None:
    """Do not look for calls whose worker has died."""
    from submissions.outbox import ledger

    ledger.lapse_leases = lambda: 0


def _one_open_call() -> None:
    """Skip the check for another open call and for a submission changed since."""
    from submissions.models import Submission
    from submissions.outbox import ledger
    from submissions.workflow.transitions import StaleSubmission

    move = ledger.move

    def move_anyway(*args: Any, **named: Any) -> None:
        try:
            move(*args, **named)
        except StaleSubmission:
            return

    ledger.move = move_anyway
    Submission.has_open_call = property(lambda self: False)  # type: ignore[assignment]


def _settle_by_reading() -> None:
    """Send a call of unknown outcome again immediately."""
    from submissions.outbox import ledger

    ledger.mark_unknown = lambda call, **_named: ledger.requeue(call, error="sent_again_blindly")


def _two_reads() -> None:
    """Let one unchanged read prove that the vendor never received a call, without later correction."""
    from submissions.audit.events import SYSTEM
    from submissions.vendor_sync import reconcile, status_table

    def release_at_once(call: Any, *_more: Any) -> bool:
        reconcile.release(call, by=SYSTEM)
        return True

    reconcile._nothing_changed = release_at_once
    status_table._correct_tries = lambda *_args: None


def _witness() -> None:
    """Accept two reads without checking how old their data may be, without later correction."""
    from submissions.vendor_sync import reconcile, status_table

    reconcile._reads_are_fresh = lambda *_args: True
    status_table._correct_tries = lambda *_args: None


def _deadline() -> None:
    """Send calls without checking the deadline."""
    from submissions.outbox import deadline_sweep
    from submissions.workflow import deadlines

    deadlines.is_in_time = lambda *_args: True
    deadlines.check_step2_in_time = lambda *_args: None
    deadline_sweep.sweep_deadlines = lambda *_args: 0


def _vendors_clock() -> None:
    """Use our own clock instead of the vendor's Date header."""
    from submissions.core import clock
    from submissions.outbox import gate

    clock.is_drifting = lambda _project: False
    clock.vendor_now = lambda _project: clock.now()
    gate.has_clock = lambda _project: True
    note_contact = gate.note_contact
    gate.note_contact = lambda project, _received: note_contact(project, None)


def _count_before_send() -> None:
    """Count an attempt when the reply arrives, not before the call is sent."""
    from django.db.models import F

    from submissions.models import Submission
    from submissions.outbox import ledger
    from submissions.vendor_sync import replies

    answered = replies.step2_answered

    def count_after(call: Any, reply: Any) -> bool:
        if not answered(call, reply):
            return False
        Submission.objects.filter(pk=call.submission_id).update(selfies_sent=F("selfies_sent") + 1)
        return True

    replies.step2_answered = count_after
    ledger.count_start = lambda *_args: True
    ledger.uncount_start = lambda *_args: None


def _tries() -> None:
    """Allow and send a fourth selfie."""
    from submissions.capture import submit
    from submissions.outbox import ledger

    count_start = ledger.count_start
    submit.check_tries = lambda *_args: None
    ledger.count_start = lambda *args: count_start(*args) or True


def _confirm_by_reading() -> None:
    """Apply a webhook without confirming it."""
    from submissions.core import clock
    from submissions.models import Status, Submission
    from submissions.vendor_sync import webhooks

    final = (Status.APPROVED, Status.REJECTED)
    undecided: dict[str, Any] = {"decided_at": None, "source": ""}

    def believe(delivery: Any, hint: Any) -> bool:
        delivery.submission = webhooks._find(delivery.project, hint)
        said = {"submit": "pending", "retry": "incomplete"}.get(hint.trigger, hint.trigger)
        if said in Status.values and delivery.submission:
            decided = {"decided_at": clock.now(), "source": "vendor"} if said in final else undecided
            Submission.objects.filter(pk=delivery.submission.pk).update(status=said, decided_by=None, **decided)
        return webhooks._handled(delivery, "believed")

    webhooks._act_on = believe


def _hold() -> None:
    """Let a restored database go on without a hold."""
    from submissions.outbox import restore_hold

    restore_hold.is_in_time = lambda _switch: True


def _nothing() -> None:
    """Change no code: the database constraint is the whole guard."""


def _outbox_sweep() -> None:
    """Let beat skip prepared calls whose wake-up was lost."""
    from django.conf import settings

    settings.CELERY_BEAT_SCHEDULE.pop("send")


def _delivery_order() -> None:
    """Send each waiting message, also if an older one of its submission waits."""
    from submissions.models.message import DeliveryQuerySet

    DeliveryQuerySet.due = lambda self, moment: self.waiting().filter(due_at__lte=moment)


TWICE = "Step 2 calls sent twice for one press"
STUCK = "submissions lost or stuck without a person being told"
TRIES = "tries spent at the vendor minus tries our ledger holds"
SETTLED = "unknown calls settled rightly"
FOURTH = "fourth selfies sent"
LATE = "calls sent after the deadline"
DIFFER = "final states that differ from the vendor's"

GUARDS: dict[str, Guard] = {
    "claim": Guard("a call is claimed by guarded UPDATE", "two_workers", (TWICE,), _claim),
    "lease": Guard("a dead worker's lease runs out", "worker_killed", (STUCK,), _lease),
    "one_open_call": Guard(
        "one open call per submission",
        "fair_weather",
        (TWICE, TRIES),
        _one_open_call,
        ("Call", "call_one_open_per_submission"),
    ),
    "settle_by_reading": Guard("an unknown call is read back, not resent", "cut_after", (TWICE,), _settle_by_reading),
    "two_reads": Guard("two reads some minutes apart", "get_lags", (SETTLED,), _two_reads),
    "witness": Guard("reads are fresh, or half an hour has passed", "get_lags", (SETTLED,), _witness),
    "deadline": Guard("no call starts after the deadline", "deadline_in_queue", (LATE,), _deadline),
    "vendors_clock": Guard("the vendor's clock corrects ours", "clock_wrong", (LATE,), _vendors_clock),
    "count_before_send": Guard("a try is counted before it leaves", "cut_after", (TRIES,), _count_before_send),
    "tries": Guard(
        "a fourth selfie is never sent",
        "fourth_selfie",
        (FOURTH,),
        _tries,
        ("Submission", "submission_at_most_3_selfies"),
    ),
    "confirm_by_reading": Guard("a webhook is only a hint", "webhooks_late", (DIFFER, STUCK), _confirm_by_reading),
    "dedup": Guard(
        "a doubled webhook is stored once",
        "webhooks_late",
        ("webhooks handled twice",),
        _nothing,
        ("WebhookDelivery", "webhook_once"),
    ),
    "hold": Guard("a restored database sends nothing", "dump_restored", (STUCK, TRIES, TWICE, FOURTH), _hold),
    "outbox_sweep": Guard("prepared calls are found within a beat", "redis_emptied", (STUCK,), _outbox_sweep),
    "delivery_order": Guard(
        "only the oldest waiting message of a submission is sent",
        "receiver_faults",
        ("messages out of order in their submission",),
        _delivery_order,
    ),
}
