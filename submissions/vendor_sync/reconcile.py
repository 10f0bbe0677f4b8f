"""Settle unknown calls: read the vendor's record and compare it with what was known before the call.

"The vendor does not have it" takes two reads, `project.settle_minutes` apart by the vendor's clock, with nothing
changed, and a witness that reads do not lag; a Step 2 without a witness takes half an hour. A call that arrived is
adopted; for one that did not, a user decides whether to send again; the portal never resends automatically. The
remaining bound is in docs/ledger.md.
"""

import hashlib
import logging
import random
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import transaction

from argos.client import Client
from argos.errors import OutcomeUnknown, Refused, VendorError
from argos.replies import VendorSubmission
from submissions.aml import monitoring
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock
from submissions.models import Call, CallKind, CallState, DifferenceKind, Submission
from submissions.models.submission import FINAL
from submissions.outbox import gate, ledger, vendor_client
from submissions.outbox.evidence import KNOWN, MAY_LAG, Evidence, is_behind, judge, left_at
from submissions.vendor_sync import concurrency, discrepancies, status_table
from submissions.vendor_sync.adoption import ADOPT
from submissions.workflow import alerts
from submissions.workflow.transitions import StaleSubmission

log = logging.getLogger(__name__)

READ_BACKOFF = (5, 15, 30, 60, 120, 300)
PERSON_TOLD_AFTER = timedelta(minutes=45)
TURN_LASTS = timedelta(minutes=2)
BATCH = 100
READ_WHOLE = 10  # list items without a userid that are read one by one


def settle_due(batch: int = BATCH) -> int:
    """Read once for each due unknown call; return how many were settled. A call that raises stops no other."""
    due = Call.objects.to_settle(clock.now()).select_related("submission__project", "attempt")
    by_project = concurrency.Reads("settle", due, "submission__project", "next_read_at")
    return by_project.each(lambda call: _take_turn(call) and _settle_safely(call), batch)


def _take_turn(call: Call) -> bool:
    """Reserve the read, so that two workers do not read for one call; the reservation ends after two minutes."""
    mine = Call.objects.filter(pk=call.pk, state=CallState.UNKNOWN, next_read_at=call.next_read_at)
    return bool(mine.update(next_read_at=clock.now() + TURN_LASTS))


def _settle_safely(call: Call) -> bool:
    try:
        with structlog.contextvars.bound_contextvars(call=str(call.pk), operation=call.kind):
            return settle_one(call)
    except Exception:
        log.exception("call %s could not be settled", call.pk)
        return _ask_later(call)


def settle_one(call: Call, *, hinted: str = "") -> bool:
    """Read the vendor's record once and act on its evidence. Return whether the call is settled.

    Args:
        hinted: the vendor's id from a webhook, for a Step 1 whose reply was lost.
    """
    if is_stuck(call):
        alerts.notify(call.submission, "call_stuck", call.sent_at)
    if call.kind == CallKind.ACCOUNT:
        return _wait_for_a_person(call)
    if call.kind in (CallKind.TOKEN, CallKind.UNTOKEN):  # no read shows a token; nobody has, or should have, its link
        ledger.settle(call, "not_known")
        return True
    client = vendor_client.client_for(call.submission.project)
    try:
        record, evidence = _judged(call, client, hinted)
    except VendorError:
        return _ask_later(call)
    gate.note_contact(call.submission.project, client.last_received)
    try:
        return _act_on(evidence, call, record, client)
    except StaleSubmission:
        return False


def _judged(call: Call, client: Client, hinted: str) -> tuple[VendorSubmission | None, Evidence]:
    if call.kind in monitoring.KINDS:
        return None, monitoring.evidence_in(call, client.aml_reading(call.submission.vendor_id))
    record = _read(call, client, hinted)
    return record, judge(call, record, partial(_held_image, call, client))


