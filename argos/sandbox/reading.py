"""GET /submission (by id, userid, e-mail, or all in pages) and GET /image."""

from datetime import UTC, datetime, timedelta
from typing import Any

from argos.sandbox import aml, cases, signals
from argos.sandbox.answers import Answer, Refusal, ok
from argos.sandbox.checks import Fields
from argos.sandbox.knobs import Project
from argos.sandbox.kyc import Kyc, iso
from argos.sandbox.state import State

PAGE = 50
# Step 2's name: the name under GET's `data`.
DATA = {
    "name": "name",
    "gender": "gender",
    "nationality": "nationality",
    "date_of_birth": "date_of_birth",
    "identity_number": "identityNumber",
    "document_number": "documentNumber",
    "date_of_issue": "idcard_issueDate",
    "date_of_expiry": "idcard_expireDate",
    "address_street": "address_street",
    "address_city": "address_city",
    "address_state": "address_state",
    "address_country": "address_country",
    "address_zipcode": "address_zipcode",
    "globalCode": "address_globalCode",
    "compoundCode": "address_compoundCode",
    "formatted_address": "address_formatted",
    "address_input": "address_input",
    "address_detail": "address_detail",
}


def submissions(state: State, project: Project, query: Fields) -> Answer:
    """Return submissions. Assumption: an unknown id returns no items, not an error."""
    if wanted := query.get("submission_id"):
        kyc = state.kyc_of_project(project, wanted)
        if query.get("request_type") == "aml":
            return ok(Items=[aml.reading(kyc)] if kyc and not kyc.deleted else [])
        return ok(Items=_items(state, [kyc] if kyc else [], is_slim=False))
    found = [kyc for kyc in state.submissions.values() if kyc.key == project.key]
    for name in ("email",) if state.knobs.ignores_userid else ("userid", "email"):
        if value := query.get(name):
            found = [kyc for kyc in found if getattr(kyc, name) == value]
    return _page(state, _in_period(found, query), query)


def _in_period(found: list[Kyc], query: Fields) -> list[Kyc]:
    """Filter by dates. C10: YYYY-MM-DD and YYYYMMDD are accepted. The last day is included."""
    since, until = query.get("start_date"), query.get("end_date")
    if since:
        found = [kyc for kyc in found if kyc.created_at >= _day(since).timestamp()]
    if until:
        found = [kyc for kyc in found if kyc.created_at < (_day(until) + timedelta(days=1)).timestamp()]
    return found


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text.replace("-", ""), "%Y%m%d").replace(tzinfo=UTC)
    except ValueError as problem:
        raise Refusal("invalid_parameter", "Invalid Query String parameters") from problem


def _page(state: State, found: list[Kyc], query: Fields) -> Answer:
    """Return one page, newest first. The next page starts after the named submission, even if it was deleted since."""
    found.sort(key=lambda kyc: (iso(kyc.created_at), kyc.submission_id), reverse=True)
    after = (query.get("nextpage_date", ""), query.get("nextpage_id", ""))
    if all(after):
        found = [kyc for kyc in found if (iso(kyc.created_at), kyc.submission_id) < after]
    count = _count(query)
    body: dict[str, Any] = {"Items": _items(state, found[:count], is_slim=True)}
    if len(found) > count:
        last = found[count - 1]
        body["nextpageKey"] = {"id": last.submission_id, "created_at": iso(last.created_at)}
    return ok(**body)


def _count(query: Fields) -> int:
    given = query.get("count") or str(PAGE)
    if not given.isdecimal() or int(given) < 1:
        raise Refusal("invalid_parameter", "Invalid Query String parameters")
    return int(given)


def _items(state: State, found: list[Kyc], *, is_slim: bool) -> list[dict[str, Any]]:
    shown = [state.visible_to_get(kyc) for kyc in found]
    return [_item(state, kyc, is_slim=is_slim) for kyc in shown if kyc]


def _item(state: State, kyc: Kyc, *, is_slim: bool) -> dict[str, Any]:
    if kyc.deleted:
        return {"submission_id": kyc.submission_id, "email": "Deleted Submission", "kyc": {"result": kyc.status}}
    item: dict[str, Any] = {
        "submission_id": kyc.submission_id,
        "email": kyc.email,
        "userid": kyc.userid,
        "created_at": iso(kyc.created_at),
        "updated_at": iso(kyc.updated_at),
        "kyc": {"result": kyc.status, "comment": kyc.comments, "commentCode": kyc.codes},
    }
    if kyc.pending_at:
        item["pending_at"] = iso(kyc.pending_at)
    if kyc.result_at:
        item |= {"kyc_result_at": iso(kyc.result_at), "reviewer": kyc.reviewer}
    return item if is_slim else _whole(state, kyc, item)


def _whole(state: State, kyc: Kyc, item: dict[str, Any]) -> dict[str, Any]:
    if not state.knobs.hides_attempts:
        item["kyc"]["attempts"] = kyc.attempts
    known = {DATA[name]: value for name, value in kyc.data.items() if name in DATA}
    cf = {f"cf{place}": value for place, value in enumerate(kyc.cf, start=1) if value}
    project = state.projects[kyc.key]
    if kyc.aml:
        item["aml_result"] = kyc.aml
    options: dict[str, Any] = {"option_addressData": project.address_codes}
    reported = {"state": project.state} | ({"emergencyStop": True} if project.emergency_stop else {})
    if state.knobs.reports_state == "project_options":  # Assumption: where, if at all, is unknown.
        options |= reported
    elif state.knobs.reports_state == "projection":
        item["projection"] = {"projectionId": project.key[:4], "projectionName": "Sandbox", **reported}
    elif state.knobs.reports_state:
        item[state.knobs.reports_state] = project.state
    case = cases.case_of(kyc.email)
    whole = item | {
        "ocr": kyc.ocr,
        "data": {"idType": kyc.used_type or "any", "idcard_issuingCountry": kyc.country, **cf, **known},
        "image": dict.fromkeys(state.image_kinds(kyc.submission_id), True),
        "project_options": options,
    }
    if kyc.token_id:
        whole["tokenId"] = kyc.token_id
    return signals.changed(kyc, case, whole) | signals.members(kyc, case, state.image(kyc.submission_id, "idImage"))


def image(state: State, project: Project, query: Fields) -> Answer:
    """Return an image. C17: the parameter has both names."""
    kyc = state.kyc_of_project(project, query.get("submission_id") or query.get("submissionId"))
    if kyc is None or kyc.deleted:
        raise Refusal("invalid_submission", "Invalid submission.")
    content = state.image(kyc.submission_id, query.get("type", ""))
    if content is None:
        raise Refusal("invalid_data", "no such image")
    return Answer(200, content)
