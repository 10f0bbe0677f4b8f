"""What the sandbox reports beside a record's status, as the client reads it."""

import pytest

from argos.replies.signals import Signals
from argos.sandbox.cases import case_of
from argos.sandbox.kyc import Kyc
from argos.sandbox.signals import members
from tests.argos.sandbox.calls import started, step1, step2
from tests.sandbox import Sandbox


def signals_of(sandbox: Sandbox, tags: str) -> Signals:
    client = sandbox.client()
    submission_id = started(client, tags)
    step2(client, submission_id)
    record = client.get_submission(submission_id)
    assert record is not None
    return record.signals


def test_record_without_a_tag_has_no_signals_but_its_values_and_images(sandbox: Sandbox) -> None:
    signals = signals_of(sandbox, "")
    assert signals.skipped_checks == ()
    assert (signals.applicant_id, signals.duplicated_information, signals.ip_address) == ("", "", "")
    assert (signals.argos_score, signals.face_ages, signals.ocr_readings) == (None, (), ())
    assert signals.data["name"] == "Minjun Testcase"
    assert signals.images == ("idImage", "selfieImage")


@pytest.mark.parametrize(
    ("tag", "code", "engine"),
    [("+skipped", "id_liveness_screen_replay", "id_liveness"), ("+skippedother", "", "postal_code_lookup")],
)
def test_skipped_check_is_in_the_record(sandbox: Sandbox, tag: str, code: str, engine: str) -> None:
    (check,) = signals_of(sandbox, tag).skipped_checks
    assert (check.code, check.engine) == (code, engine)
    assert check.occurred_at is not None


def test_approved_record_has_both_ids_and_a_pending_one_has_one(sandbox: Sandbox) -> None:
    assert signals_of(sandbox, "+signals").applicant_id == ""
    first, second = (signals_of(sandbox, "+signals+approved") for _time in range(2))
    assert first.applicant_id == second.applicant_id != ""
    assert first.duplicated_information == second.duplicated_information != ""


def test_signals_of_the_tags_are_read(sandbox: Sandbox) -> None:
    signals = signals_of(sandbox, "+lowocr+otherage")
    assert [reading.accepted for reading in signals.ocr_readings if reading.name == "date_of_birth"] == [False]
    assert all(reading.box for reading in signals.ocr_readings)
    assert {reading.box for reading in signals.ocr_readings} == {(40, 60, 360, 88)}, "pixels"
    shares = signals_of(sandbox, "+sharecoords").ocr_readings
    assert {reading.box for reading in shares} == {(0.04, 0.1, 0.36, 0.14)}
    without = signals_of(sandbox, "+nocoords").ocr_readings
    assert without
    assert not any(reading.box for reading in without)
    assert min(signals.face_ages) > 50  # born in 1990
    assert (signals.recognition_score, signals.ip_country) == (93.5, "SGP")


@pytest.mark.parametrize("content", [None, b"", b"\xff\xd8\xff no picture"])
def test_image_that_is_no_picture_breaks_no_record(content: bytes | None) -> None:
    kyc = Kyc("s", "k", "kim+signals@example.com", "", "KOR", "government_id", 0, ocr={"identityNumber": "9"})
    assert members(kyc, case_of(kyc.email), content)["OCR_raw"]["identityNumber"]["coordinates"]["x"] > 0


def test_record_that_differs_from_what_was_sent(sandbox: Sandbox) -> None:
    signals = signals_of(sandbox, "+altered+noselfie")
    assert signals.data["name"] == "Minjun Testcase Altered"
    assert signals.images == ("idImage",)


def test_unread_field_is_among_the_documents_fields(sandbox: Sandbox) -> None:
    reply = step1(sandbox.client(), "+unreadexpiry")
    assert "expireDate" in reply.document_fields
    assert reply.missing_fields == ("expireDate",)
    assert "date_of_expiry" not in reply.ocr
    everything = step1(sandbox.client(), "+noocr")
    assert everything.missing_fields == everything.document_fields != ()
