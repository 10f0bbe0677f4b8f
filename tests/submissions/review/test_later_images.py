"""The image of an answer reaches the record at ARGOS where the project allows it; otherwise the page says it stays."""

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from argos.errors import OutcomeUnknown, Refused
from argos.replies import ImageReply, VendorSubmission, parse_item
from submissions.models import Call, CallKind, CallState, Event, Project, Question, Role, Status, Submission, User
from submissions.outbox import evidence
from submissions.outbox.evidence import Evidence
from submissions.reporting.evidence_pack import content
from submissions.review import questions
from submissions.review.workload import claims
from submissions.vendor_sync import reconcile, replies, status_table, worker
from submissions.workflow.role_permissions import NotAllowed
from submissions.workflow.transitions import StaleSubmission
from tests import pictures
from tests.argos.sandbox.calls import started, step2
from tests.clients import browser
from tests.factories import by, claim_call, make_at, make_project, make_user, received, reload
from tests.sandbox import KEY, Sandbox

pytestmark = pytest.mark.django_db
STAYS = "The image stays in the portal"


@pytest.fixture
def officer() -> User:
    return make_user(Role.OFFICER)


@pytest.fixture
def held(officer: User) -> Submission:
    """Claimed, with a question to its agent, in a project that adds later images."""
    submission = make_at(Status.PENDING, project=make_project(sends_later_images=True))
    claims.claim(submission, by=by(officer))
    submission = reload(submission)
    questions.ask(submission, "Please send the back.", by=by(officer))
    return submission


def answer(submission: Submission, **data: Any) -> str:
    upload = SimpleUploadedFile("bill.jpg", pictures.id_card_jpeg(), "image/jpeg")
    data = {"answer": "Here it is.", "attachment": upload, **data}
    url = f"/submissions/{submission.pk}/answer/"
    return browser(submission.created_by).post(url, data, follow=True).content.decode()


def the_call() -> Call:
    call: Call = Call.objects.select_related("attempt", "submission__project").get(kind=CallKind.IMAGE)
    return call


def test_agent_adds_the_image_as_what_it_is(held: Submission, officer: User) -> None:
    assert "The image is being sent to ARGOS" in answer(held, image_kind="id_back")
    call, question = the_call(), Question.objects.select_related("image").get()
    assert question.image is not None
    assert call.attempt.images == [
        {"id": str(question.image.pk), "field": "idBackImage", "sha256": question.image.sha256}
    ]
    assert call.attempt.values == {
        "submissionId": held.vendor_id,
        "admin": "reviewer@example.com",
        "idType": "passport",
    }
    after = reload(held)
    assert (after.status, after.selfies_sent) == (Status.PENDING, held.selfies_sent)
    event = Event.objects.get(kind="later_image_prepared")
    assert event.fields["image_kind"] == "id_back"
    assert "Being sent to ARGOS: ID back" in browser(officer).get(f"/review/{held.pk}/").content.decode()


def test_image_stays_where_nobody_says_what_it_is(held: Submission) -> None:
    answer(held)
    assert not Call.objects.filter(kind=CallKind.IMAGE).exists()


def test_officer_with_the_claim_adds_it(held: Submission, officer: User) -> None:
    answer(held)
    client, question = browser(officer), Question.objects.get()
    assert "Which image is it?" in client.get(f"/review/{held.pk}/").content.decode()
    data = {"question": str(question.pk), "image_kind": "address"}
    client.post(f"/review/{held.pk}/image/", data)
    call = the_call()
    assert (call.attempt.images[0]["field"], call.prepared_by) == ("addressImage", officer)
    assert "idType" not in call.attempt.values
    assert replies.image_answered(claim_call(reload(held), CallKind.IMAGE), image_reply())
    page = client.get(f"/review/{held.pk}/").content.decode()
    assert "Added to the ARGOS record: Address document" in page
    assert Event.objects.filter(kind="later_image_at_vendor", actor_name="vendor").exists()


def image_reply() -> ImageReply:
    return ImageReply("complete to update image.", received())


@pytest.mark.parametrize("data", [{}, {"image_kind": "nose"}, {"image_kind": "id_back", "question": "7"}])
def test_officer_says_which_image_it_is(held: Submission, officer: User, data: dict[str, str]) -> None:
    answer(held)
    given = {"question": str(Question.objects.get().pk), **data}
    page = browser(officer).post(f"/review/{held.pk}/image/", given, follow=True).content.decode()
    assert "Choose which image it is." in page
    assert not Call.objects.filter(kind=CallKind.IMAGE).exists()


def test_other_reviewer_adds_nothing(held: Submission) -> None:
    answer(held)
    data = {"question": str(Question.objects.get().pk), "image_kind": "address"}
    browser(make_user(Role.OFFICER)).post(f"/review/{held.pk}/image/", data)
    assert not Call.objects.filter(kind=CallKind.IMAGE).exists()


@pytest.mark.parametrize(
    ("columns", "said"),
    [({"sends_later_images": False}, "adds no later images"), ({"admin_email": ""}, "no reviewer e-mail")],
)
def test_page_says_that_it_stays(held: Submission, officer: User, columns: dict[str, Any], said: str) -> None:
    Project.objects.update(**columns)
    agents = browser(held.created_by).get(f"/submissions/{held.pk}/").content.decode()
    assert STAYS in agents
    assert said in agents
    told = answer(held, image_kind="id_back")
    assert STAYS in told
    assert said in browser(officer).get(f"/review/{held.pk}/").content.decode()
    assert not Call.objects.filter(kind=CallKind.IMAGE).exists()


