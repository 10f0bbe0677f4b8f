"""Two reviewers: blind to each other, different decisions to a third or back to the first, and undo of each."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from submissions.core import clock
from submissions.models import CallKind, Decision, Project, Role, Status, Submission, User, Verdict
from submissions.review import decisions, page_context, verdicts
from submissions.review.verdicts import Verdicts
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.workflow.transitions import StaleSubmission
from tests.clients import browser, given
from tests.factories import by, claim_call, make_at, make_user, reload

pytestmark = pytest.mark.django_db


def claim(submission: Submission, user: User) -> Submission:
    claims.claim(reload(submission), by=by(user))
    return reload(submission)


def decide(client: Client, submission: Submission, verdict: str, **data: Any) -> Any:
    submission = reload(submission)
    warned = [warning.code for warning in warnings_of(submission, submission.created_by)]
    data = {"verdict": verdict, "seen": page_context.seen_of(submission), "warning": warned, **data}
    return client.post(f"/review/{submission.pk}/decide/", data)


@pytest.fixture
def first() -> User:
    return make_user(Role.OFFICER, name="Fina First")


@pytest.fixture
def spoken(first: User) -> Submission:
    """Return a submission approved by the first reviewer, waiting for the second."""
    submission = make_at(Status.PENDING)
    Project.objects.update(second_review="all")
    claim(submission, first)
    decide(browser(first), submission, "approved")
    return reload(submission)


def later() -> None:
    """End the undo of all decisions except for one whose call waits."""
    Decision.objects.update(decided_at=clock.now() - timedelta(seconds=11))


def unlike(submission: Submission, name: str = "Sela Second", *, stands: bool = True) -> User:
    """Let the second reviewer reject it."""
    second = make_user(Role.OFFICER, name=name)
    claim(submission, second)
    rejection = {"reason_code": "own_policy", "comment": "Not the same person."}
    decisions.decide(reload(submission), Verdict.REJECTED, by=by(second), **rejection)
    if stands:
        later()
    return second


def test_first_verdict_can_be_taken_back_for_ten_seconds(first: User, spoken: Submission) -> None:
    client = browser(first)
    page = client.get(f"/review/{spoken.pk}/").content.decode()
    assert "Awaiting another reviewer" in page
    page = client.post(f"/review/{spoken.pk}/undo/", follow=True).content.decode()
    assert "Nothing was sent" in page
    spoken = reload(spoken)
    assert (spoken.status, spoken.claimed_by) == (Status.PENDING, first)
    assert not Decision.objects.filter(withdrawn_at=None).exists()


def test_first_verdict_comes_back_from_under_a_colleagues_claim(first: User, spoken: Submission) -> None:
    colleague = make_user(Role.OFFICER)
    claim(spoken, colleague)
    browser(first).post(f"/review/{spoken.pk}/undo/")
    assert (reload(spoken).status, reload(spoken).claimed_by) == (Status.PENDING, colleague)


def test_nobody_gets_one_as_their_next_while_its_verdict_can_be_taken_back(spoken: Submission) -> None:
    second, here = make_user(Role.OFFICER), make_at(Status.PENDING)
    claim(here, second)
    assert browser(second).post(f"/review/{here.pk}/reserve/").json() == {}
    assert browser(second).post("/review/next/").url == "/review/"
    later()
    assert browser(second).post(f"/review/{here.pk}/reserve/").json()["path"] == f"/review/{spoken.pk}/"
    assert browser(second).post("/review/next/").url == f"/review/{spoken.pk}/"


def test_first_verdict_stays_once_it_is_old(first: User, spoken: Submission) -> None:
    later()
    page = browser(first).post(f"/review/{spoken.pk}/undo/", follow=True).content.decode()
    assert "was sent already and cannot be undone" in page
    assert reload(spoken).status == Status.SECOND_REVIEW


def test_first_verdict_is_not_another_ones_to_take_back(spoken: Submission) -> None:
    assert browser(make_user(Role.OFFICER)).post(f"/review/{spoken.pk}/undo/").status_code == 403
    assert reload(spoken).status == Status.SECOND_REVIEW


def test_undo_that_looked_before_the_second_spoke_takes_nothing_back(
    first: User, spoken: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = Verdicts.load(spoken).undoable
    second = unlike(spoken)
    monkeypatch.setattr(Verdicts, "undoable", property(lambda self: looked_at))
    with pytest.raises(StaleSubmission):
        decisions.undo(spoken, by=by(first))
    given = reload(spoken).decisions.filter(withdrawn_at=None)
    assert [decision.reviewer for decision in given] == [first, second]
    assert reload(spoken).status == Status.SECOND_REVIEW


def test_pending_one_left_with_a_second_verdict_alone_goes_on(first: User, spoken: Submission) -> None:
    """An undo that came too late left this state before every decision raised the version."""
    unlike(spoken)
    Decision.objects.filter(reviewer=first).update(withdrawn_at=clock.now(), withdrawn_why="undone")
    Submission.objects.update(status=Status.PENDING)
    third = make_user(Role.OFFICER)
    claim(spoken, third)
    assert decide(browser(third), spoken, "approved").status_code == 302
    assert reload(spoken).status == Status.SECOND_REVIEW


def test_unlike_verdicts_go_to_a_third_person_who_decides(spoken: Submission) -> None:
    unlike(spoken)
    third = make_user(Role.MANAGER)
    assert browser(third).post("/review/next/").url == f"/review/{spoken.pk}/"
    page = browser(third).get(f"/review/{spoken.pk}/").content.decode()
    assert "Reviewers disagree." in page
    assert "Your decision is final." in page
    assert given(page) == ["Fina First approved", "Sela Second rejected"]
    decide(browser(third), spoken, "approved")
    assert reload(spoken).status == Status.DECISION_SENDING
    assert reload(spoken).open_call.attempt.values["status"] == "approved"


def test_unlike_verdicts_may_come_back_to_the_first_who_must_say_why(first: User, spoken: Submission) -> None:
    second = unlike(spoken)
    assert browser(second).post(f"/review/{spoken.pk}/claim/").status_code == 403
    assert browser(first).post("/review/next/").url == "/review/", "a third person comes first"
    client = browser(first)
    client.post(f"/review/{spoken.pk}/claim/")
    page = client.get(f"/review/{spoken.pk}/").content.decode()
    assert "or you once more with a comment" in page
    assert "Not the same person." in page
    response = decide(client, spoken, "approved")
    assert response.status_code == 422
    assert "Enter a comment with your reason" in response.content.decode()
    decide(client, spoken, "approved", comment="The beard is new; the ears are the same.")
    assert reload(spoken).status == Status.DECISION_SENDING
    assert reload(spoken).calls.filter(kind=CallKind.REVIEW).count() == 1


def test_unlike_second_verdict_can_be_taken_back(first: User, spoken: Submission) -> None:
    seen = page_context.seen_of(spoken)
    second = unlike(spoken, stands=False)
    client = browser(second)
    page = client.get(f"/review/{spoken.pk}/").content.decode()
    assert "Awaiting another reviewer" in page
    assert given(page) == ["Sela Second rejected"]
    assert "Fina First approved" not in page
    assert browser(first).post(f"/review/{spoken.pk}/undo/").status_code == 403
    assert "Nothing was sent" in client.post(f"/review/{spoken.pk}/undo/", follow=True).content.decode()
    spoken = reload(spoken)
    assert (spoken.status, spoken.claimed_by) == (Status.SECOND_REVIEW, second)
    assert Decision.objects.get(withdrawn_at=None).reviewer == first
    assert given(client.get(f"/review/{spoken.pk}/").content.decode()) == []
    assert decide(client, spoken, "approved", seen=seen).status_code == 409, "a page of before the undo"
    decide(client, spoken, "approved")
    assert reload(spoken).status == Status.DECISION_SENDING


def test_third_person_waits_until_the_second_verdict_stands(spoken: Submission) -> None:
    unlike(spoken, stands=False)
    third = make_user(Role.OFFICER)
    page = browser(third).get(f"/review/{spoken.pk}/").content.decode()
    assert "once the second decision can no longer be undone" in page
    assert given(page) == []
    assert browser(third).post(f"/review/{spoken.pk}/claim/").status_code == 403
    later()
    assert "Fina First approved" in given(browser(third).get(f"/review/{spoken.pk}/").content.decode())
    assert browser(third).post(f"/review/{spoken.pk}/claim/").status_code == 302


def test_second_sees_the_first_verdict_only_when_an_alike_one_has_left(first: User, spoken: Submission) -> None:
    second, third = make_user(Role.OFFICER, name="Sela Second"), make_user(Role.MANAGER)
    claim(spoken, second)
    decide(browser(second), spoken, "approved")
    for person in (second, third):
        response = browser(person).get(f"/review/{spoken.pk}/")
        assert given(response.content.decode()) in ([], ["Sela Second approved"])
        assert "approved" not in " ".join(entry.details for entry in response.context["timeline"].entries)
    assert "Approved." not in browser(third).get(f"/review/{spoken.pk}/status/").content.decode()
    browser(second).post(f"/review/{spoken.pk}/undo/")
    assert verdicts.is_blind(reload(spoken), second)
    decide(browser(second), spoken, "approved")
    claim_call(spoken, CallKind.REVIEW)
    assert "Fina First approved" in given(browser(second).get(f"/review/{spoken.pk}/").content.decode())


@pytest.mark.parametrize(
    "second_says", [{}, {"birthDate": "1991-01-01"}, {"birthDate": "1990-01-01", "gender": "male"}]
)
def test_approvals_that_correct_different_data_are_unlike(first: User, second_says: dict[str, str]) -> None:
    submission = make_at(Status.PENDING)
    Project.objects.update(second_review="all")
    claim(submission, first)
    decide(browser(first), submission, "approved", birthDate="1990-01-01")
    second, third = make_user(Role.OFFICER, name="Sela Second"), make_user(Role.OFFICER)
    claim(submission, second)
    decide(browser(second), submission, "approved", **second_says)
    later()
    assert reload(submission).status == Status.SECOND_REVIEW
    page = browser(third).get(f"/review/{submission.pk}/").content.decode()
    assert "The decisions agree, the corrections differ." in page
    assert "1990-01-01" not in page, "the data is for who holds it"
    claim(submission, third)
    page = browser(third).get(f"/review/{submission.pk}/").content.decode()
    assert "corrects Date of birth: 1990-01-01" in page
    decide(browser(third), submission, "approved", birthDate="1990-01-02")
    assert reload(submission).open_call.attempt.values["updateFields.birthDate"] == "1990-01-02"


def test_approvals_that_correct_the_same_agree(first: User) -> None:
    submission = make_at(Status.PENDING)
    Project.objects.update(second_review="all")
    for reviewer in (first, make_user(Role.OFFICER)):
        claim(submission, reviewer)
        decide(browser(reviewer), submission, "approved", gender="male", birthDate="1990-01-01")
    assert reload(submission).open_call.attempt.values["updateFields.birthDate"] == "1990-01-01"


def test_first_alone_may_not_speak_twice(first: User, spoken: Submission) -> None:
    assert browser(first).post(f"/review/{spoken.pk}/claim/").status_code == 403


def test_undo_of_a_first_decision_counts_from_ten_seconds(spoken: Submission, first: User) -> None:
    with time_machine.travel(Decision.objects.get().decided_at, tick=False):
        offer = Verdicts.load(spoken).undo_offer(first, None)
    assert offer is not None
    assert offer["seconds"] == decisions.UNDO_SECONDS
