"""Webhooks of every trigger, as JSON and as a form, in both spellings of the vendor."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from argos.errors import UnreadableWebhook, Unsupported
from argos.replies import KNOWN_TRIGGERS, parse_webhook

REJECTED: dict[str, Any] = {
    "webhook_trigger": "rejected",
    "submission_id": "abc",
    "email": "jane@example.com",
    "userid": "ref-1",
    "kyc_result": {
        "status": "rejected",
        "comment": "KYC rejected due to timeout.",
        "commentCode": "timeout",
        "updated_at": "2026-01-02T00:00:00Z",
    },
}


def as_json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def as_form(body: dict[str, Any]) -> bytes:
    return urlencode({k: json.dumps(v) if isinstance(v, dict) else v for k, v in body.items()}).encode()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (as_json(REJECTED), "application/json"),
        (as_json(REJECTED), "text/plain"),
        (as_json(REJECTED), ""),
        (as_form(REJECTED), "application/x-www-form-urlencoded"),
    ],
)
def test_rejected_webhook_is_read(body: bytes, content_type: str) -> None:
    hook = parse_webhook(body, content_type)
    assert (hook.trigger, hook.submission_id, hook.email, hook.userid) == (
        "rejected",
        "abc",
        "jane@example.com",
        "ref-1",
    )
    assert (hook.status, hook.codes, hook.comments) == ("rejected", ("timeout",), ("KYC rejected due to timeout.",))
    assert hook.updated_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert hook.payload == REJECTED


@pytest.mark.parametrize("trigger", sorted(KNOWN_TRIGGERS))
def test_known_trigger_is_known(trigger: str) -> None:
    assert parse_webhook(as_json({"webhook_trigger": trigger, "submission_id": "a"})).is_known


def test_triggers_are_those_of_the_contract() -> None:
    listed = "created retry submit approved rejected updated delete aml aml_monitor injection"
    assert set(listed.split()) == KNOWN_TRIGGERS


def test_unknown_trigger_is_kept() -> None:
    hook = parse_webhook(as_json({"webhook_trigger": "liveness_v2", "submission_id": "a"}))
    assert (hook.trigger, hook.is_known) == ("liveness_v2", False)


@pytest.mark.parametrize("spelling", ["webhook_trigger", "webhookTrigger", "trigger"])
def test_trigger_in_any_spelling(spelling: str) -> None:
    assert parse_webhook(as_json({spelling: "created"})).trigger == "created"


@pytest.mark.parametrize("spelling", ["updated_at", "update_at"])
def test_result_time_in_either_spelling(spelling: str) -> None:  # C9
    hook = parse_webhook(as_json({"kyc_result": {spelling: "2026-01-02T00:00:00Z"}}))
    assert hook.updated_at == datetime(2026, 1, 2, tzinfo=UTC)


def test_comment_code_as_array_as_well() -> None:  # C12
    assert parse_webhook(as_json({"kyc_result": {"commentCode": ["a", "b"]}})).codes == ("a", "b")


def test_submit_webhook_claims_no_status() -> None:  # C8
    hook = parse_webhook(as_json({"webhook_trigger": "submit", "submission_id": "a", "created_at": "2026-01-01"}))
    assert (hook.status, hook.created_at) == (None, datetime(2026, 1, 1, tzinfo=UTC))


def test_created_webhook_with_a_retry_code() -> None:
    hook = parse_webhook(
        as_json({"kyc_result": {"status": "incomplete"}, "retryCode": "glare_detected", "attempts": 1})
    )
    assert (hook.status, hook.codes) == ("incomplete", ("glare_detected",))


def test_updated_webhook_has_its_result_inside_data() -> None:
    data = {"update": ["kyc_result"], "kyc_result": "approved", "reviewer": "x"}
    hook = parse_webhook(as_json({"webhook_trigger": "updated", "data": data, "update_time": "2026-01-01T00:00:00Z"}))
    assert (hook.status, hook.updated_at) == ("approved", datetime(2026, 1, 1, tzinfo=UTC))


def test_delete_webhook_tells_when() -> None:
    hook = parse_webhook(as_json({"webhook_trigger": "delete", "delete_time": "2026-01-01T00:00:00Z", "comment": "x"}))
    assert (hook.updated_at, hook.comments) == (datetime(2026, 1, 1, tzinfo=UTC), ("x",))


def test_encrypted_webhook_is_unsupported() -> None:
    with pytest.raises(Unsupported) as caught:
        parse_webhook(b'{"data": "Y2lwaGVydGV4dA=="}', "application/json")
    assert caught.value.raw == b'{"data": "Y2lwaGVydGV4dA=="}'


TWICE = b'{"webhook_trigger": "rejected", "webhook_trigger": "approved", "submission_id": "a"}'


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"<html>", b"[" * 50_000, TWICE])
def test_unreadable_webhook_is_reported(body: bytes) -> None:
    with pytest.raises(UnreadableWebhook):
        parse_webhook(body, "application/json")


def test_form_that_claims_to_be_json_is_unreadable() -> None:
    with pytest.raises(UnreadableWebhook):
        parse_webhook(b"webhook_trigger=approved", "application/json")


def test_webhook_repr_holds_nothing_personal() -> None:
    assert "jane" not in repr(parse_webhook(as_json(REJECTED)))


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode), st.sampled_from(["", "application/json"]))
def test_any_body_ends_in_a_webhook_or_a_fact(body: bytes, content_type: str) -> None:
    try:
        hook = parse_webhook(body, content_type)
    except (UnreadableWebhook, Unsupported):
        return
    assert isinstance(hook.trigger, str)
