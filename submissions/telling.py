"""What happened and what comes next, in sentences: calls, notices, events. No rule is decided here."""

import math
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from argos import codes
from submissions import clock, fields, follow, steps, vendor_words, wording
from submissions.calls import gate, kept, settle
from submissions.events import SYSTEM, VENDOR
from submissions.models import (
    Call,
    CallKind,
    CallState,
    Difference,
    DifferenceKind,
    Event,
    ImageKind,
    Status,
    Submission,
    Verdict,
)


@dataclass(frozen=True)
class Told:
    """`tone`: info, wait, warn or bad; `say` is for the customer."""

    title: str
    text: str
    tone: str = "info"
    say: str = ""


def about_open_call(call: Call) -> Told:
    """What the page says while a call is open."""
    name = CallKind(call.kind).label
    if call.state == CallState.PREPARED:
        return _waiting(call, str(name))
    if call.state == CallState.SENT:
        return Told(_("%(call)s is with the vendor") % {"call": name}, _("The reply usually takes seconds."), "wait")
    if settle.is_stuck(call):
        return Told(
            _("%(call)s has been unknown for too long") % {"call": name},
            _("The vendor's record does not tell whether it arrived. A manager can settle it with a reason."),
            "bad",
        )
    return Told(_("We do not know yet whether the vendor got %(call)s") % {"call": name}, _how_long(call), "warn")


def _how_long(call: Call) -> str:
    if call.kind == CallKind.ACCOUNT:
        return _(
            "The vendor's record does not show account checks. Ask the bank or the customer, then settle it below."
        )
    asking = _("The portal is asking the vendor. There is nothing to press, and no try is spent twice.")
    how_long = _("It is usually known within about %(minutes)d minutes of the vendor answering again.")
    if call.clear_since:
        how_long = _("It is usually known in about %(minutes)d minutes.")
    return f"{asking} {how_long % {'minutes': max(1, math.ceil(settle.known_in(call).total_seconds() / 60))}}"


def _waiting(call: Call, name: str) -> Told:
    seconds = max(0, int((call.not_before - clock.now()).total_seconds()))
    if call.error == "too_many_calls":
        text = _("The vendor takes no more calls at the moment; no try was spent. Next try in %(seconds)d s.")
        return Told(_("%(call)s waits for the vendor") % {"call": name}, text % {"seconds": seconds}, "warn")
    if call.kind == CallKind.REVIEW and not call.undelivered:
        return Told(_("The decision leaves in a moment"), _("Until then it can be taken back."), "wait")
    if call.undelivered:
        text = _("The vendor could not be reached %(times)d times; no try was spent. Next try in %(seconds)d s.")
        return Told(
            _("%(call)s waits for the vendor") % {"call": name},
            text % {"times": call.undelivered, "seconds": seconds},
            "warn",
        )
    if why := gate.why_closed(call.submission.project):
        return Told(_("%(call)s is kept here and not sent yet") % {"call": name}, why, "warn")
    return Told(_("%(call)s is about to be sent") % {"call": name}, _("A worker takes it in a moment."), "wait")


def about_notice(submission: Submission, last: Call | None) -> Told | None:
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
    return Told(_("Not sent"), text, "warn") if text else _about_stop(submission)


def _about_stop(submission: Submission) -> Told | None:
    """Why Step 2 did not follow by itself; told until something is sent."""
    text = _stops().get(submission.notice) if submission.status == Status.CONFIRMING else None
    return Told(_("Step 2 did not follow by itself; no selfie was sent"), text, "warn") if text else None


def _stops() -> dict[str, str]:
    return {
        follow.Stop.RETRY_USED: _("The ID had to be taken again, so look at what was read this time."),
        follow.Stop.ANY: _("The vendor could not tell the ID type. Choose it, confirm the data, then send Step 2."),
        follow.Stop.ACCOUNT: _("The account check comes first. Do it below, then send Step 2."),
        follow.Stop.FINDINGS: _("The check of a picture found something. Look at it, or take it again."),
        follow.Stop.NOTHING_READ: _("The vendor read nothing on this ID; copy every value from it."),
        follow.Stop.NOT_CONFIRMED: _("The vendor read values that nobody had typed. Confirm them with the customer."),
        follow.Stop.DIFFERS: _("What was read is not what you typed. Compare the marked fields with the ID."),
        follow.Stop.NOT_READY: _("Something is missing or wrong. Press Send Step 2 to see what."),
        follow.Stop.TOO_LATE: _("It is too late for this submission, or no try is left."),
    }


