"""Claims: reserved in advance, handed over, released, and what a claim reveals."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.core import clock
from submissions.models import Event, Role, Status, Submission, User
from submissions.privacy import reveal
from submissions.review.workload import claims
from submissions.workflow.permissions import can, holds_claim
from tests.clients import browser, decide, shown
from tests.factories import by, make_at, make_user, reload, set_target

pytestmark = pytest.mark.django_db
MOST_QUERIES = 6  # with BEGIN and COMMIT 8 round trips


@pytest.fixture
def officer() -> User:
    return make_user(Role.OFFICER)


def held_by(officer: User, **fields: Any) -> Submission:
    submission = make_at(Status.PENDING, **fields)
    claims.claim(submission, by=by(officer))
    return reload(submission)


def test_reserve_holds_the_next_one_and_names_its_images(officer: User) -> None:
    here, ahead = held_by(officer), make_at(Status.PENDING)
    told = browser(officer).post(f"/review/{here.pk}/reserve/").json()
    assert told["path"] == f"/review/{ahead.pk}/"
    assert len(told["images"]) == 2
    ahead = reload(ahead)
    assert (ahead.claimed_by, ahead.is_reserved) == (officer, True)
    assert ahead.claimed_until < clock.now() + timedelta(minutes=4)
    again = browser(officer).post(f"/review/{here.pk}/reserve/").json()
    assert again == told


def test_reserve_for_who_does_not_hold_the_page_gives_nothing(officer: User) -> None:
    pending, other = make_at(Status.PENDING), make_at(Status.PENDING)
    assert browser(officer).post(f"/review/{pending.pk}/reserve/").json() == {}
    assert reload(other).claimed_by is None


def test_next_takes_what_is_reserved_before_what_is_nearer(officer: User) -> None:
    here, ahead = held_by(officer), make_at(Status.PENDING)
    browser(officer).post(f"/review/{here.pk}/reserve/")
    set_target(make_at(Status.PENDING), minutes=1)
    response = browser(officer).post("/review/next/", {"from": here.pk})
    assert response.url == f"/review/{ahead.pk}/"
    ahead = reload(ahead)
    assert (ahead.claimed_by, ahead.is_reserved) == (officer, False)
    assert ahead.claimed_until > clock.now() + timedelta(minutes=29)


def test_undo_from_the_next_page_keeps_that_one_as_the_next(officer: User) -> None:
    decided, opened = held_by(officer), make_at(Status.PENDING)
    client = browser(officer)
    decide(client, decided, "approved", then="next")
    client.post(f"/review/{decided.pk}/undo/", {"from": opened.pk})
    opened = reload(opened)
    assert (opened.claimed_by, opened.is_reserved) == (officer, True)
    assert opened.claimed_until < clock.now() + timedelta(minutes=4)
    assert client.post("/review/next/", {"from": decided.pk}).url == f"/review/{opened.pk}/"


def test_next_takes_the_same_queries_for_more_candidates(officer: User) -> None:
    client, counted = browser(officer), []
    for _time in range(2):
        for _each in range(3):
            make_at(Status.PENDING)
        with CaptureQueriesContext(connection) as captured:
            client.post("/review/next/")
        counted.append(sum(1 for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))))
    assert counted[0] == counted[1] <= MOST_QUERIES


def test_opening_what_is_reserved_from_a_list_makes_it_a_full_claim(officer: User) -> None:
    here, ahead = held_by(officer), make_at(Status.PENDING)
    client = browser(officer)
    client.post(f"/review/{here.pk}/reserve/")
    assert client.get(f"/review/{ahead.pk}/").status_code == 200
    ahead = reload(ahead)
    assert (ahead.claimed_by, ahead.is_reserved) == (officer, False)
    assert ahead.claimed_until > clock.now() + timedelta(minutes=29)
    assert Event.objects.filter(kind="claimed", submission_id=ahead.pk, purpose="review").count() == 1


def test_next_of_a_page_is_never_that_page(officer: User) -> None:
    here = held_by(officer)
    assert browser(officer).post("/review/next/", {"from": here.pk}).url == "/review/"
    assert browser(officer).post("/review/next/", {"from": "junk"}).url == "/review/"


def test_hold_keeps_the_reservation_too_and_it_lapses_without(officer: User) -> None:
    here, ahead = held_by(officer), make_at(Status.PENDING)
    client = browser(officer)
    client.post(f"/review/{here.pk}/reserve/")
    soon = clock.now() + timedelta(seconds=5)
    Submission.objects.filter(pk=ahead.pk).update(claimed_until=soon)
    client.post(f"/review/{here.pk}/hold/")
    assert reload(ahead).claimed_until > soon
    Submission.objects.filter(pk=ahead.pk).update(claimed_until=clock.now() - timedelta(seconds=1))
    assert browser(make_user(Role.OFFICER)).post("/review/next/").url == f"/review/{ahead.pk}/"


def test_images_fetched_ahead_are_recorded_as_such_and_again_when_shown(officer: User) -> None:
    here, ahead = held_by(officer), make_at(Status.PENDING)
    client = browser(officer)
    images = client.post(f"/review/{here.pk}/reserve/").json()["images"]
    for url in images:
        assert client.get(url, headers={"X-Preload": "1"}).headers["Cache-Control"] == "no-store"
    looks = Event.objects.filter(submission_id=ahead.pk)
    assert looks.filter(kind="image_preloaded").count() == 2
    assert not looks.filter(kind="image_opened").exists()
    ids = ",".join(url.split("/")[2] for url in images)
    client.post("/review/next/", {"from": here.pk})
    client.get(f"/review/{ahead.pk}/", headers={"X-Preloaded": f"{ids},junk"})
    shown = looks.filter(kind="image_opened")
    assert [event.fields["from_memory"] for event in shown] == [True, True]


def test_what_is_not_reserved_cannot_be_fetched_ahead(officer: User) -> None:
    """An image of a submission opened with a reason is always recorded as viewed, whatever the request says."""
    here, elsewhere = held_by(officer), make_at(Status.APPROVED)
    because = reveal.reveal(elsewhere, by=by(officer), reason="The customer asks.")
    client = browser(officer)
    for image in here.images.all():
        client.get(f"/images/{image.pk}/", headers={"X-Preload": "1"})
    for image in elsewhere.images.all():
        key = reveal.key_to(image, officer, because)
        client.get(f"/images/{image.pk}/", {"why": key}, headers={"X-Preload": "1"})
    kinds = Event.objects.filter(kind__in=("image_opened", "image_preloaded")).values_list("kind", flat=True)
    assert list(kinds) == ["image_opened"] * 4


def test_desk_is_told_where_to_go_instead_of_being_sent(officer: User) -> None:
    here, ahead = held_by(officer), make_at(Status.PENDING)
    response = browser(officer).post("/review/next/", {"from": here.pk}, headers={"X-Desk": "1"})
    assert (response.status_code, response.headers["X-Next"]) == (204, f"/review/{ahead.pk}/")


def test_hand_over_makes_the_colleague_the_claimant(officer: User) -> None:
    colleague = make_user(Role.OFFICER, name="Cora Colleague")
    here = held_by(officer)
    data = {"to": colleague.username, "note": "The customer rings at three."}
    page = browser(officer).post(f"/review/{here.pk}/hand-over/", data, follow=True).content.decode()
    assert "reassigned to Cora Colleague" in page
    here = reload(here)
    assert (here.claimed_by, here.given_by) == (colleague, officer)
    assert not holds_claim(officer, here)
    start = browser(colleague).get("/").content.decode()
    assert here.reference in start
    assert officer.name in start
    assert shown(browser(colleague).get("/review/?mine=1")) == [here.reference]
    assert "The customer rings at three." in browser(colleague).get(f"/review/{here.pk}/").content.decode()
    assert Event.objects.get(kind="handed_over").fields == {"to": colleague.username}


def test_hand_over_to_nobody_or_to_who_may_not_decide_changes_nothing(officer: User) -> None:
    capturer = make_user(Role.OFFICER, name="Cap Turer")
    here = held_by(officer, user=capturer)
    client = browser(officer)
    for to, sentence in (("", "Select the new assignee"), (capturer.username, "Cap Turer may not decide this one")):
        page = client.post(f"/review/{here.pk}/hand-over/", {"to": to}, follow=True).content.decode()
        assert sentence in page
        assert reload(here).claimed_by == officer


def test_hand_over_of_a_lost_claim_says_so(officer: User) -> None:
    here, colleague = held_by(officer), make_user(Role.OFFICER)
    Submission.objects.filter(pk=here.pk).update(claimed_until=clock.now() - timedelta(seconds=1))
    page = browser(officer).post(f"/review/{here.pk}/hand-over/", {"to": colleague.username}, follow=True)
    assert "Your claim on" in page.content.decode()
    assert reload(here).claimed_by == officer


def test_claim_shows_images_only_while_there_is_a_verdict_to_give(officer: User) -> None:
    here = held_by(officer)
    image = here.images.first()
    assert browser(officer).get(f"/images/{image.pk}/").status_code == 200
    assert browser(make_user(Role.OFFICER)).get(f"/images/{image.pk}/").status_code == 403
    Submission.objects.filter(pk=here.pk).update(status=Status.APPROVED, decided_at=clock.now(), source="vendor")
    assert not can(officer, reload(here), "look")
    assert browser(officer).get(f"/images/{image.pk}/").status_code == 403


def test_every_look_at_an_image_is_an_event(officer: User) -> None:
    here = held_by(officer)
    for image in here.images.all():
        browser(officer).get(f"/images/{image.pk}/")
    looks = Event.objects.filter(kind="image_opened", submission_id=here.pk, actor_id=officer.pk)
    assert {event.fields["image"] for event in looks} == {str(image.pk) for image in here.images.all()}
