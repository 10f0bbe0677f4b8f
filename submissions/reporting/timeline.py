"""The timeline of a submission: its events by attempt, the newest first, with automatic events marked."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext

from submissions.aml.confidential import is_confidential
from submissions.models import Event, Submission
from submissions.reporting.event_text import actor_name, event_details, event_title

MAX_EVENTS = 120
LOOKS = ("looked", "image_opened", "image_preloaded", "revealed", "aml_looked")
DECISION_EVENTS = ("verdict_given", "first_verdict")
# Colleagues must not learn from a submission which decisions are checked.
QUALITY_EVENTS = Q(kind__startswith="quality_")
RETRIES = ("step1_retry_wanted", "try_not_accepted")  # each ends an attempt

# The style of events that users look for. An automatic event that is not listed here is a system event.
MARKS = {
    "draft_created": ("plus", ""),
    "image_added": ("photo", ""),
    "values_changed": ("pencil", ""),
    "values_corrected": ("pencil", ""),
    "reason_given": ("message-circle", ""),
    "finding_overruled": ("message-circle", ""),
    "step1_prepared": ("send", "info"),
    "step1_read": ("check", "ok"),
    "step1_retry_wanted": ("refresh", "warn"),
    "step1_not_delivered": ("plug-connected-x", "warn"),
    "step2_prepared": ("send", "info"),
    "step2_not_delivered": ("plug-connected-x", "warn"),
    "try_not_accepted": ("refresh", "warn"),
    "follow_stopped": ("player-pause", "warn"),
    "pending": ("clipboard-list", "info"),
    "approved": ("check", "ok"),
    "rejected": ("x", "bad"),
    "deadline_passed": ("clock-exclamation", "bad"),
    "closed_without_step2": ("x", ""),
    "given_up": ("x", ""),
    "given_up_because": ("message-circle", ""),
    "claimed": ("user-check", ""),
    "claim_released": ("user-x", ""),
    "assigned": ("user-plus", ""),
    "assignment_returned": ("user-x", ""),
    "handed_over": ("users", ""),
    "snoozed": ("player-pause", ""),
    "snooze_ended": ("player-play", ""),
    "escalated": ("arrow-up", "warn"),
    "escalation_ended": ("arrow-down", ""),
    "verdict_given": ("gavel", "info"),
    "first_verdict_withdrawn": ("arrow-back-up", "warn"),
    "verdict_withdrawn": ("arrow-back-up", "warn"),
    "decision_not_sent": ("alert-triangle", "bad"),
    "call_unknown": ("alert-triangle", "warn"),
    "difference_found": ("arrows-diff", "bad"),
    "account_checked": ("building", ""),
    "note_added": ("note", ""),
    "agent_asked": ("message-circle-question", "info"),
    "agent_answered": ("message-circle", "info"),
    "later_image_prepared": ("send", ""),
    "later_image_at_vendor": ("photo-up", ""),
    "consent_recorded": ("clipboard-check", ""),
    "consent_withdrawn": ("clipboard-list", "warn"),
    "restarted": ("refresh", ""),
    "risk_set": ("adjustments-horizontal", ""),
    "liveform_opened": ("send", ""),
    "liveform_link_mailed": ("mail", ""),
    "liveform_link_revoked": ("arrow-back-up", ""),
    "liveform_link_removed": ("trash", ""),
    "liveform_started": ("user-check", ""),
    "liveform_image_unusable": ("alert-triangle", "warn"),
    "resident_number_redacted": ("eye-off", ""),
    "redaction_area_missing": ("alert-triangle", "warn"),
    "no_resident_number": ("eye-check", ""),
    "original_destroyed": ("trash", ""),
    "virtual_camera_opened": ("camera", "warn"),
    "invitation_made": ("qrcode", ""),
    "invitation_mailed": ("mail", ""),
    "invitation_opened": ("device-mobile", ""),
    "invitation_revoked": ("ban", ""),
    "invitation_language": ("world", ""),
    "invitation_no_back": ("id", ""),
    "invitation_submitted": ("check", ""),
    "invitation_stopped": ("player-pause", ""),
    "invitation_help": ("help", ""),
    "invitation_helped": ("check", ""),
    "photo_asked_again": ("refresh", ""),
    "phone_link_made": ("qrcode", ""),
    "phone_link_mailed": ("mail", ""),
    "phone_link_revoked": ("device-mobile", ""),
    "called_back": ("bell", ""),
    "verdict_passed_on": ("message-circle", "ok"),
    "evidence_pack_made": ("file-export", ""),
    "legal_hold_set": ("lock", "warn"),
    "aml_review_opened": ("alert-triangle", "bad"),
    "aml_review_assigned": ("user-plus", ""),
    "aml_verdict_given": ("gavel", "info"),
    "aml_verdicts_withdrawn": ("arrow-back-up", "warn"),
    "aml_review_decided": ("gavel", "ok"),
    "aml_report_considered": ("file-text", "info"),
    "erased": ("trash", "bad"),
}


@dataclass(frozen=True)
class Entry:
    """`tone`: "", ok, info, warn or bad. `is_system`: automatic, without a change that users look for."""

    event: Event
    title: str
    actor: str
    details: str
    icon: str
    tone: str
    is_system: bool


@dataclass
class Group:
    """The events of one attempt, newest first; `attempt` is 0 for review and result."""

    attempt: int
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_system(self) -> bool:
        return all(entry.is_system for entry in self.entries)


@dataclass(frozen=True)
class Timeline:
    label: str
    groups: list[Group]

    @property
    def entries(self) -> list[Entry]:
        return [entry for group in self.groups for entry in group.entries]

    @property
    def system_count(self) -> int:
        return sum(entry.is_system for entry in self.entries)


def timeline(submission: Submission, *, is_blind: bool, with_aml: bool = False, only: Q | None = None) -> Timeline:
    """Return the events except views and quality checks, without the decisions' details for a blind second reviewer.

    `with_aml`: for those who review; agents, who talk to the customer, see nothing of the screening.
    `only`: a further condition of the events.
    """
    hidden = DECISION_EVENTS if is_blind else ()
    latest = _latest(submission, ~Q(kind__in=LOOKS) & ~QUALITY_EVENTS & (only or Q()))
    shown = latest if with_aml else [event for event in latest if not is_confidential(event)]
    return Timeline(gettext("Timeline"), _grouped(shown, hidden, submission.project.vendor_name))


def looks(submission: Submission) -> Timeline:
    """Return who viewed the page, an image or the numbers."""
    argos = submission.project.vendor_name
    told = [event for event in _latest(submission, Q(kind__in=LOOKS)) if not is_confidential(event)]
    entries = [_entry(event, argos, is_hidden=False) for event in told]
    return Timeline(gettext("Access log"), [Group(0, entries)] if entries else [])


def _grouped(newest_first: list[Event], hidden: Iterable[str], argos: str) -> list[Group]:
    """Group the events: each retry ends its attempt; the first wait for a decision ends the last one."""
    groups, attempt, is_review = [Group(1)], 1, False
    for event in reversed(newest_first):
        if event.kind == "pending" and not is_review:
            is_review = True
            groups.append(Group(0))
        groups[-1].entries.insert(0, _entry(event, argos, is_hidden=event.kind in hidden))
        if event.kind in RETRIES and not is_review:
            attempt += 1
            groups.append(Group(attempt))
    return [group for group in reversed(groups) if group.entries]


def _entry(event: Event, argos: str, *, is_hidden: bool) -> Entry:
    icon, tone = MARKS.get(event.kind, ("info-circle", ""))
    is_system = (event.actor_id is None and event.kind not in MARKS) or _is_repeated(event)
    details = "" if is_hidden else event_details(event, argos)
    return Entry(event, event_title(event, argos), actor_name(event, argos), details, icon, tone, is_system)


def _is_repeated(event: Event) -> bool:
    """Return whether another event says the same to users: the decision, or the claim that follows a reservation."""
    return event.kind == "first_verdict" or (event.kind == "claimed" and event.purpose == "reserved")


def _latest(submission: Submission, kinds: Q) -> list[Event]:
    return list(Event.objects.with_people().filter(kinds, submission_id=submission.pk).order_by("-id")[:MAX_EVENTS])
