"""Claims of 30 minutes, the next submission reserved ahead, hand-over to a colleague, and assignment by a manager.

A claim is the reason to look at a person's data, so it is exclusive and expires. An assignment grants no access.
"""

import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import Capturer, Decision, Reviewer, Submission, TrainingRecord, User
from submissions.models.decision import UNDO_SECONDS
from submissions.models.people import REVIEWERS
from submissions.models.submission import IN_REVIEW
from submissions.models.training import barring
from submissions.review.decisions import add_note
from submissions.review.workload import escalation
from submissions.workflow import alerts, review_area
from submissions.workflow.permissions import NotAllowed, PermissionFacts, can, check_can, visible_to, why_untrained
from submissions.workflow.transitions import StaleSubmission

LASTS = timedelta(minutes=30)
# A reservation nobody opens is soon free again; the page that made it renews it while its person works.
RESERVATION_LASTS = timedelta(minutes=3)
CANDIDATES = 50
# Of a candidate: the query has left out what this person captured or decided.
NO_PART_IN_IT = PermissionFacts(has_captured=False, in_force=())


class ClaimedByOther(Exception):
    """Another reviewer has the claim; see `submission.claimed_by`."""


def claim(submission: Submission, *, by: Actor) -> None:
    """Reserve the submission for this person for 30 minutes; a second call extends the claim.

    Raises:
        NotAllowed: not a reviewer, or the one who captured it.
        ClaimedByOther: somebody else was first.
        StaleSubmission: it is not waiting for review any more.
    """
    assert by.user is not None
    check_can(by.user, submission, "claim")
    if not _take(submission, by=by, purpose="review"):
        submission.refresh_from_db()
        if submission.status not in IN_REVIEW:
            raise StaleSubmission(submission.reference)
        raise ClaimedByOther(submission.reference)


def open_reserved(submission: Submission, *, by: Actor) -> bool:
    """Turn a reservation into a claim when its holder opens it; return whether they hold it."""
    try:
        claim(submission, by=by)
    except (NotAllowed, ClaimedByOther, StaleSubmission):
        return False
    return True


def _take(submission: Submission, *, by: Actor, purpose: str) -> bool:
    """Write the claim and its event with a guarded UPDATE: of two people at once, one gets the row."""
    was_snoozed, was_escalated = submission.is_snoozed, submission.escalated_at is not None
    with transaction.atomic():
        if not _write_claim(submission, by.user, is_reserved=purpose == "reserved"):
            return False
        if was_snoozed:
            events.record("snooze_ended", by=by, submission=submission, purpose="claimed")
        if was_escalated and escalation.end(submission, by=by, why="taken"):
            Submission.objects.filter(pk=submission.pk).update(assigned_to=by.user)
        events.record("claimed", by=by, submission=submission, purpose=purpose)
    return True


def _write_claim(submission: Submission, user: User | None, *, is_reserved: bool) -> bool:
    now = clock.now()
    # Escalated as it was when its permission was checked: officers may not claim an escalated one.
    row = Submission.objects.filter(pk=submission.pk, status__in=IN_REVIEW, escalated_at=submission.escalated_at)
    columns = {
        "claimed_by": user,
        "claimed_until": now + (RESERVATION_LASTS if is_reserved else LASTS),
        "is_reserved": is_reserved,
        "snoozed_until": None,
        "snoozed_by": None,
    }
    free = row.unclaimed(now)
    if not (free.update(**columns, given_by=None) or row.filter(claimed_by=user).update(**columns)):
        return False
    for name, value in columns.items():
        setattr(submission, name, value)
    return True


def extend(submission: Submission, *, by: Actor) -> bool:
    """Extend the claim by 30 minutes; return False when it has ended or somebody else has it.

    No event: the claim is one, and the page asks for this every minute while the person works. What is reserved
    for them as the next one stays reserved. A claim of a reviewer whose training has ended only ends.
    """
    if by.user is not None and why_untrained(by.user, submission):
        return False
    now = clock.now()
    held = Submission.objects.filter(status__in=IN_REVIEW, claimed_by=by.user, claimed_until__gte=now)
    held.filter(is_reserved=True).exclude(pk=submission.pk).update(claimed_until=now + RESERVATION_LASTS)
    return bool(held.filter(pk=submission.pk).update(claimed_until=now + LASTS, is_reserved=False))


