"""Who decides an AML review, with what, and when two reviewers must agree."""

from datetime import timedelta

import pytest

from submissions.aml import results, reviews
from submissions.core import clock
from submissions.core.typed_reason import ReasonMissing
from submissions.models import (
    Alert,
    AmlOutcome,
    AmlReview,
    AmlSource,
    AmlState,
    AmlVerdict,
    Capturer,
    Event,
    Project,
    Role,
    Status,
    Submission,
    User,
)
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.transitions import StaleSubmission
from tests.factories import by, make_at, make_user, reload
from tests.submissions.aml.screening import reported

pytestmark = pytest.mark.django_db
MATCH, FALSE, UNCLEAR = AmlOutcome.TRUE_MATCH, AmlOutcome.FALSE_POSITIVE, AmlOutcome.UNCLEAR


def opened(second: str = "none") -> AmlReview:
    submission = make_at(Status.APPROVED)
    Project.objects.filter(pk=submission.project_id).update(second_review=second)
    results.apply(reload(submission), reported(), AmlSource.RECORD)
    return fresh(submission)


def fresh(submission: Submission) -> AmlReview:
    related = ("submission__project", "submission__team", "assigned_to")
    review: AmlReview = AmlReview.objects.select_related(*related).latest("opened_at")
    return review


def say(
    review: AmlReview, user: User, outcome: AmlOutcome = FALSE, reason: str = "Another date of birth."
) -> AmlReview:
    seen = reviews.seen_of(review, reviews.verdicts_of(review))
    reviews.decide(review, outcome, by=by(user), reason=reason, seen=seen)
    return fresh(review.submission)


def officer() -> User:
    return make_user(Role.OFFICER)


@pytest.mark.parametrize("outcome", AmlOutcome.values)
def test_one_verdict_ends_it_where_one_is_enough(outcome: str) -> None:
    review = say(opened(), officer(), AmlOutcome(outcome))
    assert (review.state, review.outcome) == (AmlState.DECIDED, outcome)
    verdict = AmlVerdict.objects.get()
    assert b"birth" not in bytes(verdict.reason_sealed)
    assert Event.objects.filter(kind="aml_review_decided", fields__outcome=outcome).exists()


@pytest.mark.parametrize("mode", ["all", "flagged"])
def test_two_alike_end_it_where_the_project_asks_for_two(mode: str) -> None:
    first, second = officer(), officer()
    review = say(opened(mode), first)
    assert review.state == AmlState.SECOND
    with pytest.raises(NotAllowed):
        say(review, first)
    assert say(review, second).outcome == FALSE


def test_third_verdict_decides_between_two_unlike_ones() -> None:
    first, second = officer(), officer()
    review = say(say(opened("all"), first, FALSE), second, MATCH)
    assert review.state == AmlState.SECOND
    with pytest.raises(NotAllowed):
        say(review, second, MATCH)
    assert say(review, first, MATCH).outcome == MATCH


def test_second_reviewer_is_blind() -> None:
    first, second = officer(), officer()
    review = say(opened("all"), first)
    given = reviews.verdicts_of(review)
    assert reviews.visible_verdicts(review, second, given) == []
    assert len(reviews.visible_verdicts(review, first, given)) == 1
    review = say(review, second, MATCH)
    assert len(reviews.visible_verdicts(review, second, reviews.verdicts_of(review))) == 2


@pytest.mark.parametrize("reason", ["", "...", "  \u200b "])
def test_verdict_needs_a_reason(reason: str) -> None:
    with pytest.raises(ReasonMissing):
        say(opened(), officer(), reason=reason)
    assert not AmlVerdict.objects.exists()


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
def test_neither_agents_nor_administrators_decide(role: Role) -> None:
    review = opened()
    with pytest.raises(NotAllowed):
        say(review, make_user(role, team=review.submission.team))


def test_capturer_never_decides() -> None:
    review, user = opened(), officer()
    Capturer.objects.create(submission=review.submission, user=user)
    with pytest.raises(NotAllowed):
        say(review, user)
    with pytest.raises(NotAllowed):
        reviews.assign(review, user, by=by(make_user(Role.MANAGER)))


def test_verdict_on_an_older_result_is_refused_and_given_ones_are_withdrawn() -> None:
    first, second = officer(), officer()
    review = say(opened("all"), first)
    seen = reviews.seen_of(review, reviews.verdicts_of(review))
    results.apply(review.submission, reported(risk="MEDIUM"), AmlSource.RECORD)
    with pytest.raises(StaleSubmission):
        reviews.decide(review, FALSE, by=by(second), reason="Another person.", seen=seen)
    review = fresh(review.submission)
    assert (review.state, reviews.verdicts_of(review)) == (AmlState.OPEN, [])
    assert AmlVerdict.objects.exclude(withdrawn_at=None).count() == 1
    assert AmlReview.objects.count() == 1


def test_new_hit_after_a_decision_opens_another_review() -> None:
    review = say(opened(), officer())
    results.apply(review.submission, reported(open_count=1), AmlSource.MONITORING, "w/1")
    assert AmlReview.objects.count() == 2
    assert AmlReview.objects.undecided().count() == 1


def test_officers_take_their_own_and_managers_assign_any() -> None:
    review, mine, other = opened(), officer(), officer()
    reviews.assign(review, mine, by=by(mine))
    with pytest.raises(NotAllowed):
        reviews.assign(review, other, by=by(other))
    reviews.assign(review, other, by=by(make_user(Role.MANAGER)))
    assert fresh(review.submission).assigned_to == other


def test_overdue_review_is_told_once() -> None:
    review, told = opened(), officer()
    AmlReview.objects.update(target_at=clock.now() - timedelta(minutes=1))
    assert (reviews.remind_due(), reviews.remind_due()) == (1, 0)
    assert Alert.objects.filter(kind="aml_overdue", person=told).count() == 1
    assert review.is_open
