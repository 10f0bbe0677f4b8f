"""The back digits of resident numbers on stored images: when, where, and what happens to the original."""

import hashlib
import io
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image as Picture
from PIL import ImageDraw

from submissions.models import Event, Image, ImageKind, Role, Status, Submission, VendorReport
from submissions.privacy import erasure, resident_numbers, retention
from submissions.reporting.evidence_pack import content as pack
from tests.factories import by, make_at, make_project, make_user, reload, sign_in

pytestmark = pytest.mark.django_db
SIZE = (1000, 600)
BOX = [300, 200, 580, 230]  # the 14 characters are 20 wide each
NUMBER = "900203-1234567"


def card() -> bytes:
    picture = Picture.new("RGB", SIZE, "white")
    ImageDraw.Draw(picture).rectangle(BOX, fill=(200, 0, 0))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95)
    return file.getvalue()


def make(
    status: Status = Status.APPROVED,
    *,
    box: Any = tuple(BOX),
    value: str = NUMBER,
    is_on: bool = True,
    findings: tuple[str, ...] = (),
) -> Image:
    submission = make_at(status, project=make_project(redacts_resident_numbers=is_on))
    image = submission.images.get(kind=ImageKind.ID_FRONT, is_current=True)
    default_storage.delete(image.name)
    content = card()
    image.width, image.height, image.findings = *SIZE, list(findings)
    image.sha256, image.size = hashlib.sha256(content).hexdigest(), len(content)
    image.submission = submission
    image.store(content)
    image.save()
    report = VendorReport(submission=submission)
    reading = {"name": "identity_number", "value": value, "score": 0.9, "accepted": True, "box": box}
    report.content = {"ocr_readings": [reading]}
    report.save()
    return image


def fresh(image: Image) -> Image:
    return Image.objects.select_related("submission").get(pk=image.pk)


def pixel(image: Image, across: int, down: int = 215) -> tuple[int, ...]:
    found = Picture.open(io.BytesIO(fresh(image).read())).convert("RGB").getpixel((across, down))
    assert isinstance(found, tuple)
    return found


def test_the_back_digits_are_redacted_and_the_original_is_destroyed() -> None:
    image = make()
    before, sha256 = image.name, image.sha256
    assert resident_numbers.sweep() == 1
    after = fresh(image)
    assert (after.redaction, after.original_sha256, after.replaced_name) == ("done", sha256, "")
    assert after.name != before
    assert not default_storage.exists(before)
    assert after.sha256 == hashlib.sha256(after.read()).hexdigest()
    assert max(pixel(image, 445)) < 30, "from the hyphen on"
    assert max(pixel(image, 575)) < 30
    assert pixel(image, 350)[0] > 150, "the date of birth stays"
    kinds = Event.objects.filter(submission_id=image.submission_id).values_list("kind", flat=True)
    assert {"resident_number_redacted", "original_destroyed"} <= set(kinds)
    assert resident_numbers.sweep() == 0, "once"


def test_shares_count_as_shares() -> None:
    image = make(box=[0.3, 200 / 600, 0.58, 230 / 600])
    assert resident_numbers.sweep() == 1
    assert max(pixel(image, 575)) < 30
    assert pixel(image, 350)[0] > 150


@pytest.mark.parametrize("how", ["short value", "turned by 180", "turned by 90"])
def test_all_of_it_is_redacted_in_doubt(how: str) -> None:
    if how == "turned by 90":
        image = make(box=[300, 200, 330, 480])
        inside = [(315, 210), (315, 470)]
    else:
        short = how == "short value"
        image = make(value="900203-1******" if short else NUMBER, findings=() if short else ("id_turned",))
        inside = [(305, 215), (575, 215)]
    assert resident_numbers.sweep() == 1
    assert all(max(pixel(image, *place)) < 30 for place in inside)


@pytest.mark.parametrize(
    "box",
    [
        None,
        [300, 200, 1001, 230],
        [-1, 200, 580, 230],
        [580, 230, 300, 200],
        [300, 200, 301, 201],
        [0, 0, 1000, 600],
        [0.5, 0.5, 0.5, 0.5],
    ],
)
def test_unusable_coordinates_change_nothing_and_say_so(box: Any) -> None:
    image = make(box=box)
    name = image.name
    assert resident_numbers.sweep() == 0
    assert (fresh(image).name, fresh(image).redaction) == (name, "no_area")
    assert fresh(image).read() == card()
    assert Event.objects.filter(kind="redaction_area_missing").count() == 1
    resident_numbers.sweep()
    assert Event.objects.filter(kind="redaction_area_missing").count() == 1, "told once"


@pytest.mark.parametrize("status", [Status.PENDING, Status.INCOMPLETE, Status.STEP1_RETRY, Status.OVERDUE])
def test_nothing_is_redacted_while_somebody_needs_it(status: Status) -> None:
    image = make(status)
    assert resident_numbers.sweep() == 0
    assert fresh(image).read() == card()


@pytest.mark.parametrize("why", ["off", "hold", "another country"])
def test_nothing_is_redacted_without_cause(why: str) -> None:
    image = make(is_on=why != "off")
    if why == "hold":
        retention.set_legal_hold(image.submission, by=by(make_user(Role.ADMINISTRATOR)), reason="A court asked for it.")
    if why == "another country":
        Submission.objects.filter(pk=image.submission_id).update(issuing_country="USA")
    assert resident_numbers.sweep() == 0
    assert fresh(image).redaction == ""


def test_a_storage_that_refuses_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    image = make()
    before = image.name

    def refuse(name: str) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", refuse)
        resident_numbers.sweep()
    assert (fresh(image).redaction, fresh(image).replaced_name) == ("done", before)
    assert default_storage.exists(before)
    resident_numbers.sweep()
    assert fresh(image).replaced_name == ""
    assert not default_storage.exists(before)


@pytest.mark.parametrize(
    ("sides", "is_done"),
    [
        ({"left": "44", "top": "33", "right": "59", "bottom": "39"}, True),
        ({"left": "59", "top": "33", "right": "44", "bottom": "39"}, False),
        ({"left": "nan", "top": "33", "right": "44", "bottom": "101"}, False),
        ({}, False),
    ],
)
def test_a_person_marks_the_area_once(sides: dict[str, str], is_done: bool) -> None:
    image = make(box=None)
    before = image.name
    resident_numbers.sweep()
    client = sign_in(Client(), make_user(Role.MANAGER))
    for _time in range(2):
        assert client.post(f"/images/{image.pk}/redact/", sides).status_code == 302
    assert (fresh(image).redaction == "done") == is_done
    assert default_storage.exists(before) != is_done
    assert (max(pixel(image, 575)) < 30) == is_done
    assert pixel(image, 350)[0] > 150
    assert Event.objects.filter(kind="resident_number_redacted").count() == is_done


def test_erasure_destroys_an_original_that_is_left() -> None:
    image = make()
    left = image.name
    image.replaced_name = left
    image.store(card())
    image.save()
    erasure.remove_images(reload(image.submission))
    assert not default_storage.exists(left)
    assert not default_storage.exists(image.name)


def test_the_pack_shows_the_original_hash() -> None:
    image = make()
    sha256 = image.sha256
    resident_numbers.sweep()
    officer = make_user(Role.OFFICER)
    rows = dict(pack.gather(image.submission, [fresh(image)], by=by(officer), is_open=False).sections)
    text = str(rows["Images"])
    assert "back digits redacted" in text
    assert f"before the redaction: {sha256}" in text
    assert "agrees" in text
