"""POST /submission/validationaccount: the 1-won account check, between Step 1 and Step 2."""

from typing import Any

from argos.sandbox.answers import Answer, Refusal, ok
from argos.sandbox.cases import TOO_MANY
from argos.sandbox.checks import open_submission
from argos.sandbox.knobs import Project
from argos.sandbox.kyc import Kyc
from argos.sandbox.state import State

# Assumption: the bank table is unknown; the sandbox accepts these codes.
BANKS = frozenset({"002", "003", "004", "007", "011", "020", "023", "027", "081", "088", "089", "090", "092"})


def answer(state: State, project: Project, body: dict[str, Any]) -> Answer:
    """Check the account. A failure returns HTTP 200 and `success: false`."""
    kyc = open_submission(state, project, body.get("submissionId"))
    if not project.account_occupancy:
        raise Refusal("invalid_project", "Invalid project.")
    if not kyc.step1_done:
        raise Refusal("invalid_submission", "invalid submission id")
    if body.get("requestType") != "occupancy" or not body.get("userName"):
        raise Refusal("missing_data", "Required input data is missing.")
    bank, account = str(body.get("bankCode") or ""), str(body.get("accountNumber") or "")
    if wrong := _wrong_account(bank, account):
        return _failed(state, kyc, *wrong)
    kyc.occupancy_code = account[-3:]  # Assumption: the tester needs the code without a bank.
    state.save(kyc)
    return ok(statusCode=200, message="success", success=True)


def _wrong_account(bank: str, account: str) -> tuple[str, str] | None:
    """Return a failure. Assumption: the second code's name; the vendor's page shows only the first."""
    if bank not in BANKS:
        return "invalid_bank_code", "This bank code is invalid. Please check bank code."
    if not account.isdigit() or len(account) < 7 or account.endswith("000"):
        return "invalid_account_number", "This account number is invalid. Please check account number."
    return None


def _failed(state: State, kyc: Kyc, code: str, message: str) -> Answer:
    """Count a failure.

    Assumption: the third one rejects (a reply "rejected after failures" exists but is not shown).
    """
    kyc.account_failures += 1
    body: dict[str, Any] = {"statusCode": 200, "message": message, "retryCode": code, "success": False}
    body["retryCount"] = kyc.account_failures
    limit = state.knobs.account_reject_at
    if limit and kyc.account_failures >= limit:
        state.reject(kyc, *TOO_MANY)
        body["kycStatus"] = "rejected"
    else:
        state.save(kyc)
    return ok(**body)
