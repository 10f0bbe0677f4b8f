"""Signals of a record are kept encrypted, once, and survive a later record that leaves them out."""

from typing import Any

import pytest

from argos.replies import parse_item
from submissions.models import Event, SkippedCheck, Status, Submission, VendorReport
from submissions.signals import store
from submissions.vendor_sync import status_table
from tests.argos.signal_record import RECORD
from tests.factories import make_at, reload

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission() -> Submission:
    return make_at(Status.PENDING)


def record(submission: Submission, **members: Any) -> Any:
    return parse_item({"submission_id": submission.vendor_id, "kyc": {"result": "pending"}, **members})


def test_read_record_stores_its_signals(submission: Submission) -> None:
    status_table.adopt(submission, record(submission, **{**RECORD, "submission_id": submission.vendor_id}))
    content = VendorReport.objects.get(pk=submission.pk).content
    assert (content["applicant_id"], content["argos_score"]) == ("ap-1", 71.0)
    assert content["ocr_readings"][0]["accepted"] is False
    assert "aml" not in content
    check = SkippedCheck.objects.get(submission=submission)
    assert (check.code, check.input) == ("id_liveness_screen_replay", "ID_card_uploaded")
    assert Event.objects.filter(kind="check_skipped", submission_id=submission.pk).count() == 1


def test_stored_report_holds_no_readable_value(submission: Submission) -> None:
    store.store(submission, record(submission, **{**RECORD, "submission_id": submission.vendor_id}).signals)
    sealed = bytes(VendorReport.objects.get(pk=submission.pk).content_sealed)
    assert b"203.0.113.9" not in sealed
    assert b"Hong" not in sealed


def test_second_equal_record_writes_nothing(submission: Submission, django_assert_max_num_queries: Any) -> None:
    signals = record(submission, **{**RECORD, "submission_id": submission.vendor_id}).signals
    store.store(submission, signals)
    updated_at = VendorReport.objects.get(pk=submission.pk).updated_at
    with django_assert_max_num_queries(6):
        store.store(reload(submission), signals)
    assert VendorReport.objects.get(pk=submission.pk).updated_at == updated_at
    assert SkippedCheck.objects.count() == 1


def test_record_that_leaves_members_out_keeps_them(submission: Submission) -> None:
    store.store(submission, record(submission, applicant_id="ap-1", warning=["a"]).signals)
    store.store(submission, record(submission, argos_score=3).signals)
    content = VendorReport.objects.get(pk=submission.pk).content
    assert (content["applicant_id"], content["argos_score"]) == ("ap-1", 3.0)
    assert [check.code for check in store.skipped_checks_of(reload(submission))] == ["a"]
    assert SkippedCheck.objects.filter(submission=submission, code="a").exists()


def test_record_without_signals_makes_no_rows(submission: Submission) -> None:
    store.store(submission, record(submission).signals)
    assert not VendorReport.objects.exists()
    assert not SkippedCheck.objects.exists()
