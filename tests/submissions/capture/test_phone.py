"""The rules of the one-time link: bound to one item, used only by the upload, revocable, and no attempt is used."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from smtplib import SMTPDataError
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, OperationalError

from submissions.capture import images, phone_links, submit
from submissions.capture.imaging import normalise
from submissions.core import clock
from submissions.models import Capturer, Event, Image, ImageKind, PhoneLink, Project, Status, Submission
from submissions.workflow.transitions import StaleSubmission
from tests.factories import by, camera_opening, make_at, make_draft, make_project, make_user, reload
from tests.pictures import no_face_jpeg, selfie_jpeg

pytestmark = pytest.mark.django_db
SELFIE = ImageKind.SELFIE


@pytest.fixture(autouse=True)
def _fresh_counters() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the result of the check that the test chooses; other tests cover its cost."""
    found: list[str] = []

    def prepare(submission: Submission, kind: ImageKind, content: bytes, **how: Any) -> tuple[Image, bytes]:
        if not images.takes(kind, Status(submission.status)):
            raise StaleSubmission(submission.reference)
        sizes = {"sha256": phone_links.digest(content), "size": len(content), "width": 960, "height": 720}
        row = Image(submission=submission, kind=kind, source=how["source"], findings=list(found), **sizes)
        return row, content

    monkeypatch.setattr(images, "prepare_image", prepare)
    return found


def link_of(submission: Submission, kind: ImageKind = SELFIE) -> tuple[PhoneLink, str]:
    link, url = phone_links.make(submission, kind, by=by(submission.created_by))
    return link, url.rpartition("#")[2]


def hand_over(token: str, content: bytes = b"a picture", **how: Any) -> Image:
    return phone_links.store_upload(
        phone_links.find(token), content, address="192.0.2.1", **{"opening": None, "accepted": "", **how}
    )


def names_in_storage() -> set[str]:
    folders, files = default_storage.listdir("")
    return {f"{folder}/{name}" for folder in folders for name in default_storage.listdir(folder)[1]} | set(files)


@contextmanager
def nothing_left_behind(submission: Submission) -> Iterator[None]:
    before = names_in_storage(), set(submission.images.values_list("pk", flat=True))
    yield
    assert (names_in_storage(), set(submission.images.values_list("pk", flat=True))) == before


def kinds_of_events(submission: Submission) -> list[str]:
    return list(Event.objects.filter(submission_id=submission.pk).order_by("id").values_list("kind", flat=True))


def test_the_token_is_long_and_only_its_hash_is_kept() -> None:
    link, token = link_of(make_draft())
    assert len(token) >= 43, "256 bits"
    stored = [str(value) for value in PhoneLink.objects.values_list().get(pk=link.pk)]
    assert not any(token in value for value in stored)
    assert link.token_hash == phone_links.digest(token.encode())
    event = Event.objects.get(kind="phone_link_made")
    assert event.fields == {"link": str(link.pk), "image_kind": "selfie"}


def test_the_address_is_the_public_one_and_the_token_stands_where_no_server_sees_it(settings: Any) -> None:
    settings.PUBLIC_URL = "https://portal.example"
    submission = make_draft()
    _link, url = phone_links.make(submission, SELFIE, by=by(submission.created_by))
    assert url.startswith("https://portal.example/phone/#")


def test_looking_spends_nothing_and_the_upload_does(quick: list[str]) -> None:
    submission = make_draft()
    link, token = link_of(submission)
    for _time in range(3):
        assert phone_links.find(token) == link
    image = hand_over(token)
    assert (image.kind, image.source, image.created_by) == ("selfie", "phone", None)
    assert images.current_images(submission)[SELFIE] == image
    with pytest.raises(phone_links.LinkUsed):
        phone_links.find(token)
    link.refresh_from_db()
    assert (link.image, link.is_open) == (image, False)
    assert (reload(submission).tries_used, reload(submission).status) == (0, Status.DRAFT)
    event = Event.objects.filter(kind="image_added", actor_name=phone_links.CARRIES).get()
    assert (event.actor_id, event.address, event.fields["link"]) == (None, "192.0.2.1", str(link.pk))
    assert image.read() == b"a picture"


