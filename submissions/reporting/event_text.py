"""Texts of audit events for the timeline and the evidence pack."""

from typing import Any

from django.utils.translation import gettext as _

from submissions.audit.events import SYSTEM, VENDOR
from submissions.capture import auto_submit
from submissions.capture.fields import form_fields
from submissions.core import vendor_terms
from submissions.models import DifferenceKind, Event, ImageKind, Verdict


def event_title(event: Event) -> str:
    """Return one line of the timeline; an unlisted kind shows its name."""
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


def warning_label(code: str) -> str:
    """Return a short label of a warning that a reviewer ticked (`review.decisions.warnings_of`), by its stored code."""
    kind, _colon, name = code.partition(":")
    if kind == "edited":
        return _("%(field)s changed") % {"field": form_fields.label_of(name)}
    labels = {
        "face_low": _("face similarity too low"),
        "liveness_low": _("liveness too low"),
        "selfies_refused": _("earlier selfies refused"),
        "expired_id": _("ID expired"),
        "nothing_read": _("nothing read from the ID"),
        "duplicate": _("same person elsewhere"),
        "differs": _("vendor's record differs"),
    }
    return labels.get(code, code)


def actor_name(event: Event) -> str:
    """Return the actor: the user name at that time, or the portal or the vendor."""
    return {VENDOR.name: _("the vendor"), SYSTEM.name: _("the portal")}.get(event.actor_name, event.actor_name)


def event_details(event: Event) -> str:
    """Return the references and codes of an event, without names of persons or values."""
    names = (
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
    fields = {name: event.fields[name] for name in names if event.fields.get(name)}
    return ", ".join(_detail(name, part) for name, item in fields.items() for part in _as_list(item))


def _as_list(item: object) -> list[object]:
    return item if isinstance(item, list) else [item]


def _detail(name: str, part: object) -> str:
    """Return the label of a field, image, verdict or code of ours; the vendor's codes unchanged."""
    if name == "trigger":
        return vendor_terms.quoted(str(part))
    labels: dict[str, dict[str, Any]] = {
        "changed": form_fields.LABELS,
        "image_kind": dict(ImageKind.choices),
        "verdict": dict(Verdict.choices),
        "what": dict(DifferenceKind.choices),
        "why": {**vendor_terms.OURS, **auto_submit.stop_reasons()},
        **dict.fromkeys(("error", "as", "outcome"), vendor_terms.OURS),
    }
    return str(labels.get(name, {}).get(str(part), part))
