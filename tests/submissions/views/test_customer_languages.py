"""The customer's pages in the customer's languages, and the portal's own pages, which have two."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import formats, translation
from django.utils.translation import gettext

from argos.codes import TABLES
from argos.replies import parse_account
from submissions.accounts.preferences import customer_language
from submissions.capture import phone_links, submit
from submissions.capture.imaging import advice
from submissions.models import CallKind, ConsentText, ImageKind, Invitation, PhoneLink, Status, Submission
from submissions.vendor_sync import replies
from tests import unmarked
from tests.factories import (
    VALUES,
    answer_step1,
    by,
    claim_call,
    make_at,
    make_draft,
    make_project,
    make_user,
    received,
    reload,
)
from tests.submissions.invitations.customer import Customer, invite

pytestmark = pytest.mark.django_db
WORD = re.compile(r"[A-Za-z]{2,}")
# File formats, the scheme and the form of a date in a hint, and the languages' own names in the menu.
SAME = {"JPEG", "PNG", "https", "English", "YYYY", "MM", "DD"} | set(WORD.findall("Tiếng Việt"))
# Vietnamese is written in Latin letters: `tests.test_translations` compares it with the English.
NOT_LATIN = ("ko", "zh-hans", "ja", "ar")
KINDS = (ImageKind.SELFIE, ImageKind.ID_FRONT, ImageKind.ID_BACK)


@pytest.fixture(autouse=True)
def _fresh_counters() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def opened(client: Client, kind: ImageKind = ImageKind.SELFIE) -> str:
    """Open a new link on this client's phone; return its page's URL."""
    submission = make_draft(images=False)
    link, url = phone_links.make(submission, kind, by=by(submission.created_by))
    client.post("/phone/", {"token": url.rpartition("#")[2]})
    return f"/phone/{link.pk}/"


def english_on(html: str) -> list[str]:
    page = unmarked.Spoken()
    page.feed(html)
    return [text for text in page.found if set(WORD.findall(text)) - SAME]


def started(submission: Submission, code: str) -> Customer:
    """Start an invitation on a phone with this language."""
    customer = invite(submission)
    customer.client.defaults["HTTP_ACCEPT_LANGUAGE"] = code
    customer.client.post("/phone/", {"token": customer.token})
    assert customer.post("start/").status_code == 302
    return customer


def steps_of(code: str) -> dict[str, str]:
    """Return every page of the capture, with the messages of its forms."""
    project = make_project(requires_consent=True, has_address_image=True)
    ConsentText.objects.create(project=project, version="1", text="…")
    submission = make_draft(make_user(), project, images=False, **dict.fromkeys(VALUES, ""))
    Submission.objects.filter(pk=submission.pk).update(id_type="government_id")
    customer = invite(reload(submission))
    customer.client.defaults["HTTP_ACCEPT_LANGUAGE"] = code
    customer.client.post("/phone/", {"token": customer.token})
    pages = {"welcome": customer.get()}
    customer.post("start/")
    kinds = ("id_front", "id_back", "selfie", "address")
    pages |= {name: customer.get(f"?step={name}") for name in ("consent", *kinds, "details")}
    pages |= {f"{name} refused": customer.post(f"{name}/") for name in ("consent", *kinds)}
    wrong = {"name": "A" * 900, "date_of_birth": "1800-01-01", "date_of_issue": "2999-01-01", "date_of_expiry": "soon"}
    pages["details refused"] = customer.post("details/", wrong)
    customer.post("help/", {"step": "selfie"})
    pages["help"] = customer.get()
    return said(pages)


# The last two keep an open call, which the next one would claim.
RESULTS = (
    *(Status.STEP1_RETRY, Status.CONFIRMING, Status.INCOMPLETE, Status.PENDING, Status.SECOND_REVIEW),
    *(Status.APPROVED, Status.REJECTED, Status.STEP2_SENDING, Status.STEP1_SENDING),
)


def results_of(code: str) -> dict[str, str]:
    """Return the pages of each retry, of waiting and of each result."""
    pages = {}
    for status in RESULTS:
        customer = started(make_draft(make_user(), images=False), code)
        submission = make_at(status)
        Invitation.objects.filter(pk=customer.invitation.pk).update(submission=submission)
        pages[status.value] = customer.get()
    return said(pages)


def account_of(code: str) -> dict[str, str]:
    """Return every page of the account check, with the messages of its forms."""
    submission = make_draft(make_user(), make_project(has_account_occupancy=True))
    submit.send_step1(submission, by=by(submission.created_by), is_start_confirmed=True)
    customer = started(answer_step1(reload(submission)), code)
    typed = {"userName": "HONG", "bankCode": "004", "accountNumber": "123"}
    pages = {"account": customer.get("?step=account"), "account empty": customer.post("account/")}
    customer.post("account/", typed)
    pages["account checking"] = customer.get("?step=account")
    reply = parse_account({"success": False, "retryCode": "invalid_bank_code"}, received())
    assert replies.account_answered(claim_call(submission, CallKind.ACCOUNT), reply)
    pages["account refused"] = customer.get("?step=account")
    customer.post("account/", typed)
    passed = parse_account({"success": True}, received())
    assert replies.account_answered(claim_call(submission, CallKind.ACCOUNT), passed)
    pages["code"] = customer.get("?step=account")
    pages["code missing"] = customer.post("account/", {"action": "code"})
    return said(pages)


def said(pages: dict[str, Any]) -> dict[str, str]:
    assert {name for name, reply in pages.items() if reply.status_code not in (200, 422)} == set()
    return {name: reply.content.decode() for name, reply in pages.items()}


@pytest.mark.parametrize("code", NOT_LATIN)
def test_no_customer_page_holds_english(code: str) -> None:
    client = Client(headers={"accept-language": code}, enforce_csrf_checks=False)
    pages = {"enter": client.get("/phone/"), "gone": client.post("/phone/", {"token": "unknown"})}
    for kind in KINDS:
        url = opened(client, kind)
        pages |= {kind: client.get(url), f"{kind} without a photo": client.post(url)}
    PhoneLink.objects.filter(pk=url.split("/")[2]).update(used_at="2026-01-01T00:00Z")
    pages |= {"done": client.get(url), "unknown address": client.get("/phone/no/such/page/")}
    pages["no cookies"] = Client(headers={"accept-language": code}, enforce_csrf_checks=True).post("/phone/")
    assert {name: reply.headers["Content-Language"] for name, reply in pages.items()} == dict.fromkeys(pages, code)
    found = {name: english_on(reply.content.decode()) for name, reply in pages.items()}
    assert not any(found.values()), found
    direction = "rtl" if code == "ar" else "ltr"
    assert all(f'lang="{code}" dir="{direction}"' in reply.content.decode() for reply in pages.values())


@pytest.mark.slow
@pytest.mark.parametrize("code", [*NOT_LATIN, "vi"])
def test_no_page_of_an_invitation_holds_english(code: str) -> None:
    pages = steps_of(code) | account_of(code) | results_of(code)
    assert [name for name, html in pages.items() if 'id="again"' in html] == ["step1_retry", "incomplete"]
    found = {name: english_on(html) for name, html in pages.items()}
    if code == "vi":  # a text without any of its own letters is English
        found = {name: [text for text in texts if text.isascii()] for name, texts in found.items()}
    assert not any(found.values()), {name: texts for name, texts in found.items() if texts}


@pytest.mark.parametrize("code", [code for code in settings.CUSTOMER_LANGUAGES if code != "en"])
@pytest.mark.parametrize("surface", ["step1_retry", "step2_retry"])
def test_every_retry_is_said_in_the_customers_language(code: str, surface: str) -> None:
    with translation.override(code):
        assert [row.say for row in TABLES[surface].values() if gettext(row.say) == row.say] == []


@pytest.mark.parametrize("code", NOT_LATIN)
def test_every_finding_is_said_in_the_customers_language(code: str) -> None:
    codes = {*advice.TO_CUSTOMER, *advice.TO_AGENT}
    assert len(codes) >= 30
    with translation.override(code):
        said = [
            advice.sentence(finding, kind, to_customer=True) for finding in codes for kind in ("selfie", "id_front")
        ]
    assert [text for text in said if WORD.search(text)] == []


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("zh-SG", "zh-hans"),
        ("zh-TW,en;q=0.8", "en"),
        ("ar-EG,ar;q=0.9", "ar"),
        ("vi-VN", "vi"),
        ("ja-JP,en-US;q=0.7", "ja"),
        ("ko-KR", "ko"),
        ("fr-FR,vi;q=0.5", "vi"),
        ("fr-FR", "en"),
        ("*", "en"),
        ("", "en"),
        ("x" * 4000, "en"),
    ],
)
def test_browsers_language_is_the_pages(wanted: str, code: str) -> None:
    assert Client(headers={"accept-language": wanted}).get("/phone/").headers["Content-Language"] == code


def test_chosen_language_is_kept_for_the_customers_pages_only() -> None:
    client = Client(headers={"accept-language": "ja"})
    page = opened(client)
    reply = client.post("/phone/language/", {"language": "ar", "next": page})
    assert (reply.headers["Location"], reply.cookies[customer_language.COOKIE]["path"]) == (page, "/phone/")
    assert client.get(page).headers["Content-Language"] == "ar"
    assert [client.post("/phone/language/", {"language": code}).status_code for code in ("fr", "")] == [404, 404]


@pytest.mark.parametrize("code", settings.CUSTOMER_LANGUAGES)
def test_menu_names_every_language_in_itself(code: str) -> None:
    page = Client(headers={"accept-language": code}).get("/phone/").content.decode()
    for other, name in customer_language.names().items():
        assert name in page
        assert (f'value="{other}"' in page) == (other != code)


@pytest.mark.parametrize("code", ["zh-CN", "vi", "ja", "ar"])
def test_no_page_of_the_portal_takes_a_customers_language(client: Client, code: str) -> None:
    headers = {"accept-language": code}
    client.cookies[customer_language.COOKIE] = client.cookies[settings.LANGUAGE_COOKIE_NAME] = code.lower()
    sign_in = client.get("/accounts/login/", headers=headers)
    client.force_login(make_user())
    for reply in (sign_in, client.get("/", headers=headers), client.get("/no/such/page/", headers=headers)):
        assert reply.headers["Content-Language"] == "en"
        assert code not in re.findall(r'name="language" value="([\w-]+)"', reply.content.decode())
    assert client.post("/language/", {"language": code.lower()}).status_code == 404


def test_signed_in_users_language_is_not_the_customers() -> None:
    client = Client(headers={"accept-language": "vi"})
    client.force_login(make_user(language="ko"))
    assert client.get("/phone/").headers["Content-Language"] == "vi"
    assert client.get("/").headers["Content-Language"] == "ko"


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("en", "24 Nov 2026"),
        ("ko", "2026-11-24"),
        ("zh-hans", "2026年11月24日"),
        ("vi", "Ngày 24 tháng 11 năm 2026"),
        ("ja", "2026年11月24日"),
        ("ar", "24 نوفمبر، 2026"),
    ],
)
def test_dates_are_written_as_in_the_language(code: str, written: str) -> None:
    with translation.override(code):
        assert formats.date_format(date(2026, 11, 24)) == written


def test_unknown_choice_in_the_cookie_is_ignored() -> None:
    request = RequestFactory().get("/phone/", headers={"accept-language": "vi"})
    request.COOKIES[customer_language.COOKIE] = "../../etc"
    assert customer_language.of_request(request) == "vi"
