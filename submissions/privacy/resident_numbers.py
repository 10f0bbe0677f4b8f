"""Redact the back seven digits of resident numbers on stored images of Korean IDs, once the submission is final.

The coordinates are ARGOS's for the image that was sent, which is the one stored. Their unit is not documented: all up
to 1 are shares of the image, others count as pixels if they lie inside it. Anything else is not used.
"""

import hashlib
import io
import logging
import time
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image as Picture
from PIL import ImageDraw

from submissions.audit import events
from submissions.audit.events import SYSTEM, Actor
from submissions.capture.images import stored
from submissions.core import clock, isolated_rows
from submissions.models import Image, ImageKind, Submission
from submissions.models.call import OPEN_STATES
from submissions.models.submission import FINAL

log = logging.getLogger(__name__)

FIELD = "identity_number"
DIGITS = 13
BACK_SHARE = 7 / 14  # of six digits, a hyphen and seven digits
MARGIN = 1 / 14  # one character more on each side of the part to redact
SMALLEST = (0.02, 0.005)  # of the long side: a smaller box holds no number
LARGEST = 0.25  # of the image's area: a larger box is not one line of an ID
BATCH = 50
SWEEP_LASTS = 120.0  # seconds
Area = tuple[int, int, int, int]  # left, top, right, bottom in pixels


def sweep() -> int:
    """Redact what is due and destroy the originals that the storage still has; return how many were redacted."""
    ends = time.monotonic() + SWEEP_LASTS
    isolated_rows.each(Image.objects.exclude(replaced_name="")[:BATCH], _destroy_original, "a redacted original")
    done = 0
    for image in due()[:BATCH]:
        if time.monotonic() > ends:
            break
        done += isolated_rows.safely(redact, image, "a redaction")
    return done


def due() -> Any:
    """Return the current ID fronts of final Korean submissions without a hold or an open call, not looked at yet."""
    return (
        Image.objects.filter(
            kind=ImageKind.ID_FRONT,
            is_current=True,
            redaction="",
            submission__project__redacts_resident_numbers=True,
            submission__issuing_country="KOR",
            submission__status__in=FINAL,
            submission__erased_at=None,
            submission__legal_hold_at=None,
        )
        .exclude(submission__calls__state__in=OPEN_STATES)
        .select_related("submission__project", "submission__vendor_report")
        .order_by("created_at")
    )


def redact(image: Image) -> bool:
    """Replace the stored image by its redacted copy; without usable coordinates only record that there are none.

    Raises:
        OSError, encryption.CannotOpen: the image cannot be read or stored; the next sweep tries again.
    """
    area = back_area(image.submission, image)
    if area is None:
        return _record_no_area(image)
    return _replace(image, area, by=SYSTEM)


def redact_marked(image: Image, shares: tuple[float, float, float, float], *, by: Actor) -> bool:
    """Redact the area that a person marked, once, where ARGOS gave no usable coordinates; return whether it was done.

    `shares`: left, top, right, bottom of the image.
    """
    left, top, right, bottom = shares
    project = image.submission.project
    is_area = 0 <= left < right <= 1 and 0 <= top < bottom <= 1
    if not is_area or image.redaction != "no_area" or not project.redacts_resident_numbers:
        return False
    area = (int(left * image.width), int(top * image.height), round(right * image.width), round(bottom * image.height))
    return _replace(image, area, by=by)


def _replace(image: Image, area: Area, *, by: Actor) -> bool:
    earlier = image.redaction
    before, content = image.name, _painted(image.read(), area)
    columns: dict[str, Any] = {"redaction": "done", "original_sha256": image.sha256, "replaced_name": before}
    columns |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    with stored(image, content), transaction.atomic():
        unchanged = Image.objects.filter(pk=image.pk, name=before, redaction=earlier)
        if not _is_still_due(image.submission) or not unchanged.update(name=image.name, **columns):
            raise RuntimeError("the image changed in the meantime")
        named = {"image": str(image.pk), "image_kind": image.kind, "original_sha256": image.sha256}
        events.record("resident_number_redacted", by=by, submission=image.submission, fields=named)
    for column, value in columns.items():
        setattr(image, column, value)
    _destroy_original(image)
    return True


def _is_still_due(submission: Submission) -> bool:
    """Lock the submission, so that no hold or erasure starts until the transaction ends."""
    rows = Submission.objects.select_for_update().filter(pk=submission.pk, status__in=FINAL)
    return rows.filter(erased_at=None, legal_hold_at=None).exists()


def _record_no_area(image: Image) -> bool:
    with transaction.atomic():
        if Image.objects.filter(pk=image.pk, redaction="").update(redaction="no_area"):
            named = {"image": str(image.pk), "image_kind": image.kind}
            events.record("redaction_area_missing", by=SYSTEM, submission=image.submission, fields=named)
    return False


def _destroy_original(image: Image) -> bool:
    """Delete the original from the storage. The sweep repeats what the storage refuses now."""
    try:
        default_storage.delete(image.replaced_name)
    except OSError as error:
        log.warning(
            "cannot delete the original of image %s, the next sweep retries: %s", image.pk, type(error).__name__
        )
        return False
    with transaction.atomic():
        if Image.objects.filter(pk=image.pk, replaced_name=image.replaced_name).update(replaced_name=""):
            named = {"image": str(image.pk), "at": clock.now().isoformat()}
            events.record("original_destroyed", by=SYSTEM, submission=image.submission, fields=named)
    return True


def back_area(submission: Submission, image: Image) -> Area | None:
    """Return the part of the image to redact; None without usable coordinates."""
    for reading in submission.vendor_signals.get("ocr_readings", []):
        box = reading.get("box") if reading.get("name") == FIELD else None
        if box and (area := area_of(box, str(reading.get("value", "")), image)):
            return area
    return None


def area_of(box: list[float], value: str, image: Image) -> Area | None:
    """Return the back half of the number's box, or all of it if its direction or its length is in doubt."""
    left, top, right, bottom = (float(side) for side in box)
    if max(left, top, right, bottom) <= 1:
        left, right, top, bottom = left * image.width, right * image.width, top * image.height, bottom * image.height
    if not (0 <= left < right <= image.width and 0 <= top < bottom <= image.height):
        return None
    wide, tall = right - left, bottom - top
    side = max(image.width, image.height)
    is_small = max(wide, tall) < SMALLEST[0] * side or min(wide, tall) < SMALLEST[1] * side
    if is_small or wide * tall > LARGEST * image.width * image.height:
        return None
    is_whole = sum(character.isdigit() for character in value) == DIGITS
    if is_whole and wide >= 2 * tall and "id_turned" not in image.findings:
        left = right - wide * (BACK_SHARE + MARGIN)
    across, down = max(2.0, wide * MARGIN), max(2.0, min(wide, tall) / 4)
    room = (max(0.0, left), max(0.0, top - down), min(image.width, right + across), min(image.height, bottom + down))
    return (int(room[0]), int(room[1]), round(room[2]), round(room[3]))


def _painted(content: bytes, area: Area) -> bytes:
    picture = Picture.open(io.BytesIO(content)).convert("RGB")
    ImageDraw.Draw(picture).rectangle(area, fill=(0, 0, 0))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=92)
    return file.getvalue()
