"""Open, assign and decide AML reviews. Whether two reviewers must agree is the project's rule for decisions.

A hit counts as a warning for that rule: with "When there are warnings" each AML review takes two verdicts.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from submissions.audit import events
from submissions.audit.events import SYSTEM, VENDOR, Actor
from submissions.core import clock, isolated_rows
from submissions.core.typed_reason import ReasonMissing, is_reason
from submissions.models import AmlOutcome, AmlReview, AmlState, AmlVerdict, MessageKind, Role, Submission, User
from submissions.models.aml import AmlReviewQuerySet
from submissions.models.project_choices import SecondReview
from submissions.workflow import alerts, messages, review_area
from submissions.workflow.permissions import NotAllowed, can, check_can
from submissions.workflow.role_permissions import user_can_assign
from submissions.workflow.transitions import StaleSubmission
from submissions.workflow.working_hours import target_after

BATCH = 100


def waiting_for(user: User) -> AmlReviewQuerySet:
    """Return the undecided reviews that this person may know of, the nearest due time first."""
    rows: AmlReviewQuerySet = AmlReview.objects.waiting()
    return rows.filter(review_area.condition(user, "submission__")).order_by("target_at", "id")


def overdue(rows: AmlReviewQuerySet) -> AmlReviewQuerySet:
    return rows.filter(target_at__lt=clock.now())


def of(submission: Submission) -> list[AmlReview]:
    """Return the reviews of a submission, the latest first."""
    return list(AmlReview.objects.filter(submission=submission).select_related("assigned_to").order_by("-opened_at"))


def open_or_refresh(submission: Submission, result_at: datetime) -> AmlReview:
    """Open the review of a hit, or tell an open one that the result changed: verdicts on the older result are
    withdrawn. The caller holds the submission's lock.
    """
    review: AmlReview | None = AmlReview.objects.undecided().filter(submission=submission).first()
    if review is None:
        target_at = target_after(submission.project, result_at, submission.project.aml_review_target_hours)
        review = AmlReview(submission=submission, opened_at=result_at, target_at=target_at)
        review.seen_result_at = result_at
        review.save(force_insert=True)
        events.record("aml_review_opened", by=VENDOR, submission=submission)
    else:
        _withdraw(review, result_at)
    alerts.notify(submission, "aml_hit", result_at, people(review))
    return review


def _withdraw(review: AmlReview, result_at: datetime) -> None:
    withdrawn = review.verdicts.filter(withdrawn_at=None).update(withdrawn_at=result_at)
    review.state, review.seen_result_at = AmlState.OPEN, result_at
    review.save(update_fields=["state", "seen_result_at"])
    if withdrawn:
        events.record("aml_verdicts_withdrawn", by=VENDOR, submission=review.submission, fields={"count": withdrawn})


def people(review: AmlReview) -> list[User]:
    """Return whom to alert: the assignee, else every officer who may decide it, and the managers of the team."""
    submission = review.submission
    active = User.objects.filter(is_active=True)
    officers = [review.assigned_to] if review.assigned_to else list(active.filter(role=Role.OFFICER))
    told = {officer for officer in officers if can(officer, submission, "aml")} | alerts.managers_of(submission)
    return sorted(told, key=lambda person: person.pk)


def assign(review: AmlReview, to: User | None, *, by: Actor) -> None:
    """Assign a review, or release it with None. Officers take and release their own; managers assign any.

    Raises:
        NotAllowed, StaleSubmission
    """
    assert by.user is not None
    check_can(by.user, review.submission, "aml")
    is_own = (to in (None, by.user)) and review.assigned_to in (None, by.user)
    if not is_own and not user_can_assign(by.user):
        raise NotAllowed(_("Only managers assign AML reviews to other people."))
    if to is not None and not can(to, review.submission, "aml"):
        raise NotAllowed(_("%(name)s cannot decide this AML review.") % {"name": to.name})
    with transaction.atomic():
        rows = AmlReview.objects.undecided().filter(pk=review.pk, assigned_to=review.assigned_to)
        if not rows.update(assigned_to=to):
            raise StaleSubmission(review.submission.reference)
        fields = {"to": to.username if to else ""}
        events.record("aml_review_assigned", by=by, submission=review.submission, fields=fields)
    review.assigned_to = to


def release_hidden(person: User, *, by: Actor) -> None:
    """Release the reviews that are assigned to this person, who may see them no longer."""
    rows = AmlReview.objects.undecided().filter(assigned_to=person).select_related("submission")
    for review in rows:
        if person.is_reviewer and review_area.contains(person, review.submission):
            continue
        with transaction.atomic():
            if AmlReview.objects.undecided().filter(pk=review.pk, assigned_to=person).update(assigned_to=None):
                fields = {"to": ""}
                events.record("aml_review_assigned", by=by, submission=review.submission, fields=fields)


def verdicts_of(review: AmlReview) -> list[AmlVerdict]:
    """Return the verdicts that count, oldest first."""
    rows = list(review.verdicts.filter(withdrawn_at=None).select_related("reviewer").order_by("at"))
    for row in rows:
        row.submission = review.submission
    return rows


def visible_verdicts(review: AmlReview, user: User, verdicts: Sequence[AmlVerdict]) -> list[AmlVerdict]:
    """Hide the only verdict of an undecided review from everybody but its reviewer: the second one is blind."""
    if review.is_open and len(verdicts) == 1:
        return [verdict for verdict in verdicts if verdict.reviewer_id == user.pk]
    return list(verdicts)


def why_not(review: AmlReview, user: User, verdicts: Sequence[AmlVerdict]) -> str:
    """Return why this person cannot give the next verdict; "" if they can. The first of two unlike ones may."""
    if not review.is_open:
        return _("This AML review is decided.")
    waits = verdicts[1:] if len(verdicts) > 1 else verdicts
    if user.pk in [verdict.reviewer_id for verdict in waits]:
        return _("You have decided this AML review. Another reviewer decides next.")
    return ""


def seen_of(review: AmlReview, verdicts: Sequence[AmlVerdict]) -> str:
    """Return the form's stamp: a verdict counts only for the result and the verdicts that its reviewer saw."""
    return f"{review.pk}:{review.seen_result_at.isoformat()}:{len(verdicts)}"


