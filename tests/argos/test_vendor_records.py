"""The vendor's record of a submission, single and in a list, in all documented variants."""

from datetime import UTC, datetime
from typing import Any

import pytest

from argos.received import Received
from argos.replies import (
    parse_address_code,
    parse_item,
    parse_items,
    parse_step1,
)

RECEIVED = Received(200, b"", None, 0.1)
ATTEMPTS = [
    {
        "attemptCnt": 1,
        "retryMsg": ["Too small."],
        "retryCode": ["liveness_error"],
        "verificationParams": {"idType": "x"},
    },
    {"attemptCnt": "2", "retryMsg": "Too close.", "retryCode": "liveness_error", "livenessScore": "12"},
    {"attemptCnt": 3, "livenessScore": 99, "faceSimilarityScore": 0, "retryCode": ["face_compare_underscore"]},
]
ITEM = {
    "submission_id": "abc",
    "userid": "ref-1",
    "email": "jane@example.com",
    "created_at": "2022-04-07T00:30:35.919Z",
    "updated_at": "2022-04-07T01:30:35+00:00",
    "kyc_result_at": "",
    "reviewer": "system",
    "kyc": {
        "result": "rejected",
        "comment": ["Multiple invalid KYC attempts "],
        "commentCode": ["too_many_retry"],
        "attempts": ATTEMPTS,
    },
    "ocr": {"fullName": "JANE DOE"},
    "OCR_raw": {"documentNumber": {"value": "M1", "score": 1}, "fullName": {"value": "JANE D0E"}},
}


def test_item_is_read_whole() -> None:
    item = parse_item(ITEM)
    assert (item.submission_id, item.userid, item.email, item.reviewer) == (
        "abc",
        "ref-1",
        "jane@example.com",
        "system",
    )
    assert (item.result, item.codes, item.comments) == (
        "rejected",
        ("too_many_retry",),
        ("Multiple invalid KYC attempts",),
    )
    assert item.created_at == datetime(2022, 4, 7, 0, 30, 35, 919000, UTC)
    assert (item.pending_at, item.result_at, item.deleted) == (None, None, False)
    assert item.ocr == {"name": "JANE DOE", "document_number": "M1"}
    assert item.raw == ITEM


def test_item_attempts_are_read() -> None:
    first, second, third = parse_item(ITEM).attempts or ()
    assert (first.number, first.retry_codes, first.liveness) == (1, ("liveness_error",), None)
    assert (second.number, second.retry_messages, second.liveness) == (2, ("Too close.",), 12.0)
    assert (third.liveness, third.face_similarity) == (99.0, 0.0)
    assert parse_item(ITEM).last_attempt == third


def test_item_without_attempts_differs_from_one_with_none() -> None:
    assert parse_item({"kyc": {"result": "incomplete"}}).attempts is None
    assert parse_item({"kyc": {"attempts": None}}).attempts is None
    assert parse_item({"kyc": {"attempts": []}}).attempts == ()


@pytest.mark.parametrize(("given_codes", "read"), [("a", ("a",)), (["a", "b", ""], ("a", "b")), (None, ()), ("", ())])
def test_item_codes_as_text_or_array(given_codes: object, read: tuple[str, ...]) -> None:  # C12
    assert parse_item({"kyc": {"commentCode": given_codes}}).codes == read


@pytest.mark.parametrize("spelling", ["updated_at", "update_at", "updatedAt"])
def test_item_time_under_either_name(spelling: str) -> None:  # C9
    assert parse_item({"kyc": {spelling: "2026-01-01T00:00:00Z"}}).updated_at == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "item",
    [
        {"userid": "Deleted Submission"},
        {"data": {"name": "Deleted Submission"}},
        {"kyc": {"result": "deleted submission"}},
    ],
)
def test_deleted_item_is_seen(item: dict[str, Any]) -> None:
    assert parse_item(item).deleted


def test_items_alone_or_in_an_array() -> None:
    assert [item.submission_id for item in parse_items({"items": {"submissionId": "a"}})] == ["a"]
    assert parse_items({"Items": [None, "x", 3]}) == []


def test_personal_values_stay_out_of_the_repr() -> None:
    step1 = parse_step1({"submissionId": "a", "reviewOCRData": {"fullName": "JANE DOE", "motto": "SECRET"}}, RECEIVED)
    address = parse_address_code({"formatted_address": "JANE DOE Street"}, RECEIVED, {})
    raw = Received(200, b"JANE DOE", None, 0.1)
    for shown in (repr(step1), repr(parse_item(ITEM)), repr(address), repr(raw)):
        assert "JANE" not in shown
        assert "SECRET" not in shown
        assert "example.com" not in shown
