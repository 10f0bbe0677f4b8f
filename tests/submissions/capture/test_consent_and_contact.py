"""Consent with its version and time; due call-backs and decisions to pass on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client

from argos import limits
from submissions.capture import callbacks, consent, submit
from submissions.core import clock
from submissions.models import ConsentText, Event, Project, Role, Status, Submission
from tests.factories import by, make_at, make_draft, make_project, make_team, make_user, reload, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    project = make_project(requires_consent=True)
    ConsentText.objects.create(project=project, version="1", text="May we send your ID to be checked?")
    return project


@pytest.fixture
def draft(client: Client, project: Project) -> Submission:
    submission = make_draft(make_user(), project)
    client.force_login(submission.created_by)
    return submission


def codes(submission: Submission) -> list[str]:
    return [problem.code for problem in submit.step1_problems(submission)]


def test_step1_waits_for_consent(draft: Submission) -> None:
    assert codes(draft) == ["consent"]
    text = consent.current_text(draft.project)
    assert text is not None
    consent.record(draft, text, by=by(draft.created_by))
    assert codes(reload(draft)) == []


def test_a_project_without_a_text_sends_to_the_administrator() -> None:
    problems = submit.step1_problems(make_draft(project=make_project(requires_consent=True)))
    assert "administrator" in problems[0].message


def test_ticking_records_version_and_time(client: Client, draft: Submission) -> None:
    text = draft.project.consent_texts.get()
    client.post(f"/submissions/{draft.pk}/values/", {"was_consent": "", "consent": str(text.pk)})
    fresh = reload(draft)
    assert fresh.consent == text
    assert fresh.consented_at is not None
    assert Event.objects.get(kind="consent_recorded").fields == {"version": "1"}


def test_a_later_version_does_not_replace_the_recorded_one(client: Client, draft: Submission) -> None:
    first = draft.project.consent_texts.get()
    client.post(f"/submissions/{draft.pk}/values/", {"was_consent": "", "consent": str(first.pk)})
    ConsentText.objects.create(project=draft.project, version="2", text="Another wording")
    page = client.get(f"/submissions/{draft.pk}/").content.decode()
    assert first.text in page
    assert "Another wording" not in page


def test_the_tick_may_be_taken_out_until_something_was_sent(client: Client, draft: Submission) -> None:
    text = draft.project.consent_texts.get()
    url = f"/submissions/{draft.pk}/values/"
    client.post(url, {"was_consent": "", "consent": str(text.pk)})
    client.post(url, {})  # a form without the box says nothing about it
    assert reload(draft).consent == text
    client.post(url, {"was_consent": str(text.pk)})
    assert reload(draft).consent is None


def test_another_projects_text_is_not_taken(client: Client, draft: Submission) -> None:
    other = ConsentText.objects.create(project=make_project(), version="1", text="Theirs")
    reply = client.post(f"/submissions/{draft.pk}/values/", {"was_consent": "", "consent": str(other.pk)})
    assert reply.status_code == 404


def test_a_consent_text_is_never_changed(project: Project) -> None:
    text = project.consent_texts.get()
    text.text = "Rewritten"
    with pytest.raises(TypeError):
        text.save()
    with pytest.raises(IntegrityError):
        ConsentText.objects.create(project=project, version="1", text="The same version twice")


def test_administrators_add_consent_texts_and_change_none(client: Client, project: Project) -> None:
    sign_in(client, make_user(Role.ADMINISTRATOR))
    data = {"project": str(project.pk), "version": "2", "text": "New"}
    assert client.post("/settings/consent-texts/new/", data).status_code == 302
    assert consent.current_text(project) == ConsentText.objects.get(version="2")
    url = f"/settings/consent-texts/{ConsentText.objects.get(version='2').pk}/"
    assert client.post(url, {**data, "text": "Changed"}).status_code == 405
    assert Event.objects.filter(kind="consent_text_added").count() == 1


def test_consent_text_has_a_longest_length(client: Client, project: Project) -> None:
    sign_in(client, make_user(Role.ADMINISTRATOR))
    data = {"project": str(project.pk), "version": "2", "text": "y" * (limits.CONSENT + 1)}
    refused = client.post("/settings/consent-texts/new/", data)
    assert refused.status_code == 422
    assert f"Shorten this to {limits.CONSENT} characters" in refused.content.decode()
    assert not ConsentText.objects.filter(version="2").exists()


def test_start_page_lists_call_backs_due(client: Client) -> None:
    user = make_user()
    soon, later = make_draft(user, contact_phone="+82 10 0000 0000"), make_draft(user)
    Submission.objects.filter(pk=soon.pk).update(callback_at=clock.now() - timedelta(minutes=5))
    Submission.objects.filter(pk=later.pk).update(callback_at=clock.now() + timedelta(days=1))
    client.force_login(user)
    page = client.get("/").content.decode()
    assert "+82 10 0000 0000" in page
    assert Submission.objects.get(callbacks.is_due()) == soon
    client.post(f"/submissions/{soon.pk}/called-back/")
    assert not Submission.objects.filter(callbacks.is_due()).exists()
    assert Event.objects.filter(kind="called_back", submission_id=soon.pk).count() == 1


def test_new_verdict_is_listed_until_it_is_passed_on(client: Client) -> None:
    user = make_user()
    decided = make_at(Status.APPROVED, user)
    client.force_login(user)
    assert "Tell the customer: approved" in client.get("/").content.decode()
    for _press in range(2):
        assert client.post(f"/submissions/{decided.pk}/passed-on/").status_code == 302
    fresh = reload(decided)
    assert fresh.passed_on_by == user
    assert fresh.passed_on_at is not None
    assert Event.objects.filter(kind="verdict_passed_on").count() == 1
    assert "Tell the customer: approved" not in client.get("/").content.decode()


def test_another_team_passes_nothing_on(client: Client) -> None:
    decided = make_at(Status.REJECTED)
    client.force_login(make_user(team=make_team("Elsewhere")))
    assert client.post(f"/submissions/{decided.pk}/passed-on/").status_code == 404
    assert reload(decided).passed_on_at is None


def test_the_vendor_never_gets_phone_or_call_back_time() -> None:
    submission = make_draft(contact_phone="+82 10 0000 0000")
    call = submit.send_step1(submission, by=by(submission.created_by))
    assert "+82 10 0000 0000" not in call.attempt.values.values()
