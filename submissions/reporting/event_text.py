"""Texts of audit events for the timeline and the evidence pack."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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

WARNINGS = {
    "face_low": gettext_lazy("face similarity too low"),
    "liveness_low": gettext_lazy("liveness too low"),
    "selfies_refused": gettext_lazy("earlier selfies not accepted"),
    "expired_id": gettext_lazy("ID expired"),
    "old_address_document": gettext_lazy("address document old"),
    "nothing_read": gettext_lazy("no values read from the ID"),
    "duplicate": gettext_lazy("same person elsewhere"),
    "differs": gettext_lazy("ARGOS record differs"),
    "not_live": gettext_lazy("selfie from a file"),
    "liveform_selfie": gettext_lazy("selfie from ARGOS's own form"),
    "virtual_camera": gettext_lazy("virtual camera"),
    "aml_hit": gettext_lazy("possible sanctions match"),
}
LABELS: dict[str, dict[str, Any]] = {
    "changed": form_fields.LABELS,
    "image_kind": dict(ImageKind.choices),
    "verdict": dict(Verdict.choices),
    "what": dict(DifferenceKind.choices),
    "error": vendor_terms.OURS,
    "occasion": dict(Occasion.choices),
    "channel": dict(Channel.choices),
    "as": {**vendor_terms.OURS, **dict(AmlSource.choices)},
    "outcome": {**vendor_terms.OURS, **dict(AmlOutcome.choices)},
}
TITLES = {
    "draft_created": gettext_lazy("Draft created"),
    "values_changed": gettext_lazy("Details changed"),
    "values_corrected": gettext_lazy("Details corrected with the decision"),
    "image_added": gettext_lazy("Image added"),
    "resident_number_redacted": gettext_lazy("Resident number redacted on the ID image"),
    "redaction_area_missing": gettext_lazy("Image waits for a person: no usable coordinates of the resident number"),
    "no_resident_number": gettext_lazy("No resident number on the image"),
    "original_destroyed": gettext_lazy("Original image destroyed"),
    "virtual_camera_opened": gettext_lazy("Virtual camera opened"),
    "finding_overruled": gettext_lazy("Image check overridden"),
    "step1_prepared": gettext_lazy("Step 1 sent"),
    "step1_read": gettext_lazy("ID accepted by ARGOS"),
    "step1_retry_wanted": gettext_lazy("Retry requested: ID image"),
    "step1_not_delivered": gettext_lazy("Step 1 not delivered"),
    "step2_prepared": gettext_lazy("Step 2 sent"),
    "step2_not_delivered": gettext_lazy("Step 2 not delivered"),
    "try_not_accepted": gettext_lazy("Selfie not accepted by ARGOS"),
    "pending": gettext_lazy("Pending review"),
    "approved": gettext_lazy("Approved"),
    "rejected": gettext_lazy("Rejected"),
    "deadline_passed": gettext_lazy("24-hour limit passed"),
    "closed_without_step2": gettext_lazy("Closed without Step 2"),
    "given_up": gettext_lazy("Closed as abandoned"),
    "claimed": gettext_lazy("Claimed"),
    "claim_released": gettext_lazy("Claim released"),
    "verdict_given": gettext_lazy("Decision made"),
    "first_verdict": gettext_lazy("Second review"),
    "decision_prepared": gettext_lazy("Sending decision"),
    "decision_not_sent": gettext_lazy("Decision not sent"),
    "call_unknown": gettext_lazy("Request outcome unknown"),
    "call_settled": gettext_lazy("Request outcome confirmed from the ARGOS record"),
    "vendor_asked": gettext_lazy("ARGOS status refreshed"),
    "call_corrected": gettext_lazy("Request confirmed by ARGOS after it was closed"),
    "call_found": gettext_lazy("Request found in the ARGOS record"),
    "difference_seen": gettext_lazy("Record mismatch acknowledged"),
    "difference_found": gettext_lazy("Record mismatch found"),
    "difference_gone": gettext_lazy("Record mismatch resolved"),
    "image_opened": gettext_lazy("Image viewed"),
    "looked": gettext_lazy("Page viewed"),
    "revealed": gettext_lazy("Data revealed"),
    "subject_exported": gettext_lazy("Data subject request downloaded"),
    "export_downloaded": gettext_lazy("Export downloaded"),
    "erasure_asked": gettext_lazy("Permanent deletion requested"),
    "erased": gettext_lazy("Data and images deleted permanently"),
    "legal_hold_set": gettext_lazy("Legal hold set"),
    "legal_hold_lifted": gettext_lazy("Legal hold lifted"),
    "relationship_ended": gettext_lazy("Relationship ended"),
    "note_added": gettext_lazy("Note added"),
    "check_skipped": gettext_lazy("Check skipped by ARGOS"),
    "webhook": gettext_lazy("Webhook received"),
    "personal_data_sent": gettext_lazy("Personal data sent to a receiver"),
    "account_checked": gettext_lazy("Account verification"),
    "capture_joined": gettext_lazy("Joined the capture"),
    "reason_given": gettext_lazy("Override reason entered"),
    "risk_set": gettext_lazy("Customer risk changed"),
    "restarted": gettext_lazy("New submission started with this data"),
    "assigned": gettext_lazy("Assigned"),
    "assignment_returned": gettext_lazy("Returned to the queue: day off"),
    "follow_stopped": gettext_lazy("Automatic Step 2 stopped"),
    "consent_recorded": gettext_lazy("Consent recorded"),
    "consent_withdrawn": gettext_lazy("Consent withdrawn"),
    "called_back": gettext_lazy("Customer called back"),
    "verdict_passed_on": gettext_lazy("Result communicated to the customer"),
    "handed_over": gettext_lazy("Reassigned"),
    "snoozed": gettext_lazy("Snoozed"),
    "snooze_ended": gettext_lazy("Snooze ended"),
    "escalated": gettext_lazy("Escalated to the managers"),
    "escalation_ended": gettext_lazy("Escalation ended"),
    "agent_asked": gettext_lazy("Question to the agent"),
    "agent_answered": gettext_lazy("Answer from the agent"),
    "first_verdict_withdrawn": gettext_lazy("First decision undone"),
    "verdict_withdrawn": gettext_lazy("Decision undone"),
    "image_preloaded": gettext_lazy("Image preloaded"),
    "liveform_link_asked": gettext_lazy("Liveform link requested"),
    "liveform_link_made": gettext_lazy("Liveform link created"),
    "liveform_link_mailed": gettext_lazy("Liveform link sent by e-mail"),
    "liveform_link_revoked": gettext_lazy("Liveform link withdrawn"),
    "liveform_link_removed": gettext_lazy("Liveform link removed at ARGOS"),
    "liveform_opened": gettext_lazy("Customer sent to Liveform"),
    "liveform_withdrawn": gettext_lazy("Returned from Liveform to the draft"),
    "liveform_started": gettext_lazy("Customer started at Liveform"),
    "liveform_values_read": gettext_lazy("Values of Liveform read back"),
    "liveform_image_unusable": gettext_lazy("An image of Liveform cannot be used"),
    "customer_message_queued": gettext_lazy("Message to the customer scheduled"),
    "customer_message_requested": gettext_lazy("Message to the customer requested"),
    "customer_message_sent": gettext_lazy("Message to the customer sent"),
    "customer_message_failed": gettext_lazy("Message to the customer not sent"),
    "customer_message_unknown": gettext_lazy("Message to the customer perhaps sent"),
    "customer_message_cancelled": gettext_lazy("Message to the customer cancelled"),
    "invitation_made": gettext_lazy("Invitation created"),
    "invitation_mailed": gettext_lazy("Invitation sent by e-mail"),
    "invitation_opened": gettext_lazy("Customer started the invitation"),
    "invitation_revoked": gettext_lazy("Invitation revoked"),
    "invitation_language": gettext_lazy("Customer chose a language"),
    "invitation_no_back": gettext_lazy("Customer stated that the ID has no back"),
    "invitation_submitted": gettext_lazy("Customer submitted"),
    "invitation_stopped": gettext_lazy("Not sent automatically after the customer submitted"),
    "invitation_help": gettext_lazy("Customer asked for help"),
    "invitation_helped": gettext_lazy("Customer was helped"),
    "photo_asked_again": gettext_lazy("Another photo requested from the customer"),
    "phone_link_made": gettext_lazy("Capture link created"),
    "phone_link_mailed": gettext_lazy("Capture link sent by e-mail"),
    "phone_link_revoked": gettext_lazy("Capture link revoked"),
    "evidence_pack_made": gettext_lazy("Evidence pack made"),
    "deleted_at_vendor": gettext_lazy("Deleted at ARGOS"),
    "later_image_prepared": gettext_lazy("Later image sent to ARGOS"),
    "later_image_at_vendor": gettext_lazy("Later image added to the ARGOS record"),
    "given_up_because": gettext_lazy("Reason for closing"),
    "aml_screened": gettext_lazy("AML result received"),
    "aml_monitoring_started": gettext_lazy("Added to AML monitoring"),
    "aml_monitoring_ended": gettext_lazy("Removed from AML monitoring"),
    "aml_removed_by_hand": gettext_lazy("Removed from AML monitoring at the ARGOS dashboard, by hand"),
    "aml_review_opened": gettext_lazy("AML review opened"),
    "aml_review_assigned": gettext_lazy("AML review assigned"),
    "aml_review_overdue": gettext_lazy("AML review overdue"),
    "aml_verdict_given": gettext_lazy("AML decision made"),
    "aml_verdicts_withdrawn": gettext_lazy("AML decisions withdrawn: ARGOS reported a new result"),
    "aml_review_decided": gettext_lazy("AML review decided"),
    "aml_report_considered": gettext_lazy("Suspicious transaction report considered"),
}
TITLES_BY_PURPOSE = {
    ("claimed", "reserved"): gettext_lazy("Reserved as next"),
    ("assigned", "automatic"): gettext_lazy("Assigned automatically"),
}


def event_title(event: Event, vendor_name: str = ARGOS) -> str:
    """Return one line of the timeline; an unlisted kind shows its name."""
    title = TITLES_BY_PURPOSE.get((event.kind, event.purpose)) or TITLES.get(event.kind)
    return named(title or event.kind.replace("_", " "), vendor_name)


def warning_label(code: str, vendor_name: str = ARGOS) -> str:
    """Return a short label of an acknowledged warning (`review.warnings`) by its stored code."""
    kind, _colon, name = code.partition(":")
    if kind == "edited":
        return _("%(field)s changed") % {"field": form_fields.label_of(name)}
    if kind == warning_texts.KIND:
        return _("check skipped by ARGOS: %(check)s") % {"check": warning_texts.label_of_code(name)}
    return named(WARNINGS.get(code, code), vendor_name)


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
    if name == "reason":
        return reject_reasons.label_of(str(part))
    label = _labels(name).get(str(part))
    return str(part) if label is None else named(label, vendor_name)


def _labels(name: str) -> dict[str, Any]:
    if name == "why":
        return {**vendor_terms.OURS, **auto_submit.stop_reasons(), **retakes.all_reasons()}
    return LABELS.get(name, {})
