"""The sandbox's AML: screening, its webhook, the monitoring with partial success, and the readings."""

import pytest

from argos.client import Client
from argos.errors import NotConfigured, Refused
from argos.paths import Paths
from argos.replies import MonitorRecord
from tests.argos.sandbox.calls import started, step2
from tests.sandbox import Sandbox

ADMIN = "reviewer@example.com"
OFF = Paths(aml_monitor_off="submission/aml/off")


def decided(client: Client, tags: str, to: str = "approved") -> str:
    submission_id = started(client, tags)
    assert step2(client, submission_id).kyc_status == to
    return submission_id


@pytest.mark.parametrize(
    ("tag", "status", "risk"), [("amlclear", "screenedNoMatches", "LOW"), ("amllow", "Red Flag", "LOW")]
)
def test_screening_follows_the_approval(sandbox: Sandbox, tag: str, status: str, risk: str) -> None:
    client = sandbox.client()
    submission_id = decided(client, f"+{tag}")
    result = client.aml_reading(submission_id).result
    assert result is not None
    assert (result.status, result.risk) == (status, risk)
    record = client.get_submission(submission_id)
    assert record is not None
    assert record.signals.aml == result


def test_without_a_tag_nothing_is_screened(sandbox: Sandbox) -> None:
    client = sandbox.client()
    reading = client.aml_reading(decided(client, "+approved"))
    assert (reading.result, reading.records) == (None, ())


def test_one_case_has_a_result_before_the_decision(sandbox: Sandbox) -> None:
    client = sandbox.client()
    assert client.aml_reading(decided(client, "+amlbefore", "pending")).result is not None


def test_monitoring_takes_approved_ones_and_says_why_not_others(sandbox: Sandbox) -> None:
    client = sandbox.client()
    mine, pending = decided(client, "+amllater"), decided(client, "", "pending")
    reply = client.aml_monitor("w1", mine, ADMIN, on=True)
    assert (reply.done, dict(reply.failed)) == (frozenset((mine,)), {})
    assert MonitorRecord("w1", f"record-{mine}") in (client.aml_reading(mine).records or ())
    assert list(client.aml_monitor("w1", pending, ADMIN, on=True).failed) == [pending]
    result = client.aml_record(MonitorRecord("w1", f"record-{mine}"), mine)
    assert result is not None
    assert (result.open_count, result.tags) == (2, ("pep",))


def test_monitoring_is_left_only_where_a_path_is_set(sandbox: Sandbox) -> None:
    client, with_path = sandbox.client(), sandbox.client(paths=OFF)
    mine = decided(client, "+amlclear")
    client.aml_monitor("w1", mine, ADMIN, on=True)
    with pytest.raises(NotConfigured):
        client.aml_monitor("w1", mine, ADMIN, on=False)
    assert with_path.aml_monitor("w1", mine, ADMIN, on=False).done == {mine}
    assert client.aml_reading(mine).records == ()


def test_unknown_record_and_stranger_admin_are_refused(sandbox: Sandbox) -> None:
    client = sandbox.client()
    mine = decided(client, "+amlclear")
    with pytest.raises(Refused):
        client.aml_record(MonitorRecord("w1", "none"), mine)
    with pytest.raises(Refused):
        client.aml_monitor("w1", mine, "stranger@example.com", on=True)
