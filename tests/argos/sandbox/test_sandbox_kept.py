"""The data that the sandbox keeps over a restart, and its replies in the wording of the contract."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from argos.errors import Refused
from argos.paths import Paths
from argos.sandbox.knobs import Project
from argos.sandbox.server import serve
from argos.sandbox.state import State
from tests.argos.sandbox.calls import started, step1, step2
from tests.sandbox import KEY, Sandbox

OPEN_LOCATION_CODE = re.compile(r"8Q98[23456789CFGHJMPQRVWX]{4}\+[23456789CFGHJMPQRVWX]{2}")


def after_restart(tmp_path: Path, act: Callable[[Sandbox], str]) -> dict[str, object]:
    """Restart the sandbox; return its record of the submission that `act` returns."""
    path = str(tmp_path / "kept.sqlite3")
    state = State(path)
    state.projects[KEY] = Project(key=KEY)
    server = serve(state)
    try:
        submission_id = act(Sandbox(server.base_url, server.control_url))
    finally:
        server.shutdown()
        server.server_close()
    return vars(State(path).submissions[submission_id])


def test_code_of_an_account_outlives_a_restart(tmp_path: Path) -> None:
    def check(sandbox: Sandbox) -> str:
        sandbox.control.project(account_occupancy=True)
        submission_id = started(sandbox.client())
        sandbox.client().validate_account(submission_id, "Minjun", "004", "1234567")
        return submission_id

    assert after_restart(tmp_path, check)["occupancy_code"] == "567"


def test_verdict_of_the_vendors_people_outlives_a_restart(tmp_path: Path) -> None:
    def decide(sandbox: Sandbox) -> str:
        submission_id = started(sandbox.client())
        sandbox.control.status(submission_id, "rejected", ("id_info_blacklist",))
        return submission_id

    kept = after_restart(tmp_path, decide)
    assert (kept["status"], kept["codes"]) == ("rejected", ["id_info_blacklist"])


def test_verdict_of_the_vendors_people_is_reported(sandbox: Sandbox) -> None:
    sandbox.control.project(webhook_url="http://127.0.0.1:9/hook")
    submission_id = started(sandbox.client())
    sandbox.control.status(submission_id, "approved")
    until = time.monotonic() + 10
    while len(sandbox.control.webhooks()) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    assert "approved" in json.dumps(sandbox.control.webhooks()[-1])


def test_account_that_is_one_is_answered_in_the_contracts_words(sandbox: Sandbox) -> None:
    sandbox.control.project(account_occupancy=True)
    client = sandbox.client()
    reply = client.validate_account(started(client), "Minjun", "004", "1234567")
    assert json.loads(reply.received.raw) == {"statusCode": 200, "message": "success", "success": True}


@pytest.mark.parametrize(("is_strict", "is_taken"), [(False, True), (True, False)])
def test_depositors_name_counts_by_its_three_digits_or_not(sandbox: Sandbox, is_strict: bool, is_taken: bool) -> None:
    sandbox.control.project(account_occupancy=True)
    sandbox.control.knobs(strict_occupancy_code=is_strict)
    client = sandbox.client()
    submission_id = started(client)
    client.validate_account(submission_id, "Minjun", "004", "1234567")
    account = {"userOccupancyName": "Minjun", "userOccupancyCode": "567ARGOS"}
    if is_taken:
        assert step2(client, submission_id, **account).kyc_status == "pending"
    else:
        with pytest.raises(Refused):
            step2(client, submission_id, **account)
        assert step2(client, submission_id, **{**account, "userOccupancyCode": "567"}).kyc_status == "pending"


def test_code_of_an_address_has_its_form_and_its_place(sandbox: Sandbox) -> None:
    client = sandbox.client(paths=Paths(address_code="Address_code"))
    for number in range(40):
        address = f"{number} Sejong-daero, Jung-gu, Seoul"
        code = client.address_code({"address": address})
        assert OPEN_LOCATION_CODE.fullmatch(code.globalCode), address
        assert code.compoundCode == f"{code.globalCode.removeprefix('8Q98')} Seoul"


def test_third_failed_id_image_rejects_with_its_code(sandbox: Sandbox) -> None:
    client = sandbox.client()
    submission_id = step1(client, "+badid").submission_id
    assert submission_id
    for _try in range(2):
        step1(client, "+badid", submission_id)
    kyc = sandbox.control.submissions()[0]
    assert (kyc["status"], kyc["codes"]) == ("rejected", ["too_many_retry"])


def test_type_that_step1_could_not_tell_has_to_be_one_of_the_contracts(sandbox: Sandbox) -> None:
    client = sandbox.client()
    submission_id = started(client, "+any")
    with pytest.raises(Refused):
        step2(client, submission_id, idType="library_card")
    assert step2(client, submission_id, idType="passport").kyc_status == "pending"


def test_control_that_is_no_json_is_answered_with_why(sandbox: Sandbox) -> None:
    reply = requests.post(f"{sandbox.control.url}/clock", data=b'{"advance": "soon"}', timeout=10)
    assert (reply.status_code, reply.json()["message"][:15]) == (400, "not understood:")
