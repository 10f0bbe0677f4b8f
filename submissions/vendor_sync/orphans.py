"""Records at the vendor that carry our reference and belong to no submission here (yet).

The cause is a Step 1 whose reply was lost, a Step 1 that arrived although we gave it up, or a restored database. A
record is adopted if its submission waits for it, and shown as a discrepancy otherwise.
"""

import re

from django.db import transaction

from argos.replies import VendorSubmission
from submissions.audit.events import SYSTEM
from submissions.liveform import records
from submissions.models import Call, CallKind, CallState, Project, Status, Submission
from submissions.models.submission import REFERENCE_ALPHABET
from submissions.outbox import gate, ledger, new_calls, vendor_client
from submissions.outbox.try_counter import lock
from submissions.vendor_sync import discrepancies, poll_intervals, reconcile, status_table
from submissions.workflow.transitions import move

OURS = re.compile(rf"(KP-[{REFERENCE_ALPHABET}]{{8}})-([0-9]{{1,5}})")
LOOKED_AT = 10  # list items of one userid
ADOPTED, CALL_UNDER_WAY, REPORTED = "adopted", "call_under_way", "shown"


def reference_in(userid: str) -> str:
    """Return our reference in the userid of a Step 1 or Liveform link of ours; "" if it contains none."""
    match = OURS.fullmatch(userid)
    return match[1] if match else records.reference_in(userid)


def place(project: Project, record: VendorSubmission) -> str:
    """Adopt the record or store a discrepancy; return what was done. `CALL_UNDER_WAY`: a sent call decides."""
    if record.token_id or records.reference_in(record.userid):
        return _place_liveform(project, record)
    match = OURS.fullmatch(record.userid)
    if match is None or Submission.objects.filter(project=project, vendor_id=record.submission_id).exists():
        return REPORTED
    ours = Submission.objects.filter(project=project, reference=match[1]).select_related("project").first()
    if ours is None:
        discrepancies.unknown_here(project, record.submission_id, record.userid, record.result or "")
        return REPORTED
    call = ours.open_call
    if call is not None and call.kind == CallKind.STEP1 and not ours.vendor_id:
        return _hint_at(call, ours, record)
    if call is None and not ours.vendor_id and ours.status == Status.DRAFT:
        return _take_back_in(ours, record, int(match[2]))
    discrepancies.second_record(ours, record.submission_id, record.userid, record.result or "")
    return REPORTED


def _hint_at(call: Call, ours: Submission, record: VendorSubmission) -> str:
    """Settle the open Step 1 by this record if its reply is lost and the record has the call's userid."""
    if call.state != CallState.UNKNOWN or call.userid != record.userid:
        return CALL_UNDER_WAY
    call.submission = ours
    return ADOPTED if reconcile.settle_one(call, hinted=record.submission_id) else CALL_UNDER_WAY


def _take_back_in(ours: Submission, record: VendorSubmission, number: int) -> str:
    """Reopen or insert the draft's Step 1, which arrived after all, and settle it by the record.

    A webhook and the list may bring one record at the same time; the lock lets only the first one change anything.
    """
    with transaction.atomic():
        lock(ours)
        if ours.has_open_call or ours.vendor_id or ours.status != Status.DRAFT:
            return CALL_UNDER_WAY
        gave_up = ours.calls.filter(userid=record.userid, state=CallState.SETTLED, settled_as="never_arrived").first()
        if gave_up is not None:
            gave_up.submission = ours
            if not ledger.reopen(gave_up):
                return CALL_UNDER_WAY
            ledger.mark_unknown(gave_up, error="found_at_vendor")
            call = gave_up
        else:
            call = new_calls.insert_recovered(ours, CallKind.STEP1, as_=CallState.UNKNOWN, userid=record.userid)
            numbers = {"step1_calls": max(number, ours.step1_calls)}
            move(ours, Status.STEP1_SENDING, by=SYSTEM, fields={"found": record.submission_id}, **numbers)
    return ADOPTED if reconcile.settle_one(call, hinted=record.submission_id) else CALL_UNDER_WAY


def _place_liveform(project: Project, record: VendorSubmission) -> str:
    """Adopt a record by its token. A withdrawn token, or our reference without our token, is a discrepancy."""
    if Submission.objects.filter(project=project, vendor_id=record.submission_id).exists():
        return REPORTED
    link = records.link_of(project, record.token_id)
    if link is not None and records.attach(link, record):
        status_table.adopt(link.submission, record)
        records.read_back(link.submission, record, vendor_client.client_for(project))
        return ADOPTED
    named = Submission.objects.filter(project=project, reference=records.reference_in(record.userid))
    ours = link.submission if link else named.select_related("project").first()
    if ours is not None:
        discrepancies.second_record(ours, record.submission_id, record.userid[:40], record.result or "")
    elif records.reference_in(record.userid):
        discrepancies.unknown_here(project, record.submission_id, record.userid, record.result or "")
    return REPORTED


def look_for(submission: Submission) -> bool:
    """Search the record of a customer at Liveform of whom no webhook came; return whether it was adopted."""
    link = submission.liveform_links.standing().first()
    again = poll_intervals.ends(Status(submission.status))
    Submission.objects.filter(pk=submission.pk, vendor_id="").update(next_read_at=again)
    if link is None:
        return False
    client = vendor_client.client_for(submission.project)
    listed = client.find_by_userid(link.userid)[:LOOKED_AT]
    gate.note_contact(submission.project, client.last_received)
    whole = [client.get_submission(item.submission_id) for item in listed if item.userid in ("", link.userid)]
    return ADOPTED in [place(submission.project, record) for record in whole if record is not None]
