"""Refusals beyond the rules of the two steps: look-ups, account checks, deletions, expired retries."""

import pytest
import requests

from argos.client import ImageFile
from argos.errors import NotConfigured, Refused
from tests.argos.sandbox.calls import started, step1, step2
from tests.sandbox import KEY, Sandbox


def asked(sandbox: Sandbox, **query: str) -> requests.Response:
    return requests.get(f"{sandbox.base_url}/submission", params=query, headers={"x-api-key": KEY}, timeout=10)


@pytest.mark.parametrize(
    "query", [{"start_date": "yesterday"}, {"end_date": "2026-13-01"}, {"count": "0"}, {"count": "many"}]
)
def test_look_up_with_a_wrong_query(sandbox: Sandbox, query: dict[str, str]) -> None:
    started(sandbox.client())
    reply = asked(sandbox, **query)
    assert reply.status_code == 400
    assert "Invalid Query String parameters" in reply.text


def test_list_of_a_period_by_either_spelling(sandbox: Sandbox) -> None:
    made = started(sandbox.client())
    for start, found in (("20200101", [made]), ("2020-01-01", [made]), ("2999-01-01", [])):
        assert [item["submission_id"] for item in asked(sandbox, start_date=start).json()["Items"]] == found


def test_account_check_of_a_project_without_it(sandbox: Sandbox) -> None:
    client = sandbox.client()
    with pytest.raises(Refused) as caught:
        client.validate_account(started(client), "Kim", "004", "1234567890")
    assert caught.value.message == "Invalid project."


def test_account_check_before_step1_was_read(sandbox: Sandbox) -> None:
    sandbox.control.project(account_occupancy=True)
    client = sandbox.client()
    refused = step1(client, "+glare").submission_id
    with pytest.raises(Refused) as caught:
        client.validate_account(refused or "", "Kim", "004", "1234567890")
    assert caught.value.code == "invalid_submission"


def test_account_check_without_its_holder(sandbox: Sandbox) -> None:
    sandbox.control.project(account_occupancy=True)
    client = sandbox.client()
    with pytest.raises(Refused) as caught:
        client.validate_account(started(client), "", "004", "1234567890")
    assert caught.value.message == "Required input data is missing."


@pytest.mark.parametrize(
    ("bank", "account"), [("999", "1234567890"), ("004", "12"), ("004", "12345x7"), ("004", "1234000")]
)
def test_account_that_is_none(sandbox: Sandbox, bank: str, account: str) -> None:
    sandbox.control.project(account_occupancy=True)
    client = sandbox.client()
    assert not client.validate_account(started(client), "Kim", bank, account).success


def test_address_code_without_a_path_asks_nobody(sandbox: Sandbox) -> None:
    before = len(sandbox.control.calls())
    with pytest.raises(NotConfigured):
        sandbox.client().address_code({"address": "1600 Pennsylvania Avenue"})
    assert len(sandbox.control.calls()) == before


def test_id_image_that_is_no_picture(sandbox: Sandbox) -> None:
    given = {"issuingCountry": "KOR", "idType": "passport", "email": "a@example.com"}
    with pytest.raises(Refused) as caught:
        sandbox.client().step1(given, {"idImage": ImageFile("id.jpg", b"%PDF-1.7")})
    assert caught.value.code == "invalid_id_image"


def test_duplicate_is_a_case(sandbox: Sandbox) -> None:
    with pytest.raises(Refused) as caught:
        step1(sandbox.client(), "+duplicate")
    assert "already approved" in caught.value.message
    assert sandbox.control.submissions() == []


def test_step1_retry_after_the_ids_four_hours(sandbox: Sandbox) -> None:
    client = sandbox.client()
    refused = step1(client, "+glare").submission_id or ""
    sandbox.control.advance(4 * 3600 + 1)
    with pytest.raises(Refused) as caught:
        step1(client, "+glare", refused)
    assert caught.value.code == "invalid_submission"


def test_deletion_without_a_name_tells_nobody(sandbox: Sandbox) -> None:
    client = sandbox.client()
    made = started(client)
    url = f"{sandbox.base_url}/submission"
    for status in (200, 400):
        reply = requests.delete(url, params={"submissionId": made}, headers={"x-api-key": KEY}, timeout=10)
        assert reply.status_code == status, reply.text
    assert "delete" not in [posted["trigger"] for posted in sandbox.control.webhooks()]
    with pytest.raises(Refused):
        step2(client, made)


def test_fault_for_ever_and_fault_by_chance(sandbox: Sandbox) -> None:
    sandbox.control.faults(
        {"endpoint": "get", "kind": "500", "times": 0}, {"endpoint": "step1", "kind": "500", "chance": 0.0}
    )
    assert [asked(sandbox).status_code for _time in range(3)] == [500, 500, 500]
    assert step1(sandbox.client()).submission_id


def test_control_wants_an_object(sandbox: Sandbox) -> None:
    reply = requests.post(f"{sandbox.control.url}/clock", json=[1], timeout=10)
    assert (reply.status_code, "JSON object" in reply.text) == (400, True)
