"""The fields that Step 1 names mark the form and determine which ones are asked, never fewer than the matrix."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from argos import matrix
from argos.matrix import Options
from submissions.capture import submit
from submissions.capture.fields import form_fields
from submissions.models import Status, Submission, User, VendorReport
from submissions.review.page.signals import signals_of
from tests.factories import answer_step1, by, make_draft, make_user, reload

pytestmark = pytest.mark.django_db


def answered(
    document: tuple[str, ...], missing: tuple[str, ...] = (), agent: User | None = None, **ocr: str
) -> Submission:
    agent = agent or make_user()
    submission = make_draft(agent, name="", date_of_birth="", document_number="", date_of_issue="", date_of_expiry="")
    submit.send_step1(submission, by=by(agent), is_start_confirmed=True)
    read = ocr or {"name": "Minseo Example", "date_of_birth": "1990-02-03"}
    return answer_step1(submission, document_fields=document, missing_fields=missing, ocr=read)


def rows(submission: Submission) -> dict[str, Any]:
    return {row.name: row for row in form_fields.rows(submission)}


def test_both_lists_are_stored_sealed_under_step2_names() -> None:
    submission = answered(("fullName", "expireDate", "bloodGroup"), ("expireDate",))
    report = VendorReport.objects.get(pk=submission.pk)
    assert report.content["document_fields"] == ["name", "date_of_expiry", "bloodGroup"]
    assert submission.missing_fields == ["date_of_expiry"]
    assert b"date_of_expiry" not in bytes(report.content_sealed)


def test_field_that_argos_could_not_read_is_marked(client: Client) -> None:
    agent = make_user()
    submission = answered(("fullName", "birthDate", "expireDate"), ("expireDate",), agent)
    assert rows(submission)["date_of_expiry"].is_unread is True
    assert rows(submission)["name"].is_unread is False
    client.force_login(agent)
    page = client.get(reverse("submission", args=[submission.pk])).content.decode()
    assert "ARGOS could not read: Date of expiry." in " ".join(page.split())
    assert page.count("data-unread") == 1


def test_field_that_the_id_does_not_carry_moves_under_more_fields(client: Client) -> None:
    agent = make_user()
    submission = answered(("fullName", "birthDate", "documentNumber"), (), agent)
    extra = [name for name, row in rows(submission).items() if row.is_extra]
    assert extra == ["gender", "nationality", "identity_number"]
    client.force_login(agent)
    page = client.get(reverse("submission", args=[submission.pk])).content.decode()
    assert page.index('id="more-fields"') < page.index('data-field="gender"')


def test_required_filled_and_wrong_fields_never_move() -> None:
    submission = answered(("fullName",), (), nationality="KOR", name="Minseo Example")
    moved = {name for name, row in rows(submission).items() if row.is_extra}
    required = {"name", "date_of_birth", "document_number", "date_of_issue", "date_of_expiry"}  # a Korean passport
    assert moved == {"gender", "identity_number"}
    assert required <= set(rows(submission))


def test_field_of_the_document_is_asked_beyond_the_matrix() -> None:
    rules = matrix.rules_for("KOR", "government_id", Options(), carried=["date_of_expiry", "serial_number"])
    names = {rule.name: rule.required for rule in rules}
    assert names["date_of_expiry"] is False
    assert "serial_number" not in names  # of Korean driver's licences only


@pytest.mark.parametrize("country", ["KOR", "USA", "IND"])
@pytest.mark.parametrize("id_type", matrix.ID_TYPES)
@pytest.mark.parametrize("carried", [(), ("name",), ("nonsense", "gender"), tuple(matrix.CARRIED)])
def test_step1_never_takes_a_field_away(country: str, id_type: str, carried: tuple[str, ...]) -> None:
    whole = {rule.name for rule in matrix.rules_for(country, id_type, Options())}
    asked = {rule.name for rule in matrix.rules_for(country, id_type, Options(), carried=carried)}
    assert whole <= asked


@pytest.mark.parametrize("document", [(), ("bloodGroup", "height")])
def test_lists_without_a_known_field_change_nothing(document: tuple[str, ...]) -> None:
    assert not any(row.is_extra for row in rows(answered(document)).values())


def test_value_of_a_field_beyond_the_matrix_is_sent() -> None:
    submission = answered(("gender", "expireDate"), ())
    assert submission.status == Status.CONFIRMING
    submission.values = {**submission.values, "date_of_expiry": "2035-01-01"}
    assert submit.step2_fields(submission)["date_of_expiry"] == "2035-01-01"


def test_officer_sees_what_was_not_read() -> None:
    submission = reload(answered(("fullName", "expireDate"), ("expireDate",)))
    assert ("Not read from the ID", "Date of expiry") in [
        (each.label, each.value) for each in signals_of(submission, "")
    ]
