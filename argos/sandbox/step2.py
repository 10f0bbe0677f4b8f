"""POST /submission/step2: compare the face and the confirmed data; accept, ask for another selfie, or reject."""

from typing import Any

from argos.sandbox import aml, cases, contract, faces
from argos.sandbox.answers import Answer, Refusal, ok, retry_of
from argos.sandbox.checks import (
    UNKNOWN_SUBMISSION,
    Fields,
    Files,
    image_sizes,
    is_alpha3,
    is_date,
    is_picture,
    known_parameters,
    open_submission,
)
from argos.sandbox.knobs import Knobs, Project
from argos.sandbox.kyc import Kyc
from argos.sandbox.state import State


def answer(state: State, project: Project, fields: Fields, files: Files) -> Answer:
    kyc = open_submission(state, project, fields.get("submissionId"))
    hours = state.knobs.first_step2_hours
    is_late = bool(hours) and not kyc.step2_calls and state.now() > kyc.created_at + hours * 3600
    if not kyc.step1_done or is_late:
        raise UNKNOWN_SUBMISSION  # Assumption: an expired ID is treated as unknown.
    _check_files(state, project, files)
    _check_names(state, project, kyc, fields)
    if state.knobs.strict_formats:
        _check_formats(fields)
    _check_occupancy(state, project, kyc, fields)
    kyc.step2_calls += 1
    kyc.data = dict(fields)
    state.save_image(kyc, "selfieImage", files["faceImage"])
    if "addressImage" in files:
        state.save_image(kyc, "addressImage", files["addressImage"])
    return _judge(state, project, kyc, files["faceImage"])


def _check_files(state: State, project: Project, files: Files) -> None:
    known_parameters(state, set(files), contract.STEP2_FILES)
    image_sizes(state, files)
    if not is_picture(files.get("faceImage")):
        raise Refusal("invalid_face_image", "invalid face image")
    wants_address = project.address_image or "addressImage" in files
    if wants_address and not is_picture(files.get("addressImage")):
        raise Refusal("invalid_address_image", "invalid or missing an address image")


def _check_names(state: State, project: Project, kyc: Kyc, fields: Fields) -> None:
    known_parameters(state, set(fields), contract.STEP2_PARAMETERS)
    if kyc.type_unknown and not _is_step2_type(state.knobs, fields.get("idType", "")):
        raise Refusal("missing_data", "missing required parameters")
    if any(not fields.get(name) for name in _required(project, kyc, fields)):
        raise Refusal("missing_data", "missing required parameters for identity verification")
    if project.address_codes and not any(fields.get(name) for name in contract.ADDRESS_CODES):
        raise Refusal("missing_data", "missing address data parameters")


def _required(project: Project, kyc: Kyc, fields: Fields) -> frozenset[str]:
    id_type = fields.get("idType", "") if kyc.type_unknown else kyc.used_type
    required = contract.ALWAYS
    if project.id_authentication:
        required |= contract.AUTHENTICATION.get((kyc.country, id_type), frozenset())
    if project.account_occupancy:
        required |= {"userOccupancyCode", "userOccupancyName"}
    return required


def _is_step2_type(knobs: Knobs, id_type: str) -> bool:
    if id_type in contract.STEP2_VEHICLE:
        return not knobs.vehicle_value or id_type == knobs.vehicle_value
    return id_type in contract.STEP2_ID_TYPES


def _check_formats(fields: Fields) -> None:
    """Check formats. Assumption: the page gives the formats, not the reply to a wrong one."""
    for name in contract.DATES:
        if name in fields and not is_date(fields[name]):
            raise Refusal("invalid_format", f"invalid {name}")
    for name in ("nationality", "address_country"):
        if name in fields and not is_alpha3(fields[name]):
            raise Refusal("invalid_format", f"invalid {name}")
    if fields.get("gender", "male") not in ("male", "female"):
        raise Refusal("invalid_format", "invalid gender")
    serial = fields.get("serial_number", "AB12CD")
    if not (len(serial) == 6 and serial.isalnum()):
        raise Refusal("invalid_format", "invalid serial_number")


