"""What a record reports beside its status, by the case's tags: skipped checks, ids, scores, OCR confidence, ages, IP.

The contract names these members and few of their values. Assumptions, all of them: a skipped check carries its code as
`WarningOccurred`; scores of fields go from 0 to 1, the others from 0 to 100; `faceAge` holds the ages of the ID's and
the selfie's face; both ids are hexadecimal digits;
coordinates are a rectangle in pixels of the image sent, with a tag the four corners as shares of it. The resident
number is where the demo's drawn card shows it, in that share of any image; every other value has one place.
"""

import hashlib
import io
from typing import Any

from PIL import Image

from argos.sandbox.cases import Case
from argos.sandbox.kyc import Kyc, iso

PERSON = ("name", "date_of_birth", "gender", "nationality")
LOW = 0.41
DRAWN_CARD = (1188, 786)  # pixels
NUMBER_AT = (438 / 1188, 346 / 786, 654 / 1188, 365 / 786)  # left, top, right, bottom as shares of the drawn card
OTHER_AGE = 24  # years between the face and the date of birth
OF_RECOGNITION = {"recognition_score": 93.5, "argos_score": 71}


def members(kyc: Kyc, case: Case, picture: bytes | None) -> dict[str, Any]:
    """Return the members of GET's item; none where the case has no tag for them. `picture`: the ID image sent."""
    found: dict[str, Any] = {}
    if warnings := [_warning(kyc, *warning) for warning in case.skipped]:
        found["warning"] = warnings
    if case.signals:
        found |= {**_ids(kyc), **OF_RECOGNITION, **_ages(kyc, case.other_age)}
        size = _size(picture)
        found["OCR_raw"] = {name: _reading(name, value, case, size) for name, value in kyc.ocr.items()}
    return found


def changed(kyc: Kyc, case: Case, item: dict[str, Any]) -> dict[str, Any]:
    """Add what stands inside `data` and `image`: the address, and with the tags a value and an image that differ."""
    data, image = dict(item["data"]), dict(item["image"])
    if case.signals:
        data |= {"ip_address": "203.0.113.24", "ip_country": "SGP", "age_group": _age_group(kyc)}
    if case.alters and "name" in data:
        data["name"] = f"{data['name']} Altered"
    if case.loses_selfie:
        image.pop("selfieImage", None)
    return item | {"data": data, "image": image}


def _warning(kyc: Kyc, code: str, given: str, engine: str) -> dict[str, Any]:
    entry = {"userDataType": given, "relatedEngine": engine, "occurrenceTime": iso(kyc.created_at + 2)}
    return entry | ({"WarningOccurred": code} if code else {})


def _ids(kyc: Kyc) -> dict[str, str]:
    """`duplicated_information` is made of four values; `applicant_id` of the face too, and of approved ones only."""
    values = [kyc.data.get(name, "").casefold() for name in PERSON]
    ids = {"duplicated_information": _digest(values)} if any(values) else {}
    return ids | ({"applicant_id": _digest([*values, "face"])} if kyc.status == "approved" else {})


def _digest(values: list[str]) -> str:
    return hashlib.sha256("|".join(values).encode()).hexdigest()[:24]


def _age(kyc: Kyc) -> int:
    """Return the age on the day of Step 1, in whole years more or less; 30 where nothing is known."""
    born = kyc.data.get("date_of_birth") or kyc.ocr.get("birthDate") or ""
    return int(iso(kyc.created_at)[:4]) - int(born[:4]) if born[:4].isdecimal() else 30


def _ages(kyc: Kyc, is_other: bool) -> dict[str, Any]:
    age = _age(kyc) + (OTHER_AGE if is_other else 1)
    return {"verification": {"faceAge": [age, age + 2]}}


def _age_group(kyc: Kyc) -> str:
    return f"{_age(kyc) // 10 * 10}s"


def _size(picture: bytes | None) -> tuple[int, int]:
    """Return the size; the drawn card's for an image that is missing or has only the first bytes of a picture."""
    try:
        return Image.open(io.BytesIO(picture or b"")).size
    except OSError:
        return DRAWN_CARD


def _reading(name: str, value: str, case: Case, size: tuple[int, int]) -> dict[str, Any]:
    is_low = name == case.low_field
    reading: dict[str, Any] = {"value": value, "score": LOW if is_low else 0.97, "accepted": not is_low}
    is_number = name == "identityNumber"
    if case.coordinates == "pixels":
        reading["coordinates"] = _in_pixels(size) if is_number else {"x": 40, "y": 60, "width": 320, "height": 28}
    elif case.coordinates == "shares":
        left, top, right, bottom = NUMBER_AT if is_number else (0.04, 0.1, 0.36, 0.14)
        reading["coordinates"] = [[left, top], [right, top], [right, bottom], [left, bottom]]
    return reading


def _in_pixels(size: tuple[int, int]) -> dict[str, int]:
    left, top, right, bottom = NUMBER_AT
    x, y = round(left * size[0]), round(top * size[1])
    return {"x": x, "y": y, "width": round(right * size[0]) - x, "height": round(bottom * size[1]) - y}