def _read(call: Call, client: Client, hinted: str) -> VendorSubmission | None:
    """Read the vendor's record of the call's submission; after a lost first Step 1, search by the call's userid."""
    if call.submission.vendor_id:
        return client.get_submission(call.submission.vendor_id)
    if hinted:
        named = client.get_submission(hinted)
        if named and named.userid == call.userid:
            return named
    matches = _with_userid(client, call.userid)
    if not matches:
        return None
    first, *others = sorted(matches, key=lambda match: match.created_at or clock.now())
    for other in others:
        discrepancies.second_record(call.submission, other.submission_id, call.userid, other.result or "")
    return _whole(client, first)


def _with_userid(client: Client, userid: str) -> list[VendorSubmission]:
    """Return the records with this userid. List items have fewer members: items without a userid are read one by one.

    Raises:
        OutcomeUnknown: the list has records and none has the userid. The vendor ignored the search, so the list does
            not prove that there is no such record.
    """
    listed = client.find_by_userid(userid)
    slim = [item for item in listed if not item.userid][:READ_WHOLE]
    records = [item for item in listed if item.userid] + [_whole(client, item) for item in slim]
    ours = [item for item in records if item.userid == userid]
    if listed and not ours:
        raise OutcomeUnknown("a list of other records than those asked for")
    return ours


def _whole(client: Client, item: VendorSubmission) -> VendorSubmission:
    """Return the single record of a list item; the item itself if there is none."""
    whole = client.get_submission(item.submission_id)
    if whole is None:
        return item
    if item.userid and whole.userid not in ("", item.userid):
        raise OutcomeUnknown("a record with another userid than in the list")
    return whole


def _held_image(call: Call, client: Client) -> str | None:
    """Return the SHA-256 of the selfie that the vendor keeps, or of the image that a later image replaces.

    "" if it has none, None if the read failed.
    """
    kind = call.attempt.images[0]["field"] if call.kind == CallKind.IMAGE else "selfieImage"
    try:
        content, _kind = client.image(call.submission.vendor_id, kind)
    except Refused:
        return ""
    except VendorError:
        return None
    return hashlib.sha256(content).hexdigest()


def _act_on(result: Evidence, call: Call, record: VendorSubmission | None, client: Client) -> bool:
    if result == Evidence.ARRIVED:
        with transaction.atomic():
            ledger.settle(call, "never_arrived" if call.error == "already_processed" else "adopted")
            ADOPT[CallKind(call.kind)](call, record)
            _catch_up(call, record)
        return True
    if result == Evidence.TURNED_AWAY:
        with transaction.atomic():
            release(call, by=SYSTEM)
            status_table.adopt(call.submission, record)
        return True
    if result == Evidence.UNTOLD:
        with transaction.atomic():
            ledger.settle(call, "not_known")
            ledger.return_to_before(call, by=SYSTEM, why="not_known", notice="")
            status_table.adopt(call.submission, record)
        return True
    if result == Evidence.ABSENT:
        return _nothing_changed(call, client)
    if record is not None and record.result not in KNOWN:
        discrepancies.add(call.submission, DifferenceKind.STATUS, (call.submission.status, record.result or ""))
    return _proves_nothing(call)


def _catch_up(call: Call, record: VendorSubmission | None) -> None:
    """Adopt the whole record: its status may be further than this call moved it."""
    if record is not None and call.kind in (CallKind.STEP1, CallKind.STEP2):
        status_table.adopt(call.submission, record)


def _proves_nothing(call: Call) -> bool:
    """Restart the two reads: this one is older than an earlier report, or has an unknown status."""
    Call.objects.filter(pk=call.pk, state=CallState.UNKNOWN).update(clear_since=None)
    return _ask_later(call)


def _nothing_changed(call: Call, client: Client) -> bool:
    now = _vendor_time(call, client)
    since = call.clear_since or now
    apart = timedelta(minutes=call.submission.project.settle_minutes)
    remaining = apart - (now - since)
    if remaining <= timedelta(0) and not clock.is_drifting(call.submission.project):
        return _give_up(call, client, now - since)
    next_read_at = clock.now() + max(remaining, timedelta(0)) + timedelta(seconds=random.uniform(1, 5))  # noqa: S311
    columns = {"clear_since": since, "reads": call.reads + 1, "next_read_at": next_read_at}
    Call.objects.filter(pk=call.pk, state=CallState.UNKNOWN).update(**columns)
    return False


