"""Take the most urgent prepared call and send it to the vendor, holding no lock and no open transaction."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from argos import codes
from argos.client import Client, ImageFile
from argos.errors import (
    AlreadyProcessed,
    Forbidden,
    NotConfigured,
    OutcomeUnknown,
    Refused,
    Throttled,
    Undelivered,
    VendorError,
)
from argos.replies import AccountReply, DeleteReply, ImageReply, ReviewReply, Step1Reply, Step2Reply
from submissions.aml import monitoring
from submissions.core import clock, encryption, metrics
from submissions.liveform import links, removal
from submissions.models import Call, CallKind, Image, Submission
from submissions.outbox import backoff, gate, ledger, rate_budget, stored_replies, vendor_client
from submissions.vendor_sync import concurrency, replies
from submissions.workflow import deadlines

log = logging.getLogger(__name__)

# Many calls of one project wake more threads than it may occupy. One check every two seconds finds calls of others.
STANDS_BACK = 2.0  # seconds
NONE_HOLDS_FOR = timedelta(seconds=1)
_none_besides: tuple[frozenset[UUID], datetime] = frozenset(), datetime.min.replace(tzinfo=UTC)


class CannotRead(Exception):
    """An image of the attempt is missing, altered or not the one that was confirmed."""


def send_next() -> bool:
    """Send one call; return False if there is no call for which this process has a free thread."""
    if (busy := concurrency.busy_projects()) and not _is_waiting_besides(busy):
        time.sleep(STANDS_BACK)
        return False
    with concurrency.thread_slot() as mine, metrics.sent_together():
        call = ledger.take_lease(admit=mine.enter)
        if call is None:
            return False
        with structlog.contextvars.bound_contextvars(call=str(call.pk), operation=call.kind):
            send(call, mine)
            log.info("call done with", extra={"state": call.state, "code": call.error})
    return True


def _is_waiting_besides(projects: list[UUID]) -> bool:
    """Whether another project has a due call.

    With a backlog of one project this reads every prepared call with its submission. So a thread that found none tells
    the others, who for `NONE_HOLDS_FOR` ask only whether a call has become due since.
    """
    global _none_besides
    now, (others, at) = clock.now(), _none_besides
    due = Call.objects.prepared_and_due(now)
    is_known = others.issubset(projects) and timedelta(0) <= now - at < NONE_HOLDS_FOR
    if is_known and not due.filter(not_before__gt=at).exists():
        return False
    if due.exclude(submission__project__in=projects).exists():
        return True
    _none_besides = frozenset(projects), now
    return False


def send(call: Call, slot: concurrency.ThreadSlot) -> None:
    """Process one call with a lease: it becomes answered, refused, requeued or unknown."""
    files = _ready(call)
    if files is None:
        return
    try:
        reply = _asked(call, files, slot)
        TAKES[CallKind(call.kind)](call, reply)
    except VendorError as error:
        _failed(call, error)
    except Exception:
        log.exception("call %s broke while it was under way", call.pk)
        ledger.mark_unknown(call, error="portal_fault")
    else:
        gate.note_contact(call.submission.project, reply.received)


def _asked(call: Call, files: dict[str, ImageFile], slot: concurrency.ThreadSlot) -> Any:
    """Return the vendor's reply and free the thread's slot, because the writes after it delay no other call."""
    try:
        client = vendor_client.client_for(call.submission.project, rate_budget.SHARES[call.kind])
        return ASKS[CallKind(call.kind)](call, client, files)
    finally:
        slot.leave()


def _ready(call: Call) -> dict[str, ImageFile] | None:
    """Return the images to send; None if the call is not sent."""
    try:
        files = _files(call)
        if not gate.has_clock(call.submission.project):
            ledger.requeue(call, error="clock", counts=not clock.is_drifting(call.submission.project))
        elif not deadlines.is_in_time(call.latest_start, call.submission.project):
            ledger.cancel_sent(call, error="deadline")
        elif ledger.holds_lease(call):
            return files
    except CannotRead:
        ledger.cancel_sent(call, error="image_unreadable")
    except OSError as error:
        log.warning("call %s waits: the storage does not give its images (%s)", call.pk, type(error).__name__)
        ledger.requeue(call, error="storage_away", counts=False)
    except Exception:
        log.exception("call %s broke before it left", call.pk)
        ledger.cancel_sent(call, error="portal_fault")
    return None


def _files(call: Call) -> dict[str, ImageFile]:
    if not call.attempt.images:
        return {}
    rows = Image.objects.filter(submission=call.submission_id, pk__in=[entry["id"] for entry in call.attempt.images])
    images = {str(image.pk): image for image in rows.only("submission_id", "name", "content_type", "sha256")}
    return {entry["field"]: _file(images.get(entry["id"]), entry, call.submission) for entry in call.attempt.images}


def _file(image: Image | None, entry: dict[str, str], submission: Submission) -> ImageFile:
    if image is None:
        raise CannotRead(entry["id"])
    image.submission = submission
    try:
        content = image.read()
    except (FileNotFoundError, encryption.CannotOpen) as error:
        raise CannotRead(entry["id"]) from error
    if image.sha256 != entry["sha256"]:
        raise CannotRead(entry["id"])
    return ImageFile(f"{entry['field']}.jpg", content, image.content_type)


def _failed(call: Call, error: VendorError) -> None:
    project = call.submission.project
    match error:
        case Throttled():
            ledger.requeue(call, error="throttled", retry_after=_retry_after(error), counts=False)
        case Undelivered(received=None):
            ledger.requeue(call, error="undelivered")
        case Undelivered():
            wait = _retry_after(error) or backoff.doubled(call)
            ledger.requeue(call, error="too_many_calls", retry_after=wait, counts=False)
        case AlreadyProcessed():
            ledger.mark_unknown(call, error="already_processed", http_status=error.status, reply=_raw(error))
        case Refused():
            _refused(call, error)
        case OutcomeUnknown():
            ledger.mark_unknown(call, error=_name(error), http_status=error.status, reply=_raw(error))
        case NotConfigured():
            ledger.cancel_sent(call, error="not_configured")
        case _:
            ledger.mark_unknown(call, error=_name(error))
    gate.note_end(project, error)


def _refused(call: Call, error: Refused) -> None:
    if call.kind == CallKind.DELETE and _is_gone(error):
        assert error.received is not None
        replies.delete_answered(call, error.received)
        return
    if isinstance(error, Forbidden):
        gate.pause(call.submission.project, codes.advice_on(error).what_happened)
    code = error.kind if isinstance(error, Forbidden) else codes.storable(error.code, error.message)
    code = codes.stop_on(error) or code
    reply = {**_raw(error), "said": error.message or error.code}
    ledger.refuse(call, error=_name(error), code=code, http_status=error.status, reply=reply)


def _is_gone(error: Refused) -> bool:
    """Return whether a repeated deletion failed because the vendor has no copy any more."""
    return "not exist submission" in f"{error.code} {error.message}".casefold() and error.received is not None


def _retry_after(error: Undelivered) -> timedelta | None:
    return timedelta(seconds=error.retry_after) if error.retry_after else None


def _name(error: VendorError) -> str:
    return type(error).__name__.lower()


def _raw(error: Refused | OutcomeUnknown) -> dict[str, Any]:
    return {"body": error.raw[:20_000].decode("utf-8", "replace")}


def _ask_step1(call: Call, client: Client, files: dict[str, ImageFile]) -> Step1Reply:
    return client.step1(call.attempt.values, files)


def _ask_step2(call: Call, client: Client, files: dict[str, ImageFile]) -> Step2Reply:
    return client.step2(call.attempt.values, files)


def _ask_review(call: Call, client: Client, files: dict[str, ImageFile]) -> ReviewReply:
    values = dict(call.attempt.values)
    corrections = {name[len("updateFields.") :]: v for name, v in values.items() if name.startswith("updateFields.")}
    return client.review(
        values["submissionId"], values["status"], values["admin"], values.get("rejectComment", ""), corrections or None
    )


def _ask_account(call: Call, client: Client, files: dict[str, ImageFile]) -> AccountReply:
    v = call.attempt.values
    return client.validate_account(v["submissionId"], v["userName"], v["bankCode"], v["accountNumber"])


def _ask_delete(call: Call, client: Client, files: dict[str, ImageFile]) -> DeleteReply:
    return client.delete(call.attempt.values["submissionId"], call.attempt.values["admin_name"])


def _ask_image(call: Call, client: Client, files: dict[str, ImageFile]) -> ImageReply:
    values = call.attempt.values
    [(kind, file)] = files.items()
    id_type = values.get("idType", "")
    return client.put_image(values["submissionId"], kind, file.content, admin=values["admin"], id_type=id_type)


def _take_step1(call: Call, reply: Step1Reply) -> None:
    if not reply.submission_id and not call.submission.vendor_id:
        ledger.mark_unknown(
            call, error="no_submission_id", http_status=reply.received.status, reply=stored_replies.raw(reply)
        )
    else:
        replies.step1_answered(call, reply)


# For each kind of call: the function that sends it and the function that applies its reply.
ASKS: dict[CallKind, Callable[[Call, Client, dict[str, ImageFile]], Any]] = {
    CallKind.STEP1: _ask_step1,
    CallKind.STEP2: _ask_step2,
    CallKind.REVIEW: _ask_review,
    CallKind.ACCOUNT: _ask_account,
    CallKind.DELETE: _ask_delete,
    CallKind.TOKEN: lambda call, client, files: client.register_token(call.attempt.values["tokenId"]),
    CallKind.UNTOKEN: lambda call, client, files: client.remove_token(call.attempt.values["tokenId"]),
    CallKind.AML_ON: lambda call, client, files: monitoring.ask(call, client),
    CallKind.AML_OFF: lambda call, client, files: monitoring.ask(call, client),
    CallKind.IMAGE: _ask_image,
}
TAKES: dict[CallKind, Callable[[Call, Any], object]] = {
    CallKind.STEP1: _take_step1,
    CallKind.STEP2: replies.step2_answered,
    CallKind.REVIEW: replies.review_answered,
    CallKind.ACCOUNT: replies.account_answered,
    CallKind.DELETE: lambda call, reply: replies.delete_answered(call, reply.received),
    CallKind.TOKEN: links.registered,
    CallKind.UNTOKEN: removal.removed,
    CallKind.AML_ON: replies.monitor_answered,
    CallKind.AML_OFF: replies.monitor_answered,
    CallKind.IMAGE: replies.image_answered,
}
