"""AML replies, in every shape that the vendor's pages leave open."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argos.received import Received
from argos.replies import (
    MonitorRecord,
    parse_aml_reading,
    parse_monitor_record,
    parse_monitor_records,
    parse_monitor_reply,
)
from argos.replies.aml import is_segment

RECEIVED = Received(200, b"{}", None, 0.1)
RESULT = {"currentstatus": "Red Flag", "risk_level_summary": "HIGH"}


@pytest.mark.parametrize(
    "body",
    [
        {"Items": [{"submission_id": "v1", "aml_result": RESULT}]},
        {"Items": {"submissionId": "v1", "aml": RESULT}},
        {"Items": [{"submission_id": "other", "aml_result": {"status": "clear"}}, {"submission_id": "v1", **RESULT}]},
        {"aml_result": RESULT},
        RESULT,
    ],
)
def test_reading_is_found_wherever_it_is(body: dict[str, Any]) -> None:
    result = parse_aml_reading(body, "v1").result
    assert result is not None
    assert (result.status, result.risk) == ("Red Flag", "HIGH")


@pytest.mark.parametrize(
    "body",
    [
        {"Items": []},
        {"Items": [{"submission_id": "other", "aml_result": RESULT}]},
        {"Items": [{"submission_id": "v1", "status": "approved", "memo": {"text": "x"}}]},
        {},
    ],
)
def test_reading_without_an_aml_member_is_none(body: dict[str, Any]) -> None:
    assert parse_aml_reading(body, "v1").result is None


def test_reading_says_which_worklists_have_it() -> None:
    records = [{"worklistId": "w1", "recordId": "r1"}, {"worklistId": "w2"}, {"recordId": "r3"}]
    read = parse_aml_reading({"Items": [{"submission_id": "v1", "monitor": records}]}, "v1")
    assert read.records == (MonitorRecord("w1", "r1"), MonitorRecord("w2", ""))
    assert parse_aml_reading({"Items": [{"submission_id": "v1"}]}, "v1").records is None


def test_record_of_another_submission_is_none() -> None:
    body = {"status": "screenedNoMatches", "openCount": 0}
    assert parse_monitor_record({**body, "submission_id": "other"}, "v1") is None
    result = parse_monitor_record({"data": {**body, "memo": "seen", "tags": ["pep"]}}, "v1")
    assert result is not None
    assert (result.status, result.open_count, result.memo, result.tags) == ("screenedNoMatches", 0, "seen", ("pep",))


@pytest.mark.parametrize("value", ["", ".", "..", "../x", "a/b", "a?b", "a#b", "%2e%2e", "a b", "x" * 81])
def test_id_that_would_change_the_address_is_none(value: str) -> None:
    assert not is_segment(value)
    assert parse_monitor_records([{"worklistId": value, "recordId": "r1"}]) == ()


def test_partial_success_is_shown_by_id() -> None:
    body = {
        "successResults": [{"submissionId": "v1"}, "v2"],
        "failedResults": [{"submissionId": "v3", "message": "no"}],
    }
    reply = parse_monitor_reply(body, RECEIVED)
    assert (reply.done, reply.failed) == (frozenset(("v1", "v2")), {"v3": "no"})


MEMBERS = (
    *("Items", "submission_id", "aml_result", "records", "worklistId", "recordId", "status", "tags", "memo"),
    *("openCount", "successResults", "failedResults", "message", "data", "currentstatus"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(MEMBERS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(JSON)
def test_no_shape_raises(value: object) -> None:
    body = value if isinstance(value, dict) else {"Items": value, "data": value, "records": value}
    parse_aml_reading(body, "v1")
    parse_monitor_record(body, "v1")
    parse_monitor_reply({"successResults": value, "failedResults": value}, RECEIVED)
    assert all(is_segment(record.record_id) for record in parse_monitor_records(value))
