"""The queue's exact search beside its filters, and its saved views."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from submissions.core import clock
from submissions.models import Role, SavedView, Status, Submission
from submissions.search import blind_index, queue_filters
from tests.clients import browser, shown
from tests.factories import VALUES, make_at, make_user

pytestmark = pytest.mark.django_db

PERSON = {"name": "Only Onesuch", "email": "only@example.com", "customer_id": "C-77", "document_number": "X99887766"}


WAYS = ["only@example.com", "C-77", "x 9988-7766", "onesuch ONLY", "reference", "vendor_id", "pk"]


@pytest.mark.parametrize("text", WAYS)
def test_search_finds_exactly_one_without_its_text_in_the_url(text: str) -> None:
    make_at(Status.PENDING)
    wanted = make_at(Status.PENDING, **PERSON)
    typed = str(getattr(wanted, text, text))
    response = browser(make_user(Role.OFFICER)).post("/review/show/", {"text": typed, "status": ""}, follow=True)
    assert shown(response) == [wanted.reference]
    url = response.redirect_chain[-1][0]
    assert typed.casefold() not in url.casefold()
    assert "status" not in url
    assert response.context["text"] == typed


def test_search_by_name_wants_every_word_and_leaves_single_letters_out() -> None:
    """ "Kim" has thousands: the second word narrows the matches of the first, however many."""
    wanted = make_at(Status.PENDING, **PERSON)
    for name in ("Only Another", "Another Onesuch"):
        make_at(Status.PENDING, **{**PERSON, "name": name, "email": f"{name.replace(' ', '.')}@example.com"})
    officer = make_user(Role.OFFICER)
    for text in ("only onesuch", "Onesuch Q Only"):
        assert [row.reference for row in blind_index.find(officer, text)] == [wanted.reference], text
    assert blind_index.find(officer, "only").count() == 2
    assert blind_index.find(officer, "q").count() == 0


def test_search_of_a_word_that_is_also_an_identifier_finds_both() -> None:
    named, numbered = make_at(Status.PENDING, **PERSON), make_at(Status.PENDING, customer_id="onesuch")
    found = blind_index.find(make_user(Role.OFFICER), "Onesuch")
    assert {row.reference for row in found} == {named.reference, numbered.reference}


def test_search_and_filters_hold_together() -> None:
    kept = make_at(Status.PENDING, **PERSON)
    other = make_at(Status.PENDING, **PERSON)
    Submission.objects.filter(pk=kept.pk).update(issuing_country="JPN")
    client = browser(make_user(Role.OFFICER))
    both = client.post("/review/show/", {"text": "Onesuch"}, follow=True)
    assert set(shown(both)) == {kept.reference, other.reference}
    assert shown(client.post("/review/show/", {"text": "Onesuch", "country": "JPN"}, follow=True)) == [kept.reference]


def test_search_says_where_one_is_that_does_not_wait_for_review() -> None:
    approved = make_at(Status.APPROVED, **PERSON)
    response = browser(make_user(Role.OFFICER)).post("/review/show/", {"text": "only@example.com"}, follow=True)
    assert shown(response) == []
    page = response.content.decode()
    assert "Found outside the queue" in page
    assert approved.reference in page


@pytest.mark.parametrize("token", ["junk", "AAAA", "%00", "é", "A" * 5000])
def test_search_of_an_address_that_is_not_ours_says_so(token: str) -> None:
    pending = make_at(Status.PENDING)
    response = browser(make_user(Role.OFFICER)).get("/review/", {"q": token})
    assert pending.reference not in shown(response)
    assert "search link has expired" in response.content.decode()


def test_search_in_an_address_opens_for_a_working_day() -> None:
    token = blind_index.encrypt_token("only@example.com")
    assert blind_index.decrypt_token(token) == "only@example.com"
    with time_machine.travel(clock.now() + timedelta(hours=9)):
        assert blind_index.decrypt_token(token) is None


def test_view_keeps_filters_and_never_the_search() -> None:
    officer = make_user(Role.OFFICER)
    client = browser(officer)
    query = f"country=KOR&face=low&q={blind_index.encrypt_token(VALUES['email'])}&after=x&shoes=44"
    client.post("/review/views/", {"name": " Low  Koreans ", "query": query})
    view = SavedView.objects.get()
    assert (view.name, view.query, view.is_shared) == ("Low Koreans", "country=KOR&face=low", False)
    page = client.get(f"/review/views/{view.pk}/", follow=True)
    assert page.redirect_chain[-1][0] == f"/review/?country=KOR&face=low&view={view.pk}"
    assert "Low Koreans" in page.content.decode()


def test_view_under_the_same_name_is_replaced() -> None:
    client = browser(make_user(Role.OFFICER))
    client.post("/review/views/", {"name": "Mine", "query": "face=low"})
    client.post("/review/views/", {"name": "Mine", "query": "face=high", "shared": "1"})
    view = SavedView.objects.get()
    assert (view.query, view.is_shared) == ("face=high", True)


def test_view_without_a_name_says_what_to_do() -> None:
    page = browser(make_user(Role.OFFICER)).post("/review/views/", {"query": "face=low"}, follow=True)
    assert "Enter a name for the view" in page.content.decode()
    assert not SavedView.objects.exists()


def test_view_of_a_colleague_opens_when_shared_and_is_refused_in_words_when_not() -> None:
    owner = make_user(Role.OFFICER, name="Odd Owner")
    shared = SavedView.objects.create(owner=owner, name="Ours", query="face=low", is_shared=True)
    private = SavedView.objects.create(owner=owner, name="Mine", query="face=low")
    client = browser(make_user(Role.MANAGER))
    assert client.get(f"/review/views/{shared.pk}/", follow=True).status_code == 200
    refused = client.get(f"/review/views/{private.pk}/")
    assert refused.status_code == 403
    assert "Odd Owner has not shared this view. Ask them to share it" in refused.content.decode()
    agent = browser(make_user()).get(f"/review/views/{shared.pk}/")
    assert agent.status_code == 403
    assert "for compliance officers and managers" in agent.content.decode()


def test_view_that_is_gone_says_so() -> None:
    response = browser(make_user(Role.OFFICER)).get("/review/views/00000000-0000-4000-8000-000000000000/")
    assert response.status_code == 403
    assert "This view was deleted by its owner" in response.content.decode()


def test_default_view_opens_the_queue_until_it_is_not_offered_any_more() -> None:
    officer, owner = make_user(Role.OFFICER), make_user(Role.OFFICER)
    view = SavedView.objects.create(owner=owner, name="Ours", query="face=low", is_shared=True)
    client = browser(officer)
    client.post(f"/review/views/{view.pk}/change/", {"action": "default"})
    assert client.get("/review/", follow=True).redirect_chain[-1][0] == f"/review/?face=low&view={view.pk}"
    assert client.get("/review/?view=all").status_code == 200
    SavedView.objects.update(is_shared=False)
    page = client.get("/review/", follow=True).content.decode()
    assert "opens with all submissions" in page
    officer.refresh_from_db()
    assert officer.default_view is None


def test_view_is_removed_by_its_owner_or_a_manager_only() -> None:
    owner = make_user(Role.OFFICER)
    view = SavedView.objects.create(owner=owner, name="Ours", query="face=low", is_shared=True)
    path = f"/review/views/{view.pk}/change/"
    assert browser(make_user(Role.OFFICER)).post(path, {"action": "remove"}).status_code == 403
    assert SavedView.objects.exists()
    browser(make_user(Role.MANAGER)).post(path, {"action": "remove"})
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "text", [" ", "\0", "a\0b", "kp-\0", "%", "%s", "100 %", "'; --", "()", "\u2060", "@", "KP-", "-"]
)
def test_odd_text_finds_nobody(text: str) -> None:
    make_at(Status.PENDING)
    officer = make_user(Role.OFFICER)
    assert list(blind_index.find(officer, text)) == []
    for kind in blind_index.IDENTIFIERS:
        assert list(blind_index.find_by_identifier(officer, kind, text)) == []


@pytest.mark.postgres
def test_search_by_vendor_id_uses_its_partial_index() -> None:
    officer, made = make_user(Role.OFFICER), make_at(Status.CONFIRMING)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = blind_index.find(officer, made.vendor_id).explain()
    assert "submission_vendor_id" in plan, plan
    assert "Seq Scan on submissions_submission" not in plan, plan


@pytest.mark.parametrize("name", queue_filters.FILTERS)
def test_queue_filter_with_a_null_character_is_left_out_with_a_sentence(name: str) -> None:
    """PostgreSQL refuses NUL in a text, so such a value must not reach a query."""
    page = browser(make_user(Role.OFFICER)).get("/review/", {name: "a\0b"})
    assert page.status_code == 200
    assert "was ignored" in page.content.decode()


@pytest.mark.parametrize("page", ["/review/show/", "/submissions/show/"])
def test_filter_of_any_length_makes_a_short_address(page: str) -> None:
    client = browser(make_user(Role.OFFICER))
    sent = client.post(page, {"country": "y" * 100_000, "sort": "due"})
    assert sent.status_code == 302
    assert len(sent["Location"]) < 300