def decide(review: AmlReview, outcome: AmlOutcome, *, by: Actor, reason: str, seen: str) -> AmlVerdict:
    """Give a verdict; it ends the review, or another reviewer decides next.

    Raises:
        NotAllowed, ReasonMissing
        StaleSubmission: ARGOS reported a new result, or somebody decided, since the page was opened.
    """
    assert by.user is not None
    submission = review.submission
    check_can(by.user, submission, "aml")
    if not is_reason(reason):
        raise ReasonMissing
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=submission.pk)
        review.refresh_from_db(fields=["state", "seen_result_at"])
        earlier = verdicts_of(review)
        if why := why_not(review, by.user, earlier):
            raise NotAllowed(why)
        if seen != seen_of(review, earlier):
            raise StaleSubmission(submission.reference)
        verdict = AmlVerdict(review=review, submission=submission, reviewer=by.user, outcome=outcome)
        verdict.reason = reason.strip()
        verdict.save(force_insert=True)
        events.record("aml_verdict_given", by=by, submission=submission, fields={"round": len(earlier) + 1})
        _go_on(review, [*earlier, verdict], by=by)
    return verdict


def _go_on(review: AmlReview, verdicts: Sequence[AmlVerdict], *, by: Actor) -> None:
    """End the review where one verdict is enough, two are alike, or a third was given; else send it on."""
    last = verdicts[-1]
    needs_one = review.submission.project.second_review == SecondReview.NONE
    is_settled = needs_one or len(verdicts) > 2 or (len(verdicts) == 2 and verdicts[0].outcome == last.outcome)
    if not is_settled:
        review.state, review.assigned_to = AmlState.SECOND, None
        review.save(update_fields=["state", "assigned_to"])
        return
    review.state, review.outcome, review.decided_at = AmlState.DECIDED, last.outcome, last.at
    review.save(update_fields=["state", "outcome", "decided_at"])
    fields = {"outcome": str(last.outcome)}
    events.record("aml_review_decided", by=by, submission=review.submission, fields=fields)
    aml = {"is_hit": True, "review_outcome": str(last.outcome)}
    messages.announce(review.submission, MessageKind.AML_CHANGED, aml=aml)


def remind_due() -> int:
    """Alert once for each review that is past its due time; return how many."""
    due = overdue(AmlReview.objects.waiting()).filter(is_reminded=False)
    rows = due.select_related("submission__project", "submission__team", "assigned_to").order_by("target_at")
    return isolated_rows.each(rows[:BATCH], _remind, "an AML review")


def _remind(review: AmlReview) -> bool:
    with transaction.atomic():
        if not AmlReview.objects.filter(pk=review.pk, is_reminded=False).update(is_reminded=True):
            return False
        alerts.notify(review.submission, "aml_overdue", review.target_at, people(review))
        events.record("aml_review_overdue", by=SYSTEM, submission=review.submission)
    return True
