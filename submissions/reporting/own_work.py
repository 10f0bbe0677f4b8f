"""The figures of a reviewer's and an agent's first page: their own work."""

from datetime import timedelta

from django.db.models import QuerySet

from submissions.aml import reviews
from submissions.core import clock
from submissions.models import Decision, Question, Status, Submission, User
from submissions.models.submission import IN_REVIEW, SENDING
from submissions.search.counting import Counted
from submissions.search.filter_engine import start_of
from submissions.workflow import review_area
from submissions.workflow.permissions import visible_to

SHOWN = 5


def reviewer_figures(user: User) -> dict[str, Counted]:
    """Return the counts of one reviewer, as columns of one query."""
    now = clock.now()
    waiting = visible_to(user).awaiting_review().shown_in_queue(now)
    claimed = waiting.filter(claimed_by=user, claimed_until__gte=now)
    asked = Question.objects.filter(review_area.condition(user, "submission__"), asked_by=user)
    return {
        "claimed": Counted(claimed),
        "assigned": Counted(waiting.filter(assigned_to=user).exclude(claimed_by=user, claimed_until__gte=now)),
        "decided_today": Counted(
            visible_to(user).filter(decided_by=user, decided_at__gte=start_of(clock.local_today()))
        ),
        "answered": Counted(asked.unread()),
        "unanswered": Counted(asked.open()),
        "unassigned": Counted(waiting.unclaimed(now).filter(assigned_to=None)),
        "aml": Counted(reviews.waiting_for(user)),
    }


def next_unassigned(user: User) -> "QuerySet[Submission]":
    """Return the first unclaimed and unassigned submissions of the queue, without escalated ones."""
    waiting = visible_to(user).for_review().awaiting_review()
    now = clock.now()
    free: QuerySet[Submission] = waiting.unclaimed(now).unsnoozed(now).filter(assigned_to=None, escalated_at=None)
    return free.order_by("target_at", "id")[:SHOWN]


def last_decisions(user: User) -> "QuerySet[Decision]":
    """Return the user's last decisions, newest first."""
    area = review_area.condition(user, "submission__")
    given = Decision.objects.filter(area, reviewer=user, withdrawn_at=None).select_related("submission")
    return given.order_by("-decided_at")[:SHOWN]


def agent_figures(user: User) -> dict[str, Counted]:
    """Return the status of the team's submissions, and today's results of those that this user created.

    They are columns of one query.
    """
    team, start = visible_to(user), start_of(clock.local_today())
    decided = Submission.objects.filter(
        created_by=user, decided_at__gte=start, decided_at__lt=start + timedelta(days=1)
    )
    return {
        "at_argos": Counted(team.filter(status__in=SENDING)),
        "in_review": Counted(team.filter(status__in=IN_REVIEW)),
        "decision_sending": Counted(team.filter(status=Status.DECISION_SENDING)),
        "created": Counted(Submission.objects.filter(created_by=user, created_at__gte=start)),
        "approved": Counted(decided.filter(status=Status.APPROVED)),
        "rejected": Counted(decided.filter(status=Status.REJECTED)),
    }
