"""POST /submission/review: the client decides a pending submission if the project's reviewer is "client"."""

from typing import Any

from argos.sandbox import aml
from argos.sandbox.answers import Answer, Refusal, ok
from argos.sandbox.knobs import Project
from argos.sandbox.state import State

# The review's member: Step 2's name.
UPDATES = {
    "fullName": "name",
    "gender": "gender",
    "issueDate": "date_of_issue",
    "expireDate": "date_of_expiry",
    "birthDate": "date_of_birth",
    "idType": "idType",
}


def answer(state: State, project: Project, body: dict[str, Any]) -> Answer:
    kyc = state.kyc_of_project(project, body.get("submissionId"))
    _check(project, kyc.status if kyc and not kyc.deleted else "", body)
    assert kyc is not None
    updates = {UPDATES[name]: str(value) for name, value in (body.get("updateFields") or {}).items()}
    kyc.status, kyc.result_at, kyc.reviewer = body["status"], state.now(), body["admin"]
    if kyc.status == "rejected":
        kyc.codes, kyc.comments = ["other"], [body["rejectComment"]]
    kyc.data |= updates
    state.save(kyc)
    state.queue_webhook(kyc, kyc.status)
    if kyc.status == "approved":
        aml.screen(state, kyc)
    message = "Success to review submission."
    return ok(submissionId=kyc.submission_id, message=message, finalStatus=kyc.status)


def _check(project: Project, status: str, body: dict[str, Any]) -> None:
    """Check the request. `status` is empty for a missing submission. Assumption: errorCode carries the error's type."""
    updates = body.get("updateFields") or {}
    is_object = isinstance(updates, dict)
    checks = (
        ("project", not body.get("admin"), "admin is required."),
        (
            "project",
            body.get("admin") not in project.admins,
            "Access denied. The admin is not registered in the project.",
        ),
        ("submission", not body.get("submissionId"), "Submission Id is required."),
        ("submission", not status, "Invalid Submission Id."),
        ("submission", status != "pending", "Only submissions in pending status can be reviewed"),
        ("submission", project.reviewer != "client", "This submission cannot be reviewed by client"),
        ("request parameter", body.get("status") not in ("approved", "rejected"), "Invalid status"),
        ("request parameter", not is_object or not set(updates) <= set(UPDATES), "Invalid data format."),
        (
            "request parameter",
            body.get("status") == "rejected" and not body.get("rejectComment"),
            "Reject comment is required",
        ),
    )
    for subject, is_wrong, message in checks:
        if is_wrong:
            raise Refusal(f"Validation : {subject}", message)
