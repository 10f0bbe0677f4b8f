"""Build the content of each webhook (contract, section 8). `state` decides who gets one, `webhook_sender` sends it."""

from typing import Any

from argos.sandbox.kyc import Kyc, iso

# Texts differ between GET and the webhook (C13).
_COMMENTS = {"too_many_retry": "Multiple invalid KYC attempts detected."}


def payload(kyc: Kyc, trigger: str, *, spelling_variants: bool = False) -> dict[str, Any]:
    members = _MEMBERS.get(trigger, _nothing)(kyc)
    body = {"webhook_trigger": trigger, "submission_id": kyc.submission_id, **members}
    return _respelled(body) if spelling_variants else body


def _common(kyc: Kyc) -> dict[str, Any]:
    """Return the shared members; optional ones are missing if nothing was collected."""
    named = {"email": kyc.email, "userid": kyc.userid, "tokenId": kyc.token_id}
    cf = {f"cf{place}": value for place, value in enumerate(kyc.cf, start=1) if value}
    return {name: value for name, value in named.items() if value} | ({"cf": cf} if cf else {})


def _created(kyc: Kyc) -> dict[str, Any]:
    return {**_common(kyc), "kyc_result": {"status": "incomplete"}, "created_at": iso(kyc.created_at)}


def _retry(kyc: Kyc) -> dict[str, Any]:
    """Return the retry.

    Assumption: the vendor's sample is not visible; members as on the `created` page that names them.
    """
    last = kyc.attempts[-1] if kyc.attempts else {}
    code = "; ".join(last.get("retryCode", []))
    return {**_common(kyc), "kyc_result": {"status": kyc.status}, "retryCode": code, "attempts": len(kyc.attempts)}


def _submit(kyc: Kyc) -> dict[str, Any]:
    return {**_common(kyc), "created_at": iso(kyc.created_at)}


def _approved(kyc: Kyc) -> dict[str, Any]:
    result = {"status": "approved", "updated_at": iso(kyc.updated_at), "created_at": iso(kyc.created_at)}
    result |= {"kyc_result_at": iso(kyc.result_at), "reviewer": kyc.reviewer}
    if kyc.pending_at:
        result["pending_at"] = iso(kyc.pending_at)
    shown = {
        "fullName": kyc.data.get("name"),
        "gender": kyc.data.get("gender"),
        "date_of_birth": kyc.data.get("date_of_birth"),
        "nationality": kyc.data.get("nationality"),
        "issueDate": kyc.data.get("date_of_issue"),
        "expireDate": kyc.data.get("date_of_expiry"),
        "identityNumber": kyc.data.get("identity_number"),
        "documentNumber": kyc.data.get("document_number"),
        "idType": kyc.used_type,
        "issuingCountry": kyc.country,
    }
    known = {name: value for name, value in shown.items() if value}
    return {**_common(kyc), "kyc_result": result, "applicant_id": applicant_id(kyc), **known}


def _rejected(kyc: Kyc) -> dict[str, Any]:
    """Return the rejection: strings here, arrays in GET (C12)."""
    code = "; ".join(kyc.codes)
    comment = _COMMENTS.get(code, "; ".join(kyc.comments))
    result = {"status": "rejected", "comment": comment, "updated_at": iso(kyc.updated_at), "commentCode": code}
    return {**_common(kyc), "kyc_result": result}


def _nothing(kyc: Kyc) -> dict[str, Any]:
    return {}


_MEMBERS = {"created": _created, "retry": _retry, "submit": _submit, "approved": _approved, "rejected": _rejected}


def applicant_id(kyc: Kyc) -> str:
    """Return an opaque id, the same for the same e-mail (assumption)."""
    return f"applicant-{sum(ord(letter) * (place + 7) for place, letter in enumerate(kyc.email)):06d}"


def _respelled(body: dict[str, Any]) -> dict[str, Any]:
    """Use the other spellings of C9: update_at for updated_at, full_name for fullName."""
    if "fullName" in body:
        body["full_name"] = body.pop("fullName")
    result = body.get("kyc_result", {})
    if "updated_at" in result:
        result["update_at"] = result.pop("updated_at")
    return body