def about_reading(submission: Submission) -> Told | None:
    """Nothing to compare with, so that the fields are not confirmed but filled in."""
    if submission.status != Status.CONFIRMING or not steps.is_unread(submission):
        return None
    return Told(_("Nothing was read"), _("The vendor read nothing on this ID; copy every value from it."), "warn")


def _about_refusal(call: Call) -> Told:
    told = codes.advice_for(call.error_code, kept.refusal(call), "error")
    gateway = codes.TABLES["gateway"]
    if call.error == "forbidden":
        told = gateway.get(f"forbidden_{call.error_code}") or gateway["forbidden"]
    advice = wording.of_advice(gateway["too_large"] if call.error == "toolarge" else told)
    title = _("The vendor refused %(call)s; no try was spent") % {"call": CallKind(call.kind).label}
    if call.kind == CallKind.REVIEW:
        title = _("The vendor did not take the verdict; what you typed is in the form again")
    return Told(title, f"{advice.what_happened} {advice.do}", "bad", advice.say)


def about_retry(submission: Submission) -> Told | None:
    """The retry code as what happened, what to say and what to do; the vendor's own text for an unknown one."""
    if submission.status not in (Status.STEP1_RETRY, Status.INCOMPLETE):
        return None
    surface = "step1_retry" if submission.status == Status.STEP1_RETRY else "step2_retry"
    advice = wording.of_advice(codes.advice_for(submission.retry_code, submission.retry_message, surface))
    return Told(advice.what_happened, advice.do, "warn", advice.say)


def about_account(call: Call) -> Told | None:
    """An account check that the vendor did not accept: its code as advice, and the vendor's own count of failures."""
    if call.error != "account_refused":
        return None
    reply = kept.account(call)
    advice = wording.of_advice(codes.advice_for(call.error_code, reply.message if reply else "", "error"))
    count = reply.retry_count if reply else None
    counted = ngettext(
        "The vendor counts %(count)s failed account check.",
        "The vendor counts %(count)s failed account checks.",
        count or 0,
    )
    text = f"{advice.do} {counted % {'count': count}}" if count is not None else advice.do
    return Told(advice.what_happened, text, "warn", advice.say)


def about_end(submission: Submission) -> Told | None:
    """The verdict, and where it came from."""
    if submission.status == Status.ABANDONED:
        text = _("No Step 2 was sent in time, or the customer gave up. A fresh one can be started from this data.")
        return Told(_("Closed without Step 2"), text, "info")
    if submission.status == Status.OVERDUE:
        text = _("The 24 hours ran out after a selfie was tried. It is locked; the vendor is asked for its word.")
        return Told(_("Overdue"), text, "bad")
    if submission.status not in (Status.APPROVED, Status.REJECTED):
        return None
    by = submission.decided_by.name if submission.decided_by else submission.get_source_display()
    title = _("Approved by %(by)s") if submission.status == Status.APPROVED else _("Rejected by %(by)s")
    advice = [wording.of_advice(codes.advice_for(code, "", "reject")) for code in submission.vendor_codes]
    text = " ".join(f"{row.what_happened} {row.do}" for row in advice)
    say = advice[0].say if advice else ""
    return Told(title % {"by": by}, text, "good" if submission.status == Status.APPROVED else "bad", say)


def about_difference(row: Difference) -> Told:
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
    return Told(str(row.get_kind_display()), texts[DifferenceKind(row.kind)] % pair, "bad")


