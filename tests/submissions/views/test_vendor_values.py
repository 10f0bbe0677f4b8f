"""Any JSON type in any field of the vendor: no page breaks, and nothing is stored over its limit."""

import ast
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.test import Client

from argos import limits
from argos.errors import OutcomeUnknown, UnreadableWebhook
from argos.received import Received
from argos.replies import (
    parse_account,
    parse_address_code,
    parse_item,
    parse_items,
    parse_review,
    parse_step1,
    parse_step2,
    parse_webhook,
)
from argos.replies.reading import json_object, moment
from submissions.capture import account_check, submit
from submissions.core import clock
from submissions.models import Call, CallKind, CallState, Role, Status, Submission, Verdict
from submissions.outbox import ledger
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.vendor_sync import replies, status_table
from tests import scale
from tests.factories import answer_step2, by, claim_call, explain, make_at, make_draft, make_project, make_user, reload
from tests.stack import ROOT

pytestmark = pytest.mark.django_db

LONG = "9" * 3_000
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 2, 1.5, 10**30, -(10**400), 1e308),
    *("", "2", "x", "\x00\ud800", LONG, "<b>", "9999-12-31T23:59:59+00:00", "0001-01-01"),
    *([], ["2", 3, None], [[]], [LONG] * 300, {}, {"a": {"b": [1]}}, {"value": LONG}, [{"retryCode": 1, "code": []}]),
]
ON_PAGES: list[Any] = [None, True, 2, "2", LONG, [], ["2", 3, None], {"a": {"b": [1]}}]  # one of each type
STEP1: dict[str, Any] = {
    "submissionId": "v-1",
    "kycStatus": "incomplete",
    "retryCount": 1,
    "retry": None,
    "idType": "passport",
    "retryCode": None,
    "retryMsg": None,
    "reviewOCRData": {"name": "A"},
    "document_fields": [],
    "missing_fields": [],
}
STEP2: dict[str, Any] = {
    "kycStatus": "pending",
    "faceSimilarityScore": 91,
    "livenessScore": 88,
    "verificationResult": "success",
    "retryCount": 1,
    "retry": None,
    "retryCode": None,
    "retryMsg": None,
    "recognized_IdType": "passport",
}
ACCOUNT: dict[str, Any] = {"success": False, "retryCode": "x", "message": "no", "retryCount": 1}
REVIEW: dict[str, Any] = {"submissionId": "v-1", "finalStatus": "approved", "message": "Success."}
ITEM: dict[str, Any] = {
    "submission_id": "v-1",
    "userid": "u",
    "email": "a@example.com",
    "created_at": None,
    "updated_at": None,
    "ocr": {"name": "A"},
    "OCR_raw": None,
    "reviewer": "r",
    "data": {},
    "image": {},
    "warning": [],
    "verification": {},
    "duplicated_information": "d",
    "applicant_id": "e",
    "recognition_score": 1,
    "argos_score": 2,
    "kyc": {
        "result": "pending",
        "commentCode": ["c"],
        "comment": ["d"],
        "attempts": [],
        "pending_at": None,
        "kyc_result_at": None,
    },
}