def _give_up(call: Call, client: Client, waited: timedelta) -> bool:
    """Settle the call as never arrived if reads are fresh. If unknown, a Step 2 waits longer than reads may lag.

    A wrong result would cost the customer one of three tries.
    """
    are_fresh = _reads_are_fresh(call, client)
    if are_fresh is False:
        return _proves_nothing(call)
    if are_fresh is None and waited < known_after(call):
        return _ask_later(call)
    release(call, by=SYSTEM)
    return True


def known_after(call: Call) -> timedelta:
    """Return how long reads must show no change, from the first read, before the call counts as never arrived."""
    apart = timedelta(minutes=call.submission.project.settle_minutes)
    return max(apart, MAY_LAG) if call.kind == CallKind.STEP2 and _witness(call) is None else apart


def known_in(call: Call) -> timedelta:
    """Return the rest of `known_after`; all of it before the first read."""
    read_since = call.clear_since and clock.vendor_now(call.submission.project) - call.clear_since
    return max(known_after(call) - (read_since or timedelta(0)), timedelta(0))


def _vendor_time(call: Call, client: Client) -> datetime:
    """Return the vendor's time: the wait between two reads must not depend on jumps of our clock."""
    vendor_date = client.last_received.date if client.last_received else None
    return vendor_date or clock.vendor_now(call.submission.project)


def _reads_are_fresh(call: Call, client: Client) -> bool | None:
    """Whether reads show recent changes; None without a witness (no traffic).

    The witness is the first submission of the project that the vendor changed after the end of this call. If a read of
    it does not show that change yet, reads lag by more than we waited and prove nothing.
    """
    witness = _witness(call)
    if witness is None:
        return None
    try:
        read = client.get_submission(witness.vendor_id)
    except VendorError:
        return False
    return read is not None and not is_behind(witness, read)


def _witness(call: Call) -> Submission | None:
    project = call.submission.project
    over = left_at(call) + project.longest_call
    others = Submission.objects.filter(project=project, vendor_updated_at__gte=over).exclude(pk=call.submission_id)
    rows = others.exclude(vendor_id="").order_by("vendor_updated_at").select_related("project")
    witness: Submission | None = rows.first()
    return witness


def release(call: Call, *, by: Actor, reason: str = "") -> None:
    """Settle the call as never arrived, and return the submission to its status before the call."""
    with transaction.atomic():
        ledger.settle(call, "never_arrived", by=by, reason=reason)
        ledger.return_to_before(call, by=by, why="never_arrived")


def _ask_later(call: Call) -> bool:
    seconds = READ_BACKOFF[min(call.reads, len(READ_BACKOFF) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311
    later = clock.now() + timedelta(seconds=seconds)
    Call.objects.filter(pk=call.pk, state=CallState.UNKNOWN).update(next_read_at=later, reads=call.reads + 1)
    return False


def _wait_for_a_person(call: Call) -> bool:
    """Wait until an agent releases the account check with a reason, because the vendor's record does not show it.

    If its submission has ended, the check is settled as not known.
    """
    if call.submission.status in FINAL:
        ledger.settle(call, "not_known")
        return True
    later = clock.now() + PERSON_TOLD_AFTER
    Call.objects.filter(pk=call.pk, state=CallState.UNKNOWN).update(next_read_at=later)
    return False


def may_be_settled_by_hand(call: Call) -> bool:
    """Whether a person may settle the unknown call: a stuck one, or an account check, which no record shows."""
    return call.kind == CallKind.ACCOUNT or is_stuck(call)


def is_stuck(call: Call) -> bool:
    """Whether the call is unknown for so long that people are alerted and may settle it."""
    return call.sent_at is not None and clock.now() - call.sent_at > PERSON_TOLD_AFTER
