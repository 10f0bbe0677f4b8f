"""Hints for the live camera: the same check as for uploads, small frames only, rate-limited, nothing stored."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from PIL import Image

from submissions.capture.imaging import live_hints, quality
from submissions.capture.imaging.errors import UnusableImage
from submissions.capture.imaging.normalise import Kind
from submissions.core import rate_limit
from submissions.models import Event, Submission
from tests import pictures
from tests.factories import make_draft, sign_in

SIZE = (480, 360)


def frame(image: Image.Image) -> bytes:
    return pictures.jpeg(image.resize(SIZE), 85)


def crop(left: int, top: int, right: int, bottom: int) -> Image.Image:
    return pictures.portrait().crop((left, top, right, bottom))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("image", "told"),
    [
        (pictures.selfie(), ""),
        (pictures.portrait().resize((480, 480)).crop((0, 0, 480, 360)), "Come closer"),
        (crop(174, 60, 274, 135), "Move back"),
        (crop(84, 10, 364, 220).rotate(90), "is on its side"),
        (Image.open(io.BytesIO(pictures.two_faces_jpeg())), "more than one face"),
        (Image.open(io.BytesIO(pictures.no_face_jpeg())), "No face"),
        (pictures.selfie().point(lambda level: level // 8), "in the dark"),
    ],
    ids=["good", "far", "near", "turned", "two", "none", "dark"],
)
def test_a_face(image: Image.Image, told: str) -> None:
    hint = live_hints.hint(frame(image), Kind.SELFIE)
    assert told in hint if told else hint == ""


def test_a_document() -> None:
    card = pictures.jpeg(pictures.id_card().resize((640, 400)), 85)
    assert live_hints.hint(card, Kind.ID_FRONT) == ""
    assert "dark" in live_hints.hint(pictures.jpeg(Image.new("RGB", (640, 400), (12, 12, 12))), Kind.ID_FRONT)


@pytest.mark.parametrize(
    "content", [b"", b"junk", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff" + b"\0" * live_hints.MAX_BYTES]
)
def test_what_is_no_small_jpeg_is_refused(content: bytes) -> None:
    with pytest.raises(UnusableImage):
        live_hints.hint(content, Kind.SELFIE)


def test_a_large_one_and_another_format_are_refused() -> None:
    png = io.BytesIO()
    pictures.selfie(SIZE).save(png, "PNG")
    for content in (
        pictures.jpeg(Image.new("RGB", (2000, 1500))),
        png.getvalue(),
        pictures.jpeg(Image.new("L", (9, 9))),
    ):
        with pytest.raises(UnusableImage):
            live_hints.hint(content, Kind.SELFIE)


@pytest.mark.django_db
class TestAddress:
    @pytest.fixture(autouse=True)
    def _fresh_counters(self) -> Iterator[None]:
        cache.clear()
        yield
        cache.clear()

    @pytest.fixture
    def submission(self) -> Submission:
        return make_draft(images=False)

    def ask(self, submission: Submission, content: bytes = b"junk", **how: Any) -> Any:
        client = sign_in(Client(**how), submission.created_by)
        return client.post(f"/submissions/{submission.pk}/camera/selfie/", content, content_type="image/jpeg")

    def test_good_and_not(self, submission: Submission) -> None:
        before = Event.objects.count()
        good = self.ask(submission, frame(pictures.selfie())).json()
        assert good == {"text": "Good. Take the photo now.", "is_good": True}
        assert self.ask(submission, frame(Image.new("RGB", SIZE))).json()["is_good"] is False
        assert Event.objects.count() == before
        assert not submission.images.exists()

    def test_junk_and_too_much_are_answered(self, submission: Submission) -> None:
        assert self.ask(submission).status_code == 422
        assert self.ask(submission, b"x" * 3_000_000).status_code == 422

    def test_three_a_second_and_no_more(self, submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:

        now = rate_limit.clock.now()
        monkeypatch.setattr(rate_limit.clock, "now", lambda: now)
        client = sign_in(Client(), submission.created_by)
        url = f"/submissions/{submission.pk}/camera/selfie/"
        codes = [client.post(url, b"junk", content_type="image/jpeg").status_code for _time in range(5)]
        assert codes == [422, 422, 422, 429, 429]

    def test_the_light_meter_of_the_page_has_the_servers_levels(
        self, submission: Submission, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(quality, "LIVE", replace(quality.LIVE, dark_level=41.5, bright_level=230))
        page = sign_in(Client(), submission.created_by).get(f"/submissions/{submission.pk}/").content.decode()
        assert 'data-dark-below="41.5" data-bright-above="230"' in page

    def test_a_form_token_is_asked_for(self, submission: Submission) -> None:
        assert self.ask(submission, enforce_csrf_checks=True).status_code == 403
