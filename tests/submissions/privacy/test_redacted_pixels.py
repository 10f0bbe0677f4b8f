"""The pixels of drawn cards before and after the redaction, in every rotation, and the places of the original."""

import io
import json
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image as Picture

from argos.replies import parse_step1
from argos.replies.signals import parse_signals
from argos.sandbox import signals as of_sandbox
from argos.sandbox.cases import case_of
from argos.sandbox.kyc import Kyc
from submissions.capture.imaging import normalise
from submissions.demo import samples
from submissions.demo.pictures import cards
from submissions.models import Event, Image, Role, VendorReport
from submissions.privacy import resident_numbers, reveal
from submissions.reporting.evidence_pack import content as pack
from submissions.signals import store
from tests.factories import by, make_user, reload, sign_in
from tests.submissions.privacy.stored_cards import fresh, make, put

pytestmark = pytest.mark.django_db
EMAIL = "kim+signals@example.com"
NUMBER = (438, 346, 654, 365)  # of the drawn card
BACK = (542, 346, 654, 365)  # its last seven digits
NOISE = 12  # grey levels that a second JPEG may change


def drawn() -> bytes:
    return cards.id_card(3, "KOR", "government_id", samples.shown_on_card(EMAIL, "government_id"))


def grey(content: bytes) -> "np.ndarray[Any, Any]":
    return np.asarray(Picture.open(io.BytesIO(content)).convert("L")).astype(int)


def turned(content: bytes, angle: int, *, by_exif: bool) -> bytes:
    """Return the card as a camera held at `angle` stores it, with EXIF that turns it back or without."""
    picture = Picture.open(io.BytesIO(content)).rotate(angle, expand=True)
    file, exif = io.BytesIO(), Picture.Exif()
    if by_exif:
        exif[0x0112] = {0: 1, 90: 6, 180: 3, 270: 8}[angle]
    picture.save(file, "JPEG", quality=95, exif=exif)
    return file.getvalue()


def corners(box: tuple[int, int, int, int], angle: int, size: tuple[int, int]) -> list[float]:
    """Return the box of the upright card in the picture turned counter-clockwise."""
    (left, top, right, bottom), (wide, tall) = box, size
    boxes = {
        0: (left, top, right, bottom),
        90: (top, wide - right, bottom, wide - left),
        180: (wide - right, tall - bottom, wide - left, tall - top),
        270: (tall - bottom, left, tall - top, right),
    }
    return [float(side) for side in boxes[angle]]


def check(before: bytes, after: bytes, filled: list[float]) -> None:
    """Check that `filled` is black and that nothing far from it changed."""
    old, new = grey(before), grey(after)
    left, top, right, bottom = (round(side) for side in filled)
    assert new[top:bottom, left:right].max() < 30
    changed = np.abs(old - new) > NOISE
    margin = 40
    changed[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin] = False
    assert changed.mean() < 0.001


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_card_with_exif_rotation_is_stored_upright_and_redacted_there(angle: int) -> None:
    content = normalise.prepare(turned(drawn(), angle, by_exif=True), normalise.Kind.ID_FRONT).content
    assert Picture.open(io.BytesIO(content)).size == (1188, 786)
    image = make(box=list(NUMBER))
    put(image, content)
    assert resident_numbers.sweep() == 1
    check(content, fresh(image).read(), list(BACK))


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_area_that_a_person_marks_on_a_turned_card(angle: int) -> None:
    content = turned(drawn(), angle, by_exif=False)
    image = make(box=None)
    put(image, content)
    resident_numbers.sweep()
    left, top, right, bottom = corners(BACK, angle, (1188, 786))
    current, user = fresh(image), make_user(Role.OFFICER)
    width, height = current.width, current.height
    sides = {"left": left / width, "top": top / height, "right": right / width, "bottom": bottom / height}
    because = reveal.reveal(current.submission, by=by(user), reason="To cover the number.")
    form = {side: f"{share * 100:.2f}" for side, share in sides.items()}
    form |= {"why": reveal.key_to(current, user, because), "seen": current.sha256, "is_confirmed": "on"}
    sign_in(Client(), user).post(f"/images/{image.pk}/redact/", form)
    check(content, fresh(image).read(), [left + 1, top + 1, right - 1, bottom - 1])


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_coordinates_on_a_turned_card_cover_the_whole_number(angle: int) -> None:
    content = turned(drawn(), angle, by_exif=False)
    box = corners(NUMBER, angle, (1188, 786))
    image = make(box=box, findings=("id_turned",) if angle == 180 else ())
    put(image, content)
    assert resident_numbers.sweep() == 1
    check(content, fresh(image).read(), box)


@pytest.mark.parametrize("tag", ["signals", "sharecoords"])
def test_coordinates_of_the_sandbox_are_where_the_card_shows_the_number(tag: str) -> None:
    kyc = Kyc("1", "key", EMAIL, "", "KOR", "government_id", 0.0)
    kyc.ocr = {"identityNumber": samples.shown_on_card(EMAIL, "government_id")["identity_number"]}
    item = of_sandbox.members(kyc, case_of(f"kim+{tag}@example.com"), drawn())
    image = make(box=None)
    put(image, drawn())
    store.store(reload(image.submission), parse_signals(item))
    assert resident_numbers.sweep() == 1
    check(drawn(), fresh(image).read(), list(BACK))


def test_coordinates_of_the_reply_to_step1_stay_when_a_record_has_none() -> None:
    image = make(box=None)
    VendorReport.objects.all().delete()
    reading = {"value": "900203-1234567", "coordinates": {"x": 300, "y": 200, "width": 280, "height": 30}}
    body = {"submissionId": "1", "reviewOCRData": {"identityNumber": reading}}
    submission = reload(image.submission)
    store.store_step1(submission, parse_step1(body, Any))  # type: ignore[arg-type]
    later = {"OCR_raw": {"identityNumber": {"value": "900203-1234567", "score": 0.9}}}
    store.store(submission, parse_signals(later))
    assert resident_numbers.sweep() == 1
    assert fresh(image).redaction == "done"


def test_original_is_nowhere_any_more() -> None:
    image = make()
    original, name = image.read(), image.name
    resident_numbers.sweep()
    after = fresh(image)
    assert not default_storage.exists(name)
    rows = Image.objects.filter(submission=image.submission).select_related("submission")
    assert original not in [row.read() for row in rows]
    officer = make_user(Role.OFFICER)
    made = pack.gather(image.submission, [after], by=by(officer), is_open=True)
    assert [content for _caption, content in made.images] == [after.read()]
    event = Event.objects.get(kind="resident_number_redacted")
    assert event.fields["original_sha256"] == image.sha256
    assert json.dumps(event.fields).isascii()