def _check_occupancy(state: State, project: Project, kyc: Kyc, fields: Fields) -> None:
    """Check the code.

    C20: three digits, or the depositor's name after them. Assumption: a wrong code uses no attempt.
    """
    if not project.account_occupancy:
        return
    given = fields["userOccupancyCode"]
    is_right = given == kyc.occupancy_code if state.knobs.strict_occupancy_code else given[:3] == kyc.occupancy_code
    if not is_right:
        raise Refusal("invalid_occupancy_code", "invalid userOccupancyCode")


def _judge(state: State, project: Project, kyc: Kyc, selfie: bytes) -> Answer:
    case = cases.case_of(kyc.email)
    failure = _face_failure(state.knobs, selfie)
    failure = failure or cases.planned(case.step2, kyc.step2_calls - 1, for_ever=case.step2_for_ever)
    if failure:
        return _failed(state, kyc, cases.reasons_of(failure, case.also, state.knobs.retry_entries))
    return _accepted(state, project, kyc, case)


def _face_failure(knobs: Knobs, selfie: bytes) -> tuple[str, str] | None:
    if not knobs.looks_at_faces:
        return None
    count = faces.count_faces(selfie)
    if count == 1:
        return None
    if count:
        return knobs.several_faces_code, "Multiple faces are detected. Please retry with one face."
    return knobs.no_face_code, "Face is not detected. Please retry with another face image."


def _failed(state: State, kyc: Kyc, reasons: cases.Failures) -> Answer:
    """Count a failure: 1 and 2 are incomplete, 3 is rejected (C1; the knob `reject_at` is the other reading)."""
    kyc.failures += 1
    codes, messages = [code for code, _message in reasons], [message for _code, message in reasons]
    attempt: dict[str, Any] = {"attemptCnt": len(kyc.attempts) + 1, "retryCode": codes, "retryMsg": messages}
    if codes[0] == "face_compare_underscore":
        attempt["livenessScore"] = 99
    kyc.attempts.append(attempt)
    if kyc.failures >= state.knobs.reject_at:
        state.reject(kyc, *cases.TOO_MANY)
        scores = {"verificationResult": "success", "faceSimilarityScore": 0, "livenessScore": 99}
        return ok(**scores, kycStatus="rejected", retryCount=kyc.retry_count)
    state.save(kyc)
    state.queue_webhook(kyc, "retry")
    retry = retry_of(reasons, state.knobs)
    return ok(retry=retry, kycStatus="incomplete", retryCount=kyc.retry_count)


def _accepted(state: State, project: Project, kyc: Kyc, case: cases.Case) -> Answer:
    similarity, liveness = case.scores
    scores = {"faceSimilarityScore": similarity, "livenessScore": liveness}
    kyc.attempts.append({"attemptCnt": len(kyc.attempts) + 1, **scores, "retryCode": [], "retryMsg": []})
    _settle(state, project, kyc, case)
    body: dict[str, Any] = {"verificationResult": "success", **scores, "kycStatus": kyc.status}
    body["retryCount"] = kyc.retry_count
    if kyc.id_type == "universal" and not kyc.type_unknown:
        body["recognized_IdType"] = kyc.used_type
    return ok(**body)


def _settle(state: State, project: Project, kyc: Kyc, case: cases.Case) -> None:
    """Set the result. In TEST or "Automated Processing Only", pending becomes rejected (assumption: with this code)."""
    if case.end == "rejected":
        state.reject(kyc, *case.rejection)
    elif case.end == "pending" and (project.automated_only or project.state == "TEST"):
        state.reject(kyc, "automatic_verification_fail", "Submitted data is below the quality requirements.")
    elif case.end == "approved":
        kyc.status, kyc.result_at, kyc.reviewer = "approved", state.now(), "system"
        state.save(kyc)
        state.queue_webhook(kyc, "approved")
        aml.screen(state, kyc)
    else:
        kyc.status, kyc.pending_at = "pending", state.now()
        aml.screen_early(kyc)
        state.save(kyc)
        state.queue_webhook(kyc, "submit")
