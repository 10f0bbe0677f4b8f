"""A project that ARGOS has closed or stopped: recognised, shown, paused; nothing is lost and no attempt counts."""

import json
from typing import Any

import pytest
from django.test import Client

from argos.errors import OutcomeUnknown
from argos.replies import parse_item
from kycportal.doctor import Grade, vendor
from submissions.capture import drafts, images, submit
from submissions.models import Call, CallKind, Event, ImageKind, Project, Role, Status, Submission, VendorState
from submissions.outbox import gate
from submissions.vendor_sync import polling, status_table, worker
from tests import factories
from tests.clients import browser, save_tab
from tests.factories import VALUES, by, explain, make_at, make_project, make_team, make_user, reload, sign_in
from tests.pictures import id_card_jpeg, selfie_jpeg
from tests.sandbox import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def confirming(sandbox: Sandbox) -> Submission:
    project = make_project(base_url=sandbox.base_url, read_timeout=10, connect_timeout=2)
    project.api_key = "sandbox-key-standard"
    project.save()
    agent = make_user(Role.AGENT)
    submission = drafts.create_draft(
        project, make_team(), by=by(agent), issuing_country="KOR", id_type="passport", values=VALUES
    )
    images.add_image(submission, ImageKind.ID_FRONT, id_card_jpeg(), by=by(agent))
    images.add_image(submission, ImageKind.SELFIE, selfie_jpeg(), by=by(agent))
    submit.send_step1(submission, by=by(agent))
    assert worker.send_next()
    submission = reload(submission)
    explain(submission)
    return submission


@pytest.mark.parametrize(
    ("options", "said"),
    [({"state": "CLOSE"}, "closed or suspended at ARGOS"), ({"emergency_stop": True}, "emergency stop is on at ARGOS")],
)
def test_refused_selfie_pauses_the_project_and_costs_nothing(
    confirming: Submission, sandbox: Sandbox, options: dict[str, Any], said: str
) -> None:
    before = confirming.values
    sandbox.control.project(**options)
    submit.send_step2(confirming, by=by(confirming.created_by))
    assert worker.send_next()
    after = reload(confirming)
    assert (after.status, after.values, after.tries_used) == (Status.CONFIRMING, before, 0)
    assert said in gate.why_closed(after.project)
    page = browser(confirming.created_by).get(f"/submissions/{confirming.pk}/").content.decode()
    assert said in page
    assert "no attempt was used" in page
    assert submit_again(after, sandbox) == Status.PENDING


def submit_again(submission: Submission, sandbox: Sandbox) -> str:
    sandbox.control.project(state="OPEN", emergency_stop=False)
    submit.send_step2(submission, by=by(submission.created_by))
    assert not worker.send_next(), "a paused project sends nothing"
    gate.resume(submission.project)
    assert worker.send_next()
    return reload(submission).status


def test_unknown_outcome_with_such_words_pauses_too_and_is_read_back() -> None:
    call = factories.claim_call(make_at(Status.STEP2_SENDING), CallKind.STEP2)
    body = json.dumps({"message": "The service is suspended"}).encode()
    worker._failed(call, OutcomeUnknown("HTTP 503", 503, body))
    assert Call.objects.get(pk=call.pk).state == "unknown"
    assert Project.objects.get().paused_at is not None


def test_refused_read_pauses_too(monkeypatch: pytest.MonkeyPatch) -> None:
    submission = make_at(Status.PENDING)

    def refuse(*args: object, **named: object) -> None:
        raise OutcomeUnknown("HTTP 503", 503, b'{"message": "Emergency stop"}')

    monkeypatch.setattr(status_table, "ask_vendor", refuse)
    assert polling._read(submission, set()) is False
    assert "emergency stop" in gate.why_closed(Project.objects.get())


def test_reported_state_is_stored_once_and_shown() -> None:
    submission = make_at(Status.PENDING)
    Project.objects.update(vendor_state=VendorState.OPEN)
    record = parse_item({"submission_id": submission.vendor_id, "kyc": {"result": "pending"}, "projectState": "TEST"})
    for _read in range(2):
        status_table.adopt(reload(submission), record)
    event = Event.objects.get(kind="project_state_reported")
    assert (event.fields["from"], event.fields["to"]) == ("", "test")
    project = Project.objects.get()
    assert project.state_at_argos == VendorState.TEST, "a reported state counts before the one that was set"
    assert Event.objects.filter(kind="project_state_reported").count() == 1
    status_table.adopt(reload(submission), parse_item({"submission_id": submission.vendor_id}))
    assert Project.objects.get().reported_state == "test"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("test", "This ARGOS project is in test: no submission becomes pending."),
        ("trial", "This ARGOS project is in trial: ARGOS accepts about 15 submissions."),
        ("close", "This ARGOS project is closed: ARGOS accepts no submissions."),
        ("open", ""),
    ],
)
def test_state_set_by_an_administrator_is_shown_where_it_matters(state: str, said: str) -> None:
    project = make_project()
    admin = sign_in(Client(), make_user(Role.ADMINISTRATOR))
    assert save_tab(admin, project, "connection", vendor_state=state).status_code == 302
    submission = make_at(Status.CONFIRMING, project=Project.objects.get())
    pages = [
        browser(submission.created_by).get(f"/submissions/{submission.pk}/"),
        admin.get(f"/settings/projects/{project.pk}/connection/"),
    ]
    for page in pages:
        assert ("This ARGOS project is" in page.content.decode()) == bool(said)
        assert said in page.content.decode()
    label = VendorState(state).label
    operations = browser(make_user(Role.MANAGER)).get("/sending/").content.decode()
    assert str(label) in operations
    found = vendor._state(Project.objects.get())
    assert (found.grade, said in found.state) == (Grade.NOTE if said else Grade.GOOD, True)


def test_unknown_state_is_a_note_of_the_doctor() -> None:
    found = vendor._state(make_project())
    assert (found.grade, "unknown" in found.state) == (Grade.NOTE, True)
    assert "set it" in found.do
