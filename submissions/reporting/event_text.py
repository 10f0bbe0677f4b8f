"""Texts of audit events for the timeline and the evidence pack."""

from typing import Any

from django.utils.translation import gettext as _

from submissions.audit.events import SYSTEM, VENDOR
from submissions.capture import auto_submit
from submissions.capture.fields import form_fields
from submissions.capture.phone_links import CARRIES
from submissions.core import vendor_terms
from submissions.core.vendor_text import ARGOS, named
from submissions.invitations import retakes
from submissions.models import AmlOutcome, AmlSource, Channel, DifferenceKind, Event, ImageKind, Occasion, Verdict
from submissions.review import reject_reasons
from submissions.signals import warning_texts


def event_title(event: Event, vendor_name: str = ARGOS) -> str:
    """Return one line of the timeline; an unlisted kind shows its name."""
    texts = {
        "draft_created": _("Draft created"),
        "values_changed": _("Details changed"),
        "values_corrected": _("Details corrected with the decision"),
        "image_added": _("Image added"),
        "resident_number_redacted": _("Resident number redacted on the ID image"),
        "redaction_area_missing": _("Image waits for a person: no usable coordinates of the resident number"),
        "no_resident_number": _("No resident number on the image"),
        "original_destroyed": _("Original image destroyed"),
        "virtual_camera_opened": _("Virtual camera opened"),
        "finding_overruled": _("Image check overridden"),
        "step1_prepared": _("Step 1 sent"),
        "step1_read": _("ID accepted by ARGOS"),
        "step1_retry_wanted": _("Retry requested: ID image"),
        "step1_not_delivered": _("Step 1 not delivered"),
        "step2_prepared": _("Step 2 sent"),
        "step2_not_delivered": _("Step 2 not delivered"),
        "try_not_accepted": _("Selfie not accepted by ARGOS"),
        "pending": _("Pending review"),
        "approved": _("Approved"),
        "rejected": _("Rejected"),
        "deadline_passed": _("24-hour limit passed"),
        "closed_without_step2": _("Closed without Step 2"),
        "given_up": _("Closed as abandoned"),
        "claimed": _("Reserved as next") if event.purpose == "reserved" else _("Claimed"),
        "claim_released": _("Claim released"),
        "verdict_given": _("Decision made"),
        "first_verdict": _("Second review"),
        "decision_prepared": _("Sending decision"),
        "decision_not_sent": _("Decision not sent"),
        "call_unknown": _("Request outcome unknown"),
        "call_settled": _("Request outcome confirmed from the ARGOS record"),
        "vendor_asked": _("ARGOS status refreshed"),
        "call_corrected": _("Request confirmed by ARGOS after it was closed"),
        "call_found": _("Request found in the ARGOS record"),
        "difference_seen": _("Record mismatch acknowledged"),
        "difference_found": _("Record mismatch found"),
        "difference_gone": _("Record mismatch resolved"),
        "image_opened": _("Image viewed"),
        "looked": _("Page viewed"),
        "revealed": _("Data revealed"),
        "subject_exported": _("Data subject request downloaded"),
        "export_downloaded": _("Export downloaded"),
        "erasure_asked": _("Permanent deletion requested"),
        "erased": _("Data and images deleted permanently"),
        "legal_hold_set": _("Legal hold set"),
        "legal_hold_lifted": _("Legal hold lifted"),
        "relationship_ended": _("Relationship ended"),
        "note_added": _("Note added"),
        "check_skipped": _("Check skipped by ARGOS"),
        "webhook": _("Webhook received"),
        "personal_data_sent": _("Personal data sent to a receiver"),
        "account_checked": _("Account verification"),
        "capture_joined": _("Joined the capture"),
        "reason_given": _("Override reason entered"),
        "risk_set": _("Customer risk changed"),
        "restarted": _("New submission started with this data"),
        "assigned": _("Assigned automatically") if event.purpose == "automatic" else _("Assigned"),
        "assignment_returned": _("Returned to the queue: day off"),
        "follow_stopped": _("Automatic Step 2 stopped"),
        "consent_recorded": _("Consent recorded"),
        "consent_withdrawn": _("Consent withdrawn"),
        "called_back": _("Customer called back"),
        "verdict_passed_on": _("Result communicated to the customer"),
        "handed_over": _("Reassigned"),
        "snoozed": _("Snoozed"),
        "snooze_ended": _("Snooze ended"),
        "escalated": _("Escalated to the managers"),
        "escalation_ended": _("Escalation ended"),
        "agent_asked": _("Question to the agent"),
        "agent_answered": _("Answer from the agent"),
        "first_verdict_withdrawn": _("First decision undone"),
        "verdict_withdrawn": _("Decision undone"),
        "image_preloaded": _("Image preloaded"),
        "liveform_link_asked": _("Liveform link requested"),
        "liveform_link_made": _("Liveform link created"),
        "liveform_link_mailed": _("Liveform link sent by e-mail"),
        "liveform_link_revoked": _("Liveform link withdrawn"),
        "liveform_link_removed": _("Liveform link removed at ARGOS"),
        "liveform_opened": _("Customer sent to Liveform"),
        "liveform_withdrawn": _("Returned from Liveform to the draft"),
        "liveform_started": _("Customer started at Liveform"),
        "liveform_values_read": _("Values of Liveform read back"),
        "liveform_image_unusable": _("An image of Liveform cannot be used"),
        "customer_message_queued": _("Message to the customer scheduled"),
        "customer_message_requested": _("Message to the customer requested"),
        "customer_message_sent": _("Message to the customer sent"),
        "customer_message_failed": _("Message to the customer not sent"),
        "customer_message_unknown": _("Message to the customer perhaps sent"),
        "customer_message_cancelled": _("Message to the customer cancelled"),
        "invitation_made": _("Invitation created"),
        "invitation_mailed": _("Invitation sent by e-mail"),
        "invitation_opened": _("Customer started the invitation"),
        "invitation_revoked": _("Invitation revoked"),
        "invitation_language": _("Customer chose a language"),
        "invitation_no_back": _("Customer stated that the ID has no back"),
        "invitation_submitted": _("Customer submitted"),
        "invitation_stopped": _("Not sent automatically after the customer submitted"),
        "invitation_help": _("Customer asked for help"),
        "invitation_helped": _("Customer was helped"),
        "photo_asked_again": _("Another photo requested from the customer"),
        "phone_link_made": _("Capture link created"),
        "phone_link_mailed": _("Capture link sent by e-mail"),
        "phone_link_revoked": _("Capture link revoked"),
        "evidence_pack_made": _("Evidence pack made"),
        "deleted_at_vendor": _("Deleted at ARGOS"),
        "later_image_prepared": _("Later image sent to ARGOS"),
        "later_image_at_vendor": _("Later image added to the ARGOS record"),
        "given_up_because": _("Reason for closing"),
        "aml_screened": _("AML result received"),
        "aml_monitoring_started": _("Added to AML monitoring"),
        "aml_monitoring_ended": _("Removed from AML monitoring"),
        "aml_removed_by_hand": _("Removed from AML monitoring at the ARGOS dashboard, by hand"),
        "aml_review_opened": _("AML review opened"),
        "aml_review_assigned": _("AML review assigned"),
        "aml_review_overdue": _("AML review overdue"),
        "aml_verdict_given": _("AML decision made"),
        "aml_verdicts_withdrawn": _("AML decisions withdrawn: ARGOS reported a new result"),
        "aml_review_decided": _("AML review decided"),
        "aml_report_considered": _("Suspicious transaction report considered"),
    }
    return named(texts.get(event.kind, event.kind.replace("_", " ")), vendor_name)


