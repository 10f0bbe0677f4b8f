"""Choose the outcome of a submission from tags in the applicant's e-mail, as payment sandboxes do.

`kim+glare+approved@example.com`: the first ID image is refused for glare, the first selfie is approved. docs/sandbox.md
and the sandbox's own page list all tags; a test keeps both complete.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

STEP1_CODES = {
    "mrz_protocol_fail": "Failed to detect full MRZ",
    "barcode_protocol_fail": "Failed to read PDF417 Barcode",
    "invalid_back_document": "Front and back side image mismatch. Please retry with one ID",
    "document_country_mismatch": "Front and back side image mismatch. Please retry with one ID",
    "document_expired": "Your ID is expired already. Please retry with valid ID",
    "document_name_mismatch": "Front and back side name mismatch. Please retry with one ID",
    "document_dob_mismatch": "Front and back side birthdate mismatch. Please retry with one ID",
    "missing_expiry_date": "Expiry date not detected. Please take clear picture",
    "missing_issue_date": "Issue date not detected. Please take clear picture",
    "missing_birth_date": "Birth date not detected. Please take clear picture",
    "missing_document_number": "Document number not detected. Please take clear picture",
    "missing_personal_number": "Identity number not detected. Please take clear picture",
    "missing_name": "Name not detected. Please take clear picture",
    "glare_detected": "Please retake ID image without light smudging",
    "recaptured_document": "Retry with physical ID. recaptured screen not allowed",
    "screen_detected": "Retry with physical ID. recaptured screen not allowed",
}
FACE = ("face_compare_underscore", "The face doesn’t match. Please retry with another face image.")
BORDER = ("liveness_error", "Liveness fail: Face is too close to one or more borders. Please retry.")
SMALL = ("liveness_error", "Liveness fail: Absolute face size is too small. Please retry.")
# With its trailing space, as GET shows it (C13).
TOO_MANY = ("too_many_retry", "Multiple invalid KYC attempts ")
MISMATCH = ("id_info_dataMismatch", "Entered information does not match the ID document.")
REJECT_CODES = {
    "id_image_invalidId": "Invalid ID document. Please resubmit with a valid ID document.",
    "id_info_dataMismatch": MISMATCH[1],
    "id_info_blacklist": "KYC is not accepted from country as per policy.",
    "duplicate_user": "A user has been duplicated as a result of identification.",
    "duplicated_face": "A duplicate user has been identified through face matching.",
    "under_ageLimit": "KYC is not accepted for individuals under 13 years old.",
    "expired_id": "ID cards have already expired.",
    "automatic_verification_fail": "Submitted data is below the quality requirements.",
}


_REJECTED_BY = {code.casefold(): code for code in REJECT_CODES}
Failures = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Case:
    """`step1`, `step2`: the failures in order, then `end`. With `for_ever` the last failure repeats."""

    step1: Failures = ()
    step2: Failures = ()
    step1_for_ever: bool = False
    step2_for_ever: bool = False
    end: str = "pending"
    scores: tuple[float, float] = (87.4, 93.0)
    reads: bool = True
    says_any: bool = False
    is_duplicate: bool = False
    rejection: tuple[str, str] = MISMATCH
    also: Failures = ()  # further reasons beside each failure, as further entries of `retry`
    skipped: tuple[tuple[str, str, str], ...] = ()  # checks: code, input, engine
    signals: bool = False  # the record reports ids, scores, ages, OCR confidence and the address
    other_age: bool = False
    low_field: str = ""  # read with little confidence
    coordinates: str = "pixels"  # of the values read: in pixels, as "shares" of the image, or "none"
    alters: bool = False  # the record holds another name than was sent
    loses_selfie: bool = False
    misses: tuple[str, ...] = ()  # fields of the ID that are not read
    fault: str = ""  # of the first Step 2 call: "slow", or "lost" after it was processed


def case_of(email: str) -> Case:
    """Read the tags. Unknown tags are ignored; case does not matter, because mail addresses are often in lower case."""
    case = Case()
    for tag in email.partition("@")[0].split("+")[1:]:
        case = _with_tag(case, tag.casefold())
    return case


def _with_tag(case: Case, tag: str) -> Case:
    if tag in STEP1_CODES:
        return replace(case, step1=(*case.step1, (tag, STEP1_CODES[tag])))
    if code := _REJECTED_BY.get(tag):
        return replace(case, end="rejected", scores=(31.0, 88.0), rejection=(code, REJECT_CODES[code]))
    return replace(case, **TAGS.get(tag, {}))


def planned(failures: Failures, so_far: int, *, for_ever: bool) -> tuple[str, str] | None:
    """Return the failure after `so_far` failures, or None."""
    if so_far < len(failures):
        return failures[so_far]
    return failures[-1] if for_ever and failures else None


def reasons_of(failure: tuple[str, str], also: Failures, entries: int) -> Failures:
    """The failure, those beside it, and as many more as the knob `retry_entries` asks for (at most three in all)."""
    spare = STEP1_SPARE if failure[0] in STEP1_CODES else STEP2_SPARE
    unused = [reason for reason in spare if reason not in (failure, *also)]
    return (failure, *also, *unused)[: max(entries, 1 + len(also))]


STEP1_SPARE = tuple((code, STEP1_CODES[code]) for code in ("glare_detected", "missing_name", "screen_detected"))
STEP2_SPARE = (BORDER, SMALL, FACE)
TAGS: dict[str, dict[str, Any]] = {
    "glare": {"step1": (("glare_detected", STEP1_CODES["glare_detected"]),)},
    "badid": {"step1": (("glare_detected", STEP1_CODES["glare_detected"]),), "step1_for_ever": True},
    "noocr": {"reads": False},
    "any": {"says_any": True, "reads": False},
    "duplicate": {"is_duplicate": True},
    "approved": {"end": "approved", "scores": (96.2, 98.0)},
    "rejected": {"end": "rejected", "scores": (31.0, 88.0)},
    "pending": {"end": "pending"},
    "lowscore": {"end": "pending", "scores": (58.3, 47.0)},
    "liveness": {"step2": (BORDER,)},
    "liveness2": {"step2": (BORDER, SMALL)},
    "reasons": {"step2": (BORDER,), "also": (FACE,)},
    "mismatch": {"step2": (FACE,), "step2_for_ever": True},
    "fail": {"step2": (BORDER,), "step2_for_ever": True},
    "skipped": {"skipped": (("id_liveness_screen_replay", "ID_card_uploaded", "id_liveness"),)},
    "skippedother": {"skipped": (("", "User Input", "postal_code_lookup"),)},
    "signals": {"signals": True},
    "otherage": {"signals": True, "other_age": True},
    "lowocr": {"signals": True, "low_field": "birthDate"},
    "sharecoords": {"signals": True, "coordinates": "shares"},
    "nocoords": {"signals": True, "coordinates": "none"},
    "altered": {"alters": True},
    "noselfie": {"loses_selfie": True},
    "unreadexpiry": {"misses": ("expireDate",)},
    # Screened after the approval, or before the decision; what is found is in `aml.SCREENINGS`.
    **{key: {"end": "approved", "scores": (96.2, 98.0)} for key in ("amlclear", "amllow", "amlhit", "amllater")},
    "amlbefore": {"end": "pending"},
    "slow": {"fault": "slow"},
    "lost": {"fault": "lost"},
}

GIVEN = ("Minjun", "Seoyeon", "Jiho", "Hana", "Alex", "Maria", "Noah", "Olivia")
FAMILY = ("Testcase", "Sample", "Specimen", "Example")


def reading_of(email: str, country: str, id_type: str) -> dict[str, str]:
    """Return invented "OCR" values, the same for the same e-mail.

    Member names are those of GET's `ocr` (assumption).
    """
    draw = int.from_bytes(hashlib.sha256(email.encode()).digest()[:6], "big")
    name = f"{GIVEN[draw % len(GIVEN)]} {FAMILY[draw // 8 % len(FAMILY)]}"
    year, month, day = 1960 + draw // 64 % 40, 1 + draw // 4096 % 12, 1 + draw // 65536 % 28
    read = {"fullName": name, "birthDate": f"{year:04d}-{month:02d}-{day:02d}", "nationality": country}
    if id_type in ("aadhaar", "pancard"):
        return read
    read["issueDate"] = "2021-03-04"
    if country == "KOR" and id_type in ("government_id", "residence_permit"):
        read["identityNumber"] = korean_number(year, month, day, draw)
    elif country == "KOR" and id_type == "drivers_license":
        read["licenseNumber"] = f"11-21-{draw % 1_000_000:06d}-{draw // 7 % 100:02d}"
        read["serialNumber"] = hashlib.sha256(name.encode()).hexdigest()[:6].upper()
    else:
        read["documentNumber"] = f"M{draw % 100_000_000:08d}"
        read["expireDate"] = "2031-03-03"
        read["gender"] = ("male", "female")[draw % 2]
    return read


def korean_number(year: int, month: int, day: int, draw: int) -> str:
    """Return a resident number with a valid check digit that nobody has: area codes 96 to 99 are unused."""
    century = 1 if year < 2000 else 3
    body = f"{year % 100:02d}{month:02d}{day:02d}{century + draw % 2}9{6 + draw % 4}{draw // 16 % 1000:03d}"
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    check = (11 - sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11) % 10
    return f"{body[:6]}-{body[6:]}{check}"
