"""AML: screening after the approval, and the ongoing monitoring (contract, sections 8, 9 and 15).

Only an e-mail with a tag of `SCREENINGS` is screened. Assumptions: the shape of `request_type=aml` (a record with
`aml_result`, and `records` of the monitoring), the elements of `successResults` and `failedResults`, the way out of the
monitoring (`off`), and that the dashboard monitors a `+amllater` submission automatically and reports its match.
"""

import re
from typing import Any

from argos.sandbox.answers import Answer, Refusal, ok
from argos.sandbox.checks import Fields
from argos.sandbox.knobs import Project
from argos.sandbox.kyc import Kyc, iso
from argos.sandbox.state import State

MOST_IDS = 25
CLEAR = {"currentstatus": "screenedNoMatches", "risk_level_summary": "LOW"}
SCREENINGS: dict[str, dict[str, Any]] = {
    "amlclear": CLEAR,
    "amllow": {"currentstatus": "Red Flag", "risk_level_summary": "LOW"},
    "amlhit": {"currentstatus": "Red Flag", "risk_level_summary": "HIGH"},
    "amllater": CLEAR,
    "amlbefore": {"currentstatus": "Red Flag", "risk_level_summary": "HIGH"},
}
BEFORE, LATER = "amlbefore", "amllater"
DASHBOARD = "dashboard"  # the worklist of what the vendor's dashboard monitors automatically
HIT = {"status": "potentialMatch", "openCount": 2, "memo": "Name and year of birth agree.", "tags": ["pep"]}
_PATH = re.compile(r"submission/aml/(monitor|off)/([^/]+)(?:/([^/]+))?")


def endpoint_of(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    """(endpoint, parts of the path) of the monitoring's addresses."""
    found = _PATH.fullmatch(path)
    if not found:
        return None
    kind, worklist, record = found.groups()
    if method == "GET" and kind == "monitor" and record:
        return "aml_record", {"worklistId": worklist, "recordId": record}
    if method == "POST" and not record:
        return ("aml_on" if kind == "monitor" else "aml_off"), {"worklistId": worklist}
    return None


def tag_of(kyc: Kyc) -> str:
    tags = kyc.email.partition("@")[0].casefold().split("+")[1:]
    return next((tag for tag in tags if tag in SCREENINGS), "")


def screen(state: State, kyc: Kyc) -> None:
    """The result of an approval, told by webhook; before it a submission has none."""
    if (tag := tag_of(kyc)) and not kyc.aml:
        kyc.aml = dict(SCREENINGS[tag])
        state.save(kyc)
        state.queue_webhook(kyc, "aml", aml_result=kyc.aml)
        if tag == LATER:
            _place(state, kyc, DASHBOARD, on=True)


def screen_early(kyc: Kyc) -> None:
    """The one case with a result before the decision; no webhook tells it."""
    if tag_of(kyc) == BEFORE:
        kyc.aml = dict(SCREENINGS[BEFORE])


def reading(kyc: Kyc) -> dict[str, Any]:
    """What `request_type=aml` shows."""
    records = [{"worklistId": worklist, "recordId": record} for worklist, record in kyc.worklists.items()]
    return {"submission_id": kyc.submission_id, "records": records} | ({"aml_result": kyc.aml} if kyc.aml else {})


def change(state: State, project: Project, query: Fields, body: dict[str, Any], *, on: bool) -> Answer:
    """Add to the worklist, or take out of it: each submission alone."""
    ids = body.get("submissionIds")
    if body.get("admin") not in project.admins:
        raise Refusal("invalid_admin", "Access denied. The admin is not registered in the project.")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_IDS:
        raise Refusal("invalid_data", f"submissionIds must be 1 to {MOST_IDS}.")
    done, failed = [], []
    for submission_id in ids:
        kyc = state.kyc_of_project(project, submission_id)
        if why := _why_not(kyc, query["worklistId"], on=on):
            failed.append({"submissionId": submission_id, "message": why})
            continue
        assert kyc is not None
        _place(state, kyc, query["worklistId"], on=on)
        done.append({"submissionId": submission_id, "recordId": kyc.worklists.get(query["worklistId"], "")})
    return ok(successResults=done, failedResults=failed)


def _why_not(kyc: Kyc | None, worklist: str, *, on: bool) -> str:
    if kyc is None or kyc.deleted:
        return "Invalid submission."
    if not on:
        return "" if worklist in kyc.worklists else "The submission is not monitored."
    if kyc.status != "approved":
        return "Only approved submissions can be monitored."
    if not (kyc.data.get("name") and kyc.data.get("date_of_birth")):
        return "fullName and birthDate are required."
    return ""


def _place(state: State, kyc: Kyc, worklist: str, *, on: bool) -> None:
    if not on:
        del kyc.worklists[worklist]
        state.save(kyc)
        return
    record = kyc.worklists.setdefault(worklist, f"record-{kyc.submission_id}")
    state.save(kyc)
    if tag_of(kyc) == LATER:
        state.queue_webhook(kyc, "aml_monitor", records=[_record(state, worklist, record)])


def _record(state: State, worklist: str, record: str) -> dict[str, str]:
    return {"recordId": record, "worklistId": worklist, "created_at": iso(state.now())}


def record(state: State, project: Project, query: Fields) -> Answer:
    """One record of the monitoring."""
    ours = [kyc for kyc in state.submissions.values() if kyc.key == project.key]
    kyc = next((kyc for kyc in ours if kyc.worklists.get(query["worklistId"]) == query["recordId"]), None)
    if kyc is None:
        raise Refusal("invalid_data", "Invalid recordId.")
    counts = {"openCount": 0, "falsePositiveCount": 0, "truePositiveCount": 0, "discardedCount": 0, "tags": []}
    found = HIT if tag_of(kyc) in (LATER, BEFORE, "amlhit", "amllow") else {"status": "screenedNoMatches", "memo": ""}
    return ok(submissionId=kyc.submission_id, **counts | found)
