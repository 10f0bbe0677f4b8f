"""Messages about calls, notices and events: what happened and what is next. This module decides no rules."""

import math
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from argos import codes
from submissions.capture import auto_submit, submit
from submissions.capture.fields import form_fields
from submissions.core import clock, encryption, masking, vendor_text
from submissions.core.vendor_text import named
from submissions.models import (
    Call,
    CallKind,
    CallState,
    Difference,
    DifferenceKind,
    ImageKind,
    Status,
    Submission,
)
from submissions.outbox import evidence, gate, stored_replies
from submissions.review import questions, reject_reasons
from submissions.vendor_sync import reconcile

TAKEN_WITHIN = timedelta(seconds=30)  # a worker that runs takes a due request within seconds
IMAGES = {
    "idImage": ImageKind.ID_FRONT,
    "idBackImage": ImageKind.ID_BACK,
    "selfieImage": ImageKind.SELFIE,
    "addressImage": ImageKind.ADDRESS,
}


@dataclass(frozen=True)
class StatusMessage:
    """`tone`: info, wait, warn or bad. `say`: for the customer. `values`: the values that differ."""

    title: str
    text: str
    tone: str = "info"
    say: str = ""
    values: Sequence[tuple[str, str, str]] = ()  # field, ours and theirs, masked


def about_open_call(call: Call) -> StatusMessage:
    """Return the message while a call is open."""
    name, argos = CallKind(call.kind).label, call.submission.project.vendor_name
    if call.state == CallState.PREPARED:
        return _waiting(call, str(name))
    if call.state == CallState.SENT:
        return StatusMessage(_("%(call)s in progress") % {"call": name}, _("The reply usually takes seconds."), "wait")
    if reconcile.is_stuck(call):
        return StatusMessage(
            _("%(call)s: outcome unknown, action needed") % {"call": name},
            named(
                _("The ARGOS record does not confirm receipt. A manager can resolve it manually with a reason."), argos
            ),
            "bad",
        )
    return StatusMessage(_("%(call)s: outcome unknown") % {"call": name}, _how_long(call), "warn")


def _how_long(call: Call) -> str:
    argos = call.submission.project.vendor_name
    if call.kind == CallKind.ACCOUNT:
        text = _(
            "The ARGOS record does not show account verification. Ask the bank or the customer, then resolve it below."
        )
        return named(text, argos)
    asking = _("The portal is checking with ARGOS. Do not send again; no attempt is used twice.")
    how_long = _("The outcome is usually known about %(minutes)d min after ARGOS is available again.")
    if call.clear_since:
        how_long = _("It is usually known in about %(minutes)d minutes.")
    minutes = max(1, math.ceil(reconcile.known_in(call).total_seconds() / 60))
    return f"{named(asking, argos)} {named(how_long, argos) % {'minutes': minutes}}"


def _waiting(call: Call, name: str) -> StatusMessage:
    seconds = max(0, int((call.not_before - clock.now()).total_seconds()))
    argos = call.submission.project.vendor_name
    away = named(_("%(call)s queued: ARGOS is unavailable"), argos) % {"call": name}
    if call.error == "too_many_calls":
        text = _("ARGOS accepts no more requests at the moment. No attempt was used. Retry in %(seconds)d s.")
        return StatusMessage(away, named(text, argos) % {"seconds": seconds}, "warn")
    if call.undelivered:
        text = _("ARGOS was unavailable %(times)d times. No attempt was used. Retry in %(seconds)d s.")
        return StatusMessage(away, named(text, argos) % {"times": call.undelivered, "seconds": seconds}, "warn")
    if why := gate.why_closed(call.submission.project):
        return StatusMessage(_("%(call)s queued") % {"call": name}, why, "warn")
    if clock.now() - call.not_before > TAKEN_WITHIN:
        text = _("No worker of the portal has sent it yet. If this lasts, tell an administrator.")
        return StatusMessage(_("%(call)s queued") % {"call": name}, text, "warn")
    if call.kind == CallKind.REVIEW:
        return StatusMessage(_("The decision will be sent in a moment"), _("Undo is possible until then."), "wait")
    return StatusMessage(
        _("%(call)s is about to be sent") % {"call": name}, _("A worker takes it in a moment."), "wait"
    )


