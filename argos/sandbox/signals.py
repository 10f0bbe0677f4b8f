"""What a record reports beside its status, by the case's tags: skipped checks, ids, scores, OCR confidence, ages, IP.

The contract names these members and few of their values. Assumptions, all of them: a skipped check carries its code as
`WarningOccurred`; scores of fields go from 0 to 1, the others from 0 to 100; `faceAge` holds the ages of the ID's and
the selfie's face; both ids are hexadecimal digits;
coordinates are a rectangle in pixels of the image sent, with a tag the four corners as shares of it, and the same for
every value.
"""

import hashlib
from typing import Any

from argos.sandbox.cases import Case
from argos.sandbox.kyc import Kyc, iso

PERSON = ("name", "date_of_birth", "gender", "nationality")
LOW = 0.41
OTHER_AGE = 24  # years between the face and the date of birth
OF_RECOGNITION = {"recognition_score": 93.5, "argos_score": 71}


def members(kyc: Kyc, case: Case) -> dict[str, Any]:
    """Return the members of GET's item; none where the case has no tag for them."""
    found: dict[str, Any] = {}
    if warnings := [_warning(kyc, *warning) for warning in case.skipped]:
        found["warning"] = warnings
    if case.signals:
        found |= {**_ids(kyc), **OF_RECOGNITION, **_ages(kyc, case.other_age)}
        found["OCR_raw"] = {name: _reading(name, value, case) for name, value in kyc.ocr.items()}
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


def _reading(name: str, value: str, case: Case) -> dict[str, Any]:
    is_low = name == case.low_field
    reading: dict[str, Any] = {"value": value, "score": LOW if is_low else 0.97, "accepted": not is_low}
    if case.coordinates == "pixels":
        reading["coordinates"] = {"x": 40, "y": 60, "width": 320, "height": 28}
    elif case.coordinates == "shares":
        reading["coordinates"] = [[0.04, 0.1], [0.36, 0.1], [0.36, 0.14], [0.04, 0.14]]
    return reading
