"""What happened and what comes next, in sentences: calls, notices, events. No rule is decided here."""

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from argos import codes
from submissions.capture import auto_submit, submit
from submissions.core import clock, vendor_text
from submissions.models import (
    Call,
    CallKind,
    CallState,
    Difference,
    DifferenceKind,
    Status,
    Submission,
)
from submissions.outbox import gate, stored_replies
from submissions.vendor_sync import reconcile


@dataclass(frozen=True)
class StatusMessage:
    """`tone`: info, wait, warn or bad; `say` is for the customer."""

    title: str
    text: str
    tone: str = "info"
    say: str = ""


def about_open_call(call: Call) -> StatusMessage:
    """What the page says while a call is open."""
    name = CallKind(call.kind).label
    if call.state == CallState.PREPARED:
        return _waiting(call, str(name))
    if call.state == CallState.SENT:
        return StatusMessage(
            _("%(call)s is with the vendor") % {"call": name}, _("The reply usually takes seconds."), "wait"
        )
    if reconcile.is_stuck(call):
        return StatusMessage(
            _("%(call)s has been unknown for too long") % {"call": name},
            _("The vendor's record does not tell whether it arrived. A manager can settle it with a reason."),
            "bad",
        )
    return StatusMessage(
        _("We do not know yet whether the vendor got %(call)s") % {"call": name}, _how_long(call), "warn"
    )


def _how_long(call: Call) -> str:
    if call.kind == CallKind.ACCOUNT:
        return _(
            "The vendor's record does not show account checks. Ask the bank or the customer, then settle it below."
        )
    asking = _("The portal is asking the vendor. There is nothing to press, and no try is spent twice.")
    how_long = _("It is usually known within about %(minutes)d minutes of the vendor answering again.")
    if call.clear_since:
        how_long = _("It is usually known in about %(minutes)d minutes.")
    return f"{asking} {how_long % {'minutes': max(1, math.ceil(reconcile.known_in(call).total_seconds() / 60))}}"


def _waiting(call: Call, name: str) -> StatusMessage:
    seconds = max(0, int((call.not_before - clock.now()).total_seconds()))
    if call.error == "too_many_calls":
        text = _("The vendor takes no more calls at the moment; no try was spent. Next try in %(seconds)d s.")
        return StatusMessage(_("%(call)s waits for the vendor") % {"call": name}, text % {"seconds": seconds}, "warn")
    if call.kind == CallKind.REVIEW and not call.undelivered:
        return StatusMessage(_("The decision leaves in a moment"), _("Until then it can be taken back."), "wait")
    if call.undelivered:
        text = _("The vendor could not be reached %(times)d times; no try was spent. Next try in %(seconds)d s.")
        return StatusMessage(
            _("%(call)s waits for the vendor") % {"call": name},
            text % {"times": call.undelivered, "seconds": seconds},
            "warn",
        )
    if why := gate.why_closed(call.submission.project):
        return StatusMessage(_("%(call)s is kept here and not sent yet") % {"call": name}, why, "warn")
    return StatusMessage(
        _("%(call)s is about to be sent") % {"call": name}, _("A worker takes it in a moment."), "wait"
    )


def about_notice(submission: Submission, last: Call | None) -> StatusMessage | None:
    """Why the submission is back where it was before the press."""
    if not submission.notice:
        return None
    if last and last.state == CallState.REFUSED:
        return _about_refusal(last)
    texts = {
        "deadline": _("The 24 hours were over before it could be sent. Nothing was sent."),
        "taken_back": _("You took it back before it left. Nothing was sent, no try was spent."),
        "undone": _("The decision was taken back before it left."),
        "never_arrived": _("The vendor never got the last call: two reads of its record show it. Send it again."),
        "not_delivered": _("The vendor could not be reached. Nothing was sent and no try was spent. Try again later."),
        "portal_fault": _("The portal itself failed before anything left. Nothing was sent; tell an administrator."),
        "no_try_left": _(
            "This selfie was not sent: an earlier one had reached the vendor after all, and with it three tries have "
            "been used. The vendor decides now."
        ),
        "image_unreadable": _("A stored image could not be read. Upload it again, then send."),
        "not_configured": _(
            "The project has no usable address or key. An administrator must set it. Nothing was sent."
        ),
    }
    text = texts.get(submission.notice)
    return StatusMessage(_("Not sent"), text, "warn") if text else _about_stop(submission)


def _about_stop(submission: Submission) -> StatusMessage | None:
    """Why Step 2 did not follow by itself; told until something is sent."""
    text = auto_submit.stop_reasons().get(submission.notice) if submission.status == Status.CONFIRMING else None
    return StatusMessage(_("Step 2 did not follow by itself; no selfie was sent"), text, "warn") if text else None


