"""What a record reports beside its status: skipped checks, AML, duplicates, OCR confidence, ages, address and images.

Every member is optional, and most of their shapes are documented by a name alone. An absent signal is None or empty;
nothing here raises on odd input.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from argos import limits
from argos.replies import ocr
from argos.replies.reading import count, flag, loose, mapping, mappings, member, moment, number, text, texts

_WARNINGS = ("warning", "warnings")
_WARNING_CODE = ("WarningOccurred", "warningCode", "code", "warning")
IMAGES = ("idImage", "idBackImage", "selfieImage", "addressImage")
Box = tuple[float, float, float, float]  # left, top, right, bottom, in the unit that ARGOS used


@dataclass(frozen=True)
class SkippedCheck:
    """One element of `warning[]`: ARGOS skipped this check and the flow continued (contract, section 15)."""

    code: str
    input: str  # `userDataType`: what the customer provided, such as "ID Card"
    engine: str  # `relatedEngine`: the check
    occurred_at: datetime | None


@dataclass(frozen=True)
class OcrReading:
    """One member of `OCR_raw`."""

    name: str  # Step 2's name, or the vendor's where Step 2 has none
    value: str = field(repr=False)
    score: float | None  # as ARGOS gives it: the range is not documented
    accepted: bool | None
    box: Box | None  # None: no coordinates, or none that can be read in one way only


@dataclass(frozen=True)
class AmlResult:
    """`aml_result` of a webhook or record, or the reply of the monitoring."""

    status: str
    risk: str
    open_count: int | None
    false_positive_count: int | None
    true_positive_count: int | None
    discarded_count: int | None
    memo: str = field(repr=False)
    tags: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Signals:
    skipped_checks: tuple[SkippedCheck, ...]
    aml: AmlResult | None
    applicant_id: str
    duplicated_information: str
    recognition_score: float | None
    argos_score: float | None
    face_ages: tuple[float, ...]
    age_group: str
    ip_address: str = field(repr=False)
    ip_country: str
    ocr_readings: tuple[OcrReading, ...]
    data: Mapping[str, str] = field(repr=False)  # what ARGOS stored as confirmed, under Step 2's names
    images: tuple[str, ...] | None  # the images that ARGOS holds; None: it does not say


def parse_signals(item: Mapping[str, Any]) -> Signals:
    """Return the signals of a record, a webhook's payload, or any part of one."""
    data = mapping(member(item, "data"))
    return Signals(
        skipped_checks=parse_skipped_checks(member(item, *_WARNINGS)),
        aml=parse_aml(member(item, "aml_result", "amlResult", "aml")),
        applicant_id=_id(item, "applicant_id"),
        duplicated_information=_id(item, "duplicated_information"),
        recognition_score=number(member(item, "recognition_score")),
        argos_score=number(member(item, "argos_score")),
        face_ages=_ages(member(mapping(member(item, "verification")), "faceAge")),
        age_group=_short(member(data, "age_group") or member(item, "age_group")),
        ip_address=_short(member(data, "ip_address") or member(item, "ipAddress", "ip_address")),
        ip_country=_short(member(data, "ip_country") or member(item, "ipCountry", "ip_country")),
        ocr_readings=parse_readings(member(item, "OCR_raw")),
        data=ocr.normalise(data)[0],
        images=_images(member(item, "image")),
    )


def parse_skipped_checks(given: object) -> tuple[SkippedCheck, ...]:
    """An array of objects, one object, or plain codes."""
    entries = given if isinstance(given, list) else [given]
    checks = (_skipped_check(entry) for entry in islice(entries, limits.LISTED))
    return tuple(dict.fromkeys(check for check in checks if check is not None))


def _skipped_check(entry: object) -> SkippedCheck | None:
    if not isinstance(entry, Mapping):
        return SkippedCheck(code, "", "", None) if (code := _short(entry)) else None
    check = SkippedCheck(
        code=_short(member(entry, *_WARNING_CODE)),
        input=_short(member(entry, "userDataType")),
        engine=_short(member(entry, "relatedEngine")),
        occurred_at=moment(member(entry, "occurrenceTime")),
    )
    return check if check.code or check.input or check.engine else None


