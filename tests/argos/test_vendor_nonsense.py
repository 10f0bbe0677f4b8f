"""Times in every format and random bodies: the result is a reply or an exception, never an invented approval."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from argos.codes import STOPS, stop_on
from argos.errors import OutcomeUnknown
from argos.received import Received
from argos.replies import (
    AddressCode,
    parse_account,
    parse_address_code,
    parse_delete,
    parse_image,
    parse_item,
    parse_items,
    parse_project_state,
    parse_review,
    parse_step1,
    parse_step2,
)
from argos.replies.ocr import normalise
from argos.replies.reading import count, is_encrypted, moment, number, text, texts

RECEIVED = Received(200, b"", None, 0.1)


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
        "missing_fields",
        "warning",
        "userDataType",
        "image",
        "verification",
        "faceAge",
        "score",
        "accepted",
        "coordinates",
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
        "projectState",
        "project_options",
        "projection",
        "project",
        "state",
        "emergencyStop",
        "image",
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
    for parse in (parse_step1, parse_step2, parse_review, parse_account, address_code, parse_delete, parse_image):
        try:
            reply = parse(body, RECEIVED)
        except OutcomeUnknown:
            continue
        assert reply.received is RECEIVED
    parse_items(body)
    assert parse_item(body).result != ""
    assert parse_project_state(body) in ("", "open", "test", "trial", "close", "stopped")
    assert stop_on(OutcomeUnknown("a reply", raw=json.dumps(body).encode())) in ("", *STOPS)
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
@example("a\0b\ud800")
@example(40_000)
def test_single_values_never_raise(value: object) -> None:
    read = moment(value)
    if read is not None:
        assert read.tzinfo is UTC
    assert all(texts(value))
    assert not any(sign in text(value) for sign in "\0\ud800\udfff")
    assert 0 <= (count(value) or 0) <= 32_767
    number(value)
    normalise(value)
