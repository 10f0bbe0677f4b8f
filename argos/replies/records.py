"""Parse the vendor's own record of a submission, from `GET /submission`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from argos.errors import OutcomeUnknown
from argos.replies import ocr
from argos.replies.project_state import parse_project_state
from argos.replies.reading import (
    codes,
    count,
    fits_id,
    has_member,
    mapping,
    mappings,
    member,
    moment,
    score,
    text,
    texts,
)
from argos.replies.signals import Signals, parse_signals

_DELETED = "deleted submission"


@dataclass(frozen=True)
class VendorAttempt:
    number: int | None
    face_similarity: float | None
    liveness: float | None
    retry_codes: tuple[str, ...]
    retry_messages: tuple[str, ...]


@dataclass(frozen=True)
class VendorSubmission:
    """One item. List items have fewer members than single ones; a missing member is None or empty."""

    submission_id: str
    userid: str
    email: str = field(repr=False)
    result: str | None  # `kyc.result`; an unknown one is kept unchanged
    codes: tuple[str, ...]
    comments: tuple[str, ...]
    attempts: tuple[VendorAttempt, ...] | None  # None: the vendor does not say; (): it says there were none
    created_at: datetime | None
    updated_at: datetime | None
    pending_at: datetime | None
    result_at: datetime | None
    reviewer: str
    ocr: Mapping[str, str] = field(repr=False)  # Step 2's names
    ocr_unmapped: Mapping[str, str] = field(repr=False)
    signals: Signals
    project_state: str  # open, test, trial, close or stopped; "" where the record does not report it
    deleted: bool
    raw: Mapping[str, Any] = field(repr=False)
    token_id: str = field(default="", repr=False)  # of a Liveform in private mode

    @property
    def last_attempt(self) -> VendorAttempt | None:
        return self.attempts[-1] if self.attempts else None


def parse_item(item: Mapping[str, Any]) -> VendorSubmission:
    """Parse one item. Raises `OutcomeUnknown` for a record whose id cannot be stored.

    Leaving it out of the list would make it look as if the record did not exist.
    """
    submission_id = text(member(item, "submission_id"))
    if not fits_id(submission_id):
        raise OutcomeUnknown("a record with an id that is too long to be kept")
    kyc = mapping(member(item, "kyc"))
    known, unmapped = _ocr_of(item)
    return VendorSubmission(
        submission_id=submission_id,
        userid=text(member(item, "userid")),
        email=text(member(item, "email")),
        result=text(member(kyc, "result", "kycStatus")) or text(member(item, "kyc_result", "kycStatus")) or None,
        codes=codes(member(kyc, "commentCode")),
        comments=texts(member(kyc, "comment")),
        attempts=_attempts_of(kyc, item),
        created_at=_moment(item, kyc, "created_at"),
        updated_at=_moment(item, kyc, "updated_at", "update_at"),
        pending_at=_moment(item, kyc, "pending_at"),
        result_at=_moment(item, kyc, "kyc_result_at"),
        reviewer=text(member(item, "reviewer")) or text(member(kyc, "reviewer")),
        ocr=known,
        ocr_unmapped=unmapped,
        signals=parse_signals(item),
        project_state=parse_project_state(item),
        deleted=_is_deleted(item, kyc),
        raw=dict(item),
        token_id=text(member(item, "tokenId", "token_id")),
    )


def parse_items(body: Mapping[str, Any]) -> list[VendorSubmission]:
    return [parse_item(item) for item in mappings(member(body, "Items"))]


def _moment(item: Mapping[str, Any], kyc: Mapping[str, Any], *names: str) -> datetime | None:
    return moment(member(item, *names)) or moment(member(kyc, *names))


def _attempts_of(kyc: Mapping[str, Any], item: Mapping[str, Any]) -> tuple[VendorAttempt, ...] | None:
    holder = kyc if has_member(kyc, "attempts") else item
    given = member(holder, "attempts")
    if not isinstance(given, (list, Mapping)):
        return None
    return tuple(_parse_attempt(entry) for entry in mappings(given))


def _parse_attempt(entry: Mapping[str, Any]) -> VendorAttempt:
    return VendorAttempt(
        number=count(member(entry, "attemptCnt")),
        face_similarity=score(member(entry, "faceSimilarityScore")),
        liveness=score(member(entry, "livenessScore")),
        retry_codes=codes(member(entry, "retryCode")),
        retry_messages=texts(member(entry, "retryMsg")),
    )


def _ocr_of(item: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Read `ocr` first and fill its gaps from `OCR_raw`. `data` is not OCR but the confirmed values."""
    known, unmapped = ocr.normalise(member(item, "ocr"))
    raw_known, raw_unmapped = ocr.normalise(member(item, "OCR_raw"))
    return {**raw_known, **known}, {**raw_unmapped, **unmapped}


def _is_deleted(item: Mapping[str, Any], kyc: Mapping[str, Any]) -> bool:
    """The place of "Deleted Submission" in a deleted record is not documented, so any plain member counts."""
    shown = [*item.values(), *kyc.values(), *mapping(member(item, "data")).values()]
    return any(text(value).casefold() == _DELETED for value in shown)