def parse_aml(given: object) -> AmlResult | None:
    """None where there is no result, or none with a member that is known."""
    body = mapping(given)
    result = AmlResult(
        status=_short(member(body, "currentstatus", "status")),
        risk=_short(member(body, "risk_level_summary", "risk_level", "riskLevel")),
        open_count=count(member(body, "openCount")),
        false_positive_count=count(member(body, "falsePositiveCount")),
        true_positive_count=count(member(body, "truePositiveCount")),
        discarded_count=count(member(body, "discardedCount")),
        memo=text(member(body, "memo")) or text(member(mapping(member(body, "memo")), "text")),
        tags=tuple(limits.cut(tag, limits.CODE) for tag in texts(member(body, "tags"))),
    )
    counts = (result.open_count, result.false_positive_count, result.true_positive_count, result.discarded_count)
    return result if result.status or result.risk or any(number is not None for number in counts) else None


def parse_readings(given: object) -> tuple[OcrReading, ...]:
    return tuple(_readings(given))


def _readings(given: object) -> Iterable[OcrReading]:
    """An object of readings by field, or an array of named ones."""
    named = ((text(member(entry, "name", "field", "key")), entry) for entry in mappings(given))
    pairs = list(given.items()) if isinstance(given, Mapping) and "value" not in given else list(named)
    for name, entry in pairs[: limits.LISTED]:
        if not isinstance(entry, Mapping) or not text(name):
            continue
        yield OcrReading(
            name=ocr.step2_name(text(name)) or limits.cut(text(name), limits.CODE),
            value=text(member(entry, "value")),
            score=number(member(entry, "score")),
            accepted=flag(member(entry, "accepted")),
            box=parse_box(member(entry, "coordinates")),
        )


def parse_box(given: object) -> Box | None:
    """Return the rectangle around coordinates; their shape is not documented.

    Read are an object with x, y, width and height (or left and top), and three points or more, as pairs, as objects
    with x and y, or as one flat array. Four bare numbers are two corners or a corner and a size: they are not guessed.
    """
    if isinstance(given, Mapping):
        return _box_of_object(given)
    if not isinstance(given, list) or len(given) > limits.LISTED:
        return None
    if all(number(entry) is not None for entry in given):
        numbers = [float(entry) for entry in given]
        given = list(zip(numbers[::2], numbers[1::2], strict=True)) if len(numbers) % 2 == 0 else []
    points = [point for entry in given if (point := _point(entry)) is not None]
    if len(points) < 3 or len(points) != len(given):
        return None
    across, down = zip(*points, strict=True)
    return _upright(min(across), min(down), max(across), max(down))


def _box_of_object(given: Mapping[str, Any]) -> Box | None:
    names = (("x", "left"), ("y", "top"), ("width", "w"), ("height", "h"))
    left, top, width, height = (number(member(given, *spellings)) for spellings in names)
    if left is None or top is None or width is None or height is None:
        corners = member(given, "vertices", "points", "polygon")
        return parse_box(corners) if isinstance(corners, list) else None
    return _upright(left, top, left + width, top + height)


def _point(entry: object) -> tuple[float, float] | None:
    if isinstance(entry, Mapping):
        pair = (number(member(entry, "x")), number(member(entry, "y")))
    elif isinstance(entry, (list, tuple)) and len(entry) == 2:
        pair = (number(entry[0]), number(entry[1]))
    else:
        return None
    across, down = pair
    return (across, down) if across is not None and down is not None else None


def _upright(left: float, top: float, right: float, bottom: float) -> Box | None:
    return (left, top, right, bottom) if 0 <= left < right and 0 <= top < bottom else None


def _ages(given: object) -> tuple[float, ...]:
    entries = given if isinstance(given, list) else [given]
    ages = (number(member(entry, "age", "value")) if isinstance(entry, Mapping) else number(entry) for entry in entries)
    return tuple(islice((age for age in ages if age is not None and 0 < age < 130), limits.LISTED))


def _images(given: object) -> tuple[str, ...] | None:
    if not isinstance(given, Mapping):
        return None
    held = {loose(name) for name, value in given.items() if value}
    return tuple(name for name in IMAGES if loose(name) in held)


def _id(item: Mapping[str, Any], name: str) -> str:
    """Cut as a code; `duplicated_information` may be an array of one."""
    return next((limits.cut(entry, limits.CODE) for entry in texts(member(item, name))), "")


def _short(value: object) -> str:
    return limits.cut(text(value), limits.CODE)
