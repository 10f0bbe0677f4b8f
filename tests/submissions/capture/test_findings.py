"""A picture with a finding is not sent until it is retaken or a user gives a reason."""

from datetime import date

import pytest
from django.test import Client

from argos import matrix
from argos.matrix import Problem
from argos.matrix.options import Options
from submissions.audit import events
from submissions.capture import image_findings, images, overrides, submit
from submissions.capture.imaging import advice, quality
from submissions.models import Event, ImageKind, Role, Status, Submission
from submissions.models.image import VENDOR_FIELDS
from submissions.review.workload import claims
from submissions.templatetags.kyc import anchor, named
from tests import pictures
from tests.factories import (
    answer_step2,
    attach_image,
    by,
    explain,
    make_at,
    make_draft,
    make_user,
    reload,
    with_finding,
)
from tests.submissions.views.gathering import post

pytestmark = pytest.mark.django_db


def test_an_id_with_a_fault_stops_step1_until_overruled(client: Client) -> None:
    submission = make_draft()
    key = with_finding(submission, ImageKind.ID_FRONT, "id_blurred")
    assert [problem.field for problem in submit.step1_problems(submission)] == ["id_front"]
    client.force_login(submission.created_by)
    url = f"/submissions/{submission.pk}/values/"
    page = client.post(url, {"action": "step1"})
    assert page.status_code == 422
    assert f'name="reason_{key}"' in page.content.decode()
    assert (
        client.post(url, {"action": "step1", f"reason_{key}": "Laminated; every line is legible."}).status_code == 302
    )
    assert reload(submission).status == Status.STEP1_SENDING


def test_a_selfie_with_a_fault_stops_step2_and_the_reason_is_for_that_picture() -> None:
    submission = make_at(Status.CONFIRMING)
    key = with_finding(submission, ImageKind.SELFIE, "dark")
    with pytest.raises(submit.NotReady):
        submit.send_step2(submission, by=by(submission.created_by))
    overrides.save_reasons(
        submission, {key: "The room is dark and the face is plain to see."}, by=by(submission.created_by)
    )
    assert submit.step2_problems(submission) == ()
    attach_image(submission, ImageKind.SELFIE, submission.created_by)
    with_finding(submission, ImageKind.SELFIE, "dark")
    assert [problem.field for problem in submit.step2_problems(submission)] == ["selfie"]


def test_sending_what_was_overruled_is_an_event_with_its_reason() -> None:
    submission = make_at(Status.CONFIRMING)
    user = submission.created_by
    image = images.current_images(submission)[ImageKind.SELFIE]
    image.findings = ["blurred"]
    image.save(update_fields=["findings"])
    key = image_findings.reason_key(image, "blurred")
    overrides.save_reasons(submission, {key: "no better light here"}, by=by(user))
    assert not Event.objects.filter(kind="finding_overruled").exists(), "a reason that is still typed is none yet"
    submit.send_step2(submission, by=by(user))
    event = Event.objects.get(kind="finding_overruled", submission_id=submission.pk)
    assert event.fields == {
        "code": "blurred",
        "image": str(image.pk),
        "image_kind": "selfie",
        "author": user.username,
    }
    assert events.reason_of(event, submission) == "no better light here"


def test_the_last_try_asks_twice_and_wants_a_clean_check(client: Client) -> None:
    """Two of three attempts are used, and the check has a finding: neither the tick nor a reason alone is enough."""
    submission = make_at(Status.INCOMPLETE)
    Submission.objects.filter(pk=submission.pk).update(vendor_count=2)
    submission = reload(submission)
    assert submission.tries_left == 1
    attach_image(submission, ImageKind.SELFIE, submission.created_by)
    key = with_finding(submission, ImageKind.SELFIE, "blurred")
    client.force_login(submission.created_by)
    url = f"/submissions/{submission.pk}/values/"
    page = client.post(url, {"action": "step2"})
    assert (page.status_code, "Final attempt" in page.content.decode()) == (422, True)
    page = client.post(url, {"action": "step2", "is_last_confirmed": "1"})
    assert (page.status_code, f'name="reason_{key}"' in page.content.decode()) == (422, True)
    assert "Keep still until it is in focus" in page.content.decode()
    why = {f"reason_{key}": "The camera here is poor; the face is plain to see."}
    assert client.post(url, {"action": "step2", **why}).status_code == 422
    assert reload(submission).status == Status.INCOMPLETE
    assert client.post(url, {"action": "step2", "is_last_confirmed": "1", **why}).status_code == 302
    assert reload(submission).status == Status.STEP2_SENDING


