"""Pictures sent in parts: order, resuming, limits, encryption, and when the parts are deleted."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from submissions.audit.events import SYSTEM
from submissions.capture import phone_links
from submissions.core import clock, encryption
from submissions.models import ImageKind, PhoneLink, Submission, UploadPart
from submissions.privacy import erasure
from submissions.tasks import delete_upload_parts
from submissions.uploads import parts
from submissions.views.capture.phone import one_picture, uploads
from tests.factories import by, make_draft, make_user
from tests.pictures import no_face_jpeg, selfie_jpeg
from tests.submissions.invitations.customer import started

pytestmark = pytest.mark.django_db
UPLOAD = uuid.UUID("0123456789abcdef0123456789abcdef")


@pytest.fixture(autouse=True)
def _fresh_counters() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def submission() -> Submission:
    return make_draft(images=False)


class Phone:
    """A phone that has opened a link."""

    def __init__(self, submission: Submission) -> None:
        link, url = phone_links.make(submission, ImageKind.SELFIE, by=by(submission.created_by))
        self.client, self.page, self.link = Client(), f"/phone/{link.pk}/", link
        self.client.post("/phone/", {"token": url.rpartition("#")[2]})

    def part(self, start: int, content: bytes, upload: uuid.UUID = UPLOAD) -> tuple[int, int]:
        """Send a part; return the status and the number of bytes that the server has."""
        url = f"{self.page}part/?upload={upload.hex}&start={start}"
        reply = self.client.post(url, content, content_type="application/octet-stream")
        return reply.status_code, reply.json()["received"] if reply.status_code != 404 else 0

    def all_of(self, content: bytes, size: int = 50_000) -> None:
        for start in range(0, len(content), size):
            assert self.part(start, content[start : start + size]) == (200, min(start + size, len(content)))


def test_parts_become_the_picture_and_are_deleted(submission: Submission) -> None:
    phone, content = Phone(submission), selfie_jpeg()
    phone.all_of(content, 20_000)
    assert UploadPart.objects.count() > 1
    reply = phone.client.post(phone.page, {"parts": UPLOAD.hex})
    assert (reply.status_code, reply.headers["Location"]) == (302, phone.page)
    whole = Phone(make_draft(images=False))
    whole.all_of(content, 250_000)
    whole.client.post(whole.page, {"parts": UPLOAD.hex})
    assert submission.images.get().sha256 == whole.link.submission.images.get().sha256
    assert not UploadPart.objects.exists()


def test_phone_continues_where_the_connection_broke(submission: Submission) -> None:
    phone = Phone(submission)
    assert phone.part(0, b"a" * 10) == (200, 10)
    assert phone.part(0, b"") == (200, 10), "an empty part asks how much has arrived"
    assert phone.part(0, b"a" * 10) == (200, 10), "the reply was lost and the part is sent again"
    assert phone.part(30, b"c" * 5) == (200, 10), "a part that is not the next one is not stored"
    assert phone.part(10, b"b" * 5) == (200, 15)
    assert parts.joined(submission, holder=one_picture._holder(phone.link), upload=UPLOAD) == b"a" * 10 + b"b" * 5


def test_parts_are_encrypted_for_their_row(submission: Submission) -> None:
    Phone(submission).part(0, b"my face")
    part = UploadPart.objects.get()
    assert part.content == b"my face"
    assert b"my face" not in bytes(part.content_sealed)
    part.pk = uuid.uuid4()
    with pytest.raises(encryption.CannotOpen):
        _content = part.content


def test_findings_keep_the_parts_so_that_send_anyway_sends_nothing_again(submission: Submission) -> None:
    phone = Phone(submission)
    phone.all_of(no_face_jpeg())
    advised = phone.client.post(phone.page, {"parts": UPLOAD.hex})
    assert (advised.status_code, submission.images.count()) == (422, 0)
    sha256 = phone_links.digest(no_face_jpeg())
    assert phone.client.post(phone.page, {"parts": UPLOAD.hex, "accepted": sha256}).status_code == 302
    assert submission.images.get().findings == ["no_face"]


def test_a_new_picture_replaces_the_unfinished_one(submission: Submission) -> None:
    phone, other = Phone(submission), uuid.uuid4()
    phone.part(0, b"first")
    assert phone.part(0, b"second", other) == (200, 6)
    assert list(UploadPart.objects.values_list("upload", flat=True)) == [other]
    assert phone.part(5, b"more") == (200, 0)


def test_one_link_reads_no_other_links_parts(submission: Submission) -> None:
    phone, stranger = Phone(submission), Phone(make_draft(images=False))
    phone.part(0, b"mine")
    assert stranger.part(0, b"") == (200, 0)
    stranger.client.post(stranger.page, {"parts": UPLOAD.hex})
    assert not stranger.link.submission.images.exists()
    stranger.page = phone.page
    assert stranger.part(4, b"yours")[0] == 404


@pytest.mark.usefixtures("stopped_clock")
def test_limits(submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = Phone(submission)
    assert phone.part(0, b"x" * (parts.MAX_PART + 1))[0] == 413
    assert phone.part(0, b"x" * parts.MAX_PART) == (200, parts.MAX_PART)
    monkeypatch.setattr(parts, "MAX_BYTES", parts.MAX_PART + 10)
    assert phone.part(parts.MAX_PART, b"x" * 11)[0] == 413
    monkeypatch.setattr(uploads, "PARTS_A_MINUTE", 3)
    assert phone.part(0, b"")[0] == 429


@pytest.mark.parametrize("query", ["", "?upload=zz&start=0", f"?upload={UPLOAD.hex}", f"?upload={UPLOAD.hex}&start=-1"])
def test_malformed_part_is_refused(submission: Submission, query: str) -> None:
    phone = Phone(submission)
    reply = phone.client.post(f"{phone.page}part/{query}", b"x", content_type="application/octet-stream")
    assert (reply.status_code, UploadPart.objects.count()) == (404, 0)


def test_used_and_unknown_links_take_no_part(submission: Submission) -> None:
    phone = Phone(submission)
    PhoneLink.objects.update(used_at=clock.now())
    assert phone.part(0, b"x")[0] == 404
    assert Client().post(f"{phone.page}part/?upload={UPLOAD.hex}&start=0").status_code == 404


def test_unfinished_parts_are_deleted_after_an_hour(submission: Submission) -> None:
    Phone(submission).part(0, b"x")
    with time_machine.travel(clock.now() + parts.LASTS - timedelta(minutes=1), tick=False):
        assert delete_upload_parts() == 0
    with time_machine.travel(clock.now() + parts.LASTS + timedelta(minutes=1), tick=False):
        assert delete_upload_parts() == 1


def test_erasure_empties_the_parts(submission: Submission) -> None:
    phone = Phone(submission)
    phone.part(0, b"my face")
    erasure.erase(submission, by=SYSTEM, why="customer_request")
    assert UploadPart.objects.get().content_sealed is None


def test_invitation_takes_a_picture_in_parts_for_the_step_that_it_asks_for() -> None:
    submission = make_draft(make_user(), name="", document_number="", images=False)
    customer, content = started(submission), selfie_jpeg()
    step = customer.page + "selfie/"
    assert f'data-parts="{step}part/"' in customer.client.get(f"{customer.page}?step=selfie").content.decode()
    for start in range(0, len(content), 50_000):
        url = f"{step}part/?upload={UPLOAD.hex}&start={start}"
        reply = customer.client.post(url, content[start : start + 50_000], content_type="application/octet-stream")
        assert reply.json() == {"received": min(start + 50_000, len(content))}
    assert customer.client.post(step, {"parts": UPLOAD.hex}).status_code == 302
    assert submission.images.get().kind == ImageKind.SELFIE
    assert not UploadPart.objects.exists()
    stranger = Client().post(f"{step}part/?upload={UPLOAD.hex}&start=0", b"x", content_type="application/octet-stream")
    assert (stranger.status_code, UploadPart.objects.count()) == (404, 0)
