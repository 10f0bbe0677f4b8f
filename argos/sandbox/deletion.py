"""DELETE /submission: delete the data, keep id, dates, ID type and status."""

from argos.sandbox.answers import Answer, Refusal, ok
from argos.sandbox.checks import Fields
from argos.sandbox.knobs import Project
from argos.sandbox.kyc import iso
from argos.sandbox.state import State


def answer(state: State, project: Project, query: Fields) -> Answer:
    """Delete a submission. C17: both spellings of the id. The webhook is sent only if `admin_name` was given."""
    kyc = state.kyc_of_project(project, query.get("submission_id") or query.get("submissionId"))
    if kyc is None or kyc.deleted:
        raise Refusal("invalid_submission", "not Exist Submission ID")
    state.erase(kyc)
    if admin := query.get("admin_name"):
        state.queue_webhook(kyc, "delete", account_email=admin, delete_time=iso(state.now()), comment="")
    return ok(message="success", content=f"Submission {kyc.submission_id} deleted successfully.", statusCode=200)