def test_the_reviewer_reads_what_was_found_and_why_it_was_sent_anyway(client: Client) -> None:
    submission = make_at(Status.CONFIRMING)
    with_finding(submission, ImageKind.ID_FRONT, "id_glare")
    key = with_finding(submission, ImageKind.SELFIE, "dark")
    overrides.save_reasons(
        submission, {key: "The room is dark; the face is plain to see."}, by=by(submission.created_by)
    )
    explain(submission)
    submit.send_step2(submission, by=by(submission.created_by))
    submission = answer_step2(submission, "pending")
    officer = make_user(Role.OFFICER)
    claims.claim(submission, by=by(officer))
    client.force_login(officer)
    page = client.get(f"/review/{submission.pk}/").content.decode()
    assert '<small class="finding">Light is reflected</small>' in page
    assert (
        '<small class="finding">The image is too dark · <q>The room is dark; the face is plain to see.</q></small>'
        in page
    )


@pytest.mark.parametrize("kind", [ImageKind.ID_FRONT, ImageKind.ID_BACK, ImageKind.SELFIE, ImageKind.ADDRESS])
def test_the_summary_names_the_image_of_every_problem(kind: ImageKind) -> None:
    """Problems use the portal's name of the image for a finding, and the vendor's for a missing image."""
    assert (
        named(Problem(kind.value, "id_glare", "Light is reflected.", "warning")) == f"{kind.label}: Light is reflected."
    )
    assert named(Problem(VENDOR_FIELDS[kind], "missing", "Needed.")) == f"{kind.label}: Needed."
    assert anchor(Problem(kind.value, "unseen", "")) == anchor(Problem(VENDOR_FIELDS[kind], "missing", ""))


def test_a_refused_press_names_the_image_of_its_finding(client: Client) -> None:
    draft = make_draft()
    client.force_login(draft.created_by)
    with_finding(draft, ImageKind.ID_FRONT, "id_glare")
    page = post(client, draft, "step1").content.decode()
    assert (
        '<li><a href="#f-id_front">ID front: Light is reflected. Tilt the document or move the lamp.</a></li>' in page
    )


@pytest.mark.parametrize(("name", "label"), [("bankCode", "Bank code"), ("accountNumber", "Account number")])
def test_the_summary_names_the_field_of_an_account_problem(name: str, label: str) -> None:
    assert named(Problem(name, "format", "Digits only.")) == f"{label}: Digits only."


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("id_is_selfie", "id_front", "a selfie, not a document. Take the side of the document with the photo"),
        ("id_is_selfie", "id_back", "a selfie, not a document. Take the back"),
        ("id_is_selfie", "address", "a selfie, not a document. Take the document that shows the address"),
        ("selfie_is_id", "selfie", "an ID card, not a face"),
        ("dark", "selfie", "face the window"),
        ("dark", "address", "Turn on a light."),
        ("bright", "id_front", "Move the document out"),
    ],
)
def test_advice_fits_what_was_to_be_taken(code: str, kind: str, says: str) -> None:
    assert says in advice.sentence(code, kind)
    assert ("window" in advice.sentence(code, kind)) == (says == "face the window")


def test_a_card_in_the_place_of_the_selfie_is_called_a_card() -> None:
    assert [finding.code for finding in quality.check_selfie(pictures.id_card_jpeg())] == ["selfie_is_id"]


def test_the_address_needs_a_plus_code_or_the_formatted_address() -> None:
    found = matrix.check_step2({}, set(), "KOR", "passport", Options(address_codes=True), today=date(2026, 1, 1))
    assert "a Plus Code or the formatted address" in next(each.message for each in found if each.code == "one_of")
