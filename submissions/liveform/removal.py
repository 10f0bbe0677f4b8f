"""Remove the tokens of withdrawn and expired links at ARGOS, each by a call row.

ARGOS refuses a removed token only where its project demands registered tokens ("Live-form Token ID Pre-registration").
Otherwise, and while the outcome of a removal is unknown, a customer can still use the link. The portal then shows the
record as a mismatch.
"""

from django.db import transaction
from django.db.models import Exists, OuterRef

from argos.replies import TokenReply
from submissions.audit import events
from submissions.audit.events import SYSTEM, VENDOR, Actor
from submissions.core import isolated_rows
from submissions.models import Call, CallKind, CallState, LiveformLink
from submissions.outbox import ledger, new_calls
from submissions.workflow.transitions import StaleSubmission

BATCH = 50


def prepare_due(batch: int = BATCH) -> int:
    """Prepare the removals that are due, for submissions without an open call; return how many."""
    is_open = Exists(Call.objects.open().filter(submission=OuterRef("submission")))
    due = LiveformLink.objects.to_remove().filter(~is_open).select_related("call__attempt", "submission__project")
    return isolated_rows.each(due.order_by("created_at")[:batch], prepare, "the removal of a Liveform token")


def prepare(link: LiveformLink, *, by: Actor = SYSTEM) -> bool:
    """Prepare the removal of the link's token; False if a call is open, or another process prepared it."""
    link.call.submission = link.call.attempt.submission = link.submission
    try:
        with transaction.atomic():
            values = {"tokenId": link.call.attempt.values["tokenId"]}
            call = new_calls.prepare(link.submission, CallKind.UNTOKEN, None, by=by, values=values)
            LiveformLink.objects.filter(pk=link.pk).update(removal=call)
    except StaleSubmission:
        return False
    return True


def removed(call: Call, reply: TokenReply) -> bool:
    with transaction.atomic():
        if not ledger.end(call, CallState.ANSWERED, http_status=reply.received.status, error=""):
            return False
        link = LiveformLink.objects.filter(removal=call).first()
        fields = {"link": str(link.pk)} if link else {}
        events.record("liveform_link_removed", by=VENDOR, submission=call.submission, fields=fields)
    return True
