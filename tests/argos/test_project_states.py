"""The state of the whole project: read wherever it may be reported, and recognised in a refusal."""

import json
from typing import Any

import pytest

from argos.codes import STOPS, advice_on, stop_on
from argos.errors import Forbidden, OutcomeUnknown, Refused, Undelivered, VendorError
from argos.received import Received
from argos.replies import parse_item, parse_project_state, parse_step1, parse_step2
from tests.argos.sandbox.calls import started, step1, step2
from tests.sandbox import Sandbox

RECEIVED = Received(200, b"", None, 0.1)


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"projectState": "OPEN"}, "open"),
        ({"project_state": "Test"}, "test"),
        ({"project_options": {"state": "TRIAL"}}, "trial"),
        ({"projection": {"projectStatus": "CLOSED"}}, "close"),
        ({"project": {"status": "close"}}, "close"),
        ({"project": "open"}, "open"),
        ({"project_options": {"state": "OPEN", "emergencyStop": True}}, "stopped"),
        ({"emergency_stop": "true"}, "stopped"),
        ({"project": {"state": "Emergency stop"}}, "stopped"),
        ({"status": "close", "state": "test", "kycStatus": "open"}, ""),
        ({"kyc": {"status": "close"}}, ""),
        ({"projectState": "archived"}, ""),
        ({"projectState": ["OPEN"], "project_options": 7, "projection": [None], "project": {"state": {}}}, ""),
        ({"emergencyStop": False}, ""),
        ({}, ""),
    ],
)
def test_state_is_read_where_it_may_be_reported(body: dict[str, Any], state: str) -> None:
    assert parse_project_state(body) == state
    assert parse_item({"submission_id": "a", **body}).project_state == state
    assert parse_step1({**body, "submissionId": "a", "kycStatus": "incomplete"}, RECEIVED).project_state == state
    assert parse_step2({**body, "kycStatus": "pending"}, RECEIVED).project_state == state


def unknown(message: str) -> OutcomeUnknown:
    return OutcomeUnknown("HTTP 503", 503, json.dumps({"message": message}).encode())


@pytest.mark.parametrize(
    ("error", "stop"),
    [
        (Refused(400, "emergency_stop", ""), "emergency_stop"),
        (Refused(400, "", "Submissions are stopped: Emergency Stop is on."), "emergency_stop"),
        (Refused(400, "EmergencyStop"), "emergency_stop"),
        (Refused(400, "project_closed", "The project is closed."), "project_closed"),
        (Refused(400, "PROJECT_SUSPENDED"), "project_closed"),
        (Refused(400, "", "Project status is CLOSE"), "project_closed"),
        (Refused(400, "", "Service suspended."), "project_closed"),
        (Refused(400, "closed"), "project_closed"),
        (Forbidden(403, "", "The project is suspended"), "project_closed"),
        (unknown("The service is stopped"), "project_closed"),
        (Refused(400, "", "This account is closed."), ""),
        (Refused(400, "", "The submission is closed"), ""),
        (Refused(400, "", "Eyes are closed"), ""),
        (Refused(400, "", "Face is too close to one or more borders"), ""),
        (Refused(400, "", "emergency@closed.example had submitted another KYC and is already approved"), ""),
        (Refused(400, "invalid_something", "It is invalid."), ""),
        (Forbidden(403, "", "Forbidden"), ""),
        (unknown("Service Temporarily Unavailable"), ""),
        (OutcomeUnknown("HTTP 200", 200, b"\xff[closed"), ""),
        (Undelivered("no connection"), ""),
    ],
)
def test_refusal_by_a_closed_or_stopped_project_is_recognised(error: VendorError, stop: str) -> None:
    assert stop_on(error) == stop
    assert (advice_on(error).code in STOPS) == bool(stop)


@pytest.mark.parametrize(
    ("options", "stop"), [({"state": "CLOSE"}, "project_closed"), ({"emergency_stop": True}, "emergency_stop")]
)
def test_sandbox_refuses_both_steps_and_still_reads(sandbox: Sandbox, options: dict[str, Any], stop: str) -> None:
    client = sandbox.client()
    submission_id = started(client)
    sandbox.control.project(**options)
    for call in (lambda: step1(client), lambda: step2(client, submission_id)):
        with pytest.raises(Refused) as caught:
            call()
        assert stop_on(caught.value) == stop
    record = client.get_submission(submission_id)
    assert record is not None
    assert record.attempts == ()
    sandbox.control.project(state="OPEN", emergency_stop=False)
    assert step2(client, submission_id).kyc_status == "pending"


def test_test_project_of_the_sandbox_is_never_pending(sandbox: Sandbox) -> None:
    sandbox.control.project(state="TEST")
    client = sandbox.client()
    assert step2(client, started(client)).kyc_status == "rejected"
    assert step2(client, started(client, "+approved")).kyc_status == "approved"


def test_trial_project_of_the_sandbox_takes_a_few(sandbox: Sandbox) -> None:
    sandbox.control.project(state="TRIAL")
    sandbox.control.knobs(trial_submissions=1)
    client = sandbox.client()
    started(client)
    with pytest.raises(Refused) as caught:
        started(client)
    assert (caught.value.code, stop_on(caught.value)) == ("trial_limit", "")


@pytest.mark.parametrize("where", ["project_options", "projection", "projectState"])
def test_sandbox_reports_the_state_where_a_knob_says(sandbox: Sandbox, where: str) -> None:
    sandbox.control.project(state="TEST")
    sandbox.control.knobs(reports_state=where)
    client = sandbox.client()
    record = client.get_submission(started(client))
    assert record is not None
    assert record.project_state == "test"


def test_several_reasons_come_as_several_entries(sandbox: Sandbox) -> None:
    client = sandbox.client()
    reply = step2(client, started(client, "+reasons"))
    assert [retry.code for retry in reply.retries] == ["liveness_error", "face_compare_underscore"]
    sandbox.control.knobs(retry_entries=3)
    refused = step1(client, "+glare")
    assert [retry.code for retry in refused.retries] == ["glare_detected", "missing_name", "screen_detected"]
    assert len(step2(client, started(client, "+liveness")).retries) == 3
