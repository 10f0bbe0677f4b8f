"""Faults, lag, spelling variants, the clock, keys and webhooks on request, and the data that survives a kill."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_httpserver import HTTPServer

from argos.client import Client
from argos.errors import Forbidden, OutcomeUnknown, Refused, TooLarge, Undelivered, Unsupported
from argos.sandbox import cases, fault_injection, index, server
from tests.argos.sandbox.calls import started, step1, step2
from tests.sandbox import KEY, Sandbox
from tests.stack import ROOT

FACTS: dict[str, type[Exception]] = {
    "400": Refused,
    "400_query": Refused,
    "403_key": Forbidden,
    "403_ip": Forbidden,
    "404": Refused,
    "413": TooLarge,
    "429": Undelivered,
    "500": OutcomeUnknown,
    "502": OutcomeUnknown,
    "503": OutcomeUnknown,
    "504": OutcomeUnknown,
    "junk": OutcomeUnknown,
    "html": OutcomeUnknown,
    "empty": OutcomeUnknown,
    "cut": OutcomeUnknown,
    "half": OutcomeUnknown,
}


def test_every_kind_of_fault_is_tried_here() -> None:
    assert set(FACTS) | {"slow"} == fault_injection.KINDS


@pytest.mark.parametrize("kind", FACTS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_fault_strikes_once_before_or_after_processing(sandbox: Sandbox, kind: str, when: str) -> None:
    client = sandbox.client()
    submission_id = started(client)
    sandbox.control.fault("step2", kind, when)
    with pytest.raises(FACTS[kind]):
        step2(client, submission_id)
    was_processed = when == "after" or kind == "half"  # the call was processed before its reply was cut
    assert sandbox.control.counts("step2", submission_id)["processed"] == int(was_processed)
    assert sandbox.control.counts("step2", submission_id)["came"] == 1
    found = client.get_submission(submission_id)
    assert found is not None
    assert found.result == ("pending" if was_processed else "incomplete")


def test_slow_answers_late(sandbox: Sandbox) -> None:
    sandbox.control.fault("get", "slow", seconds=0.3)
    started_at = time.monotonic()
    sandbox.client().get_submission("x")
    assert time.monotonic() - started_at >= 0.3
    sandbox.control.fault("get", "slow", "after", seconds=2)
    with pytest.raises(OutcomeUnknown):
        sandbox.client(read_timeout=0.5).get_submission("x")


def test_faults_of_one_submission_and_of_some_calls(sandbox: Sandbox) -> None:
    client = sandbox.client()
    first, second = started(client), started(client, "+b")
    sandbox.control.fault("step2", "500", submission=first)
    assert step2(client, second).kyc_status == "pending"
    with pytest.raises(OutcomeUnknown):
        step2(client, first)
    sandbox.control.faults({"endpoint": "get", "kind": "500", "times": 0, "chance": 0.5}, seed=1)
    outcomes = set()
    for _time in range(20):
        try:
            outcomes.add(client.get_submission(first) is not None)
        except OutcomeUnknown:
            outcomes.add(None)
    assert outcomes == {True, None}


def test_wrong_control_is_reported(sandbox: Sandbox) -> None:
    for name, body in (
        ("knobs", {"unheard_of": 1}),
        ("faults", {"faults": [{"endpoint": "step1", "kind": "plague"}]}),
        ("faults", {"faults": [{"endpoint": "step1", "kind": "cut", "when": "never"}]}),
        ("clock", {}),
        ("status", {"submission_id": "nobody", "status": "approved"}),
    ):
        reply = requests.post(f"{sandbox.control.url}/{name}", json=body, timeout=5)
        assert (reply.status_code, bool(reply.json()["message"])) == (400, True), name
    assert requests.get(f"{sandbox.control.url}/nothing", timeout=5).status_code == 404


def test_get_lags_and_hides_attempts(sandbox: Sandbox) -> None:
    client = sandbox.client()
    submission_id = started(client, "+fail")
    sandbox.control.advance(300)
    step2(client, submission_id)
    sandbox.control.knobs(lag_seconds=120)
    before = client.get_submission(submission_id)
    sandbox.control.advance(121)
    after = client.get_submission(submission_id)
    sandbox.control.knobs(lag_seconds=0, hides_attempts=True)
    hidden = client.get_submission(submission_id)
    assert before is not None
    assert after is not None
    assert hidden is not None
    assert [len(found.attempts or ()) for found in (before, after, hidden)] == [0, 1, 0]


def test_submission_younger_than_the_lag_is_not_found(sandbox: Sandbox) -> None:
    sandbox.control.knobs(lag_seconds=60)
    client = sandbox.client()
    submission_id = started(client)
    assert client.get_submission(submission_id) is None


def test_date_header_is_skewed_alone(sandbox: Sandbox) -> None:
    def date_offset() -> float:
        head = requests.get(sandbox.base_url + "/submission", headers={"x-api-key": KEY}, timeout=5).headers["Date"]
        return parsedate_to_datetime(head).timestamp() - time.time()

    sandbox.control.knobs(date_skew=-90)
    assert -92 <= date_offset() <= -88
    sandbox.control.advance(3600)
    assert 3508 <= date_offset() <= 3512


@pytest.mark.parametrize(
    ("knobs", "tags"),
    [
        ({"spelling_variants": True}, ""),
        ({"retry_shape": "object"}, "+fail"),
        ({"retry_shape": "string"}, "+fail"),
    ],
)
def test_variants_are_read_by_the_client(sandbox: Sandbox, knobs: dict[str, Any], tags: str) -> None:
    sandbox.control.knobs(**knobs)
    client = sandbox.client()
    reply = step1(client, tags)
    assert reply.submission_id
    assert reply.document_fields
    answered = step2(client, reply.submission_id)
    assert answered.kyc_status == ("incomplete" if tags else "pending")
    assert bool(answered.retries) == bool(tags)


@pytest.mark.parametrize("shape", ["code_and_message", "code", "message_and_status"])
def test_error_shapes_are_read_by_the_client(sandbox: Sandbox, shape: str) -> None:
    sandbox.control.knobs(error_shape=shape)
    with pytest.raises(Refused) as caught:
        step2(sandbox.client(), "nobody")
    assert "invalid submission id" in (caught.value.code, caught.value.message)


def test_encrypted_replies(sandbox: Sandbox) -> None:
    sandbox.control.knobs(encrypts=True)
    with pytest.raises(Unsupported):
        sandbox.client().get_submission("x")


def test_key_and_address_list(sandbox: Sandbox) -> None:
    with pytest.raises(Forbidden) as caught:
        Client(sandbox.base_url, "another").get_submission("x")
    assert caught.value.kind == "key"
    sandbox.control.project(allowed=False)
    with pytest.raises(Forbidden) as caught:
        sandbox.client().get_submission("x")
    assert caught.value.kind == "ip"


def test_name_that_comes_twice_is_unreadable(sandbox: Sandbox) -> None:
    parts = [("submissionId", (None, "a")), ("submissionId", (None, "b"))]
    reply = requests.post(f"{sandbox.base_url}/submission/step2", files=parts, headers={"x-api-key": KEY}, timeout=5)
    assert (reply.status_code, reply.json()["message"]) == (400, "failed to parse the input data")
    assert sandbox.control.received()[0]["names"] == ["submissionId", "submissionId"]
    assert b'name="submissionId"' in sandbox.control.body()[1]


def test_list_by_userid_email_and_pages(sandbox: Sandbox) -> None:
    client = sandbox.client()
    made = []
    for number in range(5):
        made.append(started(client, f"+{number}", userid=f"user-{number % 2}"))
        sandbox.control.advance(1)
    assert [item.submission_id for item in client.list_submissions(count=2)] == made[::-1]
    assert {item.submission_id for item in client.find_by_userid("user-1")} == {made[1], made[3]}
    assert [item.submission_id for item in client.find_by_email("applicant+2@example.com")] == [made[2]]


def test_list_of_a_period(sandbox: Sandbox) -> None:
    client = sandbox.client()
    started(client)
    for days, found in (("2001-01-01", 0), ("20010101", 0), ("2999-01-01", 1)):
        reply = requests.get(
            f"{sandbox.base_url}/submission", {"end_date": days}, headers={"x-api-key": KEY}, timeout=5
        )
        assert len(reply.json()["Items"]) == found, days


@pytest.mark.parametrize("tag", sorted(cases.TAGS))
def test_every_case_is_reported_on_the_page_and_in_the_docs(tag: str) -> None:
    assert f"+{tag}@" in index.page().decode()
    assert f"`+{tag}`" in (ROOT / "docs" / "sandbox.md").read_text()


@pytest.mark.parametrize("code", sorted(cases.STEP1_CODES))
def test_step1_code_is_a_case(sandbox: Sandbox, code: str) -> None:
    client = sandbox.client()
    reply = step1(client, f"+{code}")
    assert reply.retries[0].code == code
    assert step1(client, f"+{code}", str(reply.submission_id)).was_read


@pytest.mark.parametrize("code", sorted(cases.REJECT_CODES))
def test_reject_code_is_a_case_in_any_capitals(sandbox: Sandbox, code: str) -> None:
    client = sandbox.client()
    submission_id = started(client, f"+{code.lower()}")
    assert step2(client, submission_id).kyc_status == "rejected"
    found = client.get_submission(submission_id)
    assert found is not None
    assert list(found.codes) == [code]


def test_lost_reply_is_a_case(sandbox: Sandbox) -> None:
    client = sandbox.client()
    submission_id = started(client, "+lost")
    with pytest.raises(OutcomeUnknown):
        step2(client, submission_id)
    found = client.get_submission(submission_id)
    assert found is not None
    assert found.result == "pending"


@pytest.fixture
def received_webhooks(sandbox: Sandbox, httpserver: HTTPServer) -> Callable[[int], list[dict[str, Any]]]:
    """Wait for that many webhooks; return their payloads in the order of arrival."""
    httpserver.expect_request("/hook").respond_with_data("ok")
    sandbox.control.project(webhook_url=httpserver.url_for("/hook"))

    def wait(number: int) -> list[dict[str, Any]]:
        until = time.monotonic() + 10
        while len(sandbox.control.webhooks()) < number and time.monotonic() < until:
            time.sleep(0.02)
        return [request.json for request, _reply in httpserver.log if request.json is not None]

    return wait


def triggers(payloads: list[dict[str, Any]]) -> list[str]:
    return [payload["webhook_trigger"] for payload in payloads]


def test_webhooks_tell_the_life(sandbox: Sandbox, received_webhooks: Callable[[int], list[dict[str, Any]]]) -> None:
    client = sandbox.client()
    submission_id = started(client, "+liveness", userid="ref-1")
    step2(client, submission_id)
    step2(client, submission_id)
    client.review(submission_id, "rejected", "reviewer@example.com", "blurred")
    payloads = received_webhooks(4)
    assert triggers(payloads) == ["created", "retry", "submit", "rejected"]
    assert "kyc_result" not in payloads[2]
    assert payloads[3]["kyc_result"]["comment"] == "blurred"
    assert payloads[3]["userid"] == "ref-1"


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({"webhook_times": 2}, ["created", "created", "submit", "submit"]),
        ({"webhook_delay": 1.0, "webhook_reversed": True}, ["submit", "created"]),
        ({"sends_submit_webhook": False}, ["created"]),
    ],
)
def test_webhooks_doubled_reordered_left_out(
    sandbox: Sandbox,
    received_webhooks: Callable[[int], list[dict[str, Any]]],
    knobs: dict[str, Any],
    expected: list[str],
) -> None:
    sandbox.control.knobs(**knobs)
    client = sandbox.client()
    step2(client, started(client))
    assert triggers(received_webhooks(len(expected))) == expected


def test_webhook_after_24_hours_and_after_deletion(
    sandbox: Sandbox, received_webhooks: Callable[[int], list[dict[str, Any]]]
) -> None:
    client = sandbox.client()
    submission_id = started(client, "+fail")
    step2(client, submission_id)
    sandbox.control.advance(25 * 3600)
    client.get_submission(submission_id)
    client.delete(submission_id, "reviewer@example.com")
    payloads = received_webhooks(4)
    assert triggers(payloads) == ["created", "retry", "rejected", "delete"]
    assert payloads[2]["kyc_result"]["commentCode"] == "timeout"
    assert payloads[3]["account_email"] == "reviewer@example.com"


def test_webhook_nobody_hears_is_noted(sandbox: Sandbox) -> None:
    sandbox.control.project(webhook_url="http://127.0.0.1:9/hook")
    started(sandbox.client())
    until = time.monotonic() + 10
    while not sandbox.control.webhooks() and time.monotonic() < until:
        time.sleep(0.02)
    assert [hint["status"] for hint in sandbox.control.webhooks()] == [None]


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[str], Sandbox]]]:
    running: list[subprocess.Popen[str]] = []

    def start(*options: str) -> tuple[subprocess.Popen[str], Sandbox]:
        command = [sys.executable, "-m", "argos.sandbox", "--port", "0", "--db", str(tmp_path / "kept.sqlite3")]
        child = subprocess.Popen(
            [*command, *options], cwd=ROOT, env={"PATH": os.environ["PATH"]}, stdout=subprocess.PIPE, text=True
        )
        running.append(child)
        assert child.stdout is not None
        url = child.stdout.readline().split()[-1]
        return child, Sandbox(url, url.replace("/v3", "/_control"))

    yield start
    for child in running:
        child.kill()
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


@pytest.mark.slow
def test_data_outlives_a_kill(process: Callable[..., tuple[subprocess.Popen[str], Sandbox]]) -> None:
    child, before = process("--knob", "reject_at=2", "--stub")
    submission_id = started(before.client(), "+fail")
    step2(before.client(), submission_id)
    child.kill()
    child.wait()
    _child, after = process("--stub")
    found = after.client().get_submission(submission_id)
    assert found is not None
    assert [attempt.retry_codes for attempt in found.attempts or ()] == [("liveness_error",)]
    assert after.client().image(submission_id, "selfieImage")[0][:2] == b"\xff\xd8"
    assert after.control.counts("step2", submission_id) == {"came": 1, "processed": 1, "refused": 0}
    assert step2(after.client(), submission_id).retry_count == 2


@pytest.mark.slow
def test_stopped_process_refuses_connections_and_ends_well(
    process: Callable[..., tuple[subprocess.Popen[str], Sandbox]],
) -> None:
    child, sandbox = process()
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=10) == 0
    with pytest.raises(Undelivered):
        sandbox.client().get_submission("x")


def test_lone_surrogate_leaves_as_its_escape() -> None:
    """JSON may contain a lone surrogate; the sandbox must be able to send it."""
    status, kind, body = server._json(200, {"name": "a\ud83dÅ"})
    assert (status, kind) == (200, "application/json")
    assert json.loads(body) == {"name": "a\ud83dÅ"}
    assert "Å".encode() in body
