"""POST step1 and step2 by the vendor's rules. Each takes a call's text fields and files; (status, body) out."""

import secrets
import string
from datetime import date
from typing import Any

from argos.sandbox import cases, faces
from argos.sandbox.world import Kyc, Project, World

Fields = dict[str, str]
Files = dict[str, bytes]
Answer = tuple[int, dict[str, Any]]

MAX_IMAGE = 2 * 1024 * 1024  # whether 2,000,000 is meant is unknown
STEP1_ID_TYPES = {
    "passport",
    "government_id",
    "drivers_license",
    "residence_permit",
    "visa",
    "vehicle_registration_certificate",
    "aadhaar",
    "pancard",
    "universal",
}
STEP2_VEHICLE = {"vehicle_registration certificate", "vehicle_registration_certificate"}
# The Authentication table of the Step 2 page, spelled as its input table spells the parameters.
AUTHENTICATION = {
    ("KOR", "government_id"): {"name", "date_of_birth", "identity_number"},
    ("KOR", "drivers_license"): {"date_of_birth", "license_number", "serial_number"},
    ("KOR", "passport"): {"name", "date_of_birth", "document_number", "date_of_issue", "date_of_expiry"},
    ("KOR", "residence_permit"): {"identity_number", "date_of_issue"},
}
NORTH_AMERICAN_LICENCE = {"name", "date_of_birth", "gender", "date_of_expiry", "date_of_issue", "document_number"}
for _country in ("USA", "CAN", "MEX"):
    AUTHENTICATION[_country, "drivers_license"] = NORTH_AMERICAN_LICENCE
KNOWN_STEP2 = {
    *("submissionId", "name", "date_of_birth", "gender", "nationality", "identity_number", "license_number"),
    *("document_number", "serial_number", "date_of_issue", "date_of_expiry", "address_street", "address_city"),
    *("address_state", "address_country", "address_zipcode", "globalCode", "compoundCode", "formatted_address"),
    *("address_input", "address_detail", "userOccupancyCode", "userOccupancyName", "idType"),
}


def refuse(code: str, message: str) -> Answer:
    """Assumption: Step 1 and Step 2 errors are HTTP 400 with errorCode and message, and cost no try."""
    return 400, {"errorCode": code, "message": message}


def oversize(world: World, files: Files) -> Answer | None:
    if any(len(content) > MAX_IMAGE for content in files.values()):
        return world.knobs.oversize_status, {"message": "Request Entity Too Large"}
    return None


def is_picture(content: bytes) -> bool:
    return content[:3] == b"\xff\xd8\xff" or content[:8] == b"\x89PNG\r\n\x1a\n"


def step1(world: World, project: Project, fields: Fields, files: Files) -> Answer:
    if wrong := _wrong_step1(world, fields, files):
        return wrong
    case = cases.case_of(fields["email"])
    if case.is_duplicate and "submissionId" not in fields:
        text = f"{fields['email']} had submitted another KYC and is already approved; therefore, this submission "
        return refuse("duplicate", text + "is not accepted to avoid duplicate submissions.")
    kyc = _started(world, project, fields)
    if isinstance(kyc, tuple):
        return kyc
    for kind, content in files.items():
        world.save_image(kyc, kind, content)
    if _fails(case.step1, kyc.step1_failures, for_ever=case.step1_for_ever):
        return _step1_failed(world, kyc, case)
    kyc.step1_done, kyc.type_unknown = True, case.says_any
    kyc.ocr = world.ocr_for.get(kyc.email) or (
        cases.reading_of(kyc.email, kyc.country, kyc.id_type) if case.reads else {}
    )
    world.save(kyc)
    return 200, _step1_body(world, kyc)


def _wrong_step1(world: World, fields: Fields, files: Files) -> Answer | None:
    missing = [name for name in ("issuingCountry", "email", "idType") if not fields.get(name)]
    if missing or "idImage" not in files:
        return refuse("missing_data", "missing required parameters")
    if fields["idType"] not in STEP1_ID_TYPES:
        return refuse("invalid_id_type", "invalid id type")
    if "@" not in fields["email"]:
        return refuse("invalid_email", "invalid email address format")
    country = fields["issuingCountry"]
    if len(country) != 3 or not country.isalpha() or not country.isupper():
        return refuse("invalid_parameter", "invalid issuingCountry")
    if too_big := oversize(world, files):
        return too_big
    if not all(is_picture(content) for content in files.values()):
        return refuse("invalid_id_image", "invalid id image")
    return None


