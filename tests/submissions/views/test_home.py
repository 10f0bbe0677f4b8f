"""The first page of each role: its figures, its lists and its queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.aml import results
from submissions.core import clock
from submissions.models import AmlSource, Invitation, Role, Status, Submission, User
from submissions.review import questions
from submissions.vendor_sync import webhooks
from tests.clients import browser
from tests.factories import by, make_at, make_draft, make_user, reload, set_target
from tests.submissions.aml.screening import reported
from tests.submissions.invitations.customer import invite

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MOST = 8


def fill(officer: User) -> User:
    """Create submissions of each kind on the home pages; return the agent who captured them."""
    agent = make_user()
    for hours, columns in enumerate(
        ({"claimed_by": officer, "claimed_until": clock.now() + HOUR}, {"assigned_to": officer}, {}), start=1
    ):
        pending = make_at(Status.PENDING, agent)
        set_target(pending, hours=hours, minutes=-30)
        Submission.objects.filter(pk=pending.pk).update(**columns)
    for status in (Status.CONFIRMING, Status.INCOMPLETE, Status.STEP1_RETRY, Status.APPROVED, Status.REJECTED):
        make_at(status, agent)
    Submission.objects.filter(pk=make_draft(agent).pk).update(callback_at=clock.now())
    return agent


@pytest.mark.parametrize("role", [Role.AGENT, Role.OFFICER, Role.MANAGER])
def test_home_takes_at_most_eight_round_trips(role: Role) -> None:
    officer = make_user(Role.OFFICER)
    agent = fill(officer)
    client = browser({Role.AGENT: agent, Role.OFFICER: officer}.get(role) or make_user(role))
    client.get("/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/").status_code == 200
    assert len(captured) <= MOST


def test_officers_home_takes_the_same_queries_for_more_claimed_ones() -> None:
    officer = make_user(Role.OFFICER)
    client = browser(officer)
    counted = []
    for _time in range(2):
        fill(officer)
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        counted.append(len(captured))
    assert counted[0] == counted[1]


def test_managers_figures_are_the_queues_and_lead_to_its_lists() -> None:
    officer = make_user(Role.OFFICER)
    fill(officer)
    client = browser(make_user(Role.MANAGER))
    response = client.get("/")
    queue = response.context["queue"]
    assert (queue.total, queue.unassigned, queue.due_in_1h, queue.due_in_4h, queue.overdue) == (3, 1, 1, 3, 0)
    assert queue.bands == {
        "over": [0, 0, 0],
        "hour": [1, 0, 0],
        "four": [0, 1, 1],
        "twelve": [0, 0, 0],
        "later": [0, 0, 0],
    }
    for query, count in (("left=1h", 1), ("assignee=nobody", 1), ("view=all", 3)):
        assert f'href="/review/?{query}"' in response.content.decode()
        assert len(client.get(f"/review/?{query}").context["page"].rows) == count
    load = {row.reviewer.username: (row.claimed, row.assigned) for row in response.context["load"]}
    assert load[officer.username] == (1, 1)
    assert response.context["days"].today == 2
    assert response.context["rate"] == 50


def test_overdue_submission_counts_as_overdue_alone() -> None:
    pending = make_at(Status.PENDING)
    set_target(pending, minutes=-5)
    queue = browser(make_user(Role.MANAGER)).get("/").context["queue"]
    assert (queue.overdue, queue.due_in_1h) == (1, 0)


def test_exceptions_light_up_when_there_are_any() -> None:
    client = browser(make_user(Role.MANAGER))
    assert "is-lit" not in client.get("/").content.decode()
    pending = make_at(Status.PENDING)
    Submission.objects.filter(pk=pending.pk).update(has_difference=True)
    make_at(Status.OVERDUE)
    page = client.get("/").content.decode()
    assert page.count("is-lit") == 1
    assert page.count("is-red") == 1


def test_manager_sees_no_name_of_a_customer_on_the_overview() -> None:
    pending = make_at(Status.PENDING)
    page = browser(make_user(Role.MANAGER)).get("/").content.decode()
    assert pending.reference in page
    assert pending.values["name"] not in page


def test_officer_has_own_work_first_then_what_is_unassigned() -> None:
    officer = make_user(Role.OFFICER)
    fill(officer)
    context = browser(officer).get("/").context
    assert len(context["mine"]) == 2
    assert [row.assigned_to_id for row in context["next_up"]] == [None]
    assert context["figures"]["unassigned"] == 1


def test_agent_has_one_list_sorted_by_due_time_with_one_action_a_row() -> None:
    officer = make_user(Role.OFFICER)
    agent = fill(officer)
    asked = Submission.objects.get(claimed_by=officer)
    questions.ask(reload(asked), "Is the last digit a 1 or a 7?", by=by(officer))
    response = browser(agent).get("/")
    tasks = response.context["tasks"]
    due = [task.due_at for task in tasks if task.due_at]
    assert due == sorted(due)
    assert [bool(task.due_at) for task in tasks] == sorted((bool(task.due_at) for task in tasks), reverse=True)
    assert {kind: count for kind, _label, count in response.context["chips"]} == {
        "questions": 1,
        "retries": 2,
        "confirm": 1,
        "outcomes": 2,
        "drafts": 1,
        "calls": 1,
    }
    page = response.content.decode()
    assert page.count('<span class="todo-due"') == len(tasks) == 8
    only = browser(agent).get("/?kind=retries").context["tasks"]
    assert {task.submission.status for task in only} == {Status.STEP1_RETRY, Status.INCOMPLETE}


def test_draft_that_the_customer_submitted_comes_before_other_tasks_without_a_limit() -> None:
    agent = make_user()
    submitted, _newer = make_draft(agent), make_draft(agent)
    invite(submitted)
    Invitation.objects.update(submitted_at=clock.now())
    first, second = browser(agent).get("/").context["tasks"]
    assert (first.kind, first.submission, first.action) == ("submitted", submitted, "Check and send")
    assert second.kind == "drafts"


def test_unknown_kind_shows_every_task() -> None:
    agent = fill(make_user(Role.OFFICER))
    assert len(browser(agent).get("/?kind=shoes").context["tasks"]) == 7


def test_open_aml_reviews_and_unplaced_webhooks_are_on_home() -> None:
    manager, officer = make_user(Role.MANAGER), make_user(Role.OFFICER)
    assert "AML review" not in browser(officer).get("/").text.partition("<main")[2]
    submission = make_at(Status.APPROVED)
    results.apply(submission, reported(), AmlSource.RECORD)
    webhooks.store(submission.project, b"what is this", "application/json", None)
    webhooks.confirm_due()
    page = browser(manager).get("/").text
    assert "<b>1</b>AML review open" in page
    assert "<b>1</b>webhook to look at" in page
    assert "1 AML review waits for a decision" in browser(officer).get("/").text
    agent_page = browser(submission.created_by).get("/").text
    assert "AML" not in agent_page