def warning_label(code: str, vendor_name: str = ARGOS) -> str:
    """Return a short label of an acknowledged warning (`review.warnings`) by its stored code."""
    kind, _colon, name = code.partition(":")
    if kind == "edited":
        return _("%(field)s changed") % {"field": form_fields.label_of(name)}
    if kind == warning_texts.KIND:
        return _("check skipped by ARGOS: %(check)s") % {"check": warning_texts.label_of_code(name)}
    labels = {
        "face_low": _("face similarity too low"),
        "liveness_low": _("liveness too low"),
        "selfies_refused": _("earlier selfies not accepted"),
        "expired_id": _("ID expired"),
        "old_address_document": _("address document old"),
        "nothing_read": _("no values read from the ID"),
        "duplicate": _("same person elsewhere"),
        "differs": _("ARGOS record differs"),
        "not_live": _("selfie from a file"),
        "liveform_selfie": _("selfie from ARGOS's own form"),
        "virtual_camera": _("virtual camera"),
        "aml_hit": _("possible sanctions match"),
    }
    return named(labels.get(code, code), vendor_name)


def actor_name(event: Event, vendor_name: str = ARGOS) -> str:
    """Return the actor: the full name (`with_people`), else the user name, or which side did it automatically."""
    name = getattr(event, "person", None) or event.actor_name
    others = {VENDOR.name: vendor_name, SYSTEM.name: _("Portal"), CARRIES: _("Customer's phone")}
    return others.get(event.actor_name, name)


def event_details(event: Event, vendor_name: str = ARGOS) -> str:
    """Return the references and codes of an event, without names of persons or values."""
    names = (
        "retry_code",
        "code",
        "input",
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
        "occasion",
        "channel",
        "address_document_months",
    )
    fields = {name: event.fields[name] for name in names if event.fields.get(name)}
    return ", ".join(_detail(name, part, vendor_name) for name, item in fields.items() for part in _as_list(item))


def _as_list(item: object) -> list[object]:
    return item if isinstance(item, list) else [item]


def _detail(name: str, part: object, vendor_name: str) -> str:
    """Return the label of a field, image, verdict or code of ours; the vendor's codes unchanged."""
    if name == "trigger":
        return vendor_terms.quoted(str(part), vendor_name)
    if name == "address_document_months":
        return _("age of the address document in months: %(months)s") % {"months": part}
    labels: dict[str, dict[str, Any]] = {
        "changed": form_fields.LABELS,
        "image_kind": dict(ImageKind.choices),
        "verdict": dict(Verdict.choices),
        "what": dict(DifferenceKind.choices),
        "why": {**vendor_terms.OURS, **auto_submit.stop_reasons(), **retakes.all_reasons()},
        "error": vendor_terms.OURS,
        "occasion": dict(Occasion.choices),
        "channel": dict(Channel.choices),
        "as": {**vendor_terms.OURS, **dict(AmlSource.choices)},
        "outcome": {**vendor_terms.OURS, **dict(AmlOutcome.choices)},
    }
    if name == "reason":
        return reject_reasons.label_of(str(part))
    label = labels.get(name, {}).get(str(part))
    return str(part) if label is None else named(label, vendor_name)
