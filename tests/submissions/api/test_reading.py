"""Read submissions, events, images, reasons and figures: only the token's projects, and no personal value."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from submissions.aml import results
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import AmlSource, Call, CallState, Capturer, Event, ImageKind, Role, Scope, Status, Submission
from submissions.privacy import erasure
from tests import factories
from tests.factories import attach_image, decided, make_at, make_draft, make_project, make_token, make_user
from tests.submissions.workflow.matrix_data import HIT

pytestmark = pytest.mark.django_db

API = "/api/v1"


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    cache.clear()


def one(client: Client, submission: Submission, **headers: str) -> Any:
    return client.get(f"{API}/submissions/{submission.pk}", headers=headers)


def listed(client: Client, **params: object) -> list[str]:
    return [row["reference"] for row in client.get(f"{API}/submissions", params).json()["items"]]


def test_list_has_the_submissions_of_the_tokens_projects_of_every_team() -> None:
    project, elsewhere = make_project(), make_project()
    mine = [make_draft(project=project) for _number in range(2)]
    make_draft(project=elsewhere)
    _token, client = make_token(project, team=factories.make_team("Another desk"))
    assert listed(client) == [row.reference for row in reversed(mine)]


def test_list_is_recorded_with_its_filters_and_the_references() -> None:
    draft = make_draft()
    token, client = make_token(draft.project)
    assert listed(client, status="draft", project=str(draft.project_id)) == [draft.reference]
    event = Event.objects.get(kind="list_opened", actor_id=token.user_id)
    assert event.fields == {"filters": ["project", "status"], "shown": [draft.reference]}


def test_filters_narrow_the_list() -> None:
    project = make_project()
    draft, approved = make_draft(project=project), make_at(Status.APPROVED, project=project)
    _token, client = make_token(project)
    today, later = clock.today(), clock.today() + timedelta(days=1)
    assert listed(client, status="approved") == [approved.reference]
    assert listed(client, reference=draft.reference) == [draft.reference]
    assert listed(client, created_from=later) == []
    assert listed(client, decided_from=today, decided_to=today) == [approved.reference]
    assert listed(client, project=str(uuid.uuid4())) == []


def test_pages_cover_the_list_once_and_a_cursor_fits_only_its_filters() -> None:
    project = make_project()
    drafts = [make_draft(project=project, images=False) for _number in range(5)]
    _token, client = make_token(project)
    seen, cursor = [], ""
    for _page in range(3):
        page = client.get(f"{API}/submissions", {"limit": 2, "cursor": cursor}).json()
        seen += [row["reference"] for row in page["items"]]
        cursor = page["next"]
        if cursor:
            refused = client.get(f"{API}/submissions", {"limit": 2, "cursor": cursor, "status": "draft"})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "cursor")
    assert cursor == ""
    assert seen == [row.reference for row in reversed(drafts)]


def test_submission_tells_states_and_no_value() -> None:
    submission = make_at(Status.CONFIRMING)
    _token, client = make_token(submission.project)
    reply = one(client, submission)
    body = reply.json()
    assert reply.status_code == 200
    assert (body["status"], body["next_step"], body["attempts_left"]) == ("confirming", "step2", 3)
    fields = {field["name"]: field for field in body["fields"]}
    assert (fields["name"]["is_filled"], fields["name"]["was_read"], fields["name"]["is_required"]) == (True,) * 3
    assert {image["kind"] for image in body["images"]} == {"id_front", "selfie"}
    text = json.dumps(body)
    for value in {**factories.VALUES, **submission.ocr}.values():
        assert value not in text


def test_result_is_told_when_it_is_final() -> None:
    project = make_project()
    approved, pending = make_at(Status.APPROVED, project=project), make_at(Status.PENDING, project=project)
    _token, client = make_token(project)
    result = one(client, approved).json()["result"]
    assert (result["outcome"], result["decided_through"], result["codes"]) == ("approved", "vendor", [])
    assert one(client, pending).json()["result"] is None


@pytest.mark.parametrize("status", [Status.STEP1_SENDING, Status.STEP2_SENDING, Status.DECISION_SENDING])
def test_status_that_is_read_before_its_request_ends_is_shown_as_open(status: Status) -> None:
    """The worker may end the request between the two reads of one answer."""
    submission = make_at(status)
    _token, client = make_token(submission.project)
    Call.objects.open().update(state=CallState.SETTLED, ended_at=clock.now())
    assert one(client, submission).json()["is_request_open"]


def test_entity_tag_saves_the_body_until_something_changes() -> None:
    submission = make_at(Status.PENDING)
    token, client = make_token(submission.project)
    tag = one(client, submission).headers["ETag"]
    again = one(client, submission, **{"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    Submission.objects.filter(pk=submission.pk).update(status=Status.REJECTED, decided_at=clock.now(), source="vendor")
    changed = one(client, submission, **{"If-None-Match": tag})
    assert (changed.status_code, changed.headers["ETag"] != tag) == (200, True)
    assert Event.objects.filter(kind="looked", actor_id=token.user_id).count() == 2
    assert Event.objects.filter(kind="api_request", actor_id=token.user_id).count() == 3


def test_erased_submission_is_known_and_empty() -> None:
    submission = decided()
    erasure.erase(submission, by=SYSTEM, why="retention")
    _token, client = make_token(submission.project)
    body = one(client, submission).json()
    assert (body["status"], body["fields"], body["images"]) == ("approved", [], [])


def test_events_come_in_pages_without_the_screening() -> None:
    submission = make_at(Status.APPROVED)
    results.apply(submission, HIT, AmlSource.RECORD)
    _token, client = make_token(submission.project)
    kinds, cursor = [], ""
    while True:
        page = client.get(f"{API}/submissions/{submission.pk}/events", {"limit": 3, "cursor": cursor}).json()
        kinds += [(event["kind"], event["actor"]) for event in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert kinds[0] == ("draft_created", "person")
    assert ("step1_read", "argos") in kinds
    assert Event.objects.filter(submission_id=submission.pk, kind__startswith="aml").exists()
    assert not [kind for kind, _actor in kinds if kind.startswith("aml")]


def test_first_decision_is_hidden_until_the_second_is_final() -> None:
    submission = make_at(Status.SECOND_REVIEW)
    _token, client = make_token(submission.project)
    page = client.get(f"{API}/submissions/{submission.pk}/events", {"limit": 100}).json()
    found = [event for event in page["items"] if event["kind"] == "first_verdict"]
    assert found
    assert all(event["fields"] == {} for event in found)


def test_token_reads_the_images_that_it_attached_and_no_other() -> None:
    submission = make_at(Status.CONFIRMING)
    token, client = make_token(submission.project)
    own = attach_image(submission, ImageKind.ID_BACK, token.user)
    reply = client.get(f"{API}/images/{own.pk}")
    assert (reply.status_code, reply.content, reply.headers["Content-Type"]) == (200, own.read(), "image/jpeg")
    event = Event.objects.get(kind="image_opened")
    assert (event.actor_id, event.submission_id, event.purpose) == (token.user_id, submission.pk, "api")
    another = submission.images.get(kind=ImageKind.SELFIE)
    assert client.get(f"{API}/images/{another.pk}").status_code == 403
    assert client.get(f"{API}/images/{uuid.uuid4()}").status_code == 404
    assert make_token(make_project())[1].get(f"{API}/images/{own.pk}").status_code == 404


def test_reasons_have_texts_in_the_language_of_the_request() -> None:
    _token, client = make_token()
    english = client.get(f"{API}/reasons").json()
    korean = client.get(f"{API}/reasons", headers={"Accept-Language": "ko"}).json()
    assert {row["code"] for row in english["reject"]} >= {"own_policy", "expired_id"}
    assert english["step1_retry"][0]["code"] == korean["step1_retry"][0]["code"]
    assert english["step1_retry"][0]["label"] != korean["step1_retry"][0]["label"]


def test_queue_figures_count_the_tokens_projects() -> None:
    project, other = make_project(), make_project()
    late, soon = (make_at(Status.PENDING, project=project) for _number in range(2))
    factories.set_target(late, minutes=-5)
    factories.set_target(soon, hours=2)
    make_at(Status.PENDING, project=other)
    _token, client = make_token(project, scopes=[Scope.FIGURES_READ])
    (figures,) = client.get(f"{API}/figures/queue").json()["items"]
    assert figures["project"] == str(project.pk)
    assert (figures["pending"], figures["past_target"], figures["due_in_4_hours"]) == (2, 1, 1)


def test_token_is_told_what_its_projects_need() -> None:
    project = make_project(has_address_image=True)
    _token, client = make_token(project)
    (told,) = client.get(f"{API}/projects").json()["items"]
    assert (told["id"], told["requires_address_image"], told["consent_text"]) == (str(project.pk), True, None)
    assert "universal" not in told["id_types"]["KOR"]


def test_a_token_is_no_person() -> None:
    """No alert, no mention, no list of people and no session reaches the user of a token."""
    submission = make_at(Status.CONFIRMING)
    token, _client = make_token(submission.project)
    Capturer.objects.create(submission=submission, user=token.user)
    from submissions.workflow import alerts

    assert token.user not in alerts.people(submission)
    admin = factories.sign_in(Client(), make_user(Role.ADMINISTRATOR))
    assert token.user.username not in admin.get("/settings/people/").content.decode()
    assert admin.post(f"/settings/people/{token.user_id}/password/").status_code == 404
    session = factories.sign_in(Client(), token.user)
    assert session.get("/submissions/").headers["Location"].startswith("/accounts/login/")
