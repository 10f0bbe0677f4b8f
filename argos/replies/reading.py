"""Tolerant readers of single values: every spelling and type on the vendor's pages ends up in one form.

None of them raises on unexpected input. The other modules of this package interpret whole replies.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from argos import limits

# A date without separators has eight digits, because six or seven are ambiguous. A time of day must be midnight without
# a zone or in UTC; any other may be another day where the customer lives.
DATE = re.compile(
    r"([0-9]{4})(?:[-/]|[.] ?| )([0-9]{1,2})(?:[-/]|[.] ?| )([0-9]{1,2})[.]?(?:T00:00(?::00(?:[.]0+)?)?Z?)?"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})"
)
# Two spellings of one of these with two values contradict each other; elsewhere they are two fields, and both are kept.
_DECIDING = frozenset(
    ("kycstatus", "finalstatus", "kycresult", "result", "status", "statuscode", "success", "retrycount", "submissionid")
)
# JSON can contain NUL and half a surrogate pair; no database stores the first and no encoding the second.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LARGEST_COUNT = 32_767  # above every real count of the vendor, and within every integer column
_EARLIEST_SECONDS = 946_684_800  # year 2000: nothing here is older; a smaller number is a date: 20260101
_LATEST_SECONDS = 4_102_444_800  # year 2100: a larger number is milliseconds; a later date would overflow a deadline


def loose(name: object) -> str:
    """Return the name without case and punctuation.

    SubmissionId, Submissionid and submission_id are one (contract C5).
    """
    text = str(name)
    return _known_loose(text) if len(text) < _LONG_NAME else _letters(text)


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


# The same few names come with every reply. A reply may contain any name, so only short ones are cached.
_LONG_NAME = 64
_known_loose = lru_cache(maxsize=1024)(_letters)


def member(body: Mapping[str, Any], *names: str) -> Any:
    """Return the first filled member under any spelling of these names, in the order of `names`; else None."""
    found = {loose(key): value for key, value in list(body.items())[::-1] if value is not None}
    return next((found[loose(name)] for name in names if loose(name) in found), None)


def has_member(body: Mapping[str, Any], *names: str) -> bool:
    return bool({loose(name) for name in names} & {loose(key) for key in body})


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def mappings(value: object) -> list[Mapping[str, Any]]:
    """Return a list of objects, given as one object or an array."""
    if isinstance(value, Mapping):
        return [value]
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Return a scalar as stripped, storable and shortened text; objects, arrays and None become ""."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return limits.cut(_UNSTORABLE.sub("", str(value)).strip(), limits.NOTE)
    return ""


def text_or_none(value: object) -> str | None:
    return text(value) or None


def texts(value: object) -> tuple[str, ...]:
    """Return a tuple without blanks, from an array (GET) or a string (webhook; contract C12)."""
    parts: Iterable[object] = value[: limits.LISTED] if isinstance(value, (list, tuple)) else [value]
    return tuple(filled for filled in map(text, parts) if filled)


def codes(value: object) -> tuple[str, ...]:
    """Return the codes as `texts` does, each cut to the length of its column."""
    return tuple(limits.cut(code, limits.CODE) for code in texts(value))


def fits_id(value: str) -> bool:
    """Return whether the vendor's submission id can be stored; a shortened id would be another submission's."""
    return len(value) <= limits.VENDOR_ID


def names(value: object) -> tuple[str, ...]:
    """Return field names given as an array, an object's keys, or one string with commas."""
    if isinstance(value, Mapping):
        return texts(list(value))
    return texts(value.split(",") if isinstance(value, str) else value)


def number(value: object) -> float | None:
    """Return a finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def score(value: object) -> float | None:
    """Return a score of 0 to 100; None outside it (0 to 100 is documented, but contract C23 asserts no range)."""
    read = number(value)
    return read if read is not None and 0 <= read <= 100 else None


def count(value: object) -> int | None:
    """Return a count of 0 to 32767; a larger one becomes 32767."""
    read = number(value)
    return int(min(read, _LARGEST_COUNT)) if read is not None and read >= 0 else None


def flag(value: object) -> bool | None:
    return {"true": True, "false": False}.get(text(value).casefold())


def moment(value: object) -> datetime | None:
    """Return an aware UTC time from ISO 8601, an HTTP date, or seconds or milliseconds since 1970.

    Without a zone: UTC.
    """
    try:
        seconds = number(value)
        from_number = _from_epoch(seconds) if seconds is not None else None
        read = from_number or _as_utc(_from_text(text(value)))
        return read if _EARLIEST_SECONDS <= read.timestamp() <= _LATEST_SECONDS else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def iso_date(value: str) -> str:
    """Return 1990.1.2, 1990/01/02 and 19900102 as 1990-01-02; anything else unchanged, for a user to correct."""
    matched = DATE.fullmatch(value)
    if not matched:
        return value
    try:
        return date(*(int(part) for part in matched.groups() if part)).isoformat()
    except ValueError:
        return value


def json_object(raw: bytes | str) -> dict[str, Any] | None:
    """Return the JSON object in `raw`; None if there is none or it contradicts itself."""
    try:
        body = json.loads(raw, object_pairs_hook=_object_without_conflict)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _object_without_conflict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object.

    Raise ValueError if a member repeats with another value, because JSON keeps the later one silently.
    """
    body: dict[str, Any] = {}
    decided: dict[str, Any] = {}
    for name, value in pairs:
        if body.setdefault(name, value) != value:
            raise ValueError("a member comes twice")
        if value is not None and loose(name) in _DECIDING and decided.setdefault(loose(name), value) != value:
            raise ValueError("a member comes in two spellings")
    return body


def is_encrypted(body: Mapping[str, Any]) -> bool:
    """Return whether the object has nothing but ciphertext in `data` (or `body`), as the encryption option produces."""
    carried = {loose(key) for key in body} - {"isencrypted", "statuscode"}
    return any(carried == {name} and _is_long_text(body, name) for name in ("data", "body"))


def _is_long_text(body: Mapping[str, Any], name: str) -> bool:
    return bool(isinstance(member(body, name), str) and text(member(body, name)))


def _from_epoch(seconds: float) -> datetime | None:
    if seconds > _LATEST_SECONDS:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC) if _EARLIEST_SECONDS <= seconds <= _LATEST_SECONDS else None


def _from_text(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return parsedate_to_datetime(value)


def _as_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