def about_reading(submission: Submission) -> StatusMessage | None:
    """Nothing to compare with, so that the fields are not confirmed but filled in."""
    if submission.status != Status.CONFIRMING or not submit.is_unread(submission):
        return None
    return StatusMessage(
        _("Nothing was read"), _("The vendor read nothing on this ID; copy every value from it."), "warn"
    )


def _about_refusal(call: Call) -> StatusMessage:
    told = codes.advice_for(call.error_code, stored_replies.refusal(call), "error")
    gateway = codes.TABLES["gateway"]
    if call.error == "forbidden":
        told = gateway.get(f"forbidden_{call.error_code}") or gateway["forbidden"]
    advice = vendor_text.advice_words(gateway["too_large"] if call.error == "toolarge" else told)
    title = _("The vendor refused %(call)s; no try was spent") % {"call": CallKind(call.kind).label}
    if call.kind == CallKind.REVIEW:
        title = _("The vendor did not take the verdict; what you typed is in the form again")
    return StatusMessage(title, f"{advice.what_happened} {advice.do}", "bad", advice.say)


def about_retry(submission: Submission) -> StatusMessage | None:
    """The retry code as what happened, what to say and what to do; the vendor's own text for an unknown one."""
    if submission.status not in (Status.STEP1_RETRY, Status.INCOMPLETE):
        return None
    surface = "step1_retry" if submission.status == Status.STEP1_RETRY else "step2_retry"
    advice = vendor_text.advice_words(codes.advice_for(submission.retry_code, submission.retry_message, surface))
    return StatusMessage(advice.what_happened, advice.do, "warn", advice.say)


def about_account(call: Call) -> StatusMessage | None:
    """An account check that the vendor did not accept: its code as advice, and the vendor's own count of failures."""
    if call.error != "account_refused":
        return None
    reply = stored_replies.account(call)
    advice = vendor_text.advice_words(codes.advice_for(call.error_code, reply.message if reply else "", "error"))
    count = reply.retry_count if reply else None
    counted = ngettext(
        "The vendor counts %(count)s failed account check.",
        "The vendor counts %(count)s failed account checks.",
        count or 0,
    )
    text = f"{advice.do} {counted % {'count': count}}" if count is not None else advice.do
    return StatusMessage(advice.what_happened, text, "warn", advice.say)


def about_end(submission: Submission) -> StatusMessage | None:
    """The verdict, and where it came from."""
    if submission.status == Status.ABANDONED:
        text = _("No Step 2 was sent in time, or the customer gave up. A fresh one can be started from this data.")
        return StatusMessage(_("Closed without Step 2"), text, "info")
    if submission.status == Status.OVERDUE:
        text = _("The 24 hours ran out after a selfie was tried. It is locked; the vendor is asked for its word.")
        return StatusMessage(_("Overdue"), text, "bad")
    if submission.status not in (Status.APPROVED, Status.REJECTED):
        return None
    by = submission.decided_by.name if submission.decided_by else submission.get_source_display()
    title = _("Approved by %(by)s") if submission.status == Status.APPROVED else _("Rejected by %(by)s")
    advice = [vendor_text.advice_words(codes.advice_for(code, "", "reject")) for code in submission.vendor_codes]
    text = " ".join(f"{row.what_happened} {row.do}" for row in advice)
    say = advice[0].say if advice else ""
    return StatusMessage(title % {"by": by}, text, "good" if submission.status == Status.APPROVED else "bad", say)


def about_difference(row: Difference) -> StatusMessage:
    """What disagrees, and what a person should make of it."""
    texts = {
        DifferenceKind.STATUS: _(
            "We hold %(ours)s, the vendor %(theirs)s. A final word here is never overwritten: settle it with them."
        ),
        DifferenceKind.DECISION: _(
            "Our reviewer's verdict is %(ours)s, the vendor shows %(theirs)s. Ours stands until a person has spoken to "
            "the vendor."
        ),
        DifferenceKind.TRIES: _("We hold %(ours)s selfie tries as processed, the vendor lists %(theirs)s."),
        DifferenceKind.NO_RECORD: _("The vendor says it has no such record. It may have been deleted there."),
        DifferenceKind.SECOND_RECORD: _(
            "The vendor holds another record with our reference (%(theirs)s). Nothing here uses it: have it deleted."
        ),
        DifferenceKind.UNKNOWN_HERE: _(
            "The vendor holds a record with our reference (%(theirs)s) that this database no longer knows. File the "
            "customer anew, or have the record deleted there."
        ),
    }
    pair = {"ours": row.ours or "–", "theirs": row.theirs or "–"}
    return StatusMessage(str(row.get_kind_display()), texts[DifferenceKind(row.kind)] % pair, "bad")
