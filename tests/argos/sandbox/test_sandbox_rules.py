"""The vendor's rules in the sandbox: required data, counting of attempts, the clock."""

from typing import Any

import pytest

from argos.client import ImageFile
from argos.errors import AlreadyProcessed, Refused, TooLarge
from argos.paths import Paths
from tests.argos.sandbox.calls import ID, PASSPORT, SELFIE, VALUES, started, step1, step2
from tests.pictures import jpeg, no_face_jpeg, png, portrait, two_faces_jpeg
from tests.sandbox import Sandbox

ROWS = [
    ("KOR", "government_id", {"name", "date_of_birth", "identity_number"}),
    ("KOR", "drivers_license", {"date_of_birth", "license_number", "serial_number"}),
    ("KOR", "passport", {"name", "date_of_birth", "document_number", "date_of_issue", "date_of_expiry"}),
    ("KOR", "residence_permit", {"identity_number", "date_of_issue"}),
    *(
        (country, "drivers_license", {"name", "date_of_birth", "gender", "date_of_expiry", "date_of_issue"})
        for country in ("USA", "CAN", "MEX")
    ),
    ("USA", "drivers_license", {"document_number"}),
    ("DEU", "passport", {"name", "date_of_birth"}),
]
FILLED = {
    **VALUES,
    **PASSPORT,
    "gender": "female",
    "identity_number": "900203-2234567",
    "license_number": "11-21-123456-78",
    "serial_number": "AB12CD",
}


@pytest.mark.parametrize(
    ("country", "id_type", "missing"), [(*row[:2], name) for row in ROWS for name in sorted(row[2])]
)
def test_each_required_field_missing_alone_is_refused(
    sandbox: Sandbox, country: str, id_type: str, missing: str
) -> None:
    client = sandbox.client()
    submission_id = started(client, issuingCountry=country, idType=id_type)
    with pytest.raises(Refused) as caught:
        step2(client, submission_id, **{**FILLED, missing: ""})
    assert caught.value.message == "missing required parameters for identity verification"
    assert step2(client, submission_id, **FILLED).kyc_status == "pending"


def test_authentication_off_asks_for_the_always_required_only(sandbox: Sandbox) -> None:
    sandbox.control.project(id_authentication=False)
    client = sandbox.client()
    bare = dict.fromkeys(PASSPORT, "")
    assert step2(client, started(client), **bare).kyc_status == "pending"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"address_codes": True}, "missing address data parameters"),
        ({"address_image": True}, "invalid or missing an address image"),
        ({"account_occupancy": True}, "missing required parameters for identity verification"),
    ],
)
def test_options_ask_for_more(sandbox: Sandbox, options: dict[str, bool], message: str) -> None:
    sandbox.control.project(**options)
    client = sandbox.client()
    with pytest.raises(Refused) as caught:
        step2(client, started(client))
    assert caught.value.message == message