def _started(world: World, project: Project, fields: Fields) -> Kyc | Answer:
    given = fields.get("submissionId")
    if not given:
        alphabet = string.ascii_lowercase + string.digits
        fresh = "".join(secrets.choice(alphabet) for _letter in range(15))
        return Kyc(
            submission_id=fresh,
            key=project.key,
            email=fields["email"],
            userid=fields.get("userid", ""),
            country=fields["issuingCountry"],
            id_type=fields["idType"],
            created_at=world.now(),
            cf=[fields.get(name, "") for name in ("cf1", "cf2", "cf3")],
        )
    kyc = world.submissions.get(given)
    if kyc is None or kyc.key != project.key:
        return refuse("invalid_submission", "invalid submission id")
    if kyc.step1_done or kyc.status != "incomplete":
        return refuse("already_processed", "this submission is already processed")
    if world.now() > kyc.created_at + 4 * 3600:
        return refuse("invalid_submission", "invalid submission id")
    return kyc


def _fails(failures: tuple[tuple[str, str], ...], so_far: int, *, for_ever: bool) -> bool:
    return so_far < len(failures) or (for_ever and bool(failures))


def _step1_failed(world: World, kyc: Kyc, case: cases.Case) -> Answer:
    code, message = case.step1[min(kyc.step1_failures, len(case.step1) - 1)]
    kyc.step1_failures += 1
    if world.knobs.shared_budget:
        kyc.failures += 1
        kyc.attempts.append({"attemptCnt": len(kyc.attempts) + 1, "retryCode": [code], "retryMsg": [message]})
    count = kyc.failures if world.knobs.shared_budget else kyc.step1_failures
    if count >= world.knobs.reject_at:
        _too_many(world, kyc)
        world.save(kyc)
        return 200, {"submissionId": kyc.submission_id, "kycStatus": "rejected", "retryCount": count}
    world.save(kyc)
    # Assumption: Step 1's retry has the shape that is documented for Step 2.
    retry = [{"retryCode": code, "retryMsg": message}]
    return 200, {"submissionId": kyc.submission_id, "retry": retry, "kycStatus": "incomplete", "retryCount": count}


def _step1_body(world: World, kyc: Kyc) -> dict[str, Any]:
    """Assumption: reviewOCRData carries GET's member names; `any` stands as idType beside it."""
    expected = ["fullName", "birthDate", "issueDate"]
    read = {name: value for name, value in kyc.ocr.items() if value}
    body: dict[str, Any] = {
        "submissionId": kyc.submission_id,
        "document_fields": sorted({*expected, *read}),
        "missing_fields": [name for name in expected if name not in read],
        "reviewOCRData": read,
        "idImage": True,
    }
    if kyc.type_unknown:
        body["idType"] = "any"
    if world.knobs.spelling_variants:
        body["SubmissionId"] = body.pop("submissionId")
        body["documnt_fields"] = body.pop("document_fields")
    return body


def step2(world: World, project: Project, fields: Fields, files: Files) -> Answer:
    kyc = world.submissions.get(fields.get("submissionId", ""))
    if kyc is None or kyc.key != project.key or not kyc.step1_done:
        return refuse("invalid_submission", "invalid submission id")
    if kyc.status != "incomplete":
        return refuse("already_processed", "this submission is already processed")
    hours = world.knobs.first_step2_hours
    if hours and not kyc.step2_calls and world.now() > kyc.created_at + hours * 3600:
        return refuse("invalid_submission", "invalid submission id")  # assumption: a dead ID is an unknown one
    if wrong := _wrong_step2(world, project, kyc, fields, files):
        return wrong
    kyc.step2_calls += 1
    kyc.data = dict(fields)
    world.save_image(kyc, "selfieImage", files["faceImage"])
    if "addressImage" in files:
        world.save_image(kyc, "addressImage", files["addressImage"])
    return _judge(world, kyc, files["faceImage"])


def _wrong_step2(world: World, project: Project, kyc: Kyc, fields: Fields, files: Files) -> Answer | None:
    if "faceImage" not in files or not is_picture(files["faceImage"]):
        return refuse("invalid_face_image", "invalid face image")
    if too_big := oversize(world, files):
        return too_big
    id_type = fields.get("idType", "") if kyc.type_unknown else kyc.id_type
    if kyc.type_unknown and not _is_step2_type(world, id_type):
        return refuse("missing_data", "missing required parameters")
    required = {"name", "date_of_birth"}
    if project.id_authentication:
        required |= AUTHENTICATION.get((kyc.country, id_type), set())
    if project.account_occupancy:
        required |= {"userOccupancyCode", "userOccupancyName"}
    if any(not fields.get(name) for name in required):
        return refuse("missing_data", "missing required parameters for identity verification")
    if project.address_codes and not any(
        fields.get(name) for name in ("globalCode", "compoundCode", "formatted_address")
    ):
        return refuse("missing_data", "missing address data parameters")
    if project.address_image and not is_picture(files.get("addressImage", b"")):
        return refuse("invalid_address_image", "invalid or missing an address image")
    return _wrong_values(fields, kyc)


