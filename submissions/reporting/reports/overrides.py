"""Report who overrode a check of the portal, and why: ticked warnings, and unknown calls settled by hand.

Only managers see the reasons, and each view of them is an event.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture.imaging import advice
from submissions.core import encryption
from submissions.models import CallKind, Decision, Event, Status, Submission, User, Verdict
from submissions.models.encrypted import decrypted_text
from submissions.models.submission_key import load_keys
from submissions.reporting.event_text import actor_name, warning_label
from submissions.reporting.reports.date_range import Window
from submissions.review.verdicts import is_blind
from submissions.workflow import review_area
from submissions.workflow.role_permissions import user_can_see_all_figures

SHOWN = 100
BY_HAND = ("call_settled", "finding_overruled")


@dataclass(frozen=True)
class Override:
    at: datetime
    who: str
    what: str
    submission: Submission
    reason: str


def overrides(user: User, window: Window, *, by: Actor) -> list[Override]:
    """Return the newest overrides of the window; an officer gets their own, without reasons."""
    found = [*_by_hand(user, window), *_ticked(user, window)]
    found = sorted(found, key=lambda row: row.at, reverse=True)[:SHOWN]
    if found and user_can_see_all_figures(user):
        with_reason = [row.submission for row in found if row.reason]
        events.record_list("override_reasons_shown", by=by, shown=with_reason, filters=window.query)
    return found


def _by_hand(user: User, window: Window) -> list[Override]:
    rows = window.events(user).with_people().filter(kind__in=BY_HAND, actor_id__isnull=False)
    if not user_can_see_all_figures(user):
        rows = rows.filter(actor_id=user.pk)
    settled = list(rows.order_by("-at")[:SHOWN])
    about = {row.pk: row for row in Submission.objects.filter(pk__in=[event.submission_id for event in settled])}
    load_keys(about.values())
    return [
        Override(event.at, actor_name(event), _what(event), submission, _reason(event, submission, user))
        for event in settled
        if event.submission_id and (submission := about.get(event.submission_id))
    ]


def _what(event: Event) -> str:
    if event.kind == "finding_overruled":
        return _("finding overruled: %(code)s") % {"code": advice.fault(event.fields.get("code", ""))}
    call = event.fields.get("call", "")
    return _("unknown request resolved manually: %(call)s") % {"call": dict(CallKind.choices).get(call, call)}


def _reason(event: Event, submission: Submission, user: User) -> str:
    if not user_can_see_all_figures(user):
        return ""
    try:
        return events.reason_of(event, submission)
    except encryption.CannotOpen:
        return _("cannot be opened")


def _ticked(user: User, window: Window) -> list[Override]:
    """Return approvals with acknowledged warnings, without those that a second reviewer must not know yet."""
    rows = Decision.objects.filter(
        verdict=Verdict.APPROVED, withdrawn_at=None, decided_at__gte=window.start, decided_at__lt=window.end
    ).exclude(warnings=[])
    rows = rows.exclude(submission__status=Status.SECOND_REVIEW)
    rows = rows.filter(window.of_project("submission__project"), review_area.condition(user, "submission__"))
    if not user_can_see_all_figures(user):
        rows = rows.filter(reviewer=user)
    approvals = list(rows.select_related("submission", "reviewer").order_by("-decided_at")[:SHOWN])
    approvals = [row for row in approvals if row.reviewer == user or not is_blind(row.submission, user)]
    load_keys([decision.submission for decision in approvals])
    return [_tick(decision, user) for decision in approvals]


def _tick(decision: Decision, user: User) -> Override:
    what = _("warnings acknowledged: %(codes)s") % {"codes": ", ".join(map(warning_label, decision.warnings))}
    reason = decrypted_text(decision, "comment") if user_can_see_all_figures(user) else ""
    return Override(decision.decided_at, decision.reviewer.name, what, decision.submission, reason)
