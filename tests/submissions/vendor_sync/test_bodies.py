"""The Step 2 request as the sandbox received it: only the filled parameters, under the vendor's names."""

import re
from typing import Any

import pytest

from argos.matrix import PARAMETERS
from submissions.capture import account_check, drafts, images, submit
from submissions.models import CallKind, ImageKind, Project, Role, Submission, User
from submissions.vendor_sync import worker
from tests.factories import by, make_team, make_user, reload
from tests.pictures import id_card_jpeg, selfie_jpeg
from tests.sandbox import Sandbox
from tests.submissions.views.gathering import make_sandbox_project

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FILLED = {
    "name": "Minseo Example",
    "date_of_birth": "1990-02-28",
    "gender": "female",
    "nationality": "KOR",
    "identity_number": "900228-2234561",
    "license_number": "12-34-567890-12",
    "serial_number": "A1B2C3",
    "document_number": "M12345678",
    "date_of_issue": "2021-05-06",
    "date_of_expiry": "2035-05-06",
}
FOUR = ["submissionId", "faceImage", "name", "date_of_birth"]
DATED = ["date_of_issue", "date_of_expiry"]
# The page's Authentication table, with its errors corrected; under each row the optional parameters.
ROWS = {
    ("KOR", "government_id"): [*FOUR, "identity_number"],
    ("KOR", "drivers_license"): [*FOUR, "license_number", "serial_number"],
    ("KOR", "passport"): [*FOUR, "document_number", *DATED],
    ("KOR", "residence_permit"): [*FOUR, "identity_number", "date_of_issue"],
    ("USA", "drivers_license"): [*FOUR, "gender", "document_number", *DATED],
    ("CAN", "drivers_license"): [*FOUR, "gender", "document_number", *DATED],
    ("MEX", "drivers_license"): [*FOUR, "gender", "document_number", *DATED],
    ("USA", "passport"): FOUR,
    ("IND", "aadhaar"): FOUR,
}
ADDRESS = {
    "globalCode": "87C4VXX7+39",
    "compoundCode": "VXX7+39 Washington, DC, USA",
    "formatted_address": "1600 Pennsylvania Avenue NW, Washington",
    "address_input": "1600 Pennsylvania Ave",
    "address_detail": "서관 2층",
    "address_street": "1600 Pennsylvania Avenue NW",
    "address_city": "Washington",
    "address_state": "DC",
    "address_country": "USA",
    "address_zipcode": "20500",
}


@pytest.fixture
def agent() -> User:
    return make_user(Role.AGENT)


def filed(project: Project, agent: User, values: dict[str, str], country: str, id_type: str, *kinds: Any) -> Submission:
    """Send both steps. `values` replace the OCR values of Step 1; an empty one clears it."""
    given = {"email": "applicant+noocr@example.com", **values}
    submission = drafts.create_draft(
        project, make_team(), by=by(agent), issuing_country=country, id_type=id_type, values=given
    )
    for kind in (ImageKind.ID_FRONT, ImageKind.SELFIE, *kinds):
        picture = selfie_jpeg() if kind == ImageKind.SELFIE else id_card_jpeg()
        images.add_image(submission, kind, picture, by=by(agent))
    submit.send_step1(submission, by=by(agent), is_start_confirmed=True)
    assert worker.send_next()
    return reload(submission)


def step2(submission: Submission, agent: User) -> None:
    submit.send_step2(submission, by=by(agent))
    assert worker.send_next()


def names_on_the_wire(sandbox: Sandbox) -> list[str]:
    """Return the names in the raw body, without the sandbox's parsing."""
    content_type, body = sandbox.control.body()
    boundary = content_type.partition("boundary=")[2].encode()
    heads = [part.partition(b"\r\n\r\n")[0] for part in body.split(b"--" + boundary)[1:-1]]
    return [re.search(rb'name="([^"]+)"', head)[1].decode() for head in heads]  # type: ignore[index]


@pytest.mark.parametrize(("country", "id_type"), ROWS)
def test_row_alone_is_on_the_wire(sandbox: Sandbox, agent: User, country: str, id_type: str) -> None:
    names = ROWS[country, id_type]
    values = {name: FILLED[name] for name in names if name in FILLED}
    step2(filed(make_sandbox_project(sandbox), agent, values, country, id_type), agent)
    assert sorted(names_on_the_wire(sandbox)) == sorted(names)
    received = sandbox.control.received("step2")[0]
    assert {name: received["fields"][name] for name in values} == values
    assert set(received["files"]) == {"faceImage"}


@pytest.mark.parametrize(("country", "id_type"), ROWS)
def test_everything_typed_for_another_document_stays_home(
    sandbox: Sandbox, agent: User, country: str, id_type: str
) -> None:
    """All ten are stored, as after a change of the ID type; only those that this document shows are sent."""
    values = {**FILLED, "nationality": country}  # another nationality would raise a question
    if id_type == "aadhaar":  # its number has different check digits
        values["document_number"] = ""
    submission = filed(make_sandbox_project(sandbox), agent, values, country, id_type)
    step2(submission, agent)
    shown = set(submit.step2_fields(submission)) | {"faceImage"}
    sent = names_on_the_wire(sandbox)
    assert sorted(sent) == sorted(shown)
    assert set(ROWS[country, id_type]) <= set(sent)
    assert ("license_number" in sent) == ((country, id_type) == ("KOR", "drivers_license"))


def test_every_parameter_of_the_page_can_be_on_the_wire(sandbox: Sandbox, agent: User) -> None:
    """With all options on, a Korean licence, a passport and an unknown type together send all 26 names."""
    options = {"address_codes": True, "address_image": True, "account_occupancy": True}
    sandbox.control.project(**options)
    project = make_sandbox_project(
        sandbox, **{f"has_{name}": True for name in (*options, "structured_address", "universal_mode")}
    )
    seen: set[str] = set()
    for country, id_type, extra in (
        ("KOR", "drivers_license", {}),
        ("KOR", "passport", {}),
        ("USA", "universal", {"email": "applicant+any@example.com", "idType": "drivers_license"}),
    ):
        values = {**FILLED, **ADDRESS, **extra}
        submission = filed(project, agent, values, country, id_type, ImageKind.ADDRESS)
        account_check.prepare(submission, by=by(agent), holder="Minseo", bank_code="004", account_number="1234567")
        assert worker.send_next()
        account = {"userOccupancyName": "Minseo", "userOccupancyCode": "567"}
        drafts.save_values(reload(submission), account, by=by(agent))
        step2(reload(submission), agent)
        assert sandbox.control.counts("step2", submission.vendor_id)["refused"] == 0
        seen |= set(names_on_the_wire(sandbox))
    assert seen == {parameter.name for parameter in PARAMETERS}


def test_attempt_is_what_was_sent(sandbox: Sandbox, agent: User) -> None:
    values = {name: FILLED[name] for name in ROWS["KOR", "passport"] if name in FILLED}
    submission = filed(make_sandbox_project(sandbox), agent, values, "KOR", "passport")
    step2(submission, agent)
    attempt = submission.attempts.get(kind=CallKind.STEP2)
    received = sandbox.control.received("step2")[0]
    assert attempt.values == received["fields"]
    assert [image["sha256"] for image in attempt.images] == [received["files"]["faceImage"]["sha256"]]