def test_nothing_is_added_after_a_decision(held: Submission) -> None:
    answer(held)
    question = Question.objects.select_related("image").get()
    status_table.adopt(reload(held), record(held, kyc={"result": "approved"}))
    question.submission = reload(held)
    with pytest.raises(NotAllowed, match="only while the submission is pending"):
        questions.send_image(question, questions.ImageKind.ADDRESS, by=by(held.created_by))


def test_one_image_at_a_time(held: Submission) -> None:
    answer(held, image_kind="address")
    question = Question.objects.select_related("image").get()
    question.submission = reload(held)
    with pytest.raises(StaleSubmission):
        questions.send_image(question, questions.ImageKind.ID_FRONT, by=by(held.created_by))


def test_refusal_is_reported_and_costs_nothing(held: Submission, officer: User) -> None:
    answer(held, image_kind="address")
    worker._failed(claim_call(reload(held), CallKind.IMAGE), Refused(400, "invalid_admin", "Invalid admin."))
    after = reload(held)
    assert (after.status, after.selfies_sent) == (Status.PENDING, held.selfies_sent)
    page = browser(officer).get(f"/review/{held.pk}/").content.decode()
    assert "ARGOS refused Later image" in page
    assert "Which image is it?" in page


def test_no_reply_is_settled_by_reading(held: Submission) -> None:
    answer(held, image_kind="address")
    call = claim_call(reload(held), CallKind.IMAGE)
    worker._failed(call, OutcomeUnknown("no reply"))
    assert Call.objects.get(pk=call.pk).state == CallState.UNKNOWN
    assert reload(held).selfies_sent == held.selfies_sent


def record(submission: Submission, **members: Any) -> VendorSubmission:
    return parse_item({"submission_id": submission.vendor_id, "kyc": {"result": "pending"}, **members})


@pytest.mark.parametrize(
    ("members", "holds", "says"),
    [
        ({"image": {"addressImage": True}}, "same", Evidence.ARRIVED),
        ({}, "same", Evidence.ARRIVED),
        ({"image": {"addressImage": True}}, "other", Evidence.ABSENT),
        ({"image": {"idImage": True}}, "same", Evidence.ABSENT),
        ({}, "", Evidence.ABSENT),
        ({}, None, Evidence.NOT_KNOWN),
        ({"email": "Deleted Submission"}, "same", Evidence.NOT_KNOWN),
        ({"kyc": {"result": "approved"}}, "same", Evidence.ARRIVED),
        ({"image": [None, 7]}, "same", Evidence.ARRIVED),
    ],
)
def test_image_that_argos_holds_decides(held: Submission, members: Any, holds: str | None, says: Evidence) -> None:
    answer(held, image_kind="address")
    call = claim_call(reload(held), CallKind.IMAGE)
    kept = call.attempt.images[0]["sha256"] if holds == "same" else holds
    assert evidence.judge(call, record(held, **members), lambda: kept) == says
    assert evidence.judge(call, None, lambda: kept) == Evidence.NOT_KNOWN


@pytest.mark.parametrize("when", ["", "before", "after"])
def test_image_over_http(sandbox: Sandbox, officer: User, when: str) -> None:
    """Answered, cut before it was processed, cut after it: in the record exactly where it was processed."""
    submission = make_at(Status.PENDING, project=make_project(sends_later_images=True, base_url=sandbox.base_url))
    vendor_id = pending_at(sandbox)
    project = Project.objects.get()
    project.api_key = KEY
    project.save()
    Submission.objects.filter(pk=submission.pk).update(vendor_id=vendor_id)
    claims.claim(reload(submission), by=by(officer))
    questions.ask(reload(submission), "Please.", by=by(officer))
    answer(reload(submission), image_kind="address")
    if when:
        sandbox.control.fault("put_image", "cut", when)
    assert worker.send_next()
    call = the_call()
    if when:
        assert call.state == CallState.UNKNOWN
        assert reconcile.settle_one(call) == (when == "after")
    sent = call.attempt.images[0]["sha256"]
    if when != "before":
        assert hashlib.sha256(sandbox.client().image(vendor_id, "addressImage")[0]).hexdigest() == sent
        assert Event.objects.filter(kind="later_image_at_vendor").count() == 1
    assert reload(submission).selfies_sent == 1


def pending_at(sandbox: Sandbox) -> str:
    client = sandbox.client()
    vendor_id = started(client)
    assert step2(client, vendor_id).kyc_status == "pending"
    return vendor_id


def test_evidence_pack_names_the_image_and_its_call(held: Submission, officer: User) -> None:
    answer(held, image_kind="id_back")
    assert replies.image_answered(claim_call(reload(held), CallKind.IMAGE), image_reply())
    submission = reload(held)
    pack = content.gather(submission, list(submission.images.all()), by=by(officer), is_open=False)
    cells = [cell for _title, (_heads, rows) in pack.sections for row in rows for cell in row]
    assert "Later image 1" in cells
    assert "Later image added to the ARGOS record" in cells