def about_event(event: Event) -> str:
    """One line of the timeline; kinds that are not listed show their name."""
    texts = {
        "draft_created": _("Draft created"),
        "values_changed": _("Values changed"),
        "values_corrected": _("Values corrected with the verdict"),
        "image_added": _("Image added"),
        "finding_overruled": _("A finding of the picture check was overruled"),
        "step1_prepared": _("Step 1 pressed"),
        "step1_read": _("The vendor accepted the ID"),
        "step1_retry_wanted": _("The vendor wants another ID image"),
        "step1_not_delivered": _("Step 1 did not go through"),
        "step2_prepared": _("Step 2 pressed"),
        "step2_not_delivered": _("Step 2 did not go through"),
        "try_not_accepted": _("The vendor did not accept the selfie"),
        "pending": _("Pending: waits for a decision"),
        "approved": _("Approved"),
        "rejected": _("Rejected"),
        "deadline_passed": _("The 24 hours ran out"),
        "closed_without_step2": _("Closed without Step 2"),
        "given_up": _("Closed: the customer gave up"),
        "claimed": _("Claimed for review"),
        "claim_released": _("Claim released"),
        "verdict_given": _("Verdict given"),
        "first_verdict": _("First verdict given"),
        "decision_prepared": _("Decision on its way"),
        "decision_not_sent": _("Decision not sent"),
        "call_unknown": _("Not known whether the vendor got the call"),
        "call_settled": _("Settled by reading the vendor's record"),
        "vendor_asked": _("The vendor was asked"),
        "call_corrected": _("A call that was given up had arrived after all"),
        "call_found": _("The vendor has a call that we no longer knew of"),
        "difference_seen": _("Difference looked at"),
        "difference_found": _("The vendor's record differs from ours"),
        "difference_gone": _("The vendor's record agrees again"),
        "image_opened": _("Image opened"),
        "looked": _("Opened"),
        "revealed": _("Numbers revealed"),
        "subject_exported": _("Downloaded for the applicant"),
        "erasure_asked": _("Erasure asked for"),
        "erased": _("Values and images erased"),
        "legal_hold_set": _("Put on legal hold"),
        "legal_hold_lifted": _("Legal hold lifted"),
        "relationship_ended": _("The relationship has ended"),
        "note_added": _("Note added"),
        "webhook": _("The vendor sent a hint"),
        "account_checked": _("Account checked"),
        "capture_joined": _("Captures it in a colleague's place"),
        "reason_given": _("Reason typed to send it all the same"),
        "restarted": _("Started again as a fresh submission"),
        "assigned": _("Assigned"),
        "follow_stopped": _("Step 2 did not follow by itself"),
        "consent_recorded": _("The customer consented"),
        "consent_withdrawn": _("Consent taken back before anything was sent"),
        "called_back": _("Called back"),
        "verdict_passed_on": _("The verdict was passed on to the customer"),
        "handed_over": _("Handed over"),
        "agent_asked": _("The agent was asked"),
        "agent_answered": _("The agent answered"),
        "first_verdict_withdrawn": _("First verdict taken back"),
        "verdict_withdrawn": _("Verdict taken back"),
        "image_preloaded": _("Image fetched ahead"),
        "phone_link_made": _("Link for the customer's phone made"),
        "phone_link_mailed": _("Link for the customer's phone sent by e-mail"),
        "phone_link_revoked": _("Link for the customer's phone revoked"),
        "evidence_pack_made": _("Evidence pack made"),
        "deleted_at_vendor": _("Deleted at the vendor"),
        "given_up_because": _("Why it was closed"),
    }
    return texts.get(event.kind, event.kind.replace("_", " "))


def actor_of(event: Event) -> str:
    """Who did it: a user name as it was, or which side did it by itself."""
    return {VENDOR.name: _("the vendor"), SYSTEM.name: _("the portal")}.get(event.actor_name, event.actor_name)


def details_of(event: Event) -> str:
    """The references and codes of an event, without names of persons or values."""
    wanted = (
        "retry_code",
        "changed",
        "image_kind",
        "verdict",
        "reason",
        "why",
        "error",
        "as",
        "trigger",
        "codes",
        "what",
        "outcome",
        "author",
    )
    found = {name: event.fields[name] for name in wanted if event.fields.get(name)}
    return ", ".join(_detail(name, part) for name, item in found.items() for part in _as_list(item))


def _as_list(item: object) -> list[object]:
    return item if isinstance(item, list) else [item]


def _detail(name: str, part: object) -> str:
    """Fields, images and verdicts by their names, our codes in words; the vendor's as they are."""
    if name == "trigger":
        return vendor_words.quoted(str(part))
    said: dict[str, dict[str, Any]] = {
        "changed": fields.LABELS,
        "image_kind": dict(ImageKind.choices),
        "verdict": dict(Verdict.choices),
        "what": dict(DifferenceKind.choices),
        "why": {**vendor_words.OURS, **_stops()},
        **dict.fromkeys(("error", "as", "outcome"), vendor_words.OURS),
    }
    return str(said.get(name, {}).get(str(part), part))