def spoiled(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the body with each value in each field, one at a time, parsed from a reply's bytes."""
    for name in body:
        for value in VALUES:
            if (read := json_object(json.dumps({**body, name: value}))) is not None:
                yield read


def all_at_once(body: Mapping[str, Any], but: str) -> Iterator[dict[str, Any]]:
    """Return the body with one value in every field except for the deciding one."""
    for value in ON_PAGES:
        if (read := json_object(json.dumps({name: body[name] if name == but else value for name in body}))) is not None:
            yield read


def received(body: Mapping[str, Any]) -> Received:
    return Received(200, json.dumps(body).encode(), clock.now(), 0.1)


def longest_in(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return max(map(longest_in, inner), default=0)


PARSERS: list[tuple[dict[str, Any], Callable[[Mapping[str, Any]], Any]]] = [
    (STEP1, lambda body: parse_step1(body, received(body))),
    (STEP2, lambda body: parse_step2(body, received(body))),
    (ACCOUNT, lambda body: parse_account(body, received(body))),
    (REVIEW, lambda body: parse_review(body, received(body))),
    (ITEM, parse_item),
    (ITEM["kyc"], lambda kyc: parse_item({**ITEM, "kyc": kyc})),
    ({"globalCode": "8Q98", "a": {}}, lambda body: parse_address_code(body, received(body), {})),
    (
        {"webhook_trigger": "x", "userid": "u", "submission_id": "v", "kyc_result": {}},
        lambda body: parse_webhook(json.dumps(body).encode()),
    ),
]


@pytest.mark.parametrize("number", range(len(PARSERS)))
def test_every_field_with_every_type_is_a_reply_within_its_limits_or_unknown(number: int) -> None:
    body, parse = PARSERS[number]
    for given in spoiled(body):
        try:
            reply = parse(given)
        except (OutcomeUnknown, UnreadableWebhook):
            continue
        told = {name: value for name, value in vars(reply).items() if name not in ("received", "raw", "payload")}
        assert longest_in(list(told.values())) <= limits.NOTE, given
        assert len(told.get("submission_id") or "") <= limits.VENDOR_ID
        for name, value in dict(told.get("ocr") or {}).items():
            assert len(value) <= limits.longest(name), name
        for codes in ("codes", "retry_codes"):
            assert all(len(code) <= limits.CODE for code in told.get(codes) or ())


def pages(submission: Submission) -> None:
    """Return every page that shows it: for its agent, a reviewer with and without its claim, and as a document."""
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    paths = [f"/submissions/{submission.pk}/", "/submissions/", "/"]
    for person, shown in ((submission.created_by, paths), (manager, ["/review/", "/differences/"])):
        client = Client()
        client.force_login(person)
        for path in shown:
            assert client.get(path).status_code == 200, path
    client = Client()
    client.force_login(officer)
    assert client.get(f"/review/{submission.pk}/").status_code == 200
    if submission.status in (Status.PENDING, Status.SECOND_REVIEW):
        claims.claim(submission, by=by(officer))
        assert client.get(f"/review/{submission.pk}/").status_code == 200


@pytest.mark.parametrize("given", list(all_at_once(STEP1, "kycStatus")), ids=str)
def test_no_reply_to_step1_breaks_a_page(given: dict[str, Any]) -> None:
    draft = make_draft()
    submit.send_step1(draft, by=by(draft.created_by))
    call = claim_call(draft, CallKind.STEP1)
    try:
        assert replies.step1_answered(call, parse_step1(given, received(given)))
    except OutcomeUnknown as error:
        ledger.mark_unknown(call, error="outcomeunknown", reply={"body": error.raw.decode()})
    pages(reload(draft))


@pytest.mark.parametrize("status", ["pending", "incomplete"])
@pytest.mark.parametrize("given", scale.sample(list(all_at_once(STEP2, "kycStatus")), 3), ids=str)
def test_no_reply_to_step2_breaks_a_page(given: dict[str, Any], status: str) -> None:
    submission = make_at(Status.STEP2_SENDING)
    call = claim_call(submission, CallKind.STEP2)
    given = {**given, "kycStatus": status}
    try:
        assert replies.step2_answered(call, parse_step2(given, received(given)))
    except OutcomeUnknown as error:
        ledger.mark_unknown(call, error="outcomeunknown", reply={"body": error.raw.decode()})
    pages(reload(submission))


@pytest.mark.parametrize("given", list(all_at_once(ACCOUNT, "success")), ids=str)
def test_no_reply_to_an_account_check_breaks_a_page(given: dict[str, Any]) -> None:
    submission = make_at(Status.CONFIRMING, project=make_project(has_account_occupancy=True))
    account_check.prepare(submission, by=by(submission.created_by), holder="Kim", bank_code="004", account_number="1")
    call = claim_call(submission, CallKind.ACCOUNT)
    assert replies.account_answered(call, parse_account(given, received(given)))
    assert Call.objects.get(pk=call.pk).state == CallState.ANSWERED
    pages(reload(submission))


def signals_with(value: Any) -> dict[str, Any]:
    """Every signal of a record, with one value in each of its members."""
    reading = dict.fromkeys(("value", "score", "accepted", "coordinates"), value)
    check = dict.fromkeys(("WarningOccurred", "userDataType", "relatedEngine", "occurrenceTime"), value)
    data = dict.fromkeys(("name", "birthDate", "gender", "documentNumber", "ip_address", "age_group"), value)
    return {
        "warning": [check, value],
        "OCR_raw": {"fullName": reading, "birthDate": value, "odd": reading},
        "verification": {"faceAge": [value, {"age": value}]},
        "image": {"idImage": value, "selfieImage": "x"},
        "data": data,
        **dict.fromkeys(("duplicated_information", "applicant_id", "recognition_score", "argos_score"), value),
    }


@pytest.mark.parametrize("where", ["kyc", "item", "signals"])
@pytest.mark.parametrize("value", scale.sample(ON_PAGES, 3), ids=str)
def test_no_record_that_is_read_back_breaks_a_page(value: Any, where: str) -> None:
    explain(submission := make_at(Status.CONFIRMING))
    submit.send_step2(submission, by=by(submission.created_by))
    submission = answer_step2(submission, "pending")
    kyc = dict.fromkeys(ITEM["kyc"], value) | {"result": "pending"}
    item = {
        "kyc": {**ITEM, "kyc": kyc},
        "item": dict.fromkeys(ITEM, value) | {"kyc": ITEM["kyc"]},
        "signals": {**ITEM, **signals_with(value)},
    }[where]
    given = json_object(json.dumps({**item, "submission_id": submission.vendor_id}))
    if given is not None:
        status_table.adopt(submission, parse_item(given))
        pages(reload(submission))


@pytest.mark.parametrize("value", ON_PAGES, ids=str)
def test_no_reply_to_a_verdict_breaks_a_page(value: Any) -> None:
    submission, officer = make_at(Status.PENDING), make_user(Role.OFFICER)
    claims.claim(submission, by=by(officer))
    warned = [warning.code for warning in warnings_of(submission, officer)]
    decisions.decide(submission, Verdict.APPROVED, by=by(officer), ticked=warned)
    call = claim_call(submission, CallKind.REVIEW)
    given = json_object(json.dumps({"finalStatus": "approved", "message": value, "submissionId": value}))
    if given is not None:
        assert replies.review_answered(call, parse_review(given, received(given)))
        pages(reload(submission))


def test_id_that_fits_no_column_makes_the_outcome_unknown() -> None:
    """A cut id would be another submission's; PostgreSQL would refuse it after the vendor's 24 hours have started."""
    long = "v" * (limits.VENDOR_ID + 1)
    with pytest.raises(OutcomeUnknown):
        parse_step1({**STEP1, "submissionId": long}, received({}))
    with pytest.raises(OutcomeUnknown):
        parse_items({"Items": [ITEM, {**ITEM, "submission_id": long}]})
    with pytest.raises(UnreadableWebhook):
        parse_webhook(json.dumps({"submission_id": long}).encode())
    assert parse_step1({**STEP1, "submissionId": long[1:]}, received({})).submission_id == long[1:]


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1969-12-31", 10**18, "2100-01-02"])
def test_moment_that_leaves_no_room_for_a_limit_is_none(text: object) -> None:
    assert moment(text) is None


def test_value_that_is_longer_than_its_field_counts_as_not_read() -> None:
    ocr = {"name": "n" * 201, "document_number": "M" * 61, "date_of_birth": "1990-02-03", "cf": "x" * 5_000}
    reply = parse_step1({**STEP1, "reviewOCRData": ocr}, received({}))
    assert reply.ocr == {"date_of_birth": "1990-02-03"}
    assert {name: len(text) for name, text in reply.ocr_unmapped.items()} == {
        "name": 201,
        "document_number": 61,
        "cf": limits.NOTE,
    }


def test_only_one_module_opens_what_a_call_was_answered() -> None:
    """Pages use `submissions.outbox.stored_replies`, whose parsers accept any type."""
    root = ROOT / "submissions"
    readers = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr == "reply"
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Name)
        and node.value.id == "call"
    }
    assert readers == {"outbox/stored_replies.py"}
