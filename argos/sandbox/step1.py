"""POST /submission/step1: read the ID, return the submission ID, or ask for another image."""

import secrets
import string
from typing import Any

from argos.sandbox import cases, contract
from argos.sandbox.answers import Answer, Refusal, ok, retry_of
from argos.sandbox.checks import (
    UNKNOWN_SUBMISSION,
    Fields,
    Files,
    image_sizes,
    is_alpha3,
    is_object,
    is_picture,
    known_parameters,
    open_submission,
)
from argos.sandbox.knobs import SUBMISSION_ID_HOURS, Project
from argos.sandbox.kyc import Kyc
from argos.sandbox.state import State

ALPHABET = string.ascii_lowercase + string.digits


def answer(state: State, project: Project, fields: Fields, files: Files) -> Answer:
    _check(state, fields, files)
    case = cases.case_of(fields["email"])
    is_retry = bool(fields.get("submissionId"))
    if not is_retry:
        _refuse_duplicate(fields["email"], case)
        _refuse_over_trial(state, project)
    kyc = _retried(state, project, fields) if is_retry else _created(state, project, fields)
    for kind, content in files.items():
        state.save_image(kyc, kind, content)
    if failure := cases.planned(case.step1, kyc.step1_failures, for_ever=case.step1_for_ever):
        return _failed(state, kyc, cases.reasons_of(failure, (), state.knobs.retry_entries))
    return _read(state, kyc, case)


def _check(state: State, fields: Fields, files: Files) -> None:
    known_parameters(state, set(fields), contract.STEP1_PARAMETERS)
    known_parameters(state, set(files), contract.STEP1_FILES)
    if not all(fields.get(name) for name in ("issuingCountry", "email", "idType")) or "idImage" not in files:
        raise Refusal("missing_data", "missing required parameters")
    if fields["idType"] not in contract.STEP1_ID_TYPES:
        raise Refusal("invalid_id_type", "invalid id type")
    if "@" not in fields["email"]:
        raise Refusal("invalid_email", "invalid email address format")
    if not is_alpha3(fields["issuingCountry"]):
        raise Refusal("invalid_parameter", "invalid issuingCountry")
    if not is_object(fields.get("customOptions", "{}")):
        raise Refusal("invalid_payload", "failed to parse the input data")
    image_sizes(state, files)
    if not all(is_picture(content) for content in files.values()):
        raise Refusal("invalid_id_image", "invalid id image")


def _refuse_duplicate(email: str, case: cases.Case) -> None:
    if case.is_duplicate:
        text = f"{email} had submitted another KYC and is already approved; therefore, this submission is not accepted"
        raise Refusal("duplicate", f"{text} to avoid duplicate submissions.")


def _refuse_over_trial(state: State, project: Project) -> None:
    """Refuse more than a TRIAL project takes. Assumption: the number ("some 15") and the text."""
    so_far = sum(kyc.key == project.key for kyc in state.submissions.values())
    if project.state == "TRIAL" and so_far >= state.knobs.trial_submissions:
        raise Refusal("trial_limit", "The number of trial submissions is used up.")


def _created(state: State, project: Project, fields: Fields) -> Kyc:
    kyc = Kyc(
        submission_id="".join(secrets.choice(ALPHABET) for _letter in range(15)),
        key=project.key,
        email=fields["email"],
        userid=fields.get("userid", ""),
        country=fields["issuingCountry"],
        id_type=fields["idType"],
        created_at=state.now(),
        cf=[fields.get(name, "") for name in ("cf1", "cf2", "cf3")],
    )
    state.queue_webhook(kyc, "created")
    return kyc


def _retried(state: State, project: Project, fields: Fields) -> Kyc:
    """Return the submission of a retry.

    The ID is valid for four hours. Assumption: an expired one is treated as unknown.
    """
    kyc = open_submission(state, project, fields["submissionId"])
    if kyc.step1_done:
        raise Refusal("already_processed", "this submission is already processed")
    if state.now() > kyc.created_at + SUBMISSION_ID_HOURS * 3600:
        raise UNKNOWN_SUBMISSION
    return kyc


def _failed(state: State, kyc: Kyc, reasons: cases.Failures) -> Answer:
    """Return a retry. Assumption: it has the shape documented for Step 2, and the submission ID."""
    kyc.step1_failures += 1
    if state.knobs.shared_budget:
        kyc.failures += 1
        codes, messages = [code for code, _message in reasons], [message for _code, message in reasons]
        kyc.attempts.append({"attemptCnt": len(kyc.attempts) + 1, "retryCode": codes, "retryMsg": messages})
    count = kyc.failures if state.knobs.shared_budget else kyc.step1_failures
    body: dict[str, Any] = {"submissionId": kyc.submission_id, "retryCount": count}
    if count >= state.knobs.reject_at:
        state.reject(kyc, *cases.TOO_MANY)
        return ok(**body, kycStatus="rejected")
    state.save(kyc)
    state.queue_webhook(kyc, "retry")
    return ok(**body, kycStatus="incomplete", retry=retry_of(reasons, state.knobs))


def _read(state: State, kyc: Kyc, case: cases.Case) -> Answer:
    kyc.step1_done, kyc.type_unknown = True, case.says_any
    given = state.ocr_for.get(kyc.email)
    carried = given or cases.reading_of(kyc.email, kyc.country, kyc.used_type)
    reads = given or case.reads
    kyc.ocr = {name: value for name, value in carried.items() if name not in case.misses} if reads else {}
    state.save(kyc)
    return ok(**_body(state, kyc, sorted(carried)))


def _body(state: State, kyc: Kyc, carried: list[str]) -> dict[str, Any]:
    """Return the reply. Assumption: its fields have GET's member names; `any` is the idType beside them."""
    read = {name: value for name, value in kyc.ocr.items() if value}
    body: dict[str, Any] = {
        "submissionId": kyc.submission_id,
        "document_fields": carried,
        "missing_fields": [name for name in carried if name not in read],
        "reviewOCRData": read,
        "idImage": True,
    }
    if kyc.type_unknown:
        body["idType"] = "any"
    if state.knobs.spelling_variants:  # C5
        body["Submissionid"] = body.pop("submissionId")
        body["documnt_fields"] = body.pop("document_fields")
    return body