def about_notice(submission: Submission, last: Call | None) -> StatusMessage | None:
    """Return why the submission is back in its state before the last action."""
    if not submission.notice:
        return None
    if last and last.state == CallState.REFUSED:
        return _about_refusal(last, submission.project.vendor_name)
    texts = {
        "deadline": _("The 24-hour limit passed before it was sent. Nothing was sent."),
        "taken_back": _("Cancelled before sending. No attempt was used."),
        "undone": _("The decision was undone before it was sent."),
        "never_arrived": _(
            "ARGOS did not receive the last request: two reads of its record confirm it. Send it again."
        ),
        "not_delivered": _("ARGOS is unavailable. Nothing was sent and no attempt was used. Try again later."),
        "portal_fault": _("The portal failed before sending. Nothing was sent. Tell an administrator."),
        "no_try_left": _(
            "Selfie not sent: ARGOS had received an earlier one, so all 3 attempts are used. ARGOS decides now."
        ),
        "image_unreadable": _("A stored image could not be read. Upload it again, then send."),
        "not_configured": _(
            "The project has no usable address or key. An administrator must set it. Nothing was sent."
        ),
    }
    text = texts.get(submission.notice)
    if not text:
        return _about_stop(submission)
    return StatusMessage(_("Not sent"), named(text, submission.project.vendor_name), "warn")


def _about_stop(submission: Submission) -> StatusMessage | None:
    """Return why Step 2 was not sent automatically; shown until something is sent."""
    text = auto_submit.stop_reasons().get(submission.notice) if submission.status == Status.CONFIRMING else None
    if not text:
        return None
    told = named(text, submission.project.vendor_name)
    return StatusMessage(_("Automatic Step 2 stopped; no selfie was sent"), told, "warn")


def about_reading(submission: Submission) -> StatusMessage | None:
    """Return a message if there are no OCR values, so that the user must enter all fields."""
    if submission.status != Status.CONFIRMING or not submit.is_unread(submission):
        return None
    text = _("ARGOS read no values from this ID. Enter every value as shown on it.")
    return StatusMessage(_("No values read"), named(text, submission.project.vendor_name), "warn")


def _about_refusal(call: Call, argos: str) -> StatusMessage:
    refusal = codes.advice_for(call.error_code, stored_replies.refusal(call), "error")
    gateway = codes.TABLES["gateway"]
    if call.error == "forbidden":
        refusal = gateway.get(f"forbidden_{call.error_code}") or gateway["forbidden"]
    if call.error_code in codes.STOPS:
        refusal = gateway[call.error_code]
    advice = vendor_text.advice_words(gateway["too_large"] if call.error == "toolarge" else refusal, argos)
    title = named(_("ARGOS refused %(call)s; no attempt was used"), argos) % {"call": CallKind(call.kind).label}
    if call.kind == CallKind.REVIEW:
        title = named(_("ARGOS refused the decision. Your entries were restored."), argos)
    return StatusMessage(title, f"{advice.what_happened} {advice.do}", "bad", advice.say)


def about_retry(submission: Submission) -> StatusMessage | None:
    """Return the meaning of the retry code, what to say and what to do; the vendor's text for an unknown one."""
    if submission.status not in (Status.STEP1_RETRY, Status.INCOMPLETE):
        return None
    surface = "step1_retry" if submission.status == Status.STEP1_RETRY else "step2_retry"
    found = codes.advice_for(submission.retry_code, submission.retry_message, surface)
    advice = vendor_text.advice_words(found, submission.project.vendor_name)
    return StatusMessage(advice.what_happened, advice.do, "warn", advice.say)


def further_retries(submission: Submission) -> list[StatusMessage]:
    """The second and later reasons of the same retry, each as advice; `say` is its code."""
    if submission.status not in (Status.STEP1_RETRY, Status.INCOMPLETE):
        return []
    surface = "step1_retry" if submission.status == Status.STEP1_RETRY else "step2_retry"
    found = [(code, codes.advice_for(code, message, surface)) for code, message in submission.more_retries]
    words = [(code, vendor_text.advice_words(advice, submission.project.vendor_name)) for code, advice in found]
    return [StatusMessage(advice.what_happened, advice.do, "warn", code) for code, advice in words]


def last_reasons(submission: Submission) -> list[str]:
    """Return the codes of the last retry where no further attempt followed it."""
    return submission.last_retry if submission.status in (Status.REJECTED, Status.OVERDUE) else []


def about_later_images(calls: Iterable[Call], argos: str) -> dict[uuid.UUID, StatusMessage]:
    """What became of each image that was added later, by the image's id; the last call of an image counts."""
    sent = [call for call in calls if call.kind == CallKind.IMAGE and call.attempt.images]
    return {uuid.UUID(call.attempt.images[0]["id"]): _about_later_image(call, argos) for call in sent}


def _about_later_image(call: Call, argos: str) -> StatusMessage:
    kind = {name: label for label, name in _later_names()}.get(call.attempt.images[0]["field"], "")
    if call.is_open:
        return StatusMessage(named(_("Being sent to ARGOS: %(kind)s"), argos) % {"kind": kind}, "", "wait")
    if call.state == CallState.ANSWERED or call.settled_as in evidence.ARRIVED_AS:
        return StatusMessage(named(_("Added to the ARGOS record: %(kind)s"), argos) % {"kind": kind}, "", "good")
    if call.state == CallState.REFUSED:
        told = _about_refusal(call, argos)
        return StatusMessage(told.title, told.text, "bad")
    title = named(_("Not added to the ARGOS record: %(kind)s"), argos) % {"kind": kind}
    return StatusMessage(title, _("Send it again."), "warn")


