"""The customer's phone page and the agent's card, by plain requests: content, messages, logs and storage."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.test import Client, RequestFactory
from django.views.debug import ExceptionReporter

from submissions.capture import images, phone_links
from submissions.models import Event, Image, ImageKind, PhoneLink, Status, Submission
from submissions.views.capture.phone import enter as entrance
from submissions.views.capture.phone import one_picture as phone_pages
from tests.factories import by, make_draft, make_user, sign_in
from tests.pictures import no_face_jpeg, selfie_jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counters() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def submission() -> Submission:
    return make_draft(email="minseo@customer.example", images=False)


def make_link(submission: Submission, kind: ImageKind = ImageKind.SELFIE) -> tuple[PhoneLink, str]:
    link, url = phone_links.make(submission, kind, by=by(submission.created_by))
    return link, url.rpartition("#")[2]


def opened(submission: Submission, kind: ImageKind = ImageKind.SELFIE) -> tuple[Client, str, str]:
    """Open a new link on a phone; return its page's URL and the token."""
    link, token = make_link(submission, kind)
    client = Client()
    reply = client.post("/phone/", {"token": token})
    assert (reply.status_code, reply.headers["Location"]) == (302, f"/phone/{link.pk}/")
    return client, f"/phone/{link.pk}/", token


