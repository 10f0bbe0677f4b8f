"""Every code on the vendor's pages has advice; an unknown code is shown with the vendor's text."""

import pytest

from argos.codes import TABLES, Advice, advice_for, advice_on
from argos.errors import (
    AlreadyProcessed,
    Forbidden,
    NotConfigured,
    OutcomeUnknown,
    Refused,
    TooLarge,
    Undelivered,
    Unsupported,
    VendorError,
)
from argos.received import Received

STEP1 = [
    "mrz_protocol_fail",
    "barcode_protocol_fail",
    "invalid_back_document",
    "document_country_mismatch",
    "document_expired",
    "document_name_mismatch",
    "document_dob_mismatch",
    "missing_expiry_date",
    "missing_issue_date",
    "missing_birth_date",
    "missing_document_number",
    "missing_personal_number",
    "missing_name",
    "glare_detected",
    "recaptured_document",
    "screen_detected",
]
STEP2 = ["face_compare_underscore", "liveness_error"]
REJECT = [
    "id_image_invalidImage",
    "id_image_invalidId",
    "id_image_error",
    "id_image_badImage",
    "id_info_dataMismatch",
    "id_info_blacklist",
    "id_info_notOfAge",
    "duplicate_user",
    "duplicated_user_PII_exact",
    "duplicated_face",
    "too_many_retry",
    "blacklistCountry",
    "under_ageLimit",
    "invalid_acceptedID",
    "no-date-of-birth",
    "expired_id",
    "automatic_verification_fail",
    "address_image_invalidImage",
    "address_image_error",
    "address_image_badImage",
    "address_info_expiredDocument",
    "address_info_dataMismatch",
    "timeout",
    "other",
]
MESSAGES = [
    "failed to parse the input data",
    "invalid id image",
    "missing required parameters",
    "invalid id type : id type must be passport, government_id or drivers_license",
    "invalid email address format",
    "id image processing error",
    "data processing error",
    "jane@example.com had submitted another KYC and is already approved; therefore, this submission is not accepted",
    "failed to find the project",
    "invalid api key",
    "invalid face image",
    "invalid or missing an address image",
    "missing address data parameters",
    "invalid submission id",
    "this submission is already processed",
    "missing required parameters for identity verification",
    "Project not found.",
    "admin is required.",
    "Access denied. The admin is not registered in the project.",
    "Invalid Submission Id.",
    "Only submissions in pending status can be reviewed",
    "This submission cannot be reviewed by client",
    "Invalid status",
    "Invalid data format.",
    "Reject comment is required",
    "Decryption is Failed. Please check the api-key.",
    "API-Key is required.",
    "delete Process FAIL",
    "not Exist Submission ID",
]


def is_unknown(advice: Advice) -> bool:
    return advice.what_happened.startswith("ARGOS reports:")


@pytest.mark.parametrize(("surface", "codes"), [("step1_retry", STEP1), ("step2_retry", STEP2), ("reject", REJECT)])
def test_table_has_every_code_of_the_contract(surface: str, codes: list[str]) -> None:
    assert sorted(TABLES[surface]) == sorted(codes)


@pytest.mark.parametrize("message", MESSAGES)
def test_error_message_has_its_own_row(message: str) -> None:
    for advice in (advice_for("", message, "error"), advice_for(message, "", "error"), advice_for("", message)):
        assert not is_unknown(advice)
        assert advice.code in message.casefold()


def test_more_particular_message_wins() -> None:
    general = advice_for("", "missing required parameters", "error")
    particular = advice_for("", "missing required parameters for identity verification", "error")
    assert general != particular


@pytest.mark.parametrize("advice", [row for rows in TABLES.values() for row in rows.values()], ids=lambda row: row.code)
def test_row_is_whole_sentences(advice: Advice) -> None:
    for words in (advice.what_happened, advice.say, advice.do):
        assert words[0].isupper()
        assert words.endswith((".", "?"))


def test_unknown_code_shows_the_vendors_text() -> None:
    advice = advice_for("forged_document", "Please retry with original ID", "step1_retry")
    assert advice.code == "forged_document"
    assert advice.what_happened == "ARGOS reports: Please retry with original ID"


def test_unknown_code_without_text_shows_itself() -> None:
    assert advice_for("new_code").what_happened == "ARGOS reports: new_code"
    assert advice_for("").what_happened == "ARGOS gave no reason."
    assert is_unknown(advice_for("x", surface="no such surface"))


def test_code_of_another_surface_is_not_borrowed() -> None:
    assert is_unknown(advice_for("timeout", surface="step2_retry"))
    assert advice_for("timeout").code == "timeout"


SERVER_FAULT = Received(502, b"", None, 0.1)
FACTS: list[tuple[VendorError, str]] = [
    (Undelivered("refused"), "undelivered"),
    (Undelivered("429", received=Received(429, b"", None, 0.1)), "too_many_calls"),
    (OutcomeUnknown("reset"), "unknown"),
    (OutcomeUnknown("HTTP 502", received=SERVER_FAULT), "server_error"),
    (Unsupported("encrypted"), "encrypted"),
    (NotConfigured("no path"), "not_configured"),
    (TooLarge(413), "too_large"),
    (Forbidden(403, message="Forbidden"), "forbidden_key"),
    (Forbidden(403, message="not authorized to access this resource with an explicit deny"), "forbidden_ip"),
    (Forbidden(403), "forbidden"),
    (AlreadyProcessed(400, message="this submission is already processed"), "already processed"),
    (Refused(400, message="Invalid Query String parameters"), "bad_request"),
    (Refused(400, "invalid_bank_code"), "invalid_bank_code"),
]


@pytest.mark.parametrize(("error", "code"), FACTS)
def test_every_fact_has_advice(error: VendorError, code: str) -> None:
    assert advice_on(error).code == code


def test_nobody_is_told_to_send_again_what_may_have_arrived() -> None:
    for error in (OutcomeUnknown("reset"), OutcomeUnknown("HTTP 502", received=SERVER_FAULT)):
        assert "Do not send again" in advice_on(error).do
