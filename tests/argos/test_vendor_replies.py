"""Replies under every spelling and shape the vendor's pages show (contract, section 13), and under nonsense."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argos.errors import OutcomeUnknown
from argos.received import Received
from argos.replies import (
    AddressCode,
    Retry,
    parse_account,
    parse_address_code,
    parse_delete,
    parse_item,
    parse_items,
    parse_review,
    parse_step1,
    parse_step2,
)
from argos.replies.ocr import normalise
from argos.replies.reading import is_encrypted, moment, number, texts

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
    [(0, 0.0), ("99.5", 99.5), (100, 100.0), (140, 140.0), (None, None), ("n/a", None), (True, None), ("nan", None)],
)
def test_score_is_an_optional_number_without_a_range(given_score: object, read: float | None) -> None:  # C23
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


CAMEL = {"fullName": "JANE DOE", "birthDate": "1990.02.28", "issueDate": "20150101", "expireDate": "2035/1/1"}
SNAKE = {
    "name": "JANE DOE",
    "date_of_birth": "1990-02-28",
    "date_of_issue": "2015-01-01",
    "date_of_expiry": "2035-01-01",
}
SCORED = {key: {"value": value, "score": 0.9, "coordinates": [1, 2]} for key, value in CAMEL.items()}
NAMED = [{"field": key, "value": value} for key, value in CAMEL.items()]
CARD = {
    "full_name": "JANE DOE",
    "birth_date": "1990-02-28",
    "idcard_issueDate": "2015-01-01",
    "idcard_expireDate": "2035-01-01T00:00:00Z",
}


@pytest.mark.parametrize(
    "shape", [CAMEL, SNAKE, SCORED, NAMED, CARD], ids=["camel", "snake", "scored", "named", "card"]
)
def test_ocr_under_step2s_names(shape: object) -> None:
    reply = parse_step1({"submissionId": "a", "reviewOCRData": shape}, RECEIVED)
    assert reply.ocr == SNAKE
    assert reply.ocr_unmapped == {}


def test_ocr_keeps_what_it_cannot_place() -> None:
    known, unmapped = normalise(
        {"identityNumber": "900228-1234567", "organDonor": "yes", "sex": "M", "gender": "", "x": None}
    )
    assert known == {"identity_number": "900228-1234567", "gender": "male"}
    assert unmapped == {"organDonor": "yes"}


def test_ocr_keeps_a_second_differing_value() -> None:
    known, unmapped = normalise({"birthDate": "1990-02-28", "date_of_birth": "1991-02-28", "dob": "28 Feb"})
    assert known["date_of_birth"] == "1991-02-28"
    assert unmapped == {"birthDate": "1990-02-28", "dob": "28 Feb"}


def test_ocr_name_from_its_parts_first_name_first() -> None:
    assert normalise({"lastName": "DOE", "firstName": "JANE"}) == ({"name": "JANE DOE"}, {})


@pytest.mark.parametrize("spelling", ["identitiy_number", "dcoument_number", "addressdetail"])
def test_ocr_reads_the_pages_misspellings(spelling: str) -> None:
    known, unmapped = normalise({spelling: "7"})
    assert set(known) <= {"identity_number", "document_number", "address_detail"}
    assert (list(known.values()), unmapped) == (["7"], {})


def test_ocr_gender_x_is_kept() -> None:
    assert normalise({"gender": "X"})[0] == {"gender": "X"}


def test_ocr_impossible_date_is_left_for_a_person() -> None:
    assert normalise({"birthDate": "1990.02.31"})[0] == {"date_of_birth": "1990.02.31"}


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
        parse_step1({"hello": "world", "retry": []}, RECEIVED)


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


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02 03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T12:04:05+09:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("Fri, 02 Jan 2026 03:04:05 GMT", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (1767323045, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("1767323045000", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)),
        ("20260102", datetime(2026, 1, 2, tzinfo=UTC)),
        ("soon", None),
        ("", None),
        (None, None),
        (-1, None),
        (1e300, None),
        ("0001-01-01T00:00:00+14:00", None),
        ([], None),
    ],
)
def test_moment_in_every_form_is_utc(value: object, read: datetime | None) -> None:
    assert moment(value) == read


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


def test_personal_values_stay_out_of_the_repr() -> None:
    step1 = parse_step1({"submissionId": "a", "reviewOCRData": {"fullName": "JANE DOE", "motto": "SECRET"}}, RECEIVED)
    address = parse_address_code({"formatted_address": "JANE DOE Street"}, RECEIVED, {})
    raw = Received(200, b"JANE DOE", None, 0.1)
    for shown in (repr(step1), repr(parse_item(ITEM)), repr(address), repr(raw)):
        assert "JANE" not in shown
        assert "SECRET" not in shown
        assert "example.com" not in shown


MEMBERS = st.sampled_from(
    [
        "submissionId",
        "kycStatus",
        "retry",
        "retryCode",
        "retryMsg",
        "retryCount",
        "reviewOCRData",
        "document_fields",
        "idType",
        "livenessScore",
        "Items",
        "kyc",
        "result",
        "attempts",
        "comment",
        "commentCode",
        "created_at",
        "ocr",
        "OCR_raw",
        "data",
        "value",
        "message",
        "success",
        "finalStatus",
        "fullName",
        "birthDate",
        "globalCode",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS | st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
BODIES = st.dictionaries(MEMBERS, JSON, max_size=6)


def address_code(body: dict[str, Any], received: Received) -> AddressCode:
    return parse_address_code(body, received, {"globalCode": "fullName"})


@given(BODIES)
def test_parsers_end_in_a_reply_or_a_fact(body: dict[str, Any]) -> None:
    for parse in (parse_step1, parse_step2, parse_review, parse_account, address_code, parse_delete):
        try:
            reply = parse(body, RECEIVED)
        except OutcomeUnknown:
            continue
        assert reply.received is RECEIVED
    parse_items(body)
    assert parse_item(body).result != ""
    is_encrypted(body)


@given(BODIES)
def test_approval_is_never_made_up(body: dict[str, Any]) -> None:
    try:
        status = parse_step2(body, RECEIVED).kyc_status
    except OutcomeUnknown:
        return
    if status == "approved":
        assert str(body["kycStatus"]).strip() == "approved"


@given(JSON)
def test_single_values_never_raise(value: object) -> None:
    read = moment(value)
    assert read is None or read.tzinfo is UTC
    assert all(texts(value))
    number(value)
    normalise(value)
