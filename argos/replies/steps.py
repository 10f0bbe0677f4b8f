"""Parse the replies to Step 1, Step 2 and related calls, each from a JSON object that came with HTTP 200.

HTTP 200 does not mean success: retries and failed account checks use it too. An object that cannot be such a reply
raises `OutcomeUnknown`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from argos import limits
from argos.errors import OutcomeUnknown
from argos.received import Received
from argos.replies import ocr
from argos.replies.project_state import parse_project_state
from argos.replies.reading import (
    codes,
    count,
    fits_id,
    flag,
    has_member,
    loose,
    mappings,
    member,
    names,
    score,
    text,
    text_or_none,
    texts,
)
from argos.replies.signals import OcrReading, parse_readings

# Any other value is kept unchanged and never counts as an approval.
KNOWN_STATUSES = frozenset({"pending", "approved", "rejected", "incomplete"})

_STEP1_SUCCESS = ("reviewOCRData", "document_fields", "documnt_fields", "missing_fields")
_ID_TYPE_NAMES = frozenset({"idtype", "recognizedidtype"})


@dataclass(frozen=True)
class Retry:
    """Why the vendor asks for another image. A code has several messages: branch on the code, show the message."""

    code: str
    message: str


@dataclass(frozen=True)
class Step1Reply:
    submission_id: str | None
    kyc_status: str | None  # not documented for a success
    retry_count: int | None  # failed tries so far, over both steps as far as the vendor's pages agree
    retries: tuple[Retry, ...]
    ocr: Mapping[str, str] = field(repr=False)  # Step 2's names
    ocr_unmapped: Mapping[str, str] = field(repr=False)  # the vendor's names
    document_fields: tuple[str, ...]  # what this ID should contain
    missing_fields: tuple[str, ...]  # on the ID, not read
    id_type_unknown: bool  # the ID was not recognised: Step 2 must carry idType
    was_read: bool  # the reply carries OCR members, filled or not: an ID without margin reads as empty
    received: Received
    project_state: str = ""  # as in `VendorSubmission`
    ocr_readings: tuple[OcrReading, ...] = field(default=(), repr=False)  # with coordinates where it gives them

    @property
    def rejected(self) -> bool:
        return self.kyc_status == "rejected"

    @property
    def needs_new_image(self) -> bool:
        """Return whether the vendor asks for another image.

        With OCR members, "incomplete" only means that Step 2 is missing.
        """
        if self.rejected:
            return False
        return bool(self.retries) or (self.kyc_status == "incomplete" and not self.was_read)


@dataclass(frozen=True)
class Step2Reply:
    kyc_status: str  # the only member with the outcome
    face_similarity: float | None  # 0 to 100, absent when nothing was compared
    liveness: float | None  # 1 to 100, absent likewise
    verification_result: str | None  # "success" was seen together with "rejected": never the outcome
    retry_count: int | None
    retries: tuple[Retry, ...]
    recognized_id_type: str | None  # universal mode
    received: Received
    project_state: str = ""  # as in `VendorSubmission`


@dataclass(frozen=True)
class ReviewReply:
    submission_id: str | None
    final_status: str | None
    message: str
    received: Received


@dataclass(frozen=True)
class AccountReply:
    success: bool
    retry_code: str
    message: str
    retry_count: int | None
    received: Received


@dataclass(frozen=True)
class AddressCode:
    globalCode: str = field(repr=False)
    compoundCode: str = field(repr=False)
    formatted_address: str = field(repr=False)
    received: Received


@dataclass(frozen=True)
class ImageReply:
    message: str
    received: Received


@dataclass(frozen=True)
class DeleteReply:
    message: str
    content: str
    received: Received


def parse_step1(body: Mapping[str, Any], received: Received) -> Step1Reply:
    known, unmapped = ocr.normalise(member(body, "reviewOCRData"))
    submission_id = text(member(body, "submissionId"))
    if not fits_id(submission_id):
        raise OutcomeUnknown("a reply to Step 1 with an id that is too long to be kept", received=received)
    reply = Step1Reply(
        submission_id=submission_id or None,
        kyc_status=text_or_none(member(body, "kycStatus")),
        retry_count=count(member(body, "retryCount")),
        retries=parse_retries(body),
        ocr=known,
        ocr_unmapped=unmapped,
        document_fields=names(member(body, "document_fields", "documnt_fields")),
        missing_fields=names(member(body, "missing_fields")),
        id_type_unknown=_has_any_type(body),
        was_read=has_member(body, *_STEP1_SUCCESS),
        received=received,
        project_state=parse_project_state(body),
        ocr_readings=parse_readings(member(body, "reviewOCRData")),
    )
    if not (reply.submission_id or reply.kyc_status or reply.retries or reply.was_read):
        raise OutcomeUnknown("a reply to Step 1 without any known member", received=received)
    return reply


def parse_step2(body: Mapping[str, Any], received: Received) -> Step2Reply:
    retries = parse_retries(body)
    # The page shows `retry` only with "incomplete", so a lone `retry` means the same.
    status = text(member(body, "kycStatus")) or ("incomplete" if retries else "")
    if not status:
        raise OutcomeUnknown("a reply to Step 2 without kycStatus", received=received)
    if status == "approved" and retries:  # The page says "retry (only when incomplete)", so one of the two is wrong.
        raise OutcomeUnknown("a reply to Step 2 that approves and asks for another selfie", received=received)
    return Step2Reply(
        kyc_status=status,
        face_similarity=score(member(body, "faceSimilarityScore")),
        liveness=score(member(body, "livenessScore")),
        verification_result=text_or_none(member(body, "verificationResult")),
        retry_count=count(member(body, "retryCount")),
        retries=retries,
        recognized_id_type=text_or_none(member(body, "recognized_IdType")),
        received=received,
        project_state=parse_project_state(body),
    )


def parse_review(body: Mapping[str, Any], received: Received) -> ReviewReply:
    final_status = text_or_none(member(body, "finalStatus"))
    message = text(member(body, "message"))
    if final_status is None and "success" not in message.casefold():
        raise OutcomeUnknown("a reply to a review without finalStatus", received=received)
    submission_id = text_or_none(member(body, "submissionId"))
    return ReviewReply(submission_id if fits_id(submission_id or "") else None, final_status, message, received)


def parse_account(body: Mapping[str, Any], received: Received) -> AccountReply:
    success = flag(member(body, "success"))
    if success is None:
        raise OutcomeUnknown("a reply to an account check without success", received=received)
    return AccountReply(
        success=success,
        retry_code=text(member(body, "retryCode")),
        message=text(member(body, "message")),
        retry_count=count(member(body, "retryCount")),
        received=received,
    )


def parse_address_code(body: Mapping[str, Any], received: Received, called: Mapping[str, str]) -> AddressCode:
    """Parse an address code.

    The vendor's page was not available, so the members are searched at any depth (assumption).

    `called`: the member names in the project's field map, if they differ from ours.
    """
    reply = AddressCode(
        globalCode=_address_part(body, "globalCode", called),
        compoundCode=_address_part(body, "compoundCode", called),
        formatted_address=_address_part(body, "formatted_address", called),
        received=received,
    )
    if not (reply.globalCode or reply.compoundCode or reply.formatted_address):
        raise OutcomeUnknown("a reply to an address look-up without any code", received=received)
    return reply


def _address_part(body: Mapping[str, Any], name: str, called: Mapping[str, str]) -> str:
    """Return the text; "" if it is longer than its field."""
    found = _anywhere(body, called.get(name, name))
    return found if len(found) <= limits.longest(name) else ""


def parse_delete(body: Mapping[str, Any], received: Received) -> DeleteReply:
    message = text(member(body, "message"))
    if "success" not in message.casefold():
        raise OutcomeUnknown("a reply to a deletion that does not say success", received=received)
    return DeleteReply(message, text(member(body, "content")), received)


def parse_image(body: Mapping[str, Any], received: Received) -> ImageReply:
    """The page shows "complete to update image."; another text without an error code is no proof."""
    message = text(member(body, "message"))
    if not any(word in message.casefold() for word in ("complete", "success")):
        raise OutcomeUnknown("a reply to an image that does not say that it is complete", received=received)
    return ImageReply(message, received)


def parse_retries(body: Mapping[str, Any]) -> tuple[Retry, ...]:
    """Parse an array of objects, one object or a message (contract C6).

    Else the code and message of the reply itself.
    """
    given = member(body, "retry")
    if given is None:
        return _pair_up(body) if has_member(body, "retryCode", "retryMsg") else ()
    objects = mappings(given)
    plain = () if objects else texts(given)
    paired = tuple(retry for entry in objects[: limits.LISTED] for retry in _pair_up(entry))
    return paired + tuple(Retry("", message) for message in plain)


def _pair_up(entry: Mapping[str, Any]) -> tuple[Retry, ...]:
    named = codes(member(entry, "retryCode", "code"))
    messages = texts(member(entry, "retryMsg", "retryMessage", "message", "msg"))
    width = max(len(named), len(messages))
    padded = zip(named + ("",) * width, messages + ("",) * width, strict=False)
    return tuple(Retry(code, message) for code, message in padded if code or message)


def _has_any_type(value: object, depth: int = 4) -> bool:
    """Return whether any idType is "any": its place in the Step 1 reply is not documented."""
    if isinstance(value, list):
        return depth > 0 and any(_has_any_type(item, depth - 1) for item in value)
    if not isinstance(value, Mapping):
        return False
    own = any(_is_any(key, item) for key, item in value.items())
    return own or (depth > 0 and any(_has_any_type(item, depth - 1) for item in value.values()))


def _is_any(key: object, value: object) -> bool:
    plain = member(value, "value") if isinstance(value, Mapping) else value
    return loose(key) in _ID_TYPE_NAMES and text(plain).casefold() == "any"


def _anywhere(value: object, name: str, depth: int = 4) -> str:
    if isinstance(value, Mapping) and (own := text(member(value, name))):
        return own
    inner: list[object] = list(value.values()) if isinstance(value, Mapping) else []
    inner = value if isinstance(value, list) else inner
    return next((found for item in inner if depth and (found := _anywhere(item, name, depth - 1))), "")
