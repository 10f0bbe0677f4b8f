"""Replies to calls in every spelling and shape of the vendor's pages (contract, section 13)."""

from collections.abc import Mapping
from typing import Any

import pytest

from argos.errors import OutcomeUnknown
from argos.received import Received
from argos.replies import (
    Retry,
    parse_account,
    parse_delete,
    parse_item,
    parse_review,
    parse_step1,
    parse_step2,
)

RECEIVED = Received(200, b"", None, 0.1)
DOES_NOT_MATCH = "The face doesn’t match. Please retry with another face image."
INCOMPLETE = {
    "retry": [{"retryCode": "face_compare_underscore", "retryMsg": DOES_NOT_MATCH}],
    "kycStatus": "incomplete",
    "retryCount": 1,
}
EXHAUSTED = {
    "verificationResult": "success",
    "faceSimilarityScore": 0,
    "livenessScore": 99,
    "kycStatus": "rejected",
    "retryCount": 3,
}


def test_step2_incomplete_as_documented() -> None:
    reply = parse_step2(INCOMPLETE, RECEIVED)
    assert (reply.kyc_status, reply.retry_count) == ("incomplete", 1)
    assert reply.retries == (Retry("face_compare_underscore", DOES_NOT_MATCH),)
    assert (reply.face_similarity, reply.liveness, reply.verification_result) == (None, None, None)


def test_step2_rejected_beside_success_is_rejected() -> None:  # C7
    reply = parse_step2(EXHAUSTED, RECEIVED)
    assert (reply.kyc_status, reply.verification_result) == ("rejected", "success")
    assert (reply.face_similarity, reply.liveness, reply.retry_count) == (0.0, 99.0, 3)


@pytest.mark.parametrize(
    ("retry", "expected"),
    [  # C6
        ([{"retryCode": "a", "retryMsg": "m"}, {"retryCode": "b"}], (Retry("a", "m"), Retry("b", ""))),
        ({"retryCode": "a", "retryMsg": "m"}, (Retry("a", "m"),)),
        ("Please retry.", (Retry("", "Please retry."),)),
        (["Please retry."], (Retry("", "Please retry."),)),
        ({"retryCode": ["a", "b"], "retryMsg": ["m", "n"]}, (Retry("a", "m"), Retry("b", "n"))),
        ([], ()),
        (None, ()),
        ("", ()),
        (7, (Retry("", "7"),)),
        ([None, {}], ()),
    ],
)
def test_retry_in_every_shape(retry: object, expected: tuple[Retry, ...]) -> None:
    assert parse_step2({"kycStatus": "incomplete", "retry": retry}, RECEIVED).retries == expected


def test_retry_beside_the_other_members() -> None:
    reply = parse_step1({"retryCode": "glare_detected", "retryMsg": "Retake", "submissionId": "a"}, RECEIVED)
    assert reply.retries == (Retry("glare_detected", "Retake"),)


@pytest.mark.parametrize("status", ["Approved", "APPROVED", "approved!", "success", "on_hold", "1"])
def test_unknown_status_stays_as_it_came(status: str) -> None:
    assert parse_step2({"kycStatus": status}, RECEIVED).kyc_status == status
    assert parse_item({"kyc": {"result": status}}).result == status


def test_step2_retry_without_status_is_incomplete() -> None:
    assert parse_step2({"retry": [{"retryCode": "x"}]}, RECEIVED).kyc_status == "incomplete"


