"""A repeated request gets the first one's response, and nothing is done twice."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from submissions.api import idempotency
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import ApiToken, Call, IdempotentRequest, ImageKind, PhoneLink, Project, Submission
from submissions.privacy import erasure
from submissions.tasks import forget_api_requests
from tests.factories import VALUES, attach_image, make_project, make_token
from tests.submissions.api.asking import API, ask, create, data_of, tag_of

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


def body(reply: Any) -> Any:
    return reply.json()


def test_repeated_creation_returns_the_first_draft(program: tuple[ApiToken, Client], project: Project) -> None:
    first = create(program[1], project, key="a")
    again = create(program[1], project, key="a")
    assert (again.status_code, body(again)) == (201, body(first))
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert Submission.objects.count() == 1


def test_key_of_another_request_is_refused(program: tuple[ApiToken, Client], project: Project) -> None:
    create(program[1], project, key="a")
    other = create(program[1], project, key="a", customer_id="C-2")
    assert (other.status_code, body(other)["type"]) == (422, "/problems/idempotency-key-reused")
    assert Submission.objects.count() == 1


def test_keys_of_two_tokens_do_not_meet(program: tuple[ApiToken, Client], project: Project) -> None:
    create(program[1], project, key="a")
    reply = create(make_token(project)[1], project, key="a", is_second_confirmed=True)
    assert reply.status_code == 201
    assert Submission.objects.count() == 2


def test_key_is_required(program: tuple[ApiToken, Client], project: Project) -> None:
    reply = program[1].post(f"{API}/submissions", {"data": "{}"})
    assert reply.status_code == 422
    assert ("header", "Idempotency-Key") in {(error["in"], error["field"]) for error in body(reply)["errors"]}


def test_error_frees_the_key(program: tuple[ApiToken, Client], project: Project) -> None:
    assert create(program[1], project, key="a", email="nobody").status_code == 422
    assert not IdempotentRequest.objects.exists()
    assert create(program[1], project, key="a").status_code == 201


def test_simultaneous_request_waits(program: tuple[ApiToken, Client], project: Project) -> None:
    create(program[1], project, key="a")
    IdempotentRequest.objects.update(status=None)
    reply = create(program[1], project, key="a")
    assert (reply.status_code, body(reply)["type"]) == (409, "/problems/request-in-progress")
    assert reply.headers["Retry-After"] == "5"


def test_request_of_a_process_that_ended_is_taken_over(program: tuple[ApiToken, Client], project: Project) -> None:
    first = create(program[1], project, key="a")
    IdempotentRequest.objects.update(status=None, submission=None, response_sealed=None)
    with time_machine.travel(clock.now() + idempotency.TAKEN_OVER_AFTER):
        again = create(program[1], project, key="a")
    assert (again.status_code, body(again)["id"]) == (201, body(first)["id"])
    assert Submission.objects.count() == 1


def test_draft_of_a_request_that_failed_later_is_found_again(
    program: tuple[ApiToken, Client], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("submissions.api.representation.whole", lambda *given: 1 / 0)
        assert create(program[1], project, key="a").status_code == 500
    assert create(program[1], project, key="a").status_code == 201
    assert Submission.objects.count() == 1


def test_repeated_step_is_sent_once(program: tuple[ApiToken, Client], project: Project) -> None:
    values = {name: text for name, text in VALUES.items() if name not in ("email", "customer_id")}
    submission = Submission.objects.get(pk=body(create(program[1], project, values=values))["id"])
    for kind in (ImageKind.ID_FRONT, ImageKind.SELFIE):
        attach_image(submission, kind, program[0].user)
    tag = tag_of(program[1], submission)
    first = ask(program[1], submission, "step1", tag=tag, key="step")
    again = ask(program[1], submission, "step1", tag=tag, key="step")
    assert (first.status_code, again.status_code, body(again)) == (202, 202, body(first))
    assert Call.objects.count() == 1
    assert ask(program[1], submission, "step1", tag=tag, key="another").status_code == 412


def test_link_is_returned_again_and_stored_encrypted(program: tuple[ApiToken, Client], project: Project) -> None:
    submission = Submission.objects.get(pk=body(create(program[1], project))["id"])
    first = ask(program[1], submission, "phone-links", {"kind": "selfie"}, key="link")
    again = ask(program[1], submission, "phone-links", {"kind": "selfie"}, key="link")
    assert body(again)["url"] == body(first)["url"]
    assert PhoneLink.objects.count() == 1
    secret = body(first)["url"].partition("#")[2].encode()
    rows = IdempotentRequest.objects.values_list()
    assert not any(secret in bytes(part) for row in rows for part in row if isinstance(part, (bytes, memoryview)))


def test_stored_requests_have_nothing_personal(program: tuple[ApiToken, Client], project: Project) -> None:
    create(program[1], project, key="applicant@example.com")
    row = IdempotentRequest.objects.values().get()
    plain = {name: value for name, value in row.items() if name != "response_sealed"}
    for value in set(data_of(project).values()) - {str(project.pk)}:
        assert str(value) not in str(plain)
    assert "applicant" not in str(plain)


def test_erasure_takes_the_stored_response(program: tuple[ApiToken, Client], project: Project) -> None:
    submission = Submission.objects.get(pk=body(create(program[1], project, key="a"))["id"])
    erasure.erase(submission, by=SYSTEM, why="customer_request")
    assert IdempotentRequest.objects.get().response_sealed is None
    assert create(program[1], project, key="a").status_code == 410


def test_requests_are_forgotten_after_a_day(program: tuple[ApiToken, Client], project: Project) -> None:
    create(program[1], project, key="a")
    with time_machine.travel(clock.now() + idempotency.KEPT_FOR - timedelta(minutes=1)):
        assert forget_api_requests() == 0
    with time_machine.travel(clock.now() + idempotency.KEPT_FOR):
        other = create(program[1], project, key="a", customer_id="C-2", email="b@example.com")
        assert other.status_code == 201, "the old key is free before the task runs"
        assert IdempotentRequest.objects.count() == 1
    with time_machine.travel(clock.now() + 2 * idempotency.KEPT_FOR + timedelta(minutes=1)):
        assert forget_api_requests() == 1
