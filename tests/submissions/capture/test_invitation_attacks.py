"""Attacks on an invitation that must fail: on its token, its phone, its end, its steps, and other submissions."""

import logging
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.views.debug import ExceptionReporter

from submissions import urls
from submissions.capture import drafts
from submissions.core import clock
from submissions.customer_messages import send
from submissions.invitations import hand_over, links
from submissions.models import ConsentText, Event, Image, ImageKind, Invitation, Status, Submission
from submissions.views.capture.phone import cookies, customer
from tests.factories import attach_image, by, make_at, make_draft, make_project, make_team, make_user, reload, sign_in
from tests.submissions.invitations.customer import Customer, invite, opened, picture, started

pytestmark = pytest.mark.django_db
POSTS = (
    *("consent/", "no-back/", "details/", "account/", "submit/", "help/"),
    *("selfie/", "selfie/open/", "selfie/frame/", "selfie/part/"),
)


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    cache.clear()


@pytest.fixture
def submission() -> Submission:
    return make_draft(make_user(), name="", document_number="", images=False)


@pytest.fixture
def phone(submission: Submission) -> Customer:
    return started(submission)


def state_of(submission: Submission) -> tuple[object, ...]:
    """Return everything that an attack could change."""
    fresh = reload(submission)
    events = Event.objects.filter(submission_id=submission.pk).exclude(kind="looked").count()
    return fresh.status, fresh.values, fresh.consent_id, fresh.images.count(), fresh.calls.count(), events


def reject() -> None:
    codes = ["duplicated_face"]
    Submission.objects.update(status=Status.REJECTED, source="vendor", decided_at=clock.now(), vendor_codes=codes)


def refused_everywhere(client: Client, phone: Customer, status: int) -> None:
    before = state_of(phone.invitation.submission)
    assert client.get(phone.page).status_code == status
    assert client.get(f"{phone.page}state/").status_code == status
    for part in POSTS:
        data = {"picture": picture(b"x"), "name": "Mallory", "agreed": "1", "text": "1"}
        assert client.post(phone.page + part, data).status_code == status, part
    assert state_of(phone.invitation.submission) == before


@pytest.mark.usefixtures("stopped_clock")
def test_1_guessed_tokens_open_nothing_and_are_slowed_down(submission: Submission) -> None:
    invite(submission)
    replies = [Client().post("/phone/", {"token": f"guess-{number}"}).status_code for number in range(25)]
    assert replies == [404] * 20 + [429] * 5


def test_2_page_without_any_cookie_is_an_unknown_link(phone: Customer) -> None:
    refused_everywhere(Client(), phone, 404)


def test_3_token_alone_is_in_use_on_another_phone(phone: Customer) -> None:
    thief = Client()
    thief.post("/phone/", {"token": phone.token})
    refused_everywhere(thief, phone, 403)


def test_4_second_phone_cannot_start_it_again(phone: Customer) -> None:
    thief = Client()
    thief.post("/phone/", {"token": phone.token})
    before = phone.row.device_hash
    assert thief.post(f"{phone.page}start/").status_code == 403
    assert phone.row.device_hash == before


def test_5_two_phones_that_start_simultaneously_do_not_share_it(submission: Submission) -> None:
    first = invite(submission)
    seen = links.find(first.token)
    links.start(links.find(first.token), by=hand_over.customer(None))
    with pytest.raises(links.OtherDevice):
        links.start(seen, by=hand_over.customer(None))
    assert Event.objects.filter(kind="invitation_opened").count() == 1


def test_6_secret_of_another_link_opens_nothing(phone: Customer) -> None:
    other = started(make_draft(make_user(), images=False))
    mixed = Client()
    mixed.cookies[cookies.TOKEN] = phone.token
    mixed.cookies[cookies.DEVICE] = other.client.cookies[cookies.DEVICE].value
    refused_everywhere(mixed, phone, 403)


def test_7_secret_that_the_attacker_chose_is_not_taken(submission: Submission) -> None:
    customer = opened(submission)
    customer.client.cookies[cookies.DEVICE] = "fixed-by-the-attacker"
    customer.post("start/")
    assert customer.row.device_hash != hand_over.digest(b"fixed-by-the-attacker")
    assert customer.client.cookies[cookies.DEVICE].value != "fixed-by-the-attacker"