@pytest.mark.parametrize("body", [{}, {"verificationResult": "success", "livenessScore": 99}, {"kycStatus": {"x": 1}}])
def test_step2_without_status_is_never_approval(body: Mapping[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        parse_step2(body, RECEIVED)


@pytest.mark.parametrize(
    ("given_score", "read"),
    [(0, 0.0), ("99.5", 99.5), (100, 100.0), (None, None), ("n/a", None), (True, None), ("nan", None)]
    + [(beyond, None) for beyond in (9500, 100.1, -1, 1e308, "1e400")],
)
def test_score_is_an_optional_number_of_0_to_100(given_score: object, read: float | None) -> None:  # C23
    assert parse_step2({"kycStatus": "pending", "livenessScore": given_score}, RECEIVED).liveness == read


@pytest.mark.parametrize("spelling", ["recognized_IdType", "recognized_idType", "recognizedIdType"])
def test_recognized_id_type_in_any_spelling(spelling: str) -> None:
    assert parse_step2({"kycStatus": "approved", spelling: "passport"}, RECEIVED).recognized_id_type == "passport"


@pytest.mark.parametrize("spelling", ["submissionId", "SubmissionId", "Submissionid", "submission_id", "submissionID"])
def test_submission_id_in_any_spelling(spelling: str) -> None:  # C5
    assert parse_step1({spelling: "gt7rcxx9l1o"}, RECEIVED).submission_id == "gt7rcxx9l1o"


@pytest.mark.parametrize("spelling", ["document_fields", "documnt_fields", "documentFields"])
@pytest.mark.parametrize("shape", [["name", "gender"], "name, gender", {"name": 1, "gender": 2}])
def test_document_fields_in_any_spelling_and_shape(spelling: str, shape: object) -> None:
    assert parse_step1({spelling: shape}, RECEIVED).document_fields == ("name", "gender")


@pytest.mark.parametrize(
    "body",
    [
        {"idType": "any"},
        {"idType": "Any"},
        {"recognized_IdType": "any"},
        {"reviewOCRData": {"idType": "any"}},
        {"reviewOCRData": {"idType": {"value": "any"}}},
        {"result": [{"data": {"id_type": "any"}}]},
    ],
)
def test_id_type_any_is_found_wherever_it_sits(body: dict[str, Any]) -> None:
    assert parse_step1({"submissionId": "a", **body}, RECEIVED).id_type_unknown


@pytest.mark.parametrize("body", [{"idType": "passport"}, {"name": "any"}, {"document_fields": ["any"]}, {}])
def test_id_type_is_known_otherwise(body: dict[str, Any]) -> None:
    assert not parse_step1({"submissionId": "a", **body}, RECEIVED).id_type_unknown


@pytest.mark.parametrize(
    ("body", "needs", "rejected"),
    [
        ({**INCOMPLETE, "submissionId": "a"}, True, False),
        ({"submissionId": "a", "kycStatus": "incomplete"}, True, False),
        ({"submissionId": "a", "kycStatus": "incomplete", "reviewOCRData": {}}, False, False),
        ({"submissionId": "a", "reviewOCRData": {}}, False, False),
        ({"submissionId": "a"}, False, False),
        ({"submissionId": "a", "kycStatus": "rejected", "retry": "no", "retryCount": 3}, False, True),
    ],
)
def test_step1_says_whether_another_image_is_wanted(body: dict[str, Any], needs: bool, rejected: bool) -> None:
    reply = parse_step1(body, RECEIVED)
    assert (reply.needs_new_image, reply.rejected) == (needs, rejected)


def test_step1_without_any_known_member_is_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        parse_step1({"hello": "state", "retry": []}, RECEIVED)


def test_review_reply_as_documented() -> None:
    body = {"submissionId": "a", "message": "Success to review submission.", "finalStatus": "approved"}
    assert parse_review(body, RECEIVED).final_status == "approved"


def test_review_reply_without_final_status_claims_none() -> None:
    assert parse_review({"message": "Success to review submission."}, RECEIVED).final_status is None
    with pytest.raises(OutcomeUnknown):
        parse_review({"message": "Only submissions in pending status can be reviewed"}, RECEIVED)


@pytest.mark.parametrize("value", [True, "true", "True"])
def test_account_success(value: object) -> None:
    assert parse_account({"success": value}, RECEIVED).success


def test_account_reply_without_success_is_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        parse_account({"message": "success"}, RECEIVED)


def test_delete_reply_must_say_success() -> None:
    assert parse_delete({"message": "success"}, RECEIVED).message == "success"
    with pytest.raises(OutcomeUnknown):
        parse_delete({"message": "delete Process FAIL"}, RECEIVED)