def test_live_and_from_a_file_are_distinguished(quick: list[str]) -> None:
    submission = make_draft()
    live = hand_over(link_of(submission)[1], opening=camera_opening(submission))
    assert live.get_source_display() == "customer's phone, live camera, as the browser reports"
    assert hand_over(link_of(submission)[1]).get_source_display() == "customer's phone, from a file"


def test_it_lives_for_minutes(quick: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PHONE_LINK_MINUTES = 3
    link, token = link_of(make_draft())
    assert link.minutes_left == 3
    later = clock.now() + timedelta(minutes=3, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(phone_links.LinkGone):
        phone_links.find(token)
    assert link.minutes_left == 0


def test_unknown_empty_and_revoked_ones_are_the_same(quick: list[str]) -> None:
    submission = make_draft()
    link, token = link_of(submission)
    opened = phone_links.find(token)
    assert phone_links.revoke(submission, SELFIE, by=by(submission.created_by))
    assert not phone_links.revoke(submission, SELFIE, by=by(submission.created_by)), "there is none any more"
    for wrong in ("", "nobody made this one", token):
        with pytest.raises(phone_links.LinkGone):
            phone_links.find(wrong)
    with nothing_left_behind(submission), pytest.raises(phone_links.LinkGone):
        phone_links.store_upload(opened, b"opened before it was revoked", address=None, opening=None, accepted="")
    assert kinds_of_events(submission)[-2:] == ["phone_link_made", "phone_link_revoked"]
    assert not PhoneLink.objects.unspent().filter(pk=link.pk).exists()


def test_a_new_one_ends_the_one_before_it(quick: list[str]) -> None:
    submission = make_draft()
    _old, old_token = link_of(submission)
    link, token = link_of(submission)
    with pytest.raises(phone_links.LinkGone):
        phone_links.find(old_token)
    assert phone_links.find(token) == link
    _other, back = link_of(submission, ImageKind.ID_BACK)
    assert phone_links.find(token).kind == "selfie", "another item's link leaves it alone"
    assert phone_links.find(back).kind == "id_back"


def test_two_unspent_links_for_one_item_cannot_be() -> None:
    submission = make_draft()
    link, _token = link_of(submission)
    twin = PhoneLink(submission=submission, kind=SELFIE, created_by=link.created_by, expires_at=link.expires_at)
    twin.token_hash = "0" * 64
    with pytest.raises(IntegrityError):
        twin.save()


def test_of_two_uploads_at_once_one_is_kept(quick: list[str]) -> None:
    """Both have opened the link before either uploads."""
    submission = make_draft()
    _link, token = link_of(submission)
    one, two = phone_links.find(token), phone_links.find(token)
    how: dict[str, Any] = {"address": None, "opening": None, "accepted": ""}
    first = phone_links.store_upload(one, b"first", **how)
    with nothing_left_behind(submission), pytest.raises(phone_links.LinkUsed):
        phone_links.store_upload(two, b"second", **how)
    assert images.current_images(submission)[SELFIE] == first


@pytest.mark.parametrize("status", [Status.STEP1_SENDING, Status.PENDING, Status.APPROVED])
def test_none_is_made_where_nothing_is_taken(status: Status) -> None:
    submission = make_at(status)
    with pytest.raises(StaleSubmission):
        link_of(submission)
    assert not PhoneLink.objects.exists()


def test_an_address_document_is_taken_where_the_project_asks_for_one(quick: list[str]) -> None:
    with pytest.raises(StaleSubmission):
        link_of(make_draft(), ImageKind.ADDRESS)
    assert not PhoneLink.objects.exists()
    asking = make_draft(project=make_project(has_address_image=True))
    _link, token = link_of(asking, ImageKind.ADDRESS)
    Project.objects.update(has_address_image=False)
    with pytest.raises(phone_links.LinkGone), nothing_left_behind(asking):
        hand_over(token)
    Project.objects.update(has_address_image=True)
    assert hand_over(token).kind == ImageKind.ADDRESS


def test_an_id_that_the_vendor_has_read_is_not_replaced(quick: list[str]) -> None:
    """The link was created in the draft; Step 1 was sent and answered during the customer's upload."""
    submission = make_draft()
    _link, token = link_of(submission, ImageKind.ID_FRONT)
    opened = phone_links.find(token)
    before = images.current_images(submission)[ImageKind.ID_FRONT]
    Submission.objects.filter(pk=submission.pk).update(status=Status.CONFIRMING)
    with nothing_left_behind(submission), pytest.raises(phone_links.LinkGone):
        phone_links.store_upload(opened, b"too late", address=None, opening=None, accepted="")
    assert images.current_images(submission)[ImageKind.ID_FRONT] == before
    with pytest.raises(phone_links.LinkGone):
        phone_links.find(token)
    with pytest.raises(StaleSubmission):
        link_of(reload(submission), ImageKind.ID_FRONT)
    assert link_of(reload(submission))[0].is_open, "the selfie may still come"


def test_a_final_word_that_comes_meanwhile_wins(quick: list[str]) -> None:
    submission = make_at(Status.INCOMPLETE)
    _link, token = link_of(submission)
    opened = phone_links.find(token)
    Submission.objects.filter(pk=submission.pk).update(status=Status.OVERDUE)
    with nothing_left_behind(submission), pytest.raises(phone_links.LinkGone):
        phone_links.store_upload(opened, b"too late", address=None, opening=None, accepted="")
    assert PhoneLink.objects.unspent().exists(), "not spent either"


def test_what_was_found_is_overruled_for_that_picture_alone(quick: list[str]) -> None:
    submission = make_draft()
    _link, token = link_of(submission)
    quick.append("dark")
    with nothing_left_behind(submission), pytest.raises(phone_links.Advised) as advised:
        hand_over(token, b"a dark one")
    assert (advised.value.codes, advised.value.sha256) == (["dark"], phone_links.digest(b"a dark one"))
    with nothing_left_behind(submission), pytest.raises(phone_links.Advised):
        hand_over(token, b"another dark one", accepted=advised.value.sha256)
    image = hand_over(token, b"a dark one", accepted=advised.value.sha256)
    assert image.findings == ["dark"], "the agent is asked for a reason anyway"
    assert [problem.field for problem in submit.step2_problems(reload(submission)) if problem.field == "selfie"]


def test_a_sealed_picture_is_not_left_behind_where_its_row_is_not_written(
    quick: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = make_draft()
    _link, token = link_of(submission)

    def broken(*_arguments: Any, **_how: Any) -> None:
        raise RuntimeError("the portal failed")

    monkeypatch.setattr(phone_links, "_spend", broken)
    with nothing_left_behind(submission), pytest.raises(RuntimeError):
        hand_over(token)
    assert phone_links.find(token), "and the link is not spent"


def test_where_the_database_breaks_off_the_picture_stays(quick: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit may have succeeded: a row without its picture would be worse than a picture without its row."""
    _link, token = link_of(make_draft())

    def broken(*_arguments: Any, **_how: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(phone_links, "_spend", broken)
    before = names_in_storage()
    with pytest.raises(OperationalError):
        hand_over(token)
    assert len(names_in_storage() - before) == 1


def test_the_agent_who_sends_a_link_has_captured() -> None:
    submission, manager = make_draft(), make_user()
    phone_links.make(submission, SELFIE, by=by(manager))
    assert Capturer.objects.filter(submission=submission, user=manager).exists()


def test_the_mail_names_nobody_and_speaks_both_languages(settings: Any) -> None:
    settings.PUBLIC_URL = "https://portal.example"
    submission = make_draft(email="minseo@customer.example", name="Minseo Example")
    link, url = phone_links.make(submission, SELFIE, by=by(submission.created_by))
    phone_links.mail(link, url, by=by(submission.created_by))
    (sent,) = mail.outbox
    text = f"{sent.subject}\n{sent.body}"
    assert sent.to == ["minseo@customer.example"]
    assert url in text
    assert "15 minutes" in text
    for personal in ("Minseo", submission.reference, str(submission.pk), "M12345678", "minseo@"):
        assert personal not in text
    assert kinds_of_events(submission)[-2:] == ["phone_link_made", "phone_link_mailed"]
    assert url.rpartition("#")[2] not in str(list(Event.objects.values_list("fields", flat=True)))


@pytest.mark.parametrize("why", ["no server", "no address", "too many"])
def test_a_mail_that_did_not_leave_is_not_recorded_and_its_link_is_revoked(
    why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = make_draft(email="" if why == "no address" else "minseo@customer.example")
    link, url = phone_links.make(submission, SELFIE, by=by(submission.created_by))
    if why == "no server":

        def refuse(*_arguments: Any) -> int:
            raise ConnectionRefusedError

        monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    if why == "too many":
        monkeypatch.setattr(phone_links, "MAILS_AT_MOST", 0)
        phone_links.rate_limit.is_too_fast("phone-mail", str(submission.pk), most=0, seconds=3600)
    with pytest.raises((phone_links.NotMailed, phone_links.TooManyLinks)):
        phone_links.mail(link, url, by=by(submission.created_by))
    assert kinds_of_events(submission)[-2:] == ["phone_link_made", "phone_link_revoked"]
    assert mail.outbox == []


@pytest.mark.parametrize(
    "address", ["a@b.com\nBcc: c@d.com", "a@b.com, c@d.com", "a@b.com;c@d.com", "a@b.com c@d.com", "@", "no address"]
)
def test_mail_goes_to_one_address_or_does_not_leave(address: str) -> None:
    submission = make_draft(email=address)
    link, url = phone_links.make(submission, SELFIE, by=by(submission.created_by))
    with pytest.raises(phone_links.NotMailed):
        phone_links.mail(link, url, by=by(submission.created_by))
    link.refresh_from_db()
    assert (mail.outbox, link.is_open) == ([], False)


@pytest.mark.parametrize("error", [ValueError("a@b.com"), OSError, SMTPDataError(550, b"a@b.com"), RuntimeError("x")])
def test_whatever_the_mail_server_raises_the_link_is_revoked(error: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any) -> int:
        raise error

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    submission = make_draft(email="a@b.com")
    link, url = phone_links.make(submission, SELFIE, by=by(submission.created_by))
    with pytest.raises(phone_links.NotMailed):
        phone_links.mail(link, url, by=by(submission.created_by))
    link.refresh_from_db()
    assert not link.is_open


def test_links_are_made_so_often_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_links, "LINKS_AT_MOST", 2)
    submission = make_draft(images=False)
    tokens = [link_of(submission)[1] for _time in range(2)]
    with pytest.raises(phone_links.TooManyLinks):
        link_of(submission)
    assert phone_links.find(tokens[-1]), "the last good one still works"


@pytest.mark.slow
def test_the_same_check_judges_a_phones_picture() -> None:
    submission = make_draft()
    _link, token = link_of(submission)
    with pytest.raises(phone_links.Advised) as advised:
        hand_over(token, no_face_jpeg())
    assert advised.value.codes == ["no_face"]
    with pytest.raises(normalise.UnusableImage):
        hand_over(token, b"not a picture")
    assert hand_over(token, selfie_jpeg()).findings == []
