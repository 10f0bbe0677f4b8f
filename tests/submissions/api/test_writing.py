"""Create, fill and send submissions: the rules of the page, permissions of the token, and the lost update."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from submissions.models import (
    ApiToken,
    Call,
    CallKind,
    Capturer,
    ConsentText,
    Event,
    ImageKind,
    PhoneLink,
    Project,
    Scope,
    Status,
    Submission,
)
from submissions.outbox import gate
from tests import factories, pictures
from tests.factories import attach_image, make_draft, make_project, make_token
from tests.submissions.api.asking import API, ask, create, data_of, one, patch, tag_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    cache.clear()


@pytest.fixture
def project() -> Project:
    return make_project()


@pytest.fixture
def program(project: Project) -> tuple[ApiToken, Client]:
    return make_token(project)


def filed(program: tuple[ApiToken, Client], **values: str) -> Submission:
    """Return a draft of the token with both images and complete values."""
    token, client = program
    project = token.projects.get()
    wanted = {name: text for name, text in factories.VALUES.items() if name not in ("email", "customer_id")}
    reply = create(client, project, values={**wanted, **values})
    submission = Submission.objects.get(pk=reply.json()["id"])
    for kind in (ImageKind.ID_FRONT, ImageKind.SELFIE):
        attach_image(submission, kind, token.user)
    return submission


def confirming(program: tuple[ApiToken, Client], **read: str) -> Submission:
    submission = filed(program)
    assert ask(program[1], submission, "step1").status_code == 202
    return factories.answer_step1(submission, **({"ocr": read} if read else {}))


def codes(reply: Any) -> set[tuple[str, str]]:
    return {(error["field"], error["code"]) for error in reply.json()["errors"]}


def test_draft_is_created_with_data_and_images(program: tuple[ApiToken, Client], project: Project) -> None:
    token, client = program
    front = SimpleUploadedFile("id.jpg", pictures.id_card_jpeg(), "image/jpeg")
    selfie = SimpleUploadedFile("selfie.jpg", pictures.selfie_jpeg(), "image/jpeg")
    reply = create(client, project, values={"name": "Minseo Example"}, files={"id_front": front, "selfie": selfie})
    assert reply.status_code == 201
    submission = Submission.objects.get()
    assert reply.headers["Location"] == f"{API}/submissions/{submission.pk}"
    assert reply.headers["ETag"] == tag_of(client, submission)
    assert (submission.created_by, submission.team, submission.project) == (token.user, token.user.team, project)
    assert (submission.values["name"], submission.values["email"]) == ("Minseo Example", "applicant@example.com")
    assert {image.kind for image in submission.images.all()} == {"id_front", "selfie"}
    assert Capturer.objects.get(submission=submission).user == token.user
    assert "Minseo" not in reply.content.decode()


def test_refused_image_leaves_the_draft_and_is_named(program: tuple[ApiToken, Client], project: Project) -> None:
    files = {"selfie": SimpleUploadedFile("x.jpg", b"no image", "image/jpeg")}
    files["address"] = SimpleUploadedFile("y.jpg", pictures.selfie_jpeg(), "image/jpeg")
    body = create(program[1], project, files=files).json()
    assert {(error["field"], error["in"]) for error in body["refused_images"]} == {
        ("selfie", "file"),
        ("address", "file"),
    }
    assert Submission.objects.filter(pk=body["id"]).exists()


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"email": "nobody"}, ("data.email", "invalid")),
        ({"email": ""}, ("data.email", "required")),
        ({"issuing_country": "XXX"}, ("data.issuing_country", "invalid")),
        ({"id_type": "aadhaar"}, ("data.id_type", "invalid")),
        ({"values": {"nothing": "x"}}, ("values.nothing", "unknown")),
        ({"values": {"name": "x" * 300}}, ("values.name", "too_long")),
        ({"values": {"document_number": "M1••••78"}}, ("values.document_number", "masked")),
        ({"consent": 4711}, ("consent", "choice")),
        ({"project": "00000000-0000-0000-0000-000000000000"}, ("data.project", "choice")),
    ],
)
def test_wrong_data_creates_nothing(
    program: tuple[ApiToken, Client], project: Project, changed: dict[str, Any], error: tuple[str, str]
) -> None:
    reply = create(program[1], project, changed=changed)
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid")
    assert error in codes(reply)
    assert not Submission.objects.exists()


def test_closed_or_foreign_project_takes_nothing(program: tuple[ApiToken, Client], project: Project) -> None:
    assert ("data.project", "choice") in codes(create(program[1], make_project()))
    Project.objects.filter(pk=project.pk).update(is_open=False)
    assert ("data.project", "choice") in codes(create(program[1], project))


def test_second_submission_of_a_customer_is_confirmed_first(program: tuple[ApiToken, Client], project: Project) -> None:
    first = make_draft(project=project)
    refused = create(program[1], project)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/not-ready")
    assert first.reference in refused.json()["detail"]
    assert Event.objects.filter(kind="same_customer_shown", fields__shown=[first.reference]).exists()
    assert create(program[1], project, is_second_confirmed=True).status_code == 201


def test_customer_of_another_project_is_not_named(program: tuple[ApiToken, Client], project: Project) -> None:
    elsewhere = make_draft()
    refused = create(program[1], project)
    assert refused.status_code == 422
    assert elsewhere.reference not in refused.content.decode()


def test_change_needs_the_version_that_was_read(program: tuple[ApiToken, Client]) -> None:
    submission = filed(program)
    client, tag = program[1], tag_of(program[1], submission)
    body = {"values": {"name": "Another Name"}}
    assert patch(client, submission, body, "").status_code == 428
    assert patch(client, submission, body, '"another"').status_code == 412
    changed = patch(client, submission, body, tag)
    assert (changed.status_code, changed.headers["ETag"]) == (200, tag_of(client, submission))
    assert changed.headers["ETag"] != tag
    assert factories.reload(submission).values["name"] == "Another Name"
    assert patch(client, submission, {"values": {"name": "Third"}}, tag).status_code == 412
    assert patch(client, submission, {"values": {"name": ""}}, changed.headers["ETag"]).status_code == 200
    assert "name" not in factories.reload(submission).values


def test_token_changes_only_what_it_created(program: tuple[ApiToken, Client], project: Project) -> None:
    agents = make_draft(project=project)
    token, client = program
    for reply in (
        patch(client, agents, {}, tag_of(client, agents)),
        ask(client, agents, "step1"),
        ask(client, agents, "phone-links", {"kind": "selfie"}),
    ):
        assert (reply.status_code, reply.json()["type"]) == (403, "/problems/forbidden")
    assert not Call.objects.exists()
    assert not Capturer.objects.filter(user=token.user).exists()
    another = make_token(make_project())[1]
    assert patch(another, agents, {}, '"x"').status_code == 404


def test_reading_scope_writes_nothing(program: tuple[ApiToken, Client], project: Project) -> None:
    submission = filed(program)
    _token, reader = make_token(project, scopes=[scope for scope in Scope if scope != Scope.SUBMISSIONS_WRITE])
    assert create(reader, project).status_code == 403
    assert patch(reader, submission, {}, '"x"').status_code == 403
    assert ask(reader, submission, "step1").status_code == 403


def test_step1_is_sent_by_the_token(program: tuple[ApiToken, Client]) -> None:
    submission = filed(program)
    reply = ask(program[1], submission, "step1")
    assert (reply.status_code, reply.json()["status"], reply.json()["is_request_open"]) == (202, "step1_sending", True)
    call = Call.objects.get()
    assert (call.kind, call.prepared_by) == (CallKind.STEP1, program[0].user)


def test_step_needs_the_version_that_was_read(program: tuple[ApiToken, Client]) -> None:
    submission = filed(program)
    assert ask(program[1], submission, "step1", tag="").status_code == 428
    tag = tag_of(program[1], submission)
    attach_image(submission, ImageKind.ID_FRONT, submission.created_by)
    assert ask(program[1], submission, "step1", tag=tag).status_code == 412
    assert not Call.objects.exists()


def test_missing_image_stops_step1_with_its_field(program: tuple[ApiToken, Client], project: Project) -> None:
    submission = Submission.objects.get(pk=create(program[1], project).json()["id"])
    assert ("idImage", "missing") in {
        (problem["field"], problem["code"]) for problem in one(program[1], submission).json()["problems"]
    }
    reply = ask(program[1], submission, "step1")
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/not-ready")
    assert ("idImage", "missing") in codes(reply)
    assert not Call.objects.exists()


def test_data_that_blocks_step2_is_confirmed_before_the_24_hours(program: tuple[ApiToken, Client]) -> None:
    submission = filed(program, date_of_birth="tomorrow")
    reply = ask(program[1], submission, "step1")
    assert ("is_start_confirmed", "start") in codes(reply)
    assert ask(program[1], submission, "step1", {"is_start_confirmed": True}).status_code == 202


def test_vendor_that_is_down_is_503(program: tuple[ApiToken, Client], monkeypatch: pytest.MonkeyPatch) -> None:
    submission = filed(program)
    monkeypatch.setattr(gate, "is_down", lambda _project: True)
    reply = ask(program[1], submission, "step1")
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "60")


def test_step2_sends_what_the_customer_confirmed(program: tuple[ApiToken, Client]) -> None:
    submission = confirming(program)
    values = {"name": factories.VALUES["name"], "date_of_birth": factories.VALUES["date_of_birth"]}
    reply = ask(program[1], submission, "step2", {"values": values})
    assert (reply.status_code, reply.json()["status"]) == (202, "step2_sending")
    assert Call.objects.get(kind=CallKind.STEP2).attempt.values["name"] == values["name"]


def test_value_that_only_argos_read_is_confirmed_first(program: tuple[ApiToken, Client]) -> None:
    submission = confirming(program, name=factories.VALUES["name"], nationality="KOR")
    reply = ask(program[1], submission, "step2", {"values": {"name": factories.VALUES["name"]}})
    assert codes(reply) == {("values.nationality", "not_confirmed")}
    values = {"name": factories.VALUES["name"], "nationality": "KOR"}
    assert ask(program[1], submission, "step2", {"values": values}).status_code == 202


def test_difference_needs_a_reason_and_a_refused_step_saves_nothing(program: tuple[ApiToken, Client]) -> None:
    submission = confirming(program, name="MINSEO EXAMPEL")
    read = {field["name"]: field for field in one(program[1], submission).json()["fields"]}["name"]
    assert (read["was_read"], read["differs"]) == (True, True)
    values = {"name": "Minseo Examples"}
    refused = ask(program[1], submission, "step2", {"values": values})
    assert ("name", "changed") in codes(refused)
    assert factories.reload(submission).values["name"] == factories.VALUES["name"]
    unusable = {"reasons": {"name": "..", "x": "no such field"}}
    wrong = patch(program[1], submission, unusable, tag_of(program[1], submission))
    assert codes(wrong) == {("reasons.name", "no_reason"), ("reasons.x", "unknown")}
    reasons = {"reasons": {"name": "The customer spelled it"}}
    assert patch(program[1], submission, reasons, tag_of(program[1], submission)).status_code == 200
    assert ask(program[1], submission, "step2", {"values": values}).status_code == 202


def test_numbers_of_a_submission_cannot_be_tried_out(program: tuple[ApiToken, Client]) -> None:
    submission = confirming(program)
    for number in range(20):
        changed = {"values": {"document_number": f"M1234{number:04d}"}}
        assert patch(program[1], submission, changed, tag_of(program[1], submission)).status_code == 200
    changed = {"values": {"document_number": "M99999999"}}
    reply = patch(program[1], submission, changed, tag_of(program[1], submission))
    assert codes(reply) == {("values.document_number", "too_many")}


def test_final_attempt_is_confirmed_and_no_fourth_is_sent(program: tuple[ApiToken, Client]) -> None:
    submission = confirming(program)
    values = {"values": {name: factories.VALUES[name] for name in ("name", "date_of_birth")}}
    Submission.objects.filter(pk=submission.pk).update(vendor_count=2)
    assert ("is_last_confirmed", "last_try") in codes(ask(program[1], submission, "step2", values))
    Submission.objects.filter(pk=submission.pk).update(vendor_count=3)
    reply = ask(program[1], submission, "step2", {**values, "is_last_confirmed": True})
    assert codes(reply) == {("", "no_try_left")}
    assert not Call.objects.filter(kind=CallKind.STEP2).exists()


def test_decided_submission_takes_nothing(program: tuple[ApiToken, Client]) -> None:
    submission = confirming(program)
    Submission.objects.filter(pk=submission.pk).update(status=Status.PENDING)
    tag = tag_of(program[1], submission)
    assert patch(program[1], submission, {"values": {"name": "Late"}}, tag).status_code == 409
    values = {name: factories.VALUES[name] for name in ("name", "date_of_birth")}
    assert ask(program[1], submission, "step2", {"values": values}).status_code == 409
    assert ask(program[1], submission, "phone-links", {"kind": "selfie"}).status_code == 409


def test_consent_is_recorded_with_its_text(program: tuple[ApiToken, Client], project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(requires_consent=True)
    text = ConsentText.objects.create(project=project, version="1", text="I agree.")
    told = program[1].get(f"{API}/projects").json()["items"][0]
    assert told["consent_text"] == {"id": text.pk, "version": "1", "text": "I agree."}
    without = Submission.objects.get(pk=create(program[1], project).json()["id"])
    assert ("consent", "consent") in codes(ask(program[1], without, "step1"))
    assert patch(program[1], without, {"consent": text.pk}, tag_of(program[1], without)).status_code == 200
    assert one(program[1], without).json()["consent"]["given_at"]


def test_image_is_attached_and_read_back(program: tuple[ApiToken, Client]) -> None:
    submission = filed(program)
    file = SimpleUploadedFile("selfie.jpg", pictures.selfie_jpeg(), "image/jpeg")
    url = f"{API}/submissions/{submission.pk}/images/selfie"
    reply = program[1].post(url, {"file": file}, headers={"Idempotency-Key": "image"})
    assert reply.status_code == 201
    image = submission.images.get(kind=ImageKind.SELFIE, is_current=True)
    assert program[1].get(f"{API}/images/{image.pk}").content == image.read()
    bad = {"file": SimpleUploadedFile("x.jpg", b"no image", "image/jpeg")}
    refused = program[1].post(url, bad, headers={"Idempotency-Key": "bad"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "selfie")
    plain = program[1].post(url, b"{}", content_type="application/json", headers={"Idempotency-Key": "c"})
    assert plain.status_code == 415


@pytest.mark.usefixtures("stopped_clock")
def test_phone_link_is_made_for_the_customer(program: tuple[ApiToken, Client]) -> None:
    submission = filed(program)
    reply = ask(program[1], submission, "phone-links", {"kind": "selfie"})
    assert reply.status_code == 201
    link = PhoneLink.objects.get()
    assert (link.kind, link.created_by) == ("selfie", program[0].user)
    assert reply.json()["url"].partition("#")[0].endswith("/phone/")
    cache.clear()
    for _link in range(20):
        ask(program[1], submission, "phone-links", {"kind": "selfie"})
    assert ask(program[1], submission, "phone-links", {"kind": "selfie"}).status_code == 429


def test_body_that_is_no_json_is_a_problem(program: tuple[ApiToken, Client], project: Project) -> None:
    client = program[1]
    headers = {"Idempotency-Key": "x"}
    broken = client.post(f"{API}/submissions", {"data": "{"}, headers=headers)
    assert (broken.status_code, broken.json()["type"]) == (400, "/problems/bad-request")
    empty = client.post(f"{API}/submissions", {}, headers=headers)
    assert empty.status_code == 422
    many = client.post(f"{API}/submissions", {"data": "x" * 3_000_000}, headers=headers)
    assert (many.status_code, many.json()["type"]) == (413, "/problems/too-large")
    strange = json.dumps({**data_of(project), "email": "a\0@example.com"})
    assert client.post(f"{API}/submissions", {"data": strange}, headers=headers).status_code == 422


def test_agent_of_the_team_continues_the_draft(program: tuple[ApiToken, Client]) -> None:
    submission = filed(program)
    agent = factories.make_user(team=program[0].user.team)
    page = factories.sign_in(Client(), agent).get(f"/submissions/{submission.pk}/")
    assert page.status_code == 200
    assert program[0].user.name in page.content.decode()