def picture(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("selfie.jpg", content, "image/jpeg")


def test_opening_spends_nothing_whoever_opens_it(submission: Submission) -> None:
    client, page, token = opened(submission)
    preview = Client(headers={"user-agent": "WhatsApp/2"})
    for asked in (preview.get("/phone/"), preview.head("/phone/"), client.get(page), client.head(page)):
        assert asked.status_code == 200
    assert preview.post("/phone/", {"token": token}).status_code == 302, "even one that runs scripts"
    assert PhoneLink.objects.unspent().count() == 1


def test_storage_failure_is_reported_on_the_phones_own_page(
    submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, page, _token = opened(submission)

    def away(*_arguments: Any) -> str:
        raise OSError("storage away")

    monkeypatch.setattr(default_storage, "save", away)
    content = selfie_jpeg()
    reply = client.post(page, {"picture": picture(content), "accepted": phone_links.digest(content)})
    assert reply.status_code == 422
    assert "image was not stored" in reply.content.decode()
    assert PhoneLink.objects.unspent().count() == 1


def test_the_page_shows_what_to_take_and_nothing_of_anybody(submission: Submission) -> None:
    client, page, token = opened(submission)
    reply = client.get(page)
    text = reply.content.decode()
    assert "Take a photo of your face" in text
    values = [*submission.values.values(), submission.reference, str(submission.pk), token]
    assert not any(value in text for value in values)
    assert "camera=(self)" in reply.headers["Permissions-Policy"]
    assert reply.headers["Permissions-Policy"].count("camera") == 1
    assert "camera=()" in client.get("/phone/").headers["Permissions-Policy"]
    assert "no-store" in reply.headers["Cache-Control"]


def test_the_cookie_is_for_this_links_page_alone(submission: Submission) -> None:
    link, token = make_link(submission)
    cookie = Client().post("/phone/", {"token": token}).cookies["phone-token"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (f"/phone/{link.pk}/", True, "Strict")
    secure = Client().post("/phone/", {"token": token}, secure=True).cookies["phone-token"]
    assert secure["secure"] is True


def test_one_links_token_opens_no_other_links_page(submission: Submission) -> None:
    client, _page, _token = opened(submission)
    other, _other_token = make_link(make_draft(images=False))
    assert client.get(f"/phone/{other.pk}/").status_code == 404
    assert client.post(f"/phone/{other.pk}/", {"picture": picture(b"x")}).status_code == 404


@pytest.mark.slow
def test_upload_then_reload_back_and_again(submission: Submission) -> None:
    client, page, token = opened(submission)
    camera = client.post(f"{page}open/", {"device": "Front camera"}).json()["token"]
    sent = client.post(f"{page}frame/", {"picture": picture(selfie_jpeg()), "source_picture": camera})
    assert (sent.status_code, sent.headers["Location"]) == (302, page)
    for reply in (client.get(page), client.post(page, {"picture": picture(selfie_jpeg((1000, 750)))})):
        assert (reply.status_code, b"has arrived" in reply.content) == (200, True)
    assert b"has arrived" in client.post("/phone/", {"token": token}).content
    image = submission.images.get()
    assert (image.source, image.created_by, image.findings) == ("phonecam", None, [])


@pytest.mark.slow
def test_what_to_do_is_reported_and_the_same_picture_may_be_sent_anyway(submission: Submission) -> None:
    client, page, _token = opened(submission)
    advised = client.post(page, {"picture": picture(no_face_jpeg())})
    text = advised.content.decode()
    assert advised.status_code == 422
    assert "No face was found. Look straight into the camera." in text, "said to who holds the phone"
    assert "Send it anyway" in text
    sha = phone_links.digest(no_face_jpeg())
    assert f'name="accepted" value="{sha}"' in text
    assert client.post(page, {"picture": picture(b"junk"), "accepted": sha}).status_code == 422
    assert not submission.images.exists()
    assert client.post(page, {"picture": picture(no_face_jpeg()), "accepted": sha}).status_code == 302
    assert submission.images.get().findings == ["no_face"]


def test_nothing_chosen_and_junk_say_what_to_do(submission: Submission) -> None:
    client, page, _token = opened(submission)
    assert "Take the photo or choose one first." in client.post(page).content.decode()
    assert "not an image" in client.post(page, {"picture": picture(b"junk")}).content.decode()
    assert PhoneLink.objects.unspent().exists()


def test_their_language_is_the_phones_and_can_be_switched(submission: Submission) -> None:
    client, page, _token = opened(submission)
    assert b'lang="ko"' in client.get(page, headers={"accept-language": "ko-KR,ko;q=0.9"}).content[:80]
    assert b'lang="en"' in client.get(page, headers={"accept-language": "en-GB"}).content[:80]
    reply = client.post("/phone/language/", {"language": "ko", "next": page})
    assert reply.headers["Location"] == page
    assert reply.cookies["customer-language"]["path"] == "/phone/"
    assert b'lang="ko"' in client.get(page, headers={"accept-language": "en-GB"}).content[:80]
    assert client.post("/phone/language/", {"language": "xx"}).status_code == 404
    away = client.post("/phone/language/", {"language": "ko", "next": "https://elsewhere.example/"})
    assert away.headers["Location"] == "/phone/"


@pytest.mark.usefixtures("stopped_clock")
def test_guessing_is_slowed_and_a_good_link_still_opens(submission: Submission) -> None:
    _link, token = make_link(submission)
    guesses = [Client().post("/phone/", {"token": f"guess {number}"}).status_code for number in range(25)]
    assert set(guesses[:20]) == {404}
    assert set(guesses[20:]) == {429}
    assert Client().post("/phone/", {"token": token}).status_code == 302


def test_uploads_by_one_link_are_slowed(submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_pages, "UPLOADS_A_MINUTE", 2)
    client, page, _token = opened(submission)
    replies = [client.post(page, {"picture": picture(b"junk")}).content.decode() for _time in range(3)]
    assert ["too fast" in text for text in replies] == [False, False, True]


def test_posts_need_their_form_token(submission: Submission) -> None:
    link, token = make_link(submission)
    client = Client(enforce_csrf_checks=True)
    assert client.post("/phone/", {"token": token}).status_code == 403
    client.cookies["phone-token"] = token
    assert client.post(f"/phone/{link.pk}/", {"picture": picture(b"x")}).status_code == 403


def test_no_log_line_and_no_error_report_has_the_token(
    submission: Submission, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, page, token = opened(submission)
    client.raise_request_exception = False

    def broken(*_arguments: Any, **_how: Any) -> None:
        raise RuntimeError("the portal failed")

    with caplog.at_level(logging.DEBUG):
        Client().post("/phone/", {"token": token + "x"})
        client.get("/phone/00000000-0000-4000-8000-000000000000/")
        monkeypatch.setattr(phone_links, "store_upload", broken)
        assert client.post(page, {"picture": picture(b"x")}).status_code == 500
    assert "/phone/" in caplog.text
    assert token not in caplog.text


@pytest.mark.parametrize("where", ["body", "cookie"])
def test_an_error_report_hides_the_token(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Django would send or show it: the request, its cookies, the variables of each frame."""
    token = "Zq7-a-token-that-nobody-may-read"
    asked = RequestFactory().post("/phone/", {"token": token} if where == "body" else {})
    if where == "cookie":
        asked.COOKIES["phone-token"] = token
        asked.META["HTTP_COOKIE"] = f"phone-token={token}"

    def broken(_token: str) -> None:
        raise RuntimeError("the portal failed")

    monkeypatch.setattr(phone_links, "find", broken)
    view = entrance.enter if where == "body" else phone_pages.take
    try:
        view(asked, **({} if where == "body" else {"pk": "00000000-0000-4000-8000-000000000000"}))
    except RuntimeError as error:
        reporter = ExceptionReporter(asked, type(error), error, error.__traceback__)
        data = reporter.get_traceback_data()
        data["frames"] = [frame for frame in data["frames"] if frame["filename"] != __file__]  # this test knows it
        texts = [reporter.get_traceback_text(), str(data["request_COOKIES_items"]), str(data["request_meta"])]
        texts += [str(frame.get("vars")) for frame in data["frames"]] + [str(list(data["filtered_POST_items"]))]
        assert "RuntimeError" in texts[0]
        assert not any(token in text for text in texts)
    else:
        pytest.fail("nothing failed")


class TestAgent:
    @pytest.fixture
    def agent(self, submission: Submission) -> Client:
        return sign_in(Client(), submission.created_by)

    def share(self, agent: Client, submission: Submission, how: str = "show_selfie", kind: str = "selfie") -> Any:
        return agent.post(f"/submissions/{submission.pk}/phone/{kind}/", {"how": how}, headers={"hx-request": "true"})

    def test_the_code_is_shown_once(self, agent: Client, submission: Submission) -> None:
        text = self.share(agent, submission).content.decode()
        assert 'src="data:image/svg+xml' in text
        assert "style=" not in text
        assert "http://127.0.0.1:8000/phone/#" in text
        page = agent.get(f"/submissions/{submission.pk}/").content.decode()
        assert "/phone/#" not in page
        assert "15 more minutes" in page

    def test_the_card_waits_and_then_shows_the_picture(self, agent: Client, submission: Submission) -> None:
        self.share(agent, submission)
        url, part = f"/submissions/{submission.pk}/phone/selfie/", {"hx-request": "true"}
        assert agent.get(url, headers=part).status_code == 204
        image = fake_arrival(submission)
        text = agent.get(url, headers=part).content.decode()
        assert f"/images/{image.pk}/" in text
        assert "has arrived" in text
        assert "live camera" in text

    def test_waiting_is_no_sign_of_a_person_and_no_look(self, agent: Client, submission: Submission) -> None:
        self.share(agent, submission)
        before = Event.objects.count()
        agent.get(f"/submissions/{submission.pk}/phone/selfie/", headers={"hx-request": "true"})
        assert Event.objects.count() == before

    def test_where_it_has_moved_on_the_whole_page_is_loaded(self, agent: Client, submission: Submission) -> None:
        self.share(agent, submission)
        Submission.objects.filter(pk=submission.pk).update(status=Status.STEP1_SENDING)
        reply = agent.get(f"/submissions/{submission.pk}/phone/selfie/", headers={"hx-request": "true"})
        assert (reply.status_code, reply.headers["HX-Refresh"]) == (204, "true")

    def test_revoked_expired_and_mailed_are_reported(self, agent: Client, submission: Submission) -> None:
        assert "on its way" in self.share(agent, submission, "mail_selfie").content.decode()
        assert len(mail.outbox) == 1
        url, part = f"/submissions/{submission.pk}/phone/selfie/", {"hx-request": "true"}
        assert "not work any more" in agent.post(f"{url}revoke/", headers=part).content.decode()
        self.share(agent, submission)
        PhoneLink.objects.unspent().update(expires_at="2020-01-01T00:00Z")
        assert "ran out unused" in agent.get(url, headers=part).content.decode()

    def test_a_mail_that_does_not_leave_is_reported(
        self, agent: Client, submission: Submission, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_arguments: Any) -> int:
            raise ConnectionRefusedError

        monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
        assert "was not sent" in self.share(agent, submission, "mail_selfie").content.decode()
        assert not PhoneLink.objects.unspent().exists()

    def test_without_script_what_was_typed_is_kept(self, agent: Client, submission: Submission) -> None:
        url = f"/submissions/{submission.pk}/phone/selfie/"
        page = agent.post(url, {"how": "show_selfie", "name": "Typed Just Now", "version": submission.draft_version})
        assert b"data:image/svg+xml" in page.content
        submission.refresh_from_db()
        assert submission.values["name"] == "Typed Just Now"
        assert agent.post(f"{url}revoke/").status_code == 302

    def test_only_pictures_that_exist_are_asked_for(self, agent: Client, submission: Submission) -> None:
        for kind in ("attachment", "nonsense"):
            assert self.share(agent, submission, kind=kind).status_code == 404

    def test_a_stranger_of_another_team_sees_none_of_it(self, submission: Submission) -> None:
        other = sign_in(Client(), make_user(team=type(submission.team).objects.create(name="Elsewhere")))
        assert self.share(other, submission).status_code == 404
        assert not PhoneLink.objects.exists()


def fake_arrival(submission: Submission) -> Image:
    """Create the upload as `phone.take` would, without checking a picture."""
    link = PhoneLink.objects.unspent().get()
    sizes = {"sha256": "0" * 64, "size": 9, "width": 960, "height": 720}
    image = Image(submission=submission, kind=link.kind, source="phonecam", **sizes)
    image.store(b"a picture")
    with transaction.atomic():
        images.keep_image(image, by=phone_links.Actor(None, phone_links.CARRIES))
        phone_links._spend(link, image)
    return image