@pytest.mark.parametrize("code", ["globalCode", "compoundCode", "formatted_address"])
def test_any_one_address_code_is_enough(sandbox: Sandbox, code: str) -> None:
    sandbox.control.project(address_codes=True)
    client = sandbox.client()
    assert step2(client, started(client), **{code: "87C4VXX7+39"}).kyc_status == "pending"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"date_of_birth": "3 February 1990"}, "invalid_format"),
        ({"date_of_expiry": "2031-02-30"}, "invalid_format"),
        ({"gender": "X"}, "invalid_format"),
        ({"nationality": "Korea"}, "invalid_format"),
        ({"serial_number": "12345"}, "invalid_format"),
        ({"dcoument_number": "M12345678"}, "invalid_parameter"),
        ({"submissionId": "nobody"}, "invalid_submission"),
    ],
)
def test_wrong_step2_is_refused_and_costs_no_try(sandbox: Sandbox, fields: dict[str, str], code: str) -> None:
    client = sandbox.client()
    submission_id = started(client)
    with pytest.raises(Refused) as caught:
        step2(client, submission_id, **fields)
    assert caught.value.code == code
    assert sandbox.control.submissions()[0]["step2_calls"] == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"email": ""}, "missing_data"),
        ({"email": "nobody"}, "invalid_email"),
        ({"idType": "library_card"}, "invalid_id_type"),
        ({"issuingCountry": "Korea"}, "invalid_parameter"),
        ({"customOptions": "blacklist"}, "invalid_payload"),
        ({"applicant": "x"}, "invalid_parameter"),
    ],
)
def test_wrong_step1_is_refused_and_makes_nothing(sandbox: Sandbox, fields: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as caught:
        step1(sandbox.client(), **fields)
    assert caught.value.code == code
    assert sandbox.control.submissions() == []


def test_oversize_and_foreign_files_are_refused(sandbox: Sandbox) -> None:
    client = sandbox.client()
    submission_id = started(client)
    with pytest.raises(TooLarge):
        step2(client, submission_id, selfie=SELFIE.content + b"\0" * 2_100_000)
    sandbox.control.knobs(oversize_status=400)
    with pytest.raises(Refused):
        step2(client, submission_id, selfie=SELFIE.content + b"\0" * 2_100_000)
    with pytest.raises(Refused) as caught:
        step2(client, submission_id, selfie=b"GIF89a")
    assert caught.value.code == "invalid_face_image"


@pytest.mark.parametrize(
    ("selfie", "code"),
    [(two_faces_jpeg(), "multiple_faces_detected"), (no_face_jpeg(), "face_not_detected")],
    ids=["two faces", "no face"],
)
def test_one_face_or_a_retry(sandbox: Sandbox, selfie: bytes, code: str) -> None:
    client = sandbox.client()
    submission_id = started(client)
    reply = step2(client, submission_id, selfie)
    assert (reply.kyc_status, reply.retries[0].code) == ("incomplete", code)
    sandbox.control.knobs(looks_at_faces=False)
    assert step2(client, submission_id, selfie).kyc_status == "pending"


def counts_of(sandbox: Sandbox, tags: str, tries: int) -> list[tuple[Any, Any]]:
    client = sandbox.client()
    submission_id = started(client, tags)
    replies = [step2(client, submission_id) for _try in range(tries)]
    return [(reply.kyc_status, reply.retry_count) for reply in replies]


def test_third_failure_rejects_and_a_fourth_is_refused(sandbox: Sandbox) -> None:
    assert counts_of(sandbox, "+fail", 3) == [("incomplete", 1), ("incomplete", 2), ("rejected", 3)]
    kyc = sandbox.control.submissions()[0]
    with pytest.raises(AlreadyProcessed):
        step2(sandbox.client(), kyc["submission_id"])
    assert sandbox.control.counts("step2", kyc["submission_id"]) == {"came": 4, "processed": 4, "refused": 1}
    assert (kyc["step2_calls"], kyc["codes"]) == (3, ["too_many_retry"])


def test_other_reading_rejects_at_two(sandbox: Sandbox) -> None:
    sandbox.control.knobs(reject_at=2)
    assert counts_of(sandbox, "+fail", 2) == [("incomplete", 1), ("rejected", 2)]


@pytest.mark.parametrize(("is_shared", "counts"), [(True, [1, 2, 3]), (False, [1, 1, 2])])
def test_failed_id_images_share_the_budget_or_not(sandbox: Sandbox, is_shared: bool, counts: list[int]) -> None:
    sandbox.control.knobs(shared_budget=is_shared)
    client = sandbox.client()
    first = step1(client, "+glare+fail")
    assert first.submission_id
    step1(client, "+glare+fail", first.submission_id)
    replies = [step2(client, first.submission_id) for _try in range(2)]
    assert [first.retry_count, *(reply.retry_count for reply in replies)] == counts
    assert replies[-1].kyc_status == ("rejected" if is_shared else "incomplete")


def test_third_failed_id_image_rejects(sandbox: Sandbox) -> None:
    client = sandbox.client()
    first = step1(client, "+badid")
    assert first.submission_id
    statuses = [step1(client, "+badid", first.submission_id).kyc_status for _try in range(2)]
    assert (first.kyc_status, statuses) == ("incomplete", ["incomplete", "rejected"])


def test_step1_that_succeeded_cannot_be_repeated(sandbox: Sandbox) -> None:
    client = sandbox.client()
    with pytest.raises(AlreadyProcessed):
        step1(client, "", started(client))


def test_key_of_another_project_does_not_go_on(sandbox: Sandbox) -> None:
    submission_id = started(sandbox.client())
    sandbox.control._call("projects", {"key": "another"})
    other = sandbox.client(api_key="another")
    with pytest.raises(Refused) as caught:
        step2(other, submission_id)
    assert caught.value.message == "invalid api key"
    assert other.get_submission(submission_id) is None


@pytest.mark.parametrize(("hours", "knob", "is_taken"), [(3.9, 4, True), (4.1, 4, False), (4.1, 0, True)])
def test_first_step2_within_four_hours(sandbox: Sandbox, hours: float, knob: float, is_taken: bool) -> None:
    sandbox.control.knobs(first_step2_hours=knob)
    client = sandbox.client()
    submission_id = started(client)
    sandbox.control.advance(hours * 3600)
    if is_taken:
        assert step2(client, submission_id).kyc_status == "pending"
    else:
        with pytest.raises(Refused):
            step2(client, submission_id)


@pytest.mark.parametrize(
    ("tags", "is_tried", "knob", "result"),
    [
        ("+fail", True, False, "rejected"),
        ("", False, False, "incomplete"),  # only the ID was sent: the vendor does not document a rejection
        ("", True, False, "pending"),
        ("", True, True, "rejected"),  # the other reading of "no result yet"
    ],
)
def test_24_hours(sandbox: Sandbox, tags: str, is_tried: bool, knob: bool, result: str) -> None:
    sandbox.control.knobs(pending_times_out=knob)
    client = sandbox.client()
    submission_id = started(client, tags)
    if is_tried:
        step2(client, submission_id)
    sandbox.control.advance(24 * 3600 + 1)
    found = client.get_submission(submission_id)
    assert found is not None
    assert found.result == result
    assert ("timeout" in found.codes) == (result == "rejected")


@pytest.mark.parametrize(
    ("reading", "value", "is_taken"),
    [
        ("", "vehicle_registration certificate", True),
        ("", "vehicle_registration_certificate", True),
        ("vehicle_registration certificate", "vehicle_registration_certificate", False),
        ("", "universal", False),
    ],
)
def test_step2_names_the_type_after_any(sandbox: Sandbox, reading: str, value: str, is_taken: bool) -> None:
    sandbox.control.knobs(vehicle_value=reading)
    client = sandbox.client()
    submission_id = started(client, "+any", idType="universal")
    if is_taken:
        assert step2(client, submission_id, idType=value).kyc_status == "pending"
    else:
        with pytest.raises(Refused):
            step2(client, submission_id, idType=value)


def test_recognised_universal_says_its_type(sandbox: Sandbox) -> None:
    client = sandbox.client()
    assert step2(client, started(client, idType="universal")).recognized_id_type == "passport"


def test_account_check_gives_the_code_that_step2_wants(sandbox: Sandbox) -> None:
    sandbox.control.project(account_occupancy=True)
    client = sandbox.client()
    submission_id = started(client)
    assert client.validate_account(submission_id, "Minjun", "999", "1234567").retry_code == "invalid_bank_code"
    assert client.validate_account(submission_id, "Minjun", "004", "1234567").success
    account = {"userOccupancyName": "Minjun", "userOccupancyCode": "111"}
    with pytest.raises(Refused) as caught:
        step2(client, submission_id, **account)
    assert caught.value.code == "invalid_occupancy_code"
    assert step2(client, submission_id, **{**account, "userOccupancyCode": "567"}).kyc_status == "pending"


def test_third_failed_account_check_rejects(sandbox: Sandbox) -> None:
    sandbox.control.project(account_occupancy=True)
    client = sandbox.client()
    submission_id = started(client)
    for _try in range(3):
        assert not client.validate_account(submission_id, "Minjun", "004", "1234000").success
    found = client.get_submission(submission_id)
    assert found is not None
    assert found.result == "rejected"


def test_automated_only_rejects_what_would_be_pending(sandbox: Sandbox) -> None:
    sandbox.control.project(automated_only=True)
    client = sandbox.client()
    assert step2(client, started(client)).kyc_status == "rejected"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"admin": "stranger@example.com"}, "Access denied. The admin is not registered in the project."),
        ({"status": "maybe"}, "Invalid status"),
        ({"status": "rejected"}, "Reject comment is required"),
        ({"submissionId": "nobody"}, "Invalid Submission Id."),
        ({"updateFields": {"shoeSize": "44"}}, "Invalid data format."),
    ],
)
def test_wrong_review_is_refused(sandbox: Sandbox, body: dict[str, Any], message: str) -> None:
    client = sandbox.client()
    submission_id = started(client)
    step2(client, submission_id)
    given = {"submissionId": submission_id, "status": "approved", "admin": "reviewer@example.com", **body}
    with pytest.raises(Refused) as caught:
        client.review(
            given["submissionId"], given["status"], given["admin"], update_fields=given.get("updateFields", {})
        )
    assert caught.value.message == message
    assert sandbox.control.submissions()[0]["status"] == "pending"