def _later_names() -> list[tuple[str, str]]:
    return [(str(kind.label), name) for kind, name in questions.LATER_FIELDS.items()]


def about_account(call: Call) -> StatusMessage | None:
    """Return advice about a failed account check, and the vendor's count of failures."""
    if call.error != "account_refused":
        return None
    reply = stored_replies.account(call)
    found = codes.advice_for(call.error_code, reply.message if reply else "", "error")
    argos = call.submission.project.vendor_name
    advice = vendor_text.advice_words(found, argos)
    count = reply.retry_count if reply else None
    counted = ngettext(
        "ARGOS counts %(count)s failed account verification.",
        "ARGOS counts %(count)s failed account verifications.",
        count or 0,
    )
    text = f"{advice.do} {named(counted, argos) % {'count': count}}" if count is not None else advice.do
    return StatusMessage(advice.what_happened, text, "warn", advice.say)


def about_end(submission: Submission) -> StatusMessage | None:
    """Return the decision, and who made it."""
    argos = submission.project.vendor_name
    if submission.status == Status.ABANDONED:
        text = _("No Step 2 in time, or the customer stopped. You can start a new submission with this data.")
        return StatusMessage(_("Abandoned"), text, "info")
    if submission.status == Status.OVERDUE:
        text = named(_("Limit passed after a selfie. Locked; checking the ARGOS result."), argos)
        return StatusMessage(_("Past 24 h"), text, "bad")
    if submission.status not in (Status.APPROVED, Status.REJECTED):
        return None
    by = submission.decided_by.name if submission.decided_by else named(submission.get_source_display(), argos)
    title = _("Approved by %(by)s") if submission.status == Status.APPROVED else _("Rejected by %(by)s")
    text, say = reject_reasons.why_rejected(submission)
    return StatusMessage(title % {"by": by}, text, "good" if submission.status == Status.APPROVED else "bad", say)


def about_difference(row: Difference) -> StatusMessage:
    """Return what differs, and what it means for the user."""
    texts = {
        DifferenceKind.STATUS: _(
            "Portal: %(ours)s, ARGOS: %(theirs)s. The portal keeps its final status. Clarify it with ARGOS."
        ),
        DifferenceKind.DECISION: _(
            "Decision in the portal: %(ours)s, ARGOS: %(theirs)s. The portal keeps its decision. Clarify it with ARGOS."
        ),
        DifferenceKind.TRIES: _("Selfie attempts in the portal: %(ours)s, at ARGOS: %(theirs)s."),
        DifferenceKind.DATA: _("ARGOS stores other values than it received. Clarify with ARGOS which ones are right."),
        DifferenceKind.IMAGES: _("Images sent: %(ours)s. Images stored at ARGOS: %(theirs)s."),
        DifferenceKind.NO_RECORD: _("ARGOS has no such record. It may have been deleted there."),
        DifferenceKind.SECOND_RECORD: _(
            "ARGOS has another record with this reference (%(theirs)s). The portal does not use it: have it deleted."
        ),
        DifferenceKind.UNKNOWN_HERE: _(
            "ARGOS has a record with a portal reference (%(theirs)s) that is not in this database. Start a new "
            "submission, or have the record deleted at ARGOS."
        ),
    }
    sides = (row.ours, row.theirs)
    ours, theirs = map(_image_labels, sides) if row.kind == DifferenceKind.IMAGES else sides
    argos = row.project.vendor_name
    text = named(texts[DifferenceKind(row.kind)], argos) % {"ours": ours or "–", "theirs": theirs or "–"}
    return StatusMessage(named(row.get_kind_display(), argos), text, "bad", values=_differing_values(row))


def _image_labels(names: str) -> str:
    """Return ARGOS's names of images in words."""
    return ", ".join(str(IMAGES[name].label) if name in IMAGES else name for name in names.split(", "))


def _differing_values(row: Difference) -> list[tuple[str, str, str]]:
    """Return (field, ours, theirs), numbers masked; sides that look alike then say that hidden characters differ."""
    if row.kind != DifferenceKind.DATA:
        return []
    try:
        pairs = row.values
    except encryption.CannotOpen:
        return []
    return [(form_fields.label_of(name), *_masked_pair(name, ours, theirs)) for name, (ours, theirs) in pairs.items()]


def _masked_pair(name: str, ours: str, theirs: str) -> tuple[str, str]:
    left, right = masking.masked(name, ours), masking.masked(name, theirs)
    return left, right if right != left else _("%(value)s (hidden characters differ)") % {"value": right}
