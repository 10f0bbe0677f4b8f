"""Submissions whose stored front is a drawn Korean card with a red bar at the number, as ARGOS's coordinates say."""

import hashlib
import io
from typing import Any

from django.core.files.storage import default_storage
from PIL import Image as Picture
from PIL import ImageDraw

from submissions.models import Image, ImageKind, Status, Submission, VendorReport
from tests.factories import make_at, make_project

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
    Submission.objects.filter(pk=submission.pk).update(id_type="government_id")
    submission.id_type = "government_id"
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


def put(image: Image, content: bytes) -> None:
    """Store another picture in the place of the image."""
    default_storage.delete(image.name)
    image.width, image.height = Picture.open(io.BytesIO(content)).size
    image.sha256, image.size = hashlib.sha256(content).hexdigest(), len(content)
    image.store(content)
    image.save()


def fresh(image: Image) -> Image:
    return Image.objects.select_related("submission").get(pk=image.pk)


def pixel(image: Image, across: int, down: int = 215) -> tuple[int, ...]:
    found = Picture.open(io.BytesIO(fresh(image).read())).convert("RGB").getpixel((across, down))
    assert isinstance(found, tuple)
    return found
