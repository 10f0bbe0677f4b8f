"""The review page: visibility, the claim's time, release, notes, blindness and its parts."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from submissions.capture import drafts, overrides, submit
from submissions.core import clock
from submissions.models import Decision, Event, ImageKind, Project, Role, Status, Submission, User, Verdict
from submissions.review import decisions
from submissions.review.page import attempts, comparison
from submissions.review.page_context import ReviewContext
from submissions.review.workload import claims
from tests.clients import browser, given
from tests.factories import (
    VALUES,
    answer_step1,
    answered,
    attach_image,
    by,
    make_at,
    make_draft,
    make_user,
    reload,
)

pytestmark = pytest.mark.django_db


def claimed(status: Status = Status.PENDING, **fields: Any) -> tuple[Submission, User, Client]:
    officer = make_user(Role.OFFICER)
    submission = make_at(status, **fields)
    claims.claim(submission, by=by(officer))
    return reload(submission), officer, browser(officer)


def page_of(client: Client, submission: Submission) -> str:
    response = client.get(f"/review/{submission.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def test_console_without_a_claim_shows_nothing_personal() -> None:
    submission = make_at(Status.PENDING)
    page = page_of(browser(make_user(Role.OFFICER)), submission)
    assert submission.reference in page
    assert "Claim" in page
    for name in ("name", "document_number", "email", "date_of_birth"):
        assert VALUES[name] not in page
    assert "/images/" not in page


def test_console_with_the_claim_shows_all_of_it_and_records_why() -> None:
    submission, officer, client = claimed()
    page = page_of(client, submission)
    for text in (VALUES["name"], VALUES["document_number"], "91", "88", "Captured by", "Review target"):
        assert text in page
    assert page.count('class="picture"') == 2
    look = Event.objects.filter(kind="looked", submission_id=submission.pk).last()
    assert (look.actor_id, look.purpose) == (officer.pk, "review")


def test_console_for_an_agent_is_refused() -> None:
    submission = make_at(Status.PENDING)
    assert browser(submission.created_by).get(f"/review/{submission.pk}/").status_code == 403


def test_console_for_an_administrator_is_without_persons_notes_and_buttons() -> None:
    submission, officer, _client = claimed()
    decisions.add_note(submission, "Rang Minseo", by=by(officer))
    client = browser(make_user(Role.ADMINISTRATOR))
    page = page_of(client, submission)
    assert "Rang Minseo" not in page
    assert VALUES["name"] not in page
    assert f"/review/{submission.pk}/claim/" not in page
    assert client.post(f"/review/{submission.pk}/claim/").status_code == 403


def test_console_of_another_ones_claim_tells_who_has_it() -> None:
    submission, officer, _client = claimed()
    page = page_of(browser(make_user(Role.OFFICER)), submission)
    assert f"Claimed by {officer.name}" in page
    assert VALUES["name"] not in page


def test_claim_of_a_claimed_one_tells_who_has_it() -> None:
    submission, officer, _client = claimed()
    response = browser(make_user(Role.MANAGER)).post(f"/review/{submission.pk}/claim/", follow=True)
    assert f"{officer.name} has claimed this submission" in response.content.decode()
    assert reload(submission).claimed_by == officer


def test_claim_of_an_own_capture_is_refused_in_words() -> None:
    officer = make_user(Role.OFFICER)
    submission = make_at(Status.PENDING, officer)
    response = browser(officer).post(f"/review/{submission.pk}/claim/")
    assert response.status_code == 403
    assert "You captured this submission" in response.content.decode()


def test_claim_of_a_decided_one_tells_what_happened() -> None:
    submission = make_at(Status.PENDING)
    client = browser(make_user(Role.OFFICER))
    Submission.objects.filter(pk=submission.pk).update(
        status=Status.REJECTED, decided_at=clock.now(), source="vendor", claimed_by=None
    )
    response = client.post(f"/review/{submission.pk}/claim/", follow=True)
    assert "It is not waiting for review" in response.content.decode()


def test_claim_again_keeps_what_was_typed() -> None:
    submission, _officer, client = claimed()
    Submission.objects.filter(pk=submission.pk).update(claimed_until=clock.now() - timedelta(seconds=1))
    data = {"reason_code": "own_policy", "comment": "Three people on one address.", "fullName": "Min-seo"}
    page = client.post(f"/review/{submission.pk}/claim/", data).content.decode()
    assert "Three people on one address." in page
    assert 'value="Min-seo"' in page
    assert re.search(r'value="own_policy"[^>]*checked', page)


def test_hold_extends_the_claim_and_writes_no_event() -> None:
    submission, _officer, client = claimed()
    soon = clock.now() + timedelta(minutes=1)
    Submission.objects.filter(pk=submission.pk).update(claimed_until=soon)
    before = Event.objects.count()
    answer = client.post(f"/review/{submission.pk}/hold/").json()
    assert answer["held"] is True
    assert reload(submission).claimed_until > soon + timedelta(minutes=25)
    assert Event.objects.count() == before


def test_hold_of_a_lost_claim_says_who_has_it_now() -> None:
    submission, _officer, client = claimed()
    Submission.objects.filter(pk=submission.pk).update(claimed_until=clock.now() - timedelta(seconds=1))
    assert "has ended" in client.post(f"/review/{submission.pk}/hold/").json()["why"]
    other = make_user(Role.OFFICER)
    claims.claim(reload(submission), by=by(other))
    answer = client.post(f"/review/{submission.pk}/hold/").json()
    assert answer == {"held": False, "why": f"{other.name} has claimed this submission and is reviewing it now."}


def test_release_frees_it_with_a_note() -> None:
    submission, _officer, client = claimed()
    client.post(f"/review/{submission.pk}/release/", {"note": "Waiting for the agent."})
    submission = reload(submission)
    assert submission.claimed_by is None
    assert [note.text for note in submission.notes.all()] == ["Waiting for the agent."]


def test_release_of_another_ones_claim_changes_nothing() -> None:
    submission, officer, _client = claimed()
    response = browser(make_user(Role.OFFICER)).post(f"/review/{submission.pk}/release/", {"note": "mine"}, follow=True)
    assert "Your claim on" in response.content.decode()
    assert (reload(submission).claimed_by, submission.notes.count()) == (officer, 0)


def test_note_and_empty_note() -> None:
    submission, _officer, client = claimed()
    client.post(f"/review/{submission.pk}/note/", {"text": "<b>Look</b>"})
    page = page_of(client, submission)
    assert "&lt;b&gt;Look" in page
    assert "Enter the note" in client.post(f"/review/{submission.pk}/note/", follow=True).content.decode()


def test_single_keys_are_a_persons_own() -> None:
    submission, officer, client = claimed()
    assert 'data-single-keys="on"' in page_of(client, submission)
    client.post("/review/keys/", {"on": "0", "next": f"/review/{submission.pk}/"})
    assert 'data-single-keys="off"' in page_of(client, submission)
    officer.refresh_from_db()
    assert officer.has_single_keys is False


def test_vendor_reviewed_project_offers_notes_only() -> None:
    submission = make_at(Status.PENDING)
    Project.objects.update(reviewer="vendor")
    page = page_of(browser(make_user(Role.OFFICER)), submission)
    assert "ARGOS decides in this project. You can add a note." in page
    assert 'name="verdict"' not in page
    assert f"/review/{submission.pk}/note/" in page


def test_tries_carry_each_its_own_scores_and_code() -> None:
    agent = make_user()
    submission = make_at(Status.CONFIRMING, agent)
    submit.send_step2(submission, by=by(agent))
    submission = answered(submission, "incomplete", 31.5, "liveness_error")
    attach_image(submission, ImageKind.SELFIE, agent)
    submit.send_step2(submission, by=by(agent), is_last_confirmed=True)
    submission = answered(submission, "pending", 84.0)
    last, first = ReviewContext.load(submission, agent, is_open=True).tries
    assert (first.number, first.scores[0].value, first.scores[0].is_low, first.codes) == (
        1,
        31.5,
        True,
        ("liveness_error",),
    )
    assert (last.number, last.scores[0].value, last.scores[0].is_low, last.is_last) == (2, 84.0, False, True)
    assert first.image != last.image


def test_missing_score_is_never_above_the_threshold() -> None:
    assert attempts.Score("Liveness", None, 0).is_low


def test_comparison_marks_what_differs_letter_by_letter() -> None:
    assert comparison.marked("MINSEO", "MINSE0") == [("MINSE", False), ("O", True)]
    assert comparison.marked("", "x") == []


def test_comparison_shows_the_agents_reason() -> None:
    agent = make_user()
    submission = answer_step1_after(make_draft(agent), agent)
    drafts.save_values(submission, {"name": "Minsea Example"}, by=by(agent))
    overrides.save_reasons(submission, {"name": "smudged letter"}, by=by(agent))
    submit.send_step2(submission, by=by(agent))
    submission = answered(reload(submission), "pending", 84.0)
    officer = make_user(Role.OFFICER)
    claims.claim(submission, by=by(officer))
    page = page_of(browser(officer), submission)
    assert "smudged letter" in page
    assert "<del>o</del>" in page
    assert "<ins>a</ins>" in page


def answer_step1_after(submission: Submission, agent: User) -> Submission:
    submit.send_step1(submission, by=by(agent))
    return answer_step1(submission)


def second_review() -> tuple[Submission, User]:
    first = make_user(Role.OFFICER, name="Fina First")
    return make_at(Status.SECOND_REVIEW, reviewer=first), first


def test_second_reviewer_does_not_see_the_first_verdict() -> None:
    submission, _first = second_review()
    client = browser(make_user(Role.OFFICER))
    client.post(f"/review/{submission.pk}/claim/")
    page = page_of(client, submission)
    assert "Another reviewer has given a first decision" in page
    assert given(page) == []
    shown = client.get(f"/review/{submission.pk}/").context["timeline"]
    assert "approved" not in " ".join(entry.details for entry in shown.entries)


def test_first_reviewer_sees_their_own_and_cannot_claim_again() -> None:
    submission, first = second_review()
    page = page_of(browser(first), submission)
    assert given(page) == ["Fina First approved"]
    assert "You have decided this submission" in page


def test_third_reviewer_sees_both_unlike_verdicts() -> None:
    submission, _first = second_review()
    second = make_user(Role.OFFICER, name="Sela Second")
    claims.claim(submission, by=by(second))
    decisions.decide(
        submission, Verdict.REJECTED, by=by(second), reason_code="own_policy", comment="Not the same person."
    )
    Decision.objects.update(decided_at=clock.now() - timedelta(seconds=11))
    client = browser(make_user(Role.MANAGER))
    client.post(f"/review/{submission.pk}/claim/")
    page = page_of(client, submission)
    assert given(page) == ["Fina First approved", "Sela Second rejected"]
    assert "Not the same person." in page


def test_console_of_an_unknown_submission_is_not_found() -> None:
    client = browser(make_user(Role.OFFICER))
    assert client.get("/review/00000000-0000-4000-8000-000000000000/").status_code == 404
