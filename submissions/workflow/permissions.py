"""What a user may do with a submission: one function per action, which returns the reason for a refusal or "".

Views call `get_submission_for(user, pk, action)`, so that no view can forget the check. `role_permissions` has the
rules that do not depend on a submission.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import Http404
from django.utils.translation import gettext as _

from submissions.core import clock
from submissions.core.vendor_text import named
from submissions.models import ApiToken, Capturer, Decision, Reviewer, Submission, User
from submissions.models.submission import CAPTURING, DECIDED, IN_REVIEW, Status, SubmissionQuerySet
from submissions.models.submission_key import SubmissionKey, load_keys
from submissions.workflow import review_area
from submissions.workflow.role_permissions import NotAllowed as NotAllowed
from submissions.workflow.role_permissions import (
    is_administrator,
    is_limited_to_team,
    is_manager,
    is_token,
    why_not_trained,
)


@dataclass(frozen=True)
class PermissionFacts:
    """Rows that the rules need, from a page that has loaded them already.

    `in_force`: the verdicts that count, by round, each with its call.
    """

    has_captured: bool
    in_force: Sequence[Decision]


Check = Callable[[User, Submission], str]


def visible_to(user: User) -> SubmissionQuerySet:
    """Return the submissions whose existence the user may know of."""
    everything: SubmissionQuerySet = Submission.objects.all()
    if is_token(user):
        return everything.filter(project__in=_projects_of(user))
    if is_limited_to_team(user):
        return everything.filter(team=user.team_id) if user.team_id else everything.none()
    return everything.filter(review_area.condition(user))


def _projects_of(token_user: User) -> "QuerySet[Any, Any]":
    return ApiToken.objects.filter(user=token_user).values("projects")


def has_captured(user: User, submission: Submission) -> bool:
    return Capturer.objects.filter(submission=submission, user=user).exists()


def holds_claim(user: User, submission: Submission) -> bool:
    """Return whether the user's claim is valid and the submission awaits a verdict or has one that can be undone."""
    is_reviewed = submission.status in (*IN_REVIEW, Status.DECISION_SENDING)
    return is_reviewed and submission.claimed_by_id == user.pk and submission.is_claimed_at(clock.now())


def _see(user: User, submission: Submission) -> str:
    if is_token(user) and not _projects_of(user).filter(projects=submission.project_id).exists():
        return _("This submission belongs to a project that the access token does not have.")
    if is_limited_to_team(user) and submission.team_id != user.team_id:
        return _("This submission belongs to another team.")
    return ""


def _handle(user: User, submission: Submission) -> str:
    """Notes, calls to the customer, reading the vendor's status, a fresh start: captured values do not change."""
    if is_administrator(user):
        return _("Administrators manage settings and do not handle submissions.")
    return _see(user, submission)


def _has_captured(user: User, submission: Submission, facts: PermissionFacts | None) -> bool:
    return facts.has_captured if facts else has_captured(user, submission)


def _capture(user: User, submission: Submission, facts: PermissionFacts | None = None) -> str:
    """Agents capture for their team. A reviewer first joins another person's capture with a reason."""
    if why := _handle(user, submission):
        return why
    if is_token(user) and not _has_captured(user, submission, facts):
        return _("An access token fills and sends only the submissions that it created.")
    if user.is_reviewer and not _has_captured(user, submission, facts):
        return _("A colleague captures this submission. To join the capture, enter a reason on its page first.")
    return ""


def _look(user: User, submission: Submission, facts: PermissionFacts | None = None) -> str:
    """See images, and OCR values beside confirmed ones, without a typed reason."""
    if is_administrator(user):
        return _("Administrators do not see personal data.")
    if holds_claim(user, submission):
        return ""
    if submission.status in (*CAPTURING, Status.STEP1_SENDING, Status.STEP2_SENDING) and not _see(user, submission):
        if is_limited_to_team(user) or _has_captured(user, submission, facts):
            return ""
        return _("Claim it, or give a reason.")
    return _("Enter a reason to view this person's data.")


def _reveal(user: User, submission: Submission) -> str:
    if is_administrator(user):
        return _("Administrators do not see personal data.")
    return _see(user, submission)


def _redact(user: User, submission: Submission, facts: PermissionFacts | None = None) -> str:
    """Mark the resident number on its stored images: an agent who captured it, and reviewers."""
    if why := _reveal(user, submission):
        return why
    if is_limited_to_team(user) and not _has_captured(user, submission, facts):
        return _("Only the person who captured this submission, compliance officers and managers redact its images.")
    return ""


def _review(user: User, submission: Submission, facts: PermissionFacts | None) -> str:
    if not user.is_reviewer:
        return _("Only compliance officers and managers decide.")
    if submission.project.reviewer != Reviewer.CLIENT:
        return named(_("ARGOS decides in this project. You can add a note."), submission.project.vendor_name)
    if _has_captured(user, submission, facts):
        return _("You captured this submission, so another reviewer must decide.")
    return why_untrained(user, submission)


def why_untrained(user: User, submission: Submission) -> str:
    """Return what to do if the project requires a valid training and the reviewer has none."""
    return why_not_trained(user) if submission.project.requires_training else ""


def _claim(user: User, submission: Submission, facts: PermissionFacts | None = None) -> str:
    if submission.status not in IN_REVIEW:
        return _("It is not waiting for review.")
    if submission.escalated_at is not None and not is_manager(user):
        return _("It is escalated. A manager takes it, assigns it, or sends it back.")
    return _review(user, submission, facts) or _verdict_given(user, submission, facts)


