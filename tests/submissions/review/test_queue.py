"""The pending queue: order, filters, refresh, claim next and assigning."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from submissions.core import clock
from submissions.models import Capturer, Event, Role, Status, Submission, User
from submissions.review import queue
from submissions.review.workload import claims
from submissions.search import blind_index, columns, pagination
from tests.clients import browser, shown
from tests.factories import by, make_at, make_project, make_user, reload, set_target

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
@pytest.mark.parametrize("path", ["/review/", "/review/next/", "/review/assign/"])
def test_queue_is_for_reviewers(role: Role, path: str) -> None:
    client = browser(make_user(role))
    response = client.get(path) if path == "/review/" else client.post(path)
    assert response.status_code == 403


def test_queue_shows_the_nearest_target_first_with_time_left_in_words() -> None:
    later, sooner, over = (make_at(Status.PENDING) for _each in range(3))
    set_target(later, hours=9)
    set_target(sooner, hours=3, minutes=12, seconds=30)
    set_target(over, minutes=-5, seconds=-30)
    response = browser(make_user(Role.OFFICER)).get("/review/")
    assert shown(response) == [over.reference, sooner.reference, later.reference]
    page = response.content.decode()
    assert "in 3 h 12 min" in page
    assert "Overdue by 5 min" in page


def test_queue_holds_pending_and_second_review_only() -> None:
    kept = [make_at(status) for status in (Status.PENDING, Status.SECOND_REVIEW)]
    for status in (Status.CONFIRMING, Status.APPROVED, Status.DECISION_SENDING):
        make_at(status)
    response = browser(make_user(Role.OFFICER)).get("/review/")
    assert set(shown(response)) == {submission.reference for submission in kept}


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("status=second_review", {"status": Status.SECOND_REVIEW}),
        ("country=jpn", {"issuing_country": "JPN"}),
        ("country=JPN Japan", {"issuing_country": "JPN"}),
        ("country=Japan", {"issuing_country": "JPN"}),
        ("id_type=drivers_license", {"id_type": "drivers_license"}),
        ("face=low", {"face_similarity": 12.0}),
        ("face=none", {"face_similarity": None}),
        ("liveness=middle", {"liveness": 55.0}),
        ("tries_left=0", {"selfies_sent": 3}),
        ("tries_left=0", {"vendor_count": 3}),
        ("tries_left=1", {"vendor_count": 2}),
        ("tries_left=1", {"selfies_sent": 2}),
        ("retry=glare_detected", {"retry_code": "glare_detected"}),
        ("edits=1", {"edited_count": 2}),
        ("differs=1", {"has_difference": True}),
    ],
)
def test_queue_filters_by_a_column(query: str, columns: dict[str, Any]) -> None:
    make_at(Status.PENDING)
    wanted = make_at(Status.PENDING)
    Submission.objects.filter(pk=wanted.pk).update(**columns)
    assert shown(browser(make_user(Role.OFFICER)).get(f"/review/?{query}")) == [wanted.reference]


def test_queue_filters_by_project_age_time_left_and_holder() -> None:
    officer, now = make_user(Role.OFFICER), clock.now()
    make_at(Status.PENDING)
    wanted = make_at(Status.PENDING, project=make_project())
    set_target(wanted, minutes=30)
    Submission.objects.filter(pk=wanted.pk).update(pending_at=now - timedelta(hours=5))
    claims.claim(reload(wanted), by=by(officer))
    client = browser(officer)
    for query in (f"project={wanted.project_id}", "age=4h", "left=1h", "assignee=me", "assignee=someone"):
        assert shown(client.get(f"/review/?{query}")) == [wanted.reference], query
    assert wanted.reference not in shown(client.get("/review/?assignee=nobody"))


@pytest.mark.parametrize("query", ["face=enormous", "status=approved", "project=7", "shoes=44", "age=x"])
def test_queue_says_which_filter_it_left_out(query: str) -> None:
    pending = make_at(Status.PENDING)
    response = browser(make_user(Role.OFFICER)).get(f"/review/?{query}")
    assert shown(response) == [pending.reference]
    assert query.split("=")[0] in str(next(iter(response.context["messages"])))


@pytest.mark.parametrize("path", ["/review/", "/submissions/"])
def test_country_nobody_knows_is_told_how_to_type_one(path: str) -> None:
    pending = make_at(Status.PENDING)
    response = browser(make_user(Role.OFFICER)).get(path, {"country": "Korea"})
    assert pending.reference in response.content.decode()
    told = str(next(iter(response.context["messages"])))
    assert "“Korea” is no country" in told
    assert "(KOR)" in told


@pytest.mark.parametrize("path", ["/review/", "/submissions/"])
def test_search_that_has_lapsed_shows_nobody(path: str) -> None:
    pending = make_at(Status.PENDING)
    with time_machine.travel(clock.now() - timedelta(hours=9), tick=False):
        token = blind_index.encrypt_token("applicant@example.com")
    response = browser(make_user(Role.OFFICER)).get(path, {"q": token})
    assert pending.reference not in response.content.decode()
    assert "again" in str(next(iter(response.context["messages"])))


@pytest.mark.parametrize("after", ["junk", "2026-01-01T00:00:00", "~", "2026-01-01T00:00:00+00:00~nobody"])
def test_queue_starts_at_the_first_page_for_a_key_nobody_gave_out(after: str) -> None:
    pending = make_at(Status.PENDING)
    assert shown(browser(make_user(Role.OFFICER)).get("/review/", {"after": after})) == [pending.reference]


def test_queue_pages_hold_each_submission_once(monkeypatch: pytest.MonkeyPatch) -> None:
    submissions = [make_at(Status.PENDING) for _each in range(5)]
    target = clock.now() + timedelta(hours=1)
    Submission.objects.update(target_at=target)  # equal times: the id decides
    monkeypatch.setattr(columns, "DEFAULT_SIZE", 2)
    client, pages, after = browser(make_user(Role.OFFICER)), [], ""
    for _page in range(3):
        response = client.get("/review/", {"after": after})
        pages.append(shown(response))
        after, before = response.context["page"].next_key, response.context["page"].previous_key
    assert sorted(reference for page in pages for reference in page) == sorted(
        submission.reference for submission in submissions
    )
    assert after == ""
    for expected in (pages[1], pages[0]):
        response = client.get("/review/", {"before": before})
        assert shown(response) == expected
        before = response.context["page"].previous_key
    assert before == ""


def test_queue_key_bounds_the_index_scan() -> None:
    pending = make_at(Status.PENDING)
    rows = Submission.objects.awaiting_review()
    key = f"{pending.target_at.isoformat()}~{pending.pk}"
    with CaptureQueriesContext(
        connection,
    ) as queries:
        pagination.page_of(rows, {"after": key}, 10, pagination.BY_TARGET)
        pagination.page_of(rows, {"before": key}, 10, pagination.BY_TARGET)
    assert '"target_at" >= ' in queries[0]["sql"]
    assert '"target_at" <= ' in queries[1]["sql"]


def test_queue_page_costs_the_same_for_one_row_and_for_many() -> None:
    client = browser(make_user(Role.OFFICER))
    make_at(Status.PENDING)
    client.get("/review/")
    with CaptureQueriesContext(connection) as few:
        client.get("/review/")
    for _each in range(4):
        make_at(Status.PENDING, project=Submission.objects.first().project)
    with CaptureQueriesContext(connection) as many:
        client.get("/review/")
    # Other rows are recorded as viewed: session and event.
    assert len(many) <= len(few) + 4


def test_queue_refresh_sends_the_rows_alone_and_is_the_same_look() -> None:
    make_at(Status.PENDING)
    client = browser(make_user(Role.OFFICER))
    refresh = client.get("/review/?face=high").context["refresh"]
    shown = QueryDict(refresh)["shown"]
    response = client.get(f"/review/?face=high&shown={shown}", headers={"HX-Request": "true"})
    assert b"<html" not in response.content
    assert client.get(f"/review/?{refresh}", headers={"HX-Request": "true"}).status_code == 204
    assert Event.objects.filter(kind="queue_opened").count() == 1
    newcomer = make_at(Status.PENDING)
    client.get(f"/review/?face=high&shown={shown}", headers={"HX-Request": "true"})
    assert newcomer.reference in Event.objects.filter(kind="queue_opened").last().fields["shown"]


def test_mark_of_shown_rows_is_one_persons_and_of_these_rows_alone() -> None:
    """A request cannot pretend that a view was already recorded."""
    make_at(Status.PENDING)
    shown = QueryDict(browser(make_user(Role.OFFICER)).get("/review/").context["refresh"])["shown"]
    browser(make_user(Role.OFFICER)).get(f"/review/?shown={shown}", headers={"HX-Request": "true"})
    assert Event.objects.filter(kind="queue_opened").count() == 2


def test_queue_takes_under_ten_queries() -> None:
    make_at(Status.PENDING)
    client = browser(make_user(Role.OFFICER))
    client.get("/review/?view=all")
    with CaptureQueriesContext(connection) as captured:
        client.get("/review/?view=all")
    assert len(captured) < 10


def test_claim_next_takes_the_nearest_target_that_may_be_decided() -> None:
    officer = make_user(Role.OFFICER)
    own, held, free = make_at(Status.PENDING, officer), make_at(Status.PENDING), make_at(Status.PENDING)
    for hours, submission in enumerate((own, held, free), start=1):
        set_target(submission, hours=hours)
    claims.claim(reload(held), by=by(make_user(Role.OFFICER)))
    response = browser(officer).post("/review/next/")
    assert response.url == f"/review/{free.pk}/"
    assert reload(free).claimed_by == officer


def test_claim_next_gives_two_people_different_ones() -> None:
    make_at(Status.PENDING)
    make_at(Status.PENDING)
    urls = {browser(make_user(Role.OFFICER)).post("/review/next/").url for _each in range(2)}
    assert len(urls) == 2
    assert browser(make_user(Role.OFFICER)).post("/review/next/").url == "/review/"


def test_claim_next_leaves_the_vendors_projects_alone() -> None:
    make_at(Status.PENDING, project=make_project(reviewer="vendor"))
    assert browser(make_user(Role.OFFICER)).post("/review/next/").url == "/review/"


def test_claim_next_by_get_is_refused() -> None:
    assert browser(make_user(Role.OFFICER)).get("/review/next/").status_code == 405


def test_assign_says_whose_turn_it_is_and_decides_nothing() -> None:
    manager, officer = make_user(Role.MANAGER), make_user(Role.OFFICER)
    mine, captured = make_at(Status.PENDING), make_at(Status.PENDING, officer)
    decided = make_at(Status.APPROVED)
    data = {"to": officer.username, "submission": [mine.pk, captured.pk, decided.pk]}
    response = browser(manager).post("/review/assign/", data, follow=True)
    mine = reload(mine)
    assert (mine.assigned_to, mine.claimed_by, mine.status) == (officer, None, Status.PENDING)
    assert reload(captured).assigned_to is None
    assert "Submissions not changed: 2." in response.content.decode()
    assert shown(browser(officer).get("/review/?mine=1")) == [mine.reference]
    browser(manager).post("/review/assign/", {"to": "nobody", "submission": [mine.pk]})
    assert reload(mine).assigned_to is None


def test_assign_names_those_that_another_reviewer_has_claimed() -> None:
    manager, officer, other = make_user(Role.MANAGER), make_user(Role.OFFICER), make_user(Role.OFFICER)
    held = make_at(Status.PENDING)
    claims.claim(held, by=by(officer))
    for to, is_named in ((other, True), (officer, False)):
        data = {"to": to.username, "submission": [held.pk]}
        page = browser(manager).post("/review/assign/", data, follow=True).content.decode()
        assert ("Still claimed by another reviewer: 1." in page) == is_named
    assert reload(held).claimed_by == officer


def test_assigned_ones_come_first_and_are_left_to_their_person() -> None:
    manager, officer = make_user(Role.MANAGER), make_user(Role.OFFICER)
    sooner, later = make_at(Status.PENDING), make_at(Status.PENDING)
    set_target(sooner, hours=1)
    set_target(later, hours=5)
    claims.assign([later.pk], officer, by=by(manager))
    assert browser(officer).post("/review/next/").url == f"/review/{later.pk}/"
    claims.assign([sooner.pk], officer, by=by(manager))
    assert browser(make_user(Role.OFFICER)).post("/review/next/").url == "/review/"


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.ADMINISTRATOR}, {}])
def test_assigned_to_somebody_who_may_not_review_it_any_more_is_anybodys(change: dict[str, Any]) -> None:
    officer, colleague, pending = make_user(Role.OFFICER), make_user(Role.OFFICER), make_at(Status.PENDING)
    claims.assign([pending.pk], officer, by=by(make_user(Role.MANAGER)))
    assert browser(colleague).post("/review/next/").url == "/review/"
    if change:
        User.objects.filter(pk=officer.pk).update(**change)
    else:
        Capturer.objects.create(submission=pending, user=officer)
    assert browser(colleague).post("/review/next/").url == f"/review/{pending.pk}/"


def test_assign_is_for_managers() -> None:
    officer, pending = make_user(Role.OFFICER), make_at(Status.PENDING)
    response = browser(officer).post("/review/assign/", {"to": officer.username, "submission": [pending.pk]})
    assert response.status_code == 403
    assert reload(pending).assigned_to is None


@pytest.mark.parametrize("data", [{}, {"to": "x", "submission": ["y"]}, {"to": "9" * 40}, {"to": "²"}])
def test_assign_of_nothing_says_what_to_do(data: dict[str, Any]) -> None:
    response = browser(make_user(Role.MANAGER)).post("/review/assign/", data, follow=True)
    assert "Select submissions" in response.content.decode()


def test_assign_to_an_agent_is_refused() -> None:
    pending = make_at(Status.PENDING)
    browser(make_user(Role.MANAGER)).post("/review/assign/", {"to": make_user().username, "submission": [pending.pk]})
    assert reload(pending).assigned_to is None


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL goes by statistics, an empty table has none")
def test_queue_is_read_in_the_order_of_its_index() -> None:
    """Otherwise every page would sort all pending submissions."""
    rows, _told = queue.waiting(make_user(Role.OFFICER), QueryDict())
    plan = rows.order_by("target_at", "id")[:41].explain()
    assert "USING INDEX submission_queue" in plan
    assert "TEMP B-TREE" not in plan


def test_second_reviews_are_asked_for_by_the_condition_of_their_index_alone() -> None:
    rows, told = queue.waiting(make_user(Role.OFFICER), QueryDict("status=second_review"))
    assert told == []
    assert "COALESCE" not in str(rows.query)