def test_only_a_pending_one_of_a_client_project_is_reviewed(sandbox: Sandbox) -> None:
    client = sandbox.client()
    submission_id = started(client)
    with pytest.raises(Refused) as caught:
        client.review(submission_id, "approved", "reviewer@example.com")
    assert caught.value.message == "Only submissions in pending status can be reviewed"
    step2(client, submission_id)
    sandbox.control.project(reviewer="vendor")
    with pytest.raises(Refused) as caught:
        client.review(submission_id, "approved", "reviewer@example.com")
    assert caught.value.message == "This submission cannot be reviewed by client"


def test_review_decides_and_corrects(sandbox: Sandbox) -> None:
    client = sandbox.client()
    submission_id = started(client)
    step2(client, submission_id)
    reply = client.review(submission_id, "approved", "reviewer@example.com", update_fields={"fullName": "Kim Min"})
    kyc = sandbox.control.submissions()[0]
    assert (reply.final_status, kyc["status"], kyc["reviewer"]) == ("approved", "approved", "reviewer@example.com")
    assert kyc["data"]["name"] == "Kim Min"


def test_address_codes_are_one_for_one_address(sandbox: Sandbox) -> None:
    client = sandbox.client(paths=Paths(address_code="Address_code"))
    first, second = (client.address_code({"address": "1 Sejong-daero, Seoul"}) for _time in range(2))
    assert first.globalCode == second.globalCode
    assert first.formatted_address == "1 Sejong-daero, Seoul"
    assert first.globalCode.startswith("8Q98")
    with pytest.raises(Refused):
        client.address_code({"address": " "})