def reserve_again(submission: Submission, *, by: Actor) -> None:
    """Keep a claimed submission as this person's next one: they have left its page to undo an earlier decision."""
    now = clock.now()
    held = Submission.objects.filter(pk=submission.pk, status__in=IN_REVIEW, claimed_by=by.user, claimed_until__gte=now)
    held.update(is_reserved=True, claimed_until=now + RESERVATION_LASTS)


def claim_next(*, by: Actor, besides: Submission | None = None) -> Submission | None:
    """Claim what is reserved for this person, else the unclaimed one with the nearest target that they may decide.

    One assigned to them goes before the others; one assigned to somebody else is left to that person.
    """
    return _take_first(by, besides, is_reserved=False)


def reserve_next(*, by: Actor, besides: Submission) -> Submission | None:
    """Reserve the next one for the reviewer of `besides`, so that the browser can fetch its images ahead."""
    return _take_first(by, besides, is_reserved=True)


def _take_first(by: Actor, besides: Submission | None, *, is_reserved: bool) -> Submission | None:
    assert by.user is not None
    purpose = "reserved" if is_reserved else "next"
    for submission in _first_candidates(by.user, besides):
        if can(by.user, submission, "claim", NO_PART_IN_IT) and _take(submission, by=by, purpose=purpose):
            return submission
    return None


def _first_candidates(user: User, besides: Submission | None) -> Iterator[Submission]:
    """Yield what this person may claim now: what is reserved for them, then assigned to them, then to nobody.

    Each by the nearest target. Left out are submissions that they have captured or decided, escalated ones, and those
    with a verdict that can still be undone.
    """
    now = clock.now()
    verdicts = Decision.objects.filter(submission=OuterRef("pk"), withdrawn_at=None)
    not_theirs = Q(reviewer=user) | Q(decided_at__gte=now - timedelta(seconds=UNDO_SECONDS))
    waiting = visible_to(user).awaiting_review().filter(project__reviewer=Reviewer.CLIENT, escalated_at=None)
    waiting = waiting.exclude(project__in=barring(user))
    allowed = waiting.exclude(Exists(verdicts.filter(not_theirs))).exclude(capturers__user=user)
    if besides is not None:
        allowed = allowed.exclude(pk=besides.pk)
    reserved = Submission.objects.filter(claimed_by=user, claimed_until__gte=now, is_reserved=True)
    assigned = Submission.objects.filter(assigned_to=user).unclaimed(now).unsnoozed(now)
    allowed = allowed.select_related("project")
    theirs = allowed.filter(pk__in=reserved.values("pk").union(assigned.values("pk")))  # two indexes; an OR uses none
    yield from theirs.order_by("-is_reserved", "target_at", "id")[:CANDIDATES]
    free = allowed.unclaimed(now).unsnoozed(now).filter(_is_nobodys())
    yield from free.order_by("target_at", "id")[:CANDIDATES]


def _is_nobodys() -> Q:
    """Assigned to nobody, or to somebody who may not review it any more."""
    has_captured = Capturer.objects.filter(submission=OuterRef("pk"), user=OuterRef("assigned_to"))
    may_review = Q(assigned_to__is_active=True, assigned_to__role__in=REVIEWERS)
    trained = TrainingRecord.objects.valid().filter(person=OuterRef("assigned_to"))
    is_untrained = Q(~Exists(trained), project__requires_training=True)
    return Q(assigned_to=None) | ~may_review | Q(Exists(has_captured)) | is_untrained


def release(submission: Submission, *, by: Actor, note: str = "") -> None:
    """End a claim, with a note for the next reviewer.

    Raises:
        StaleSubmission: it is not theirs (any more). Nothing is written.
    """
    with transaction.atomic():
        mine = Submission.objects.filter(pk=submission.pk, claimed_by=by.user)
        if not mine.update(claimed_by=None, claimed_until=None, is_reserved=False):
            raise StaleSubmission(submission.reference)
        events.record("claim_released", by=by, submission=submission)
        if note:
            add_note(submission, note, by=by)
    submission.claimed_by = submission.claimed_until = None