def _is_step2_type(world: World, id_type: str) -> bool:
    if id_type in STEP2_VEHICLE:
        return not world.knobs.vehicle_value or id_type == world.knobs.vehicle_value
    return id_type in STEP1_ID_TYPES - {"universal"}


def _wrong_values(fields: Fields, kyc: Kyc) -> Answer | None:
    if unknown := set(fields) - KNOWN_STEP2:
        return refuse(
            "invalid_parameter", f"unknown parameters: {sorted(unknown)}"
        )  # assumption: strict, so slips show
    for name in ("date_of_birth", "date_of_issue", "date_of_expiry"):
        if name in fields and not _is_date(fields[name]):
            return refuse("invalid_format", f"invalid {name}")
    if fields.get("gender", "male") not in ("male", "female"):
        return refuse("invalid_format", "invalid gender")
    if "userOccupancyCode" in fields and kyc.occupancy_code != fields["userOccupancyCode"][:3]:
        return refuse("invalid_occupancy_code", "invalid userOccupancyCode")
    return None


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _judge(world: World, kyc: Kyc, selfie: bytes) -> Answer:
    case = cases.case_of(kyc.email)
    failure = _face_failure(world, selfie)
    planned = kyc.step2_calls - 1
    if failure is None and _fails(case.step2, planned, for_ever=case.step2_for_ever):
        failure = case.step2[min(planned, len(case.step2) - 1)]
    if failure:
        return _failed(world, kyc, *failure)
    return _accepted(world, kyc, case)


def _face_failure(world: World, selfie: bytes) -> tuple[str, str] | None:
    if not world.knobs.looks_at_faces:
        return None
    count = faces.count_faces(selfie)
    if count == 1:
        return None
    return cases.SEVERAL if count else cases.NO_FACE


def _failed(world: World, kyc: Kyc, code: str, message: str) -> Answer:
    """Failures 1 and 2 are incomplete, the third is rejected (contract C1; the knob is the other reading)."""
    kyc.failures += 1
    attempt: dict[str, Any] = {"attemptCnt": len(kyc.attempts) + 1, "retryCode": [code], "retryMsg": [message]}
    if code == "face_compare_underscore":
        attempt |= {"livenessScore": 99, "faceSimilarityScore": 0}
    kyc.attempts.append(attempt)
    if kyc.failures >= world.knobs.reject_at:
        _too_many(world, kyc)
        world.save(kyc)
        scores = {"verificationResult": "success", "faceSimilarityScore": 0, "livenessScore": 99}
        return 200, {**scores, "kycStatus": "rejected", "retryCount": kyc.retry_count}
    world.save(kyc)
    retry: Any = [{"retryCode": code, "retryMsg": message}]
    return 200, {"retry": retry, "kycStatus": "incomplete", "retryCount": kyc.retry_count}


def _too_many(world: World, kyc: Kyc) -> None:
    kyc.status, kyc.result_at, kyc.reviewer = "rejected", world.now(), "system"
    kyc.codes, kyc.comments = ["too_many_retry"], ["Multiple invalid KYC attempts "]


def _accepted(world: World, kyc: Kyc, case: cases.Case) -> Answer:
    similarity, liveness = case.scores
    scores = {"faceSimilarityScore": similarity, "livenessScore": liveness}
    kyc.attempts.append({"attemptCnt": len(kyc.attempts) + 1, **scores, "retryCode": [], "retryMsg": []})
    kyc.status = case.end
    if case.end == "pending":
        kyc.pending_at = world.now()
    else:
        kyc.result_at, kyc.reviewer, kyc.codes = world.now(), "system", list(case.codes)
        kyc.comments = ["Entered information does not match the ID document."] if case.codes else []
    world.save(kyc)
    body: dict[str, Any] = {"verificationResult": "success", **scores, "kycStatus": kyc.status}
    body["retryCount"] = kyc.retry_count
    if kyc.id_type == "universal" and not kyc.type_unknown:
        body["recognized_IdType"] = "passport"
    return 200, body
