"""The panel of signals on the review page: each with its meaning, absent ones left out, ids with our submissions."""

from typing import Any

import pytest
from django.urls import reverse

from argos.replies import parse_item
from submissions.models import Project, Role, SearchHash, Status, Submission, User
from submissions.reporting.evidence_pack import signals as evidence
from submissions.review.page import confidence
from submissions.review.page.signals import signals_of
from submissions.review.workload import claims
from submissions.search import blind_index, reindex
from submissions.vendor_sync import status_table
from tests.clients import browser
from tests.factories import by, make_at, make_team, make_user, reload

pytestmark = pytest.mark.django_db

RECORD: dict[str, Any] = {
    "duplicated_information": "person-1",
    "applicant_id": "applicant-1",
    "recognition_score": 93.5,
    "argos_score": 71,
    "verification": {"faceAge": [35, 60]},
    "data": {"ip_address": "203.0.113.9", "ip_country": "KOR", "age_group": "30s"},
    "OCR_raw": {
        "fullName": {"value": "MINSEO EXAMPLE", "score": 0.97, "accepted": True},
        "birthDate": {"value": "1990-02-03", "score": 0.41, "accepted": False},
        "documentNumber": {"value": "M12345678", "score": 79.5},
    },
}


def reported(submission: Submission, **members: Any) -> Submission:
    """Adopt a record with these members, as polling does."""
    item = {"submission_id": submission.vendor_id, "kyc": {"result": "pending"}, **(members or RECORD)}
    status_table.adopt(submission, parse_item(item))
    return reload(submission)


@pytest.fixture
def officer() -> User:
    return make_user(Role.OFFICER)


def claimed(officer: User, **members: Any) -> Submission:
    submission = reported(make_at(Status.PENDING), **members)
    claims.claim(submission, by=by(officer))
    return reload(submission)


def page_of(reader: User, submission: Submission) -> str:
    return browser(reader).get(reverse("review", args=[submission.pk])).content.decode()


def test_panel_shows_each_signal_with_its_meaning(officer: User) -> None:
    page = page_of(officer, claimed(officer))
    for text in ("Signals from ARGOS", "person-1", "applicant-1", "93.5", "71", "203.0.113.9", "30s", "35, 60"):
        assert text in page
    assert "It is random when nothing is comparable." in " ".join(page.split())
    assert "More than 15 years apart. Compare the faces." in page


def test_panel_is_absent_without_signals_and_without_the_claim(officer: User) -> None:
    assert 'id="signals"' not in page_of(officer, claimed(officer, userid="u"))
    page = page_of(officer, reported(make_at(Status.PENDING)))
    assert 'id="signals"' not in page
    assert "203.0.113.9" not in page


def test_absent_signals_are_left_out() -> None:
    submission = reported(make_at(Status.PENDING), argos_score=0)
    labels = [(signal.label, signal.value) for signal in signals_of(submission, "1990-02-03")]
    assert [label for label in labels if label[0] != "Attempts at ARGOS"] == [("ARGOS score", "0")]


@pytest.mark.parametrize(("ages", "is_marked"), [([38], False), ([51, 38], False), ([38, 60], True), ([18], True)])
def test_face_age_far_from_the_date_of_birth_is_marked(ages: list[int], is_marked: bool) -> None:
    submission = reported(make_at(Status.PENDING), verification={"faceAge": ages})
    (signal,) = [signal for signal in signals_of(submission, "1990-01-01") if signal.label == "Age of the face"]
    assert bool(signal.hint) == is_marked
    assert "by date of birth: 36" in signal.value


def test_same_ids_lead_to_our_submissions_within_the_permission(officer: User) -> None:
    submission, elsewhere = claimed(officer), make_user(team=make_team("Elsewhere"))
    other = reported(make_at(Status.PENDING, elsewhere, email="other@example.com"), duplicated_information="person-1")
    unlike = reported(make_at(Status.PENDING, email="third@example.com"), duplicated_information="person-2")
    assert f'href="{reverse("submission", args=[other.pk])}"' in page_of(officer, submission)
    assert same_ids(officer, reload(submission)) == [(SearchHash.PERSON, other)]
    assert same_ids(submission.created_by, reload(submission)) == []
    assert same_ids(officer, unlike) == []


def same_ids(reader: User, submission: Submission) -> list[tuple[str, Submission]]:
    return [each for each in blind_index.related(reader, submission) if each[0] in blind_index.VENDOR_IDS]


def test_ids_are_stored_as_keyed_hashes_that_outlive_a_change_and_a_reindex(officer: User) -> None:
    submission = claimed(officer)
    kinds = {SearchHash.PERSON, SearchHash.APPLICANT}
    stored = SearchHash.objects.filter(submission=submission, kind__in=kinds)
    assert stored.count() == 2
    assert not any(b"person-1" in bytes(row.digest) for row in stored)
    blind_index.index(reload(submission))
    assert stored.count() == 2
    stored.delete()
    list(reindex.reindex())
    assert stored.count() == 2


def test_values_that_argos_read_with_doubt_are_marked(officer: User) -> None:
    submission = claimed(officer)
    readings = confidence.readings_of(submission)
    assert [(name, reading.is_low) for name, reading in readings.items()] == [
        ("name", False),
        ("date_of_birth", True),
        ("document_number", True),
    ]
    page = page_of(officer, submission)
    assert "0.41, not accepted by ARGOS" in page
    assert "79.5" in page
    Project.objects.update(ocr_threshold=70)
    assert confidence.readings_of(reload(submission))["document_number"].is_low is False


@pytest.mark.parametrize(("score", "percent"), [(None, None), (0.5, 50), (1, 100), (50, 50), (101, None), (-1, None)])
def test_score_of_a_reading_is_judged_only_in_a_range_that_is_assumed(score: Any, percent: Any) -> None:
    assert confidence.percent_of(score) == percent


def test_evidence_pack_shows_signals_and_a_masked_one_no_id_and_no_address(officer: User) -> None:
    submission = claimed(officer)
    whole = str(evidence.reported(submission, is_open=True))
    masked = str(evidence.reported(submission, is_open=False))
    for text in ("person-1", "203.0.113.9"):
        assert text in whole
        assert text not in masked
    assert "93.5" in masked
    assert ["Date of birth", "0.41, not accepted by ARGOS", "doubtful"] in evidence.confidences(submission)[1]