def release_hidden(person: User, *, by: Actor) -> int:
    """Release what this person has claimed or is assigned to and may review no longer; return how many."""
    has_claim = Q(claimed_by=person, claimed_until__gte=clock.now())
    held = Submission.objects.filter(has_claim | Q(assigned_to=person, status__in=IN_REVIEW))
    hidden = [row for row in held if not (person.is_reviewer and review_area.contains(person, row))]
    for row in hidden:
        mine = Submission.objects.filter(pk=row.pk)
        with transaction.atomic():
            if mine.filter(claimed_by=person).update(claimed_by=None, claimed_until=None, is_reserved=False):
                events.record("claim_released", by=by, submission=row)
            if mine.filter(assigned_to=person, status__in=IN_REVIEW).update(assigned_to=None, given_by=None):
                events.record("assigned", by=by, submission=row, fields={"to": ""})
    return len(hidden)


def hand_over(submission: Submission, to: User, *, by: Actor, note: str) -> None:
    """Give a claim to a colleague, who finds it on their start page.

    Raises:
        NotAllowed: the colleague may not decide this one; the text says why.
        StaleSubmission: it is not theirs to hand over (any more). Nothing is written.
    """
    if to == by.user:
        raise NotAllowed(_("You are already the assignee. Select a colleague."))
    if not can(to, submission, "claim"):
        raise NotAllowed(_("%(name)s may not decide this one. Choose another colleague.") % {"name": to.name})
    now = clock.now()
    columns = {"claimed_by": to, "claimed_until": now + LASTS, "is_reserved": False, "given_by": by.user}
    with transaction.atomic():
        mine = Submission.objects.filter(pk=submission.pk, status__in=IN_REVIEW, claimed_by=by.user)
        if not mine.filter(claimed_until__gte=now).update(**columns, assigned_to=to):
            raise StaleSubmission(submission.reference)
        events.record("handed_over", by=by, submission=submission, fields={"to": to.username})
        if note:
            add_note(submission, note, by=by)
    submission.claimed_by, submission.claimed_until = to, now + LASTS


def assign(pks: Iterable[uuid.UUID], to: User | None, *, by: Actor) -> tuple[int, int]:
    """Assign each (None: to nobody) where that person may decide it; return (how many, how many not).

    Assigning never decides, opens nothing and takes nobody's claim away.
    """
    assert by.user is not None
    done = skipped = 0
    for submission in visible_to(by.user).filter(pk__in=list(pks)).select_related("project"):
        check_can(by.user, submission, "reassign")
        if _assign(submission, to, by=by):
            done += 1
        else:
            skipped += 1
    return done, skipped


def assign_escalated(submission: Submission, to: User, comment: str, *, by: Actor) -> None:
    """Assign an escalated submission to a reviewer; the comment is a note, and the escalation ends.

    Raises:
        NotAllowed: not a manager, or that person may not decide it; the text says why.
        StaleSubmission: it is not escalated any more. Nothing is written.
    """
    with transaction.atomic():
        row = Submission.objects.select_for_update().filter(pk=submission.pk, status__in=IN_REVIEW)
        if not row.filter(escalated_at__isnull=False).exists():
            raise StaleSubmission(submission.reference)
        done, _skipped = assign([submission.pk], to, by=by)
        if not done:
            raise NotAllowed(_("%(name)s may not decide this one. Choose another colleague.") % {"name": to.name})
        add_note(submission, comment, by=by)


def count_claimed_by_others(pks: Iterable[uuid.UUID], to: User | None, *, by: User) -> int:
    """Return how many of these stay with another reviewer until the claim ends."""
    claimed = visible_to(by).filter(pk__in=list(pks), claimed_until__gte=clock.now(), is_reserved=False)
    return claimed.exclude(claimed_by=to).count()


def _assign(submission: Submission, to: User | None, *, by: Actor) -> bool:
    if to is not None:
        submission.escalated_at = None  # the assignment ends an escalation
        if not can(to, submission, "claim"):
            return False
    rows = Submission.objects.filter(pk=submission.pk, status__in=IN_REVIEW)
    with transaction.atomic():
        if not rows.update(assigned_to=to, given_by=by.user if to else None):
            return False
        events.record("assigned", by=by, submission=submission, fields={"to": to.username if to else ""})
        if to is not None and escalation.end(submission, by=by, why="assigned") and to != by.user:
            alerts.notify(submission, "escalation_ended", clock.now(), [to])
    return True
