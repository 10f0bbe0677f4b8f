"""Liveform against the sandbox over real HTTP: from the link to the submission in the queue."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core import mail as outbox
from django.db import IntegrityError, transaction
from django.test import Client

from submissions.capture import drafts, phone_links, submit
from submissions.core import clock
from submissions.liveform import links
from submissions.models import (
    Alert,
    Call,
    CallKind,
    CallState,
    CaptureSource,
    Difference,
    Event,
    LiveformLink,
    Project,
    Role,
    Route,
    Status,
    Submission,
    User,
    Verdict,
)
from submissions.outbox import new_calls
from submissions.reporting.evidence_pack import content
from submissions.reporting.reports import decisions as report_of
from submissions.reporting.reports.date_range import window_of
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.vendor_sync import reconcile, worker
from submissions.workflow import alerts
from submissions.workflow.transitions import MoveNotAllowed, StaleSubmission
from tests import factories
from tests.factories import by, make_at, make_draft, make_user, reload, sign_in
from tests.sandbox import Sandbox
from tests.submissions.liveform.filling import fill, looked_for, sent

pytestmark = pytest.mark.django_db


def test_finished_form_becomes_the_same_submission_with_values_and_images(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    assert "Finished" in fill(submission, "pending", name="Another Name")
    submission = looked_for(submission)
    assert (submission.status, submission.route, submission.face_similarity) == (
        Status.PENDING,
        Route.LIVEFORM,
        87.4,
    )
    assert submission.values["name"] == "Another Name"
    assert submission.values["customer_id"] == "C-1001"
    assert submission.ocr["name"] == "Another Name"
    assert {image.source for image in submission.images.all()} == {CaptureSource.LIVEFORM}
    assert {image.kind for image in submission.images.all()} == {"id_front", "selfie"}
    assert (submission.selfies_sent, submission.vendor_attempts) == (0, 1)
    assert not Difference.objects.exists()
    before = Event.objects.filter(kind="image_added").count()
    looked_for(submission)
    assert Event.objects.filter(kind="image_added").count() == before == 2


def test_officer_decides_it_through_post_review(project: Project, agent: User, sandbox: Sandbox) -> None:
    submission = sent(project, agent)
    fill(submission, "pending")
    submission = looked_for(submission)
    officer = make_user(Role.OFFICER)
    claims.claim(submission, by=by(officer))
    warned = [warning.code for warning in warnings_of(submission, officer)]
    decisions.decide(submission, Verdict.APPROVED, by=by(officer), ticked=warned)
    Call.objects.filter(kind=CallKind.REVIEW).update(not_before=clock.now())
    assert worker.send_next()
    assert reload(submission).status == Status.APPROVED
    assert not sandbox.control.received("step1")
    assert not sandbox.control.received("step2")


@pytest.mark.parametrize("outcome", ["approved", "rejected"])
def test_result_without_review_is_adopted(project: Project, agent: User, outcome: str) -> None:
    submission = sent(project, agent)
    fill(submission, outcome)
    assert looked_for(submission).status == outcome


def test_unfinished_form_keeps_the_customer_at_liveform(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    fill(submission, "incomplete")
    submission = looked_for(submission)
    assert submission.status == Status.AT_LIVEFORM
    assert submission.vendor_id
    with pytest.raises(StaleSubmission):
        links.withdraw(submission, by=by(agent))
    assert not links.is_offered(submission)


def test_unknown_outcome_throws_the_token_away(project: Project, agent: User, sandbox: Sandbox) -> None:
    sandbox.control.fault("tokens", "cut", when="after")
    submission = make_draft(agent, project, images=False)
    first = links.make(submission, by=by(agent))
    assert worker.send_next()
    call = Call.objects.get()
    assert call.state == CallState.UNKNOWN
    assert reconcile.settle_one(call)
    submission = reload(submission)
    assert (submission.status, submission.open_call) == (Status.DRAFT, None)
    second = links.make(submission, by=by(agent))
    assert second.token_hash != first.token_hash
    assert worker.send_next()
    assert reload(submission).status == Status.AT_LIVEFORM
    assert links.tokens_at_argos(project) == 2


def test_refused_token_leaves_the_draft(project: Project, agent: User, sandbox: Sandbox) -> None:
    submission = make_draft(agent, project, images=False)
    sandbox.control.fault("tokens", "403_key")
    links.make(submission, by=by(agent))
    assert worker.send_next()
    assert Call.objects.get().state == CallState.REFUSED
    assert reload(submission).status == Status.DRAFT


def test_no_step_is_sent_on_the_liveform_route(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    with pytest.raises((MoveNotAllowed, StaleSubmission)):
        new_calls.prepare(submission, CallKind.STEP1, Status.STEP1_SENDING, by=by(agent), values={})
    with pytest.raises((MoveNotAllowed, StaleSubmission, submit.NotReady)):
        submit.send_step1(reload(submission), by=by(agent), is_start_confirmed=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.filter(pk=submission.pk).update(status=Status.STEP2_SENDING)
    assert not Call.objects.exclude(kind=CallKind.TOKEN).exists()


def test_link_has_our_reference_a_long_token_and_no_personal_data() -> None:
    submission = make_at(Status.AT_LIVEFORM)
    link = links.newest(submission)
    assert link is not None
    query = dict(parse_qsl(urlsplit(links.url_of(link)).query))
    assert query.keys() == {"pid", "userid", "tokenId", "lang"}
    assert query["userid"] == f"{submission.reference}-L1"
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{6,62}[A-Za-z0-9]", query["tokenId"])
    assert len(query["tokenId"]) == 64
    assert query["tokenId"] not in json.dumps([event.fields for event in Event.objects.all()], default=str)


def test_full_pool_and_missing_id_and_consent_are_refused(monkeypatch: pytest.MonkeyPatch, agent: User) -> None:
    draft = make_draft(agent, factories.make_liveform_project(), images=False)
    monkeypatch.setattr(links, "POOL", 0)
    with pytest.raises(links.NotOffered, match="100,000"):
        links.make(draft, by=by(agent))
    draft = make_draft(agent, factories.make_liveform_project(liveform_project_id=""), images=False)
    with pytest.raises(links.NotOffered, match="project ID"):
        links.make(draft, by=by(agent))
    draft = make_draft(agent, factories.make_liveform_project(requires_consent=True), images=False)
    with pytest.raises(links.NotOffered, match="consent"):
        links.make(draft, by=by(agent))
    with pytest.raises(StaleSubmission):
        links.make(make_draft(agent, images=False), by=by(agent))


def test_expired_link_alerts_the_agent_and_is_replaced() -> None:
    submission = make_at(Status.AT_LIVEFORM)
    past = clock.now() - timedelta(minutes=1)
    LiveformLink.objects.update(expires_at=past)
    Submission.objects.filter(pk=submission.pk).update(next_alert_at=past)
    alerts.raise_due()
    alert = Alert.objects.get(person=submission.created_by)
    assert alert.kind == "liveform_expired"
    page = sign_in(Client(), submission.created_by).get(f"/submissions/{submission.pk}/").text
    assert "The link expired unused" in page
    assert "tokenId" not in page
    links.make(reload(submission), by=by(submission.created_by))
    assert LiveformLink.objects.standing().count() == 1
    assert LiveformLink.objects.exclude(revoked_at=None).count() == 1


def test_closing_it_withdraws_the_link() -> None:
    submission = make_at(Status.AT_LIVEFORM)
    drafts.give_up(submission, by=by(submission.created_by), reason="The customer stopped")
    assert reload(submission).status == Status.ABANDONED
    assert not LiveformLink.objects.standing().exists()


def test_mail_names_nobody_and_needs_an_open_link() -> None:
    submission = make_at(Status.AT_LIVEFORM)
    link = links.newest(submission)
    assert link is not None
    links.mail(link, by=by(submission.created_by))
    (letter,) = outbox.outbox
    assert links.url_of(link) in letter.body
    assert "Minseo" not in letter.body
    client = sign_in(Client(), submission.created_by)
    assert client.post(f"/submissions/{submission.pk}/liveform/mail/").status_code == 302
    assert LiveformLink.objects.get().mailed_at is not None
    LiveformLink.objects.update(expires_at=clock.now())
    client.post(f"/submissions/{submission.pk}/liveform/mail/")
    assert len(outbox.outbox) == 2


def test_mail_that_is_not_sent_keeps_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    submission = make_at(Status.AT_LIVEFORM, email="")
    link = links.newest(submission)
    assert link is not None
    with pytest.raises(phone_links.NotMailed):
        links.mail(link, by=by(submission.created_by))
    assert LiveformLink.objects.standing().exists()


def test_route_is_in_the_list_the_report_and_the_pack(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    fill(submission, "pending")
    submission = looked_for(submission)
    other = make_at(Status.PENDING)
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    listed = sign_in(Client(), officer).get("/submissions/?route=liveform").text
    assert submission.reference in listed
    assert other.reference not in listed
    pack = content.gather(submission, [], by=by(officer), is_open=False)
    assert ("Route", "Liveform") in pack.facts
    fill_approved = sent(project, agent)
    fill(fill_approved, "approved")
    looked_for(fill_approved)
    window, _preset, _sentences = window_of({}, make_user(Role.MANAGER))
    report = report_of.per_route(manager, window)
    assert [row[0].text for row in report.rows] == ["Liveform"]
    page = sign_in(Client(), officer).get(f"/submissions/{submission.pk}/").text
    assert 'id="route"' in page


@pytest.mark.parametrize("status", [Status.DRAFT, Status.AT_LIVEFORM])
def test_page_offers_the_link(status: Status, django_assert_max_num_queries: Callable[..., Any]) -> None:
    submission = make_at(status, project=factories.make_liveform_project())
    client = sign_in(Client(), submission.created_by)
    client.get(f"/submissions/{submission.pk}/")
    page = client.get(f"/submissions/{submission.pk}/").text
    assert ("own form instead" in page) == (status == Status.DRAFT)
    assert ("tokenId" in page) == (status == Status.AT_LIVEFORM)


def test_new_form_creates_the_draft_and_the_link(agent: User) -> None:
    project = factories.make_liveform_project()
    client = sign_in(Client(), agent)
    assert "Send a Liveform link" in client.get("/submissions/new/").text
    given = {"project": project.pk, "team": agent.team_id, "issuing_country": "KOR", "id_type": "passport"}
    given |= {"email": "new@example.com", "action": "liveform"}
    assert client.post("/submissions/new/", given).status_code == 302
    assert Call.objects.get().kind == CallKind.TOKEN