def _verdict_given(user: User, submission: Submission, facts: PermissionFacts | None) -> str:
    """A reviewer waits for the others after a verdict; two unlike ones may come back to the first, who sees both."""
    in_force = facts.in_force if facts else _in_force(submission)
    is_unlike = submission.status == Status.SECOND_REVIEW and len(in_force) > 1
    waiting = in_force[1:] if is_unlike else in_force
    if user.pk in [decision.reviewer_id for decision in waiting]:
        return _("You have decided this submission. Another reviewer decides next.")
    if is_unlike and in_force[-1].can_come_back:  # the next reviewer sees both, so neither can be undone
        return _("The second decision can still be undone. Try again in a few seconds.")
    return ""


def _in_force(submission: Submission) -> list[Decision]:
    return list(submission.decisions.filter(withdrawn_at=None).select_related("call").order_by("round"))


def _decide(user: User, submission: Submission, facts: PermissionFacts | None = None) -> str:
    if why := _review(user, submission, facts) or _verdict_given(user, submission, facts):
        return why
    if not holds_claim(user, submission):
        return _claim_lost(submission)
    return ""


def _aml(user: User, submission: Submission) -> str:
    """Officers and managers review AML results, also where ARGOS decides; agents and administrators never see them."""
    if not user.is_reviewer:
        return _("Only compliance officers and managers decide AML reviews.")
    if has_captured(user, submission):
        return _("You captured this submission, so another reviewer must decide.")
    return why_untrained(user, submission)


def _consider_report(user: User, submission: Submission) -> str:
    """Nobody else may learn that a report to the authority is considered, nor whether one was made."""
    return "" if user.is_reviewer else _("Only compliance officers and managers may do this.")


def _check_quality(user: User, submission: Submission) -> str:
    """Judge a decision again without seeing it: a reviewer who neither captured the submission nor judged it."""
    if not user.is_reviewer:
        return _("Only compliance officers and managers check decisions.")
    if why := _see(user, submission):
        return why
    if has_captured(user, submission):
        return _("You captured this submission, so another reviewer must check the decision.")
    if submission.decisions.filter(reviewer=user).exists():
        return _("You decided this submission, so another reviewer must check the decision.")
    return ""


def _mark_golden(user: User, submission: Submission) -> str:
    """Managers alone know the golden cases."""
    if submission.status not in DECIDED:
        return _("Only a decided submission can be a golden case.")
    return _managers_only(user, submission)


def _claim_lost(submission: Submission) -> str:
    if submission.claimed_by and submission.is_claimed:
        return _("%(name)s is reviewing this one now.") % {"name": submission.claimed_by}
    return _("Your claim has ended. Claim the submission first.")


def _managers_only(user: User, submission: Submission) -> str:
    return "" if is_manager(user) else _("Only managers may do this.")


def _export(user: User, submission: Submission) -> str:
    return "" if user.is_reviewer else _("Only compliance officers and managers export.")


def _set_risk(user: User, submission: Submission) -> str:
    return "" if user.is_reviewer else _("Only compliance officers and managers set the customer's risk level.")


# A person decides and does everything else: a token has these actions, whatever its scopes are.
TOKEN_ACTIONS = ("see", "capture")
CHECKS: dict[str, Check] = {
    "see": _see,
    "capture": _capture,
    "handle": _handle,
    "look": _look,
    "reveal": _reveal,
    "redact": _redact,
    "note": _handle,
    "claim": _claim,
    "decide": _decide,
    "aml": _aml,
    "reassign": _managers_only,
    "overrule": _managers_only,
    "export": _export,
    "set_risk": _set_risk,
    "consider_report": _consider_report,
    "check_quality": _check_quality,
    "close_finding": _managers_only,
    "mark_golden": _mark_golden,
}
CHECKS_WITH_FACTS = {
    "capture": _capture,
    "look": _look,
    "redact": _redact,
    "claim": _claim,
    "decide": _decide,
}


def why_not(user: User, submission: Submission, action: str, facts: PermissionFacts | None = None) -> str:
    """Return the sentence for a disabled button's title; "" when the person may.

    `facts`: what a page has loaded already, so that no rule reads it again.
    """
    if not user.is_active:
        return _("This account is switched off.")
    if not review_area.contains(user, submission):
        return _("This submission is outside your projects and teams.")
    if submission.erased_at is not None and action not in ("see", "reveal"):
        return _("This person's data was deleted permanently. Only the audit log is kept.")
    if is_token(user) and action not in TOKEN_ACTIONS:
        return _("An access token cannot do this. A person does it in the portal.")
    if facts is not None and action in CHECKS_WITH_FACTS:
        return CHECKS_WITH_FACTS[action](user, submission, facts)
    return CHECKS[action](user, submission)


def can(user: User, submission: Submission, action: str, facts: PermissionFacts | None = None) -> bool:
    return not why_not(user, submission, action, facts)


def check_can(user: User, submission: Submission, action: str) -> None:
    if why := why_not(user, submission, action):
        raise NotAllowed(why)


def get_submission_for(user: User, pk: uuid.UUID, action: str, *related: str, **beside: Combinable) -> Submission:
    """Return the submission, if the person may do `action` with it. `related`: joined rows; `beside`: further columns.

    Raises:
        Http404: it does not exist, or the user may not know of it.
        NotAllowed: the user may see it but may not do this.
    """
    joined = ("project", "team", "claimed_by", "decided_by", *related)
    rows = visible_to(user).select_related(*joined).annotate(wrapped_key=SubmissionKey.of("pk"), **beside)
    submission: Submission | None = rows.filter(pk=pk).first()
    if submission is None:
        raise Http404
    load_keys([submission])
    check_can(user, submission, action)
    return submission
