"""Find the part of an ID image that shows the back seven digits of a resident number.

The coordinates are ARGOS's for the front that it read; a record does not say which side a value is on. Their unit is
not documented: all up to 1 are shares of the image, others count as pixels if they lie inside it. Anything else is not
used, and a person marks the area.
"""

import math

from argos.replies.reading import iso_date
from submissions.models import CallKind, CaptureSource, Image, ImageKind, Submission

FIELD = "identity_number"
DIGITS = 13
# Since this day Korean passports show no back digits. Older ones show them twice: in a field and in the lines at the
# bottom, so a person covers both.
PASSPORTS_WITHOUT_NUMBER_SINCE = "2020-12-21"
BACK_SHARE = 7 / 14  # of six digits, a hyphen and seven digits
MARGIN = 1 / 14  # one character more on each side of the part to redact
SMALLEST = (0.02, 0.005)  # of the long side: a smaller box holds no number
LARGEST = 0.25  # of the image's area: a larger box is not one line of an ID
Area = tuple[int, int, int, int]  # left, top, right, bottom in pixels
Shares = tuple[float, float, float, float]  # the same, as shares of the image


class UnusableArea(Exception):
    """The marked area lies outside the image, or is too small or too large for a number."""


def has_no_number(image: Image) -> bool:
    """Return whether this kind of document has no resident number: a passport of the present design."""
    submission = image.submission
    issued = iso_date(submission.values.get("date_of_issue", ""))
    is_date = len(issued) == len(PASSPORTS_WITHOUT_NUMBER_SINCE)
    return is_passport(submission) and is_date and issued >= PASSPORTS_WITHOUT_NUMBER_SINCE


def may_lack_number(image: Image) -> bool:
    """Return whether a person may state that the image shows no number: backs and passports."""
    return image.kind == ImageKind.ID_BACK or is_passport(image.submission)


def back_area(submission: Submission, image: Image) -> Area | None:
    """Return the part of the image to redact; None without usable coordinates of this image."""
    if image.kind != ImageKind.ID_FRONT or is_passport(submission) or not _was_read(image):
        return None
    for reading in submission.vendor_signals.get("ocr_readings", []):
        box = reading.get("box") if reading.get("name") == FIELD else None
        if box and (area := area_of(box, str(reading.get("value", "")), image)):
            return area
    return None


def is_passport(submission: Submission) -> bool:
    return "passport" in (submission.recognized_id_type, submission.id_type)


def _was_read(image: Image) -> bool:
    """Return whether ARGOS's coordinates are about this image: the last ID that Step 1 sent, or Liveform's."""
    if image.source == CaptureSource.LIVEFORM:
        return image.is_current
    last = image.submission.attempts.filter(kind=CallKind.STEP1).order_by("created_at").last()
    return last is not None and str(image.pk) in [sent["id"] for sent in last.images]


def area_of(box: list[float], value: str, image: Image) -> Area | None:
    """Return the back half of the number's box, or all of it if its direction or its length is in doubt."""
    left, top, right, bottom = (float(side) for side in box)
    if max(left, top, right, bottom) <= 1:
        left, right, top, bottom = left * image.width, right * image.width, top * image.height, bottom * image.height
    if not _is_plausible((left, top, right, bottom), image):
        return None
    wide, tall = right - left, bottom - top
    is_whole = sum(character.isdigit() for character in value) == DIGITS
    if is_whole and wide >= 2 * tall and "id_turned" not in image.findings:
        left = right - wide * (BACK_SHARE + MARGIN)
    across, down = max(2.0, wide * MARGIN), max(2.0, min(wide, tall) / 4)
    room = (max(0.0, left), max(0.0, top - down), min(image.width, right + across), min(image.height, bottom + down))
    return (int(room[0]), int(room[1]), round(room[2]), round(room[3]))


def marked_area(shares: Shares, image: Image) -> Area:
    """Return the pixels of the area that a person marked.

    Raises:
        UnusableArea: it holds no number, or more than one line of an ID.
    """
    left, top, right, bottom = shares
    sides = (left * image.width, top * image.height, right * image.width, bottom * image.height)
    if not _is_plausible(sides, image):
        raise UnusableArea
    return (math.floor(sides[0]), math.floor(sides[1]), math.ceil(sides[2]), math.ceil(sides[3]))


def _is_plausible(box: Shares, image: Image) -> bool:
    left, top, right, bottom = box
    if not (0 <= left < right <= image.width and 0 <= top < bottom <= image.height):
        return False
    wide, tall = right - left, bottom - top
    side = max(image.width, image.height)
    is_small = max(wide, tall) < SMALLEST[0] * side or min(wide, tall) < SMALLEST[1] * side
    return not is_small and wide * tall <= LARGEST * image.width * image.height
