"""The code of the 1-won deposit: "3-digit" on the page, and "123test" in its example."""

from datetime import date

import pytest

from argos.errors import Refused
from argos.matrix import Options, check_step2, step2_fields
from tests.argos.sandbox.calls import started, step2
from tests.sandbox import Sandbox

DIGITS = Options(account_occupancy=True)
AS_GIVEN = Options(account_occupancy=True, occupancy_code_as_given=True)


@pytest.mark.parametrize(
    ("typed", "options", "sent"),
    [
        ("123", DIGITS, "123"),
        ("123test", DIGITS, "123"),
        (" １２３test ", DIGITS, "123"),
        ("123", AS_GIVEN, "123"),
        ("123test", AS_GIVEN, "123test"),
        (" １２３  test ", AS_GIVEN, "123 test"),
    ],
)
def test_code_is_sent_in_the_form_of_the_project(typed: str, options: Options, sent: str) -> None:
    assert step2_fields({"userOccupancyCode": typed}, options)["userOccupancyCode"] == sent


@pytest.mark.parametrize("options", [DIGITS, AS_GIVEN])
@pytest.mark.parametrize("typed", ["12", "1234", "test123"])
def test_code_begins_with_three_digits_in_either_form(typed: str, options: Options) -> None:
    found = check_step2({"userOccupancyCode": typed}, (), "KOR", "passport", options, today=date(2026, 11, 23))
    assert ("userOccupancyCode", "format") in {(problem.field, problem.code) for problem in found}


@pytest.mark.parametrize(("is_strict", "taken"), [(True, ["567"]), (False, ["567", "567test"])])
def test_sandbox_takes_the_digits_alone_or_with_the_name(sandbox: Sandbox, is_strict: bool, taken: list[str]) -> None:
    sandbox.control.project(account_occupancy=True)
    sandbox.control.knobs(strict_occupancy_code=is_strict)
    client = sandbox.client()
    for code in ("567", "567test"):
        submission_id = started(client)
        assert client.validate_account(submission_id, "Minseo", "004", "1234567").success
        if code in taken:
            assert step2(client, submission_id, userOccupancyCode=code, userOccupancyName="M").kyc_status == "pending"
        else:
            with pytest.raises(Refused):
                step2(client, submission_id, userOccupancyCode=code, userOccupancyName="M")
