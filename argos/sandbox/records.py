"""GET submission and image, review, account check, deletion, address codes."""

from typing import Any

from argos.sandbox.steps import Answer, Fields, refuse
from argos.sandbox.world import Kyc, Project, World, iso

PAGE = 50
# Assumption: a 7-digit account number that ends in 0 fails, the bank codes known are these.
BANKS = {"002", "003", "004", "007", "011", "020", "023", "027", "081", "088", "089", "090", "092"}


def get(world: World, project: Project, query: Fields) -> Answer:
    mine = [kyc for kyc in world.submissions.values() if kyc.key == project.key]
    if wanted := query.get("submission_id"):
        found = [kyc for kyc in mine if kyc.submission_id == wanted]
        return 200, {"Items": _items(world, found, slim=False)}  # assumption: an unknown id gives no items
    for name in ("userid", "email"):
        if value := query.get(name):
            mine = [kyc for kyc in mine if getattr(kyc, name) == value]
    return 200, _page(world, mine, query)


def _page(world: World, found: list[Kyc], query: Fields) -> dict[str, Any]:
    found.sort(key=lambda kyc: (-kyc.created_at, kyc.submission_id))
    after = query.get("nextpage_id")
    if after and query.get("nextpage_date"):
        ids = [kyc.submission_id for kyc in found]
        found = found[ids.index(after) + 1 :] if after in ids else []
    count = int(query.get("count") or PAGE)
    body: dict[str, Any] = {"Items": _items(world, found[:count], slim=True)}
    if len(found) > count:
        last = found[count - 1]
        body["nextpageKey"] = {"id": last.submission_id, "created_at": iso(last.created_at)}
    return body


def _items(world: World, found: list[Kyc], *, slim: bool) -> list[dict[str, Any]]:
    shown = [world.seen_by_get(kyc) for kyc in found]
    return [_item(world, kyc, slim=slim) for kyc in shown if kyc]


def _item(world: World, kyc: Kyc, *, slim: bool) -> dict[str, Any]:
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
    if slim:
        return item
    if not world.knobs.hides_attempts:
        item["kyc"]["attempts"] = kyc.attempts
    item["ocr"] = kyc.ocr
    item["data"] = {"idType": kyc.id_type, "idcard_issuingCountry": kyc.country, "cf1": kyc.cf[0] if kyc.cf else ""}
    item["project_options"] = {"option_addressData": world.projects[kyc.key].address_codes}
    return item


def image(world: World, project: Project, query: Fields) -> bytes | Answer:
    kyc = world.submissions.get(query.get("submission_id") or query.get("submissionId", ""))
    if kyc is None or kyc.key != project.key or kyc.deleted:
        return refuse("invalid_submission", "Invalid submission.")
    content = world.image(kyc.submission_id, query.get("type", ""))
    return content if content is not None else refuse("invalid_data", "no such image")


def review(world: World, project: Project, body: dict[str, Any]) -> Answer:
    kyc = world.submissions.get(str(body.get("submissionId", "")))
    if wrong := _wrong_review(project, kyc, body):
        return refuse(*wrong)
    assert kyc is not None
    kyc.status, kyc.result_at, kyc.reviewer = body["status"], world.now(), body["admin"]
    if kyc.status == "rejected":
        kyc.codes, kyc.comments = ["other"], [body["rejectComment"]]
    kyc.data |= body.get("updateFields") or {}
    world.save(kyc)
    message = "Success to review submission."
    return 200, {"submissionId": kyc.submission_id, "message": message, "finalStatus": kyc.status}


def _wrong_review(project: Project, kyc: Kyc | None, body: dict[str, Any]) -> tuple[str, str] | None:
    checks = (
        (not body.get("admin"), "admin is required."),
        (body.get("admin") not in project.admins, "Access denied. The admin is not registered in the project."),
        (not body.get("submissionId"), "Submission Id is required."),
        (kyc is None or kyc.key != project.key, "Invalid Submission Id."),
        (kyc is not None and kyc.status != "pending", "Only submissions in pending status can be reviewed"),
        (project.reviewer != "client", "This submission cannot be reviewed by client"),
        (body.get("status") not in ("approved", "rejected"), "Invalid status"),
        (not isinstance(body.get("updateFields") or {}, dict), "Invalid data format."),
        (body.get("status") == "rejected" and not body.get("rejectComment"), "Reject comment is required"),
    )
    return next((("validation_error", message) for is_wrong, message in checks if is_wrong), None)


def validate_account(world: World, project: Project, body: dict[str, Any]) -> Answer:
    kyc = world.submissions.get(str(body.get("submissionId", "")))
    if kyc is None or kyc.key != project.key or not project.account_occupancy:
        return refuse("invalid_submission", "invalid submission id")
    bank, account = str(body.get("bankCode", "")), str(body.get("accountNumber", ""))
    wrong = _wrong_account(bank, account)
    if wrong:
        kyc.account_failures += 1
        world.save(kyc)
        failed = {"statusCode": 200, "message": wrong[1], "retryCode": wrong[0], "success": False}
        return 200, {**failed, "retryCount": kyc.account_failures}
    kyc.occupancy_code = account[-3:]  # assumption: so that a tester knows the code without a bank
    world.save(kyc)
    return 200, {"statusCode": 200, "message": "success", "success": True}


def _wrong_account(bank: str, account: str) -> tuple[str, str] | None:
    if bank not in BANKS:
        return "invalid_bank_code", "This bank code is invalid. Please check bank code."
    if not account.isdigit() or len(account) < 7 or account.endswith("000"):
        return "invalid_account_number", "This account number is invalid."
    return None


def delete(world: World, project: Project, query: Fields) -> Answer:
    kyc = world.submissions.get(query.get("submission_id", ""))
    if kyc is None or kyc.key != project.key:
        return 400, {"message": "not Exist Submission ID", "statusCode": 400}
    kyc.deleted, kyc.email, kyc.ocr, kyc.data = True, "", {}, {}
    world.save(kyc)
    return 200, {"message": "success", "content": f"Submission {kyc.submission_id} deleted successfully."}


def address_code(world: World, project: Project, body: dict[str, Any]) -> Answer:
    """Assumption from end to end: the contract knows neither path nor members of this call."""
    address = str(body.get("address") or "").strip()
    if not address:
        return refuse("missing_data", "address is required")
    codes = {"globalCode": "8Q98HX8F+2V", "compoundCode": f"HX8F+2V {address.split(',')[0][:60]}"}
    return 200, {**codes, "formatted_address": address}
