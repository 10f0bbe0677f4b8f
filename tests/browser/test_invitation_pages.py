"""Every page of an invitation, small and with large text, in two directions: accessible, in one order, not cut."""

import textwrap
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import scale
from tests.browser.conftest import save_picture
from tests.browser.phone_actions import check_sizes, new_phone
from tests.stack import Stack

pytestmark = pytest.mark.browser
# Rows as a reply of ARGOS leaves them: nothing here is sent, and no worker sees a call that it could send.
MADE = """
import uuid
from datetime import timedelta
from django.db import transaction
from submissions.capture import account_check, submit
from submissions.core import clock
from submissions.invitations import hand_over, links
from tests import factories as make
agent, phone, now = User.objects.get(username="agent"), hand_over.customer(None), clock.now()
def answer_call(status, **columns):
    ended = dict(state="answered", ended_at=now, error=columns.pop("error", ""))
    Call.objects.filter(submission=submission).open().update(**ended)
    day = dict(step1_started_at=now, deadline_at=now + timedelta(hours=24))
    Submission.objects.filter(pk=submission.pk).update(status=status, vendor_id=uuid.uuid4().hex, **day, **columns)
def send(step):
    step(make.reload(submission), by=make.by(agent))
def check_account():
    deposit = {"userName": "Kim", "bankCode": "004", "accountNumber": "123456"}
    hand_over.check_account(row(), deposit, by=phone)
def keep(values, ocr):
    fresh = make.reload(submission)
    fresh.values, fresh.ocr = values, ocr
    fresh.save(update_fields=["values_sealed", "ocr_sealed"])
def row():
    return Invitation.objects.select_related("submission__project").get(pk=invitation.pk)
with transaction.atomic():
    project = make.make_project(name=uuid.uuid4().hex, is_open=False, company_name="Example Bank", **FLAGS)
    if project.requires_consent:
        ConsentText.objects.create(project=project, version="2026-11", text="I agree. " * 90)
    submission = make.make_draft(agent, project)
    invitation, url = links.create(submission, by=make.by(agent))
    secret = links.start(invitation, by=phone) if IS_STARTED else ""
    submission.images.update(invitation=invitation)
    THEN
answer = [str(invitation.pk), url.rpartition("#")[2], secret]
"""
READ = "send(submit.send_step1)\nanswer_call('confirming')"
ID_AGAIN = "send(submit.send_step1)\nanswer_call('step1_retry', retry_code='glare_detected')"
SELFIE_AGAIN = f"{READ}\nsend(submit.send_step2)\nanswer_call('incomplete', retry_code='liveness_error')"
CHECKING = f"{READ}\ncheck_account()\nCall.objects.open().update(not_before=now + timedelta(days=1))"
PASSED = f"{CHECKING}\nanswer_call('confirming')"
REFUSED = f"{CHECKING}\nanswer_call('confirming', error='account_refused')"
BACK = "Submission.objects.filter(pk=submission.pk).update(id_type='drivers_license')"
SUBMITTED = "hand_over.submit(row(), by=phone)"
ASKED = "submission.images.filter(kind='id_front').update(findings=['asked_glare'])"
EMPTY = "submission.images.all().delete()"
REVOKED = "links.revoke(make.reload(submission), by=make.by(agent))"
ENDED = f"{READ}\nanswer_call('approved', source='vendor', decided_at=now)"
HELP = "hand_over.ask_help(row(), 'selfie', '', by=phone)"
ACCOUNT = {"has_account_occupancy": True}
ALL = {"requires_consent": True, "has_address_image": True}
# name: (project, what happened, the step that the phone opens; "": the present one)
PAGES = {
    "welcome": (ALL, EMPTY, ""),
    "consent": (ALL, EMPTY, ""),
    "id_front": ({}, EMPTY, ""),
    "id_back": ({}, BACK, "id_back"),
    "selfie": ({}, EMPTY, "selfie"),
    "address": (ALL, "", "address"),
    "details": ({}, "keep({}, {})", "details"),
    "submit": ({}, "", ""),
    "waiting": ({}, SUBMITTED, ""),
    "help": ({}, HELP, "selfie"),
    "asked": ({}, ASKED, ""),
    "again-id": ({}, ID_AGAIN, ""),
    "confirm": ({}, f"{READ}\nname = {{'name': 'Minseo Example'}}\nkeep(name, name)", "details"),
    "account": (ACCOUNT, READ, "account"),
    "account-refused": (ACCOUNT, REFUSED, "account"),
    "account-checking": (ACCOUNT, CHECKING, "account"),
    "account-code": (ACCOUNT, PASSED, "account"),
    "again-selfie": ({}, SELFIE_AGAIN, ""),
    "finished": ({}, ENDED, ""),
    "expired": ({}, REVOKED, ""),
    "second-phone": ({}, "", ""),
}
# Elements in the order of the document that begin above the one before them, except beside it in one row.
OUT_OF_ORDER = """[...document.querySelectorAll("header summary, main :is(h1, p, li, label, input, button, a)")]
    .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden") && one.type !== "file")
    .map((one) => [one, one.getBoundingClientRect()]).filter(([, box]) => box.height > 1)
    .filter(([, box], at, all) => at && box.bottom <= all[at - 1][1].top).map(([one]) => one.outerHTML.slice(0, 90))"""


def code_of(flags: dict[str, bool], then: str, *, is_started: bool) -> str:
    code = MADE.replace("FLAGS", repr(flags)).replace("IS_STARTED", str(is_started))
    return code.replace("    THEN", textwrap.indent(then or "pass", "    "))


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser, stack: Stack) -> Iterator[Page]:
    """Yield the customer's page, opened in the language of the parameter."""
    name, language = request.param
    flags, then, step = PAGES[name]
    pk, token, secret = stack.run(code_of(flags, then, is_started=name != "welcome"))
    context = new_phone(browser, language)
    secrets = {"invitation-token": token, "invitation-secret": "" if name == "second-phone" else secret}
    address = f"{stack.url}/phone/check/{pk}/"
    context.add_cookies([{"name": key, "value": value, "url": address} for key, value in secrets.items() if value])
    context.add_cookies([{"name": "customer-language", "value": language, "url": address}])
    opened = context.new_page()
    opened.goto(f"{address}?step={step}" if step else address)
    yield opened
    context.close()


def each(*languages: str) -> list[object]:
    return [pytest.param((name, language), id=f"{name}-{language}") for name in PAGES for language in languages]


@pytest.mark.parametrize("page", each("en", "ar", *(["ko"] if scale.FULL else [])), indirect=True)
def test_page_is_accessible_in_every_size_and_in_one_order(page: Page, request: pytest.FixtureRequest) -> None:
    name = request.node.callspec.id
    expect(page.locator("h1")).to_have_count(1)
    assert page.evaluate(OUT_OF_ORDER) == [], name
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map((one) => one.tagName)")
    assert levels == sorted(levels), "the main heading comes first"
    check_sizes(page, f"invitation-{name}")
    save_picture(page, f"invitation-page-{name}", full_page=True)
