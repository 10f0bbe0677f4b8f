"""Finds out what became of an unknown call: reads the vendor's record and compares it with what was known before.

"The vendor does not have it" takes two reads, `project.settle_minutes` apart, with nothing changed. A call that did
arrive is adopted; one that did not is offered to a person again and never sent by itself.
"""

import random
from datetime import timedelta

from django.db import transaction

from argos.client import Client
from argos.errors import VendorError
from argos.replies import VendorSubmission
from submissions import clock, events
from submissions.calls import gate, ledger
from submissions.calls.adoption import ADOPT
from submissions.calls.evidence import HAS_IT
from submissions.events import SYSTEM, VENDOR, Actor
from submissions.models import Call, CallKind, CallState
from submissions.transitions import StaleSubmission

READ_BACKOFF = (5, 15, 30, 60, 120, 300)
PERSON_TOLD_AFTER = timedelta(minutes=45)
BATCH = 100


def settle_due(batch: int = BATCH) -> int:
    """One read for each unknown call whose time has come; returns how many were settled."""
    due = list(Call.objects.to_settle(clock.now()).select_related("submission__project", "attempt")[:batch])
    return sum(settle_one(call) for call in due)


def settle_one(call: Call) -> bool:
    if call.kind == CallKind.ACCOUNT:
        return _wait_for_a_person(call)
    client = call.submission.project.client()
    try:
        found = _read(call, client)
    except VendorError:
        return _ask_later(call)
    gate.note_contact(call.submission.project, client.last_received)
    try:
        return _judge(call, found)
    except StaleSubmission:
        return False


def _read(call: Call, client: Client) -> VendorSubmission | None:
    """The vendor's record of what this call was about; a lost first Step 1 is found by the userid it carried."""
    if call.submission.vendor_id:
        return client.get_submission(call.submission.vendor_id)
    matches = client.find_by_userid(call.userid)
    if not matches:
        return None
    earliest = min(matches, key=lambda match: match.created_at or clock.now())
    if len(matches) > 1:
        fields = {"userid": call.userid, "vendor_ids": [match.submission_id for match in matches]}
        events.record("several_at_vendor", by=VENDOR, submission=call.submission, fields=fields)
    return client.get_submission(earliest.submission_id) or earliest


def _judge(call: Call, found: VendorSubmission | None) -> bool:
    if found is not None and HAS_IT[CallKind(call.kind)](call, found):
        with transaction.atomic():
            ledger.settle(call, "adopted")
            ADOPT[CallKind(call.kind)](call, found)
        return True
    return _nothing_changed(call)


def _nothing_changed(call: Call) -> bool:
    now = clock.now()
    apart = timedelta(minutes=call.submission.project.settle_minutes)
    if call.clear_since is not None and now - call.clear_since >= apart:
        release(call, by=SYSTEM)
        return True
    since = call.clear_since or now
    again = since + apart + timedelta(seconds=1)
    columns = {"clear_since": since, "reads": call.reads + 1, "next_read_at": again}
    Call.objects.filter(pk=call.pk, state=CallState.UNKNOWN).update(**columns)
    return False


def release(call: Call, *, by: Actor, reason: str = "") -> None:
    """The vendor never got it (or a person answers for saying so): the submission is where it was before the press."""
    with transaction.atomic():
        ledger.settle(call, "never_arrived", by=by, reason=reason)
        ledger.return_to_before(call, by=by, why="never_arrived")


def _ask_later(call: Call) -> bool:
    seconds = READ_BACKOFF[min(call.reads, len(READ_BACKOFF) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311
    later = clock.now() + timedelta(seconds=seconds)
    Call.objects.filter(pk=call.pk, state=CallState.UNKNOWN).update(next_read_at=later, reads=call.reads + 1)
    return False


def _wait_for_a_person(call: Call) -> bool:
    """Nothing at the vendor tells whether the 1-won check ran: an agent releases it with a reason."""
    Call.objects.filter(pk=call.pk, state=CallState.UNKNOWN).update(next_read_at=None)
    return False


def is_stuck(call: Call) -> bool:
    """So long unknown that a person is told and may overrule."""
    return call.sent_at is not None and clock.now() - call.sent_at > PERSON_TOLD_AFTER
