"""AML webhooks: read what they point at, apply it, and keep their own values, marked as such, where no read shows any.

A webhook of the monitoring names records; a record that cannot be read, or that says nothing known, counts as a hit.
"""

from argos.client import Client
from argos.errors import Refused
from argos.replies import MonitorRecord, Webhook, parse_monitor_records
from argos.replies.reading import mapping, member
from argos.replies.signals import AmlResult as Reported
from argos.replies.signals import parse_aml
from submissions.aml import results
from submissions.models import AmlSource, Submission
from submissions.outbox import gate, vendor_client

TRIGGERS = ("aml", "aml_monitor")
NOT_READ = Reported("monitoring", "", None, None, None, None, "", ())  # ARGOS says that something is new, and not what


def take(submission: Submission, hint: Webhook) -> str:
    """Apply an AML webhook; return the outcome of its delivery.

    Raises:
        argos.errors.VendorError: the vendor could not be read; nothing changed.
    """
    client = vendor_client.client_for(submission.project)
    apply = _screened if hint.trigger == "aml" else _monitored
    outcome = apply(submission, hint, client)
    gate.note_contact(submission.project, client.last_received)
    return outcome


def _screened(submission: Submission, hint: Webhook, client: Client) -> str:
    try:
        read = client.aml_reading(submission.vendor_id).result
    except Refused:  # such a read may not exist in this project: the webhook must not be lost with it
        read = None
    if read is not None and results.is_result(read):
        results.apply(submission, read, AmlSource.RECORD)
        return "read_back"
    data = mapping(member(hint.payload, "data"))
    reported = parse_aml(member(hint.payload, "aml_result", "amlResult") or member(data, "aml_result", "amlResult"))
    results.apply(submission, reported, AmlSource.WEBHOOK)
    return "not_confirmed"


def _monitored(submission: Submission, hint: Webhook, client: Client) -> str:
    data = mapping(member(hint.payload, "data"))
    records = parse_monitor_records(member(hint.payload, "records") or member(data, "records"))
    read = [(record, _record(submission, record, client)) for record in records]
    for record, result in read:
        source = AmlSource.MONITORING if result else AmlSource.WEBHOOK
        results.apply(submission, result or NOT_READ, source, f"{record.worklist_id}/{record.record_id}")
    if not records:
        results.apply(submission, NOT_READ, AmlSource.WEBHOOK, str(hint.created_at or hint.updated_at or ""))
    return "read_back" if read and all(result for _record, result in read) else "not_confirmed"


def _record(submission: Submission, record: MonitorRecord, client: Client) -> Reported | None:
    try:
        return client.aml_record(record, submission.vendor_id)
    except Refused:
        return None