def test_8_empty_secret_does_not_match_a_link_that_nobody_started(submission: Submission) -> None:
    customer = opened(submission)
    customer.client.cookies[cookies.DEVICE] = ""
    assert {customer.post(part).status_code for part in POSTS} == {403}


def test_9_cookies_are_for_this_link_and_no_script_reads_them(submission: Submission) -> None:
    customer = started(submission)
    for name in (cookies.TOKEN, cookies.DEVICE):
        cookie = customer.client.cookies[name]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (customer.page, True, "Strict")
    again = Client()
    assert again.post("/phone/", {"token": customer.token}, secure=True).cookies[cookies.TOKEN]["secure"] is True


def test_10_token_and_secret_are_stored_as_hashes_only(phone: Customer) -> None:
    stored = [str(value) for value in Invitation.objects.values_list().get(pk=phone.invitation.pk)]
    secret = phone.client.cookies[cookies.DEVICE].value
    assert not any(value in column for value in (phone.token, secret) for column in stored)


def test_11_token_is_in_no_log_no_url_and_no_event(submission: Submission, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    customer = started(submission)
    page = customer.get().content.decode()
    secret = customer.client.cookies[cookies.DEVICE].value
    events = str(list(Event.objects.values_list("fields", "kind")))
    assert not any(value in text for value in (customer.token, secret) for text in (caplog.text, page, events))


def test_12_error_report_hides_token_and_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = RequestFactory().get("/phone/check/x/")
    asked.COOKIES = {cookies.TOKEN: "Zq7-token-of-nobody", cookies.DEVICE: "Zq7-secret-of-nobody"}
    asked.META["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in asked.COOKIES.items())

    def broken(_token: str) -> None:
        raise RuntimeError("the portal failed")

    monkeypatch.setattr(links, "find", broken)
    with pytest.raises(RuntimeError) as failed:
        customer.page(asked, pk=None)
    reporter = ExceptionReporter(asked, failed.type, failed.value, failed.tb)
    data = reporter.get_traceback_data()
    frames = [frame for frame in data["frames"] if frame["filename"] != __file__]
    texts = [str(data["request_COOKIES_items"]), str(data["request_meta"]), *(str(frame["vars"]) for frame in frames)]
    assert not any("of-nobody" in text for text in texts)


def test_13_no_page_is_cached_and_none_tells_its_address(phone: Customer) -> None:
    for reply in (phone.get(), phone.client.get("/phone/"), Client().get(phone.page)):
        assert "no-store" in reply.headers["Cache-Control"]
        assert reply.headers["Referrer-Policy"] in ("same-origin", "no-referrer", "strict-origin")
        assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]


def test_14_revoked_link_opens_nothing(phone: Customer) -> None:
    submission = phone.invitation.submission
    links.revoke(submission, by=by(submission.created_by))
    refused_everywhere(phone.client, phone, 404)


def test_15_expired_link_opens_nothing(phone: Customer) -> None:
    Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    refused_everywhere(phone.client, phone, 404)


def test_16_link_ends_with_the_24_hour_limit(phone: Customer) -> None:
    Submission.objects.update(deadline_at=clock.now() - timedelta(seconds=1))
    refused_everywhere(phone.client, phone, 404)


def test_17_link_ends_when_the_capture_was_given_up(phone: Customer) -> None:
    submission = phone.invitation.submission
    drafts.give_up(submission, by=by(submission.created_by), reason="The customer called.")
    before = state_of(submission)
    for part in POSTS:
        reply = phone.post(part, {"picture": picture(b"x"), "name": "Mallory"})
        assert reply.status_code in (200, 302, 404), part
        assert "<form" not in reply.content.decode().partition("<main")[2], part
    assert state_of(submission) == before


def test_18_upload_that_began_before_the_revocation_stores_nothing(phone: Customer) -> None:
    submission = phone.invitation.submission
    seen = phone.row
    links.revoke(submission, by=by(submission.created_by))
    with pytest.raises(links.LinkGone), links.handing_over(seen):
        pytest.fail("the block must not run")


def test_19_back_after_the_end_shows_no_form_and_sends_nothing() -> None:
    submission = make_at(Status.INCOMPLETE)
    customer = started(submission)
    assert "camera" in customer.get().content.decode()
    reject()
    page = customer.get("?step=selfie").content.decode()
    assert "<form" not in page.split("<main")[1]
    assert customer.send("selfie").status_code == 302
    assert submission.images.filter(invitation=customer.invitation).count() == 0


def test_20_result_names_no_reason() -> None:
    submission = make_at(Status.INCOMPLETE)
    customer = started(submission)
    reject()
    page = customer.get().content.decode()
    assert "We could not complete the check" in page
    assert not re.search("reject|duplicate|score|fraud", page, re.IGNORECASE)


def test_21_one_links_phone_opens_no_other_submission(phone: Customer) -> None:
    other = started(make_draft(make_user(), images=False))
    for part in ("", "state/"):
        assert phone.client.get(other.page + part).status_code == 404
    mixed = Client()
    mixed.cookies.load({name: phone.client.cookies[name].value for name in (cookies.TOKEN, cookies.DEVICE)})
    refused_everywhere(mixed, other, 404)


def test_22_images_and_pages_of_the_portal_ask_for_a_sign_in(phone: Customer) -> None:
    submission = phone.invitation.submission
    image = attach_image(submission, ImageKind.SELFIE, submission.created_by)
    for path in (f"/images/{image.pk}/", f"/submissions/{submission.pk}/", "/review/"):
        assert phone.client.get(path).headers["Location"].startswith("/accounts/login/")


def test_23_no_address_of_the_link_returns_an_image(phone: Customer) -> None:
    image = attach_image(phone.invitation.submission, ImageKind.SELFIE, phone.invitation.created_by)
    Image.objects.update(invitation=phone.invitation)
    assert str(image.pk) not in phone.get().content.decode()
    assert phone.get("selfie/").status_code == 405


def test_24_deciding_and_sending_ask_for_a_sign_in(phone: Customer) -> None:
    submission = phone.invitation.submission
    before = state_of(submission)
    for path in (
        f"/submissions/{submission.pk}/values/",
        f"/submissions/{submission.pk}/invitation/",
        f"/submissions/{submission.pk}/take-back/",
        f"/review/{submission.pk}/decide/",
    ):
        reply = phone.client.post(path, {"action": "step1", "verdict": "approved", "how": "show"})
        assert reply.headers["Location"].startswith("/accounts/login/"), path
    assert state_of(submission) == before


def test_25_another_teams_agent_cannot_revoke_or_read_it(phone: Customer) -> None:
    stranger = sign_in(Client(), make_user(team=make_team("Another desk")))
    path = f"/submissions/{phone.invitation.submission_id}/invitation/"
    assert [stranger.get(path).status_code, stranger.post(f"{path}revoke/").status_code] == [404, 404]
    assert phone.row.revoked_at is None


def test_26_cross_site_posts_are_refused(phone: Customer) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies.load({name: phone.client.cookies[name].value for name in (cookies.TOKEN, cookies.DEVICE)})
    assert {strict.post(phone.page + part).status_code for part in ("start/", *POSTS)} == {403}
    assert strict.post("/phone/", {"token": phone.token}).status_code == 403


def test_27_wrong_methods_are_refused(phone: Customer) -> None:
    assert {phone.get(part).status_code for part in ("start/", *POSTS)} == {405}
    assert {phone.post("").status_code, phone.post("state/").status_code} == {405}
    assert {getattr(phone.client, verb)(phone.page).status_code for verb in ("put", "patch", "delete")} == {405}


def test_28_forged_kinds_of_images_are_refused(phone: Customer) -> None:
    for kind in ("attachment", "passport", "..%2f", "ID_FRONT"):
        assert phone.send(kind).status_code == 404
    for kind in ("address", "id_back"):  # this project and this passport use neither
        assert phone.send(kind).status_code == 302
    assert not phone.invitation.submission.images.exists()


@pytest.mark.slow
def test_29_fields_that_are_not_asked_for_are_ignored(phone: Customer) -> None:
    forged = (
        "email",
        "customer_id",
        "status",
        "reason_name",
        "globalCode",
        "userOccupancyName",
        "idType",
        "wants_step2",
    )
    before = reload(phone.invitation.submission)
    phone.post("details/", dict.fromkeys(forged, "mallory@example.net") | {"name": "Minseo Example"})
    after = reload(before)
    assert after.values == {**before.values, "name": "Minseo Example"}
    assert (after.status, after.reasons, after.wants_step2) == (before.status, before.reasons, False)


def test_30_oversized_texts_and_images_are_refused(phone: Customer) -> None:
    reply = phone.post("details/", {"name": "x" * 5000})
    assert reply.status_code == 422
    assert reload(phone.invitation.submission).values.get("name", "") == ""
    assert phone.send("selfie", b"\xff\xd8" + b"0" * (16 * 1024 * 1024)).status_code in (413, 422)
    phone.post("help/", {"text": "x" * 5000})
    assert len(phone.row.help_text) == hand_over.HELP_TEXT
    assert not phone.invitation.submission.images.exists()


def test_31_submit_before_everything_is_there_sends_nothing(phone: Customer) -> None:
    phone.post("submit/")
    assert phone.row.submitted_at is None
    assert not Event.objects.filter(kind="invitation_submitted").exists()


def test_32_value_of_the_desk_can_be_neither_read_nor_changed(phone: Customer) -> None:
    submission = reload(phone.invitation.submission)
    drafts.save_values(submission, {"name": "Of The Desk"}, by=by(submission.created_by))
    reply = phone.post("details/", {"name": "Mallory", "was_name": "Of The Desk"})
    assert "Of The Desk" not in reply.content.decode() + phone.get("?step=details").content.decode()
    assert reload(submission).values["name"] == "Of The Desk"


def test_33_image_of_the_desk_cannot_be_replaced(phone: Customer) -> None:
    submission = phone.invitation.submission
    image = attach_image(submission, ImageKind.SELFIE, submission.created_by)
    assert phone.send("selfie").status_code == 302
    assert phone.post("selfie/open/", {"device": "Front camera"}).status_code == 302
    assert submission.images.get(is_current=True) == image


def test_34_consent_to_another_projects_text_is_not_recorded() -> None:
    project, other = make_project(requires_consent=True), make_project()
    ConsentText.objects.create(project=project, version="1", text="I agree.")
    foreign = ConsentText.objects.create(project=other, version="1", text="Anything.")
    customer = started(make_draft(make_user(), project, images=False))
    for text in (str(foreign.pk), "", "x"):
        customer.post("consent/", {"text": text, "agreed": "1"})
    assert reload(customer.invitation.submission).consent_id is None


def test_35_camera_token_of_another_link_makes_no_live_picture(phone: Customer) -> None:
    other = started(make_draft(make_user(), images=False))
    token = other.post("selfie/open/", {"device": "Front camera"}).json()["token"]
    reply = phone.post("selfie/frame/", {"picture": picture(b"x"), "source_picture": token})
    assert reply.status_code == 422
    assert token
    assert not phone.invitation.submission.images.exists()


@pytest.mark.usefixtures("stopped_clock")
def test_36_posts_are_limited(phone: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customer, "POSTS_A_MINUTE", 3)
    replies = [phone.post("submit/").status_code for _time in range(5)]
    assert replies[-1] == 429


def test_37_number_of_images_is_limited(phone: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_over, "MAX_IMAGES", 0)
    assert phone.send("selfie").status_code == 429
    assert not phone.invitation.submission.images.exists()


def test_38_erased_submission_has_no_page(phone: Customer) -> None:
    now = clock.now()
    Submission.objects.update(status=Status.ABANDONED, decided_at=now, erased_at=now, values_sealed=None)
    assert phone.get().status_code == 404


def test_39_agents_mail_form_sends_no_foreign_link(submission: Submission, phone: Customer) -> None:
    """A link of another submission, or one that the portal never made, is not mailed: a new one is."""
    other = invite(make_draft(make_user(), images=False))
    agent = sign_in(Client(), submission.created_by)
    path = f"/submissions/{submission.pk}/invitation/"
    for url in (f"https://evil.example/phone/#{other.token}", "https://evil.example/#x"):
        agent.post(path, {"how": "mail", "url": url}, headers={"hx-request": "true"})
        assert send.send_next()
    assert len(mail.outbox) == 2
    assert not any("evil.example" in str(letter.body) for letter in mail.outbox)


def test_every_address_of_an_invitation_is_attacked() -> None:
    patterns = [str(each.pattern) for each in urls.urlpatterns if "phone/check/" in str(each.pattern)]
    parts = {pattern.partition("<uuid:pk>/")[2].replace("<str:kind>", "selfie") for pattern in patterns}
    assert parts - {"", "start/", "state/", "selfie/hint/"} == set(POSTS)
