"""What ARGOS stores is compared with what it received: real differences are shown, other spellings are not."""

from typing import Any

import pytest
from django.urls import reverse

from argos.replies import parse_item
from submissions.models import (
    CallKind,
    Difference,
    DifferenceKind,
    Event,
    Role,
    Source,
    Status,
    Submission,
    User,
    Verdict,
)
from submissions.reporting.evidence_pack import signals as evidence
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.signals import stored_values
from submissions.vendor_sync import replies, status_table
from tests.clients import browser
from tests.factories import VALUES, by, claim_call, make_at, make_user, reload, review_reply

pytestmark = pytest.mark.django_db


def adopt(submission: Submission, result: str = "pending", **members: Any) -> Submission:
    item = {"submission_id": submission.vendor_id, "kyc": {"result": result}, **members}
    status_table.adopt(reload(submission), parse_item(item))
    return reload(submission)


def standing(submission: Submission) -> list[str]:
    return [row.kind for row in submission.differences.standing()]


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("name", "Gil-dong Hong", "HONG GIL DONG"),
        ("name", "José Núñez", "JOSE NUNEZ"),
        ("name", "홍 길동", "홍길동"),
        ("date_of_birth", "1990-02-03", "1990.2.3"),
        ("date_of_birth", "1990-02-03", "19900203"),
        ("gender", "male", "M"),
        ("nationality", "KOR", "kr"),
        ("document_number", "M1234-5678", "m12345678"),
        ("identity_number", "900203-1234567", "900203-1******"),
        ("formatted_address", "Seoul, Jung-gu 1", "Seoul Jung-gu 1"),
    ],
)
def test_another_spelling_is_no_difference(name: str, ours: str, theirs: str) -> None:
    assert stored_values.differing_values({name: ours}, {name: theirs}) == {}


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("name", "Gil-dong Hong", "Gil-dong Kim"),
        ("date_of_birth", "1990-02-03", "1990-03-02"),
        ("gender", "male", "F"),
        ("nationality", "KOR", "JPN"),
        ("document_number", "M12345678", "M12345679"),
    ],
)
def test_another_value_is_a_difference(name: str, ours: str, theirs: str) -> None:
    assert stored_values.differing_values({name: ours}, {name: theirs}) == {name: [ours, theirs]}


def test_values_of_one_side_alone_are_not_compared() -> None:
    assert stored_values.differing_values({"name": "A"}, {"gender": "male"}) == {}
    assert stored_values.differing_values({"name": ""}, {"name": "B"}) == {}


def test_value_that_argos_stores_otherwise_is_shown_masked_and_settled(client: Any) -> None:
    submission = adopt(make_at(Status.PENDING), data={"name": "Other Person", "documentNumber": "X99999978"})
    assert standing(submission) == [DifferenceKind.DATA]
    row = Difference.objects.get()
    assert set(row.ours.split(", ")) == {"document_number", "name"}
    assert b"Other" not in bytes(row.values_sealed)
    officer = make_user(Role.OFFICER)
    for url in (reverse("differences"), reverse("submission", args=[submission.pk])):
        page = browser(officer).get(url).content.decode()
        assert "Other Person" in page
        assert "•••••••78" in page
        assert VALUES["document_number"] not in page
        assert "X99999978" not in page
    assert "differs" in [warning.code for warning in warnings_of(submission, officer)]
    assert not Event.objects.filter(fields__icontains="Other Person").exists()
    pack = evidence.stored_otherwise(submission, lambda name, value: value)
    assert ["Full name", VALUES["name"], "Other Person"] in [row[:3] for row in pack[1]]
    submission = adopt(submission, data={"name": VALUES["name"].upper(), "documentNumber": VALUES["document_number"]})
    assert standing(submission) == []
    assert submission.has_difference is False


def test_reviewer_sees_the_stored_value_beside_the_other_signals() -> None:
    submission, officer = adopt(make_at(Status.PENDING), data={"name": "Other Person"}), make_user(Role.OFFICER)
    claims.claim(submission, by=by(officer))
    page = browser(officer).get(reverse("review", args=[submission.pk])).content.decode()
    assert "Stored at ARGOS: Full name" in page
    assert "Other Person" in page
    assert "Differs from the value sent." in page


def test_record_that_says_nothing_keeps_the_difference() -> None:
    submission = adopt(make_at(Status.PENDING), data={"name": "Other Person"})
    assert standing(adopt(submission)) == [DifferenceKind.DATA]
    assert standing(adopt(submission, data={"age_group": "30s"})) == [DifferenceKind.DATA]


def test_changed_value_of_a_standing_difference_is_stored_again() -> None:
    submission = adopt(make_at(Status.PENDING), data={"name": "Other Person"})
    submission = adopt(submission, data={"name": "Third Person"})
    assert submission.differences.standing().get().values == {"name": [VALUES["name"], "Third Person"]}


def test_record_that_is_incomplete_is_not_compared() -> None:
    assert standing(adopt(make_at(Status.INCOMPLETE), "incomplete", data={"name": "Other Person"})) == []


def test_missing_image_is_a_difference_until_it_is_there() -> None:
    submission = adopt(make_at(Status.PENDING), image={"idImage": "x"})
    row = submission.differences.standing().get()
    assert (row.kind, row.ours, row.theirs) == ("images", "idImage, selfieImage", "idImage")
    page = browser(make_user(Role.OFFICER)).get(reverse("differences")).content.decode()
    assert "Images sent: ID front, Selfie. Images stored at ARGOS: ID front." in page
    assert standing(adopt(submission, image={})) == ["images"]
    assert standing(adopt(submission, image={"idImage": "x", "selfieImage": "y"})) == []


def test_corrections_of_the_verdict_are_what_argos_received() -> None:
    officer: User = make_user(Role.OFFICER)
    submission = make_at(Status.PENDING)
    claims.claim(submission, by=by(officer))
    submission = reload(submission)
    ticked = [warning.code for warning in warnings_of(submission, officer)]
    corrections = {"fullName": "Corrected Example"}
    decisions.decide(submission, Verdict.APPROVED, by=by(officer), ticked=ticked, corrections=corrections)
    assert replies.review_answered(claim_call(submission, CallKind.REVIEW), review_reply("approved"))
    submission = reload(submission)
    assert (submission.status, submission.source) == (Status.APPROVED, Source.REVIEWER)
    assert standing(adopt(submission, "approved", data={"name": "Corrected Example"})) == []
    assert standing(adopt(submission, "approved", data={"name": VALUES["name"]})) == [DifferenceKind.DATA]
