"""ARGOS's side of a sample submission: its replies, and the record that the sandbox has afterwards.

`make run` passes the records to the sandbox as a file, so reading and deciding work as for any other submission. Their
members are those of the sandbox's own store; docs/sandbox.md names the file.
"""

import json
import secrets
import string
from typing import Any

from argos.received import Received
from submissions.core import clock
from submissions.models import Call, Submission

ALPHABET = string.ascii_lowercase + string.digits
MESSAGES = {
    "glare_detected": "Please retake ID image without light smudging",
    "liveness_error": "Liveness fail: Face is too close to one or more borders. Please retry.",
    "face_compare_underscore": "The face doesn’t match. Please retry with another face image.",
}
TOO_MANY = ("too_many_retry", "Multiple invalid KYC attempts ")
DUPLICATE = ("duplicated_face", "A duplicate user has been identified through face matching.")


class VendorRecord:
    def __init__(self, key: str, submission: Submission, country: str, id_type: str) -> None:
        self.state: dict[str, Any] = {
            "submission_id": "".join(secrets.choice(ALPHABET) for _letter in range(15)),
            "key": key,
            "email": submission.values["email"],
            "userid": "",
            "country": country,
            "id_type": id_type,
            "created_at": clock.now().timestamp(),
            "cf": [submission.values.get("customer_id", ""), "", ""],
            "attempts": [],
            "step1_failures": 0,
            "step2_calls": 0,
            "failures": 0,
        }

    def screen(self, risk: str) -> dict[str, Any]:
        """Report a possible match of the AML screening."""
        found = {"currentstatus": "Red Flag", "risk_level_summary": risk}
        self._change(aml=found)
        return found

    def refuse_id(self, call: Call, code: str) -> dict[str, Any]:
        self._change(userid=call.userid, step1_failures=self.state["step1_failures"] + 1)
        self._fail(code)
        return {**self._record_body(), "kycStatus": "incomplete", "retry": [_retry(code)]}

    def read_id(self, call: Call, reading: dict[str, str]) -> dict[str, Any]:
        self._change(userid=call.userid, step1_done=True, ocr=reading)
        body = {"submissionId": self.state["submission_id"], "idImage": True}
        return {**body, "document_fields": sorted(reading), "missing_fields": [], "reviewOCRData": reading}

    def refuse_selfie(self, call: Call, code: str) -> dict[str, Any]:
        """Refuse a selfie; the third refusal rejects."""
        self._take_selfie(call)
        self._fail(code)
        if self.state["failures"] >= 3:
            self._reject(*TOO_MANY)
            scores = {"verificationResult": "success", "faceSimilarityScore": 0, "livenessScore": 99}
            return {**scores, **self._record_body(), "kycStatus": "rejected"}
        return {**self._record_body(), "kycStatus": "incomplete", "retry": [_retry(code)]}

    def take_selfie(self, call: Call, status: str, scores: tuple[float, float]) -> dict[str, Any]:
        self._take_selfie(call)
        body = {"faceSimilarityScore": scores[0], "livenessScore": scores[1]}
        self.state["attempts"].append({"attemptCnt": len(self.state["attempts"]) + 1, **body, **_no_retry()})
        moment = clock.now().timestamp()
        if status == "pending":
            self._change(status=status, pending_at=moment)
        elif status == "approved":
            self._change(status=status, result_at=moment, reviewer="system")
        else:
            self._reject(*DUPLICATE)
        return {"verificationResult": "success", **body, **self._record_body(), "kycStatus": status}

    def review(self, call: Call) -> dict[str, Any]:
        values = call.attempt.values
        self._change(status=values["status"], result_at=clock.now().timestamp(), reviewer=values["admin"])
        if values["status"] == "rejected":
            self._change(codes=["other"], comments=[values["rejectComment"]])
        body = {"submissionId": self.state["submission_id"], "message": "Success to review submission."}
        return {**body, "finalStatus": values["status"]}

    def stay_open(self) -> None:
        """Keep the sandbox from closing it after 24 hours: `overdue` shows a late vendor."""
        self._change(step2_calls=0)

    def _take_selfie(self, call: Call) -> None:
        self._change(step2_calls=self.state["step2_calls"] + 1, data=dict(call.attempt.values))

    def _fail(self, code: str) -> None:
        entry = {"attemptCnt": len(self.state["attempts"]) + 1, "retryCode": [code], "retryMsg": [MESSAGES[code]]}
        self.state["attempts"].append(entry)
        self._change(failures=self.state["failures"] + 1)

    def _reject(self, code: str, comment: str) -> None:
        moment = clock.now().timestamp()
        self._change(status="rejected", result_at=moment, reviewer="system", codes=[code], comments=[comment])

    def _change(self, **members: Any) -> None:
        self.state |= members | {"updated_at": clock.now().timestamp()}

    def _record_body(self) -> dict[str, Any]:
        return {"submissionId": self.state["submission_id"], "retryCount": self.state["failures"]}


def received(body: dict[str, Any]) -> Received:
    return Received(200, json.dumps(body).encode(), clock.now(), 0.4)


def _retry(code: str) -> dict[str, str]:
    return {"retryCode": code, "retryMsg": MESSAGES[code]}


def _no_retry() -> dict[str, list[str]]:
    return {"retryCode": [], "retryMsg": []}