def test_images_come_back_as_they_went(sandbox: Sandbox) -> None:
    client = sandbox.client()
    submission_id = started(client)
    assert client.image(submission_id, "idImage") == (ID.content, "image/jpeg")
    with pytest.raises(Refused):
        client.image(submission_id, "selfieImage")


def test_png_is_taken_and_named_so(sandbox: Sandbox) -> None:
    client = sandbox.client()
    content = png(portrait())
    fields = {"issuingCountry": "KOR", "idType": "passport", "email": "applicant@example.com"}
    reply = client.step1(fields, {"idImage": ImageFile("id.png", content, "image/png")})
    assert client.image(str(reply.submission_id), "idImage") == (content, "image/png")


def test_deletion_leaves_id_and_status_only(sandbox: Sandbox) -> None:
    client = sandbox.client()
    submission_id = started(client)
    client.delete(submission_id, "reviewer@example.com")
    kyc = sandbox.control.submissions()[0]
    assert (kyc["deleted"], kyc["email"], kyc["ocr"], kyc["data"]) == (True, "", {}, {})
    with pytest.raises(Refused):
        client.image(submission_id, "idImage")
    with pytest.raises(Refused):
        client.delete(submission_id, "reviewer@example.com")


def test_small_picture_is_not_refused_for_its_size(sandbox: Sandbox) -> None:
    """960x720 is a recommendation, not a rule."""
    client = sandbox.client()
    assert step2(client, started(client), jpeg(portrait())).kyc_status == "pending"
