"""The vendor's API, one method per call. Every call goes through `_request`, which always sets timeouts.

The client does not retry, wait or keep state. The caller decides from `argos.errors` how a failure affects a
submission.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import requests

from argos import answers, replies, wire
from argos.base_url import read as read_base_url
from argos.body import Multipart, Part
from argos.errors import NotConfigured, OutcomeUnknown, Refused, Undelivered
from argos.paths import Paths
from argos.received import Received
from argos.replies.reading import has_member, json_object, mapping, member, text

# The vendor does not document its reply for an unknown submission: an empty list, or a refusal with words like these
# (assumption). The status does not decide it, because a wrong base URL also returns 404.
_UNKNOWN_SUBMISSION = ("not exist submission", "invalid submission", "submission not found", "submission is not found")
DEFAULT_PATHS = Paths()
_MOST_PAGES = 20_000
_MOST_FOUND = 500  # a userid or e-mail has few; a longer list means that the vendor ignored the filter


@dataclass(frozen=True)
class ImageFile:
    """`name`: the file name that the vendor sees, never the customer's own."""

    name: str
    content: bytes = field(repr=False)
    content_type: str = "image/jpeg"


@dataclass(frozen=True)
class Exchange:
    """One exchange with the vendor, for metrics, without its content. `seconds`: from the start to the end or failure.

    `status` is 0 without a response; then `failure` ("undelivered", "unknown") says whether the call may have arrived.
    """

    operation: str
    seconds: float
    status: int = 0
    failure: str = ""


class Client:
    """`base_url` with its version (`https://host/v3`); timeouts in seconds."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        paths: Paths = DEFAULT_PATHS,
        connect_timeout: float = 5,
        read_timeout: float = 60,
        admit: Callable[[], None] | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
    ) -> None:
        """Create a client.

        `admit`: called before every exchange; it may raise `Throttled` if the caller limits its calls.
        `on_exchange`: called after every exchange, also a failed one.
        """
        self._base_url = base_url.strip().rstrip("/")
        self._api_key = api_key.strip()
        self._paths = paths
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._admit = admit
        self._on_exchange = on_exchange or _ignore
        self.last_received: Received | None = None  # of the last response; its Date header shows the vendor's clock

    @property
    def longest_call(self) -> float:
        """Return the longest duration of a call in seconds, from start to reply or error; nothing is sent after it."""
        return self._connect_timeout + self._read_timeout

    # argos-kyc.gitbook.io/client-guide-1/getting-started-1/submit-via-api/post-submission-step-1 (and /step-1-retry)
    def step1(self, fields: Mapping[str, str], files: Mapping[str, ImageFile]) -> replies.Step1Reply:
        """Send Step 1. `files`: by the vendor's field name. A retry has `submissionId` among the fields."""
        received = self._request("POST", self._paths.step1, form=fields, files=files)
        return replies.parse_step1(answers.object_of(received), received)

    # argos-kyc.gitbook.io/client-guide-1/getting-started-1/submit-via-api/post-submission-step-2 (and /step-2-retry)
    def step2(self, fields: Mapping[str, str], files: Mapping[str, ImageFile]) -> replies.Step2Reply:
        received = self._request("POST", self._paths.step2, form=fields, files=files)
        return replies.parse_step2(answers.object_of(received), received)

    # developers.argosidentity.com/en/idcheck/api-reference/api-reference-guide/get-submission/submissionId
    def get_submission(self, submission_id: str) -> replies.VendorSubmission | None:
        """Return the vendor's record; None if the vendor has no such submission."""
        try:
            body, received = self._get({"submission_id": submission_id})
        except Refused as refusal:
            if _means_unknown(refusal):
                return None
            raise
        return _only(replies.parse_items(body), submission_id, received)

    # developers.argosidentity.com/en/idcheck/api-reference/api-reference-guide/get-submission/userId
    def find_by_userid(self, userid: str) -> list[replies.VendorSubmission]:
        """Return at most 500 records of the vendor; the caller must check that a record carries the userid."""
        return self._find({"userid": userid})

    # developers.argosidentity.com/en/idcheck/api-reference/api-reference-guide/get-submission/email
    def find_by_email(self, email: str) -> list[replies.VendorSubmission]:
        return self._find({"email": email})

    # developers.argosidentity.com/en/idcheck/api-reference/api-reference-guide/get-submission/list
    def list_submissions(self, count: int = 50) -> Iterator[replies.VendorSubmission]:
        """Yield every submission of the project as slim items, page by page."""
        return self._pages({"count": str(count)})

    # developers.argosidentity.com/en/idcheck/api-reference/api-reference-guide/post-client-review
    def review(
        self,
        submission_id: str,
        status: str,
        admin: str,
        reject_comment: str = "",
        update_fields: Mapping[str, str] | None = None,
    ) -> replies.ReviewReply:
        """Send a decision. `status`: approved or rejected. `admin`: e-mail of an admin of the vendor's project."""
        body: dict[str, Any] = {"submissionId": submission_id, "status": status, "admin": admin}
        if reject_comment:
            body["rejectComment"] = reject_comment
        if update_fields:
            body["updateFields"] = dict(update_fields)
        received = self._request("POST", self._paths.review, json=body)
        return replies.parse_review(answers.object_of(received), received)

    # developers.argosidentity.com/en/idcheck/api-reference/api-reference-guide/get-image
    def image(self, submission_id: str, kind: str) -> tuple[bytes, str]:
        """Return (content, content type) of one of idImage, idBackImage, selfieImage, addressImage."""
        params = {"submission_id": submission_id, "type": kind}
        received, content_type = self._exchange("GET", self._paths.image, params=params)
        answers.require_success(received)
        if not received.raw or json_object(received.raw) is not None:
            answers.object_of(received)
            raise OutcomeUnknown("a reply without an image", received=received)
        return received.raw, content_type

    # argos-kyc.gitbook.io/.../submit-via-api/post-submission-validationaccount-prestep2
    def validate_account(
        self, submission_id: str, user_name: str, bank_code: str, account_number: str
    ) -> replies.AccountReply:
        """Pay in 1 won. `bank_code`: three digits. `account_number`: digits only. Both are text."""
        body = {
            "submissionId": submission_id,
            "requestType": "occupancy",
            "userName": user_name,
            "bankCode": bank_code,
            "accountNumber": account_number,
        }
        received = self._request("POST", self._paths.validation_account, json=body)
        return replies.parse_account(answers.object_of(received), received)

    # developers.argosidentity.com/en/idcheck/api-reference/api-reference-guide/delete-submission
    def delete(self, submission_id: str, admin_name: str) -> replies.DeleteReply:
        """Delete a submission for good. The vendor sends a confirming webhook only if `admin_name` is sent."""
        params = {"submission_id": submission_id, "admin_name": admin_name}
        received = self._request("DELETE", self._paths.submission, params=params)
        return replies.parse_delete(answers.object_of(received), received)

    # developers.argosidentity.com/en/idcheck/api-reference/api-reference-guide/post-token
    def register_token(self, token: str) -> replies.TokenReply:
        received = self._request("POST", self._paths.tokens, json={"tokenId": [token]})
        return replies.parse_token(answers.object_of(received), received)

    # The Step 2 page names POST/Address_code; its own page was not available, so the request body is an assumption.
    def address_code(self, fields: Mapping[str, str]) -> replies.AddressCode:
        if not self._paths.address_code:
            raise NotConfigured("the address look-up has no path in this project")
        names = self._paths.address_code_fields
        body = {names.get(name, name): value for name, value in fields.items() if value}
        received = self._request("POST", self._paths.address_code, json=body)
        return replies.parse_address_code(answers.object_of(received), received, names)

    def _find(self, params: dict[str, str]) -> list[replies.VendorSubmission]:
        try:
            return list(islice(self._pages({**params, "count": "50"}), _MOST_FOUND))
        except Refused as refusal:
            if _means_unknown(refusal):
                return []
            raise

    def _pages(self, params: dict[str, str]) -> Iterator[replies.VendorSubmission]:
        """Follow nextpageKey to the end. Raise if a key repeats, because that would never end."""
        seen: set[tuple[str, str]] = set()
        key: tuple[str, str] | None = None
        while key not in seen and len(seen) < _MOST_PAGES:
            if key:
                seen.add(key)
            turn = {"nextpage_id": key[0], "nextpage_date": key[1]} if key else {}
            body, received = self._get({**params, **turn})
            yield from replies.parse_items(body)
            key = _next_key(body, received)
            if key is None:
                return
        raise OutcomeUnknown("the vendor's list goes round in circles")

    def _get(self, params: Mapping[str, str]) -> tuple[dict[str, Any], Received]:
        received = self._request("GET", self._paths.submission, params=params)
        body = answers.object_of(received)
        if not has_member(body, "Items"):
            raise OutcomeUnknown("a list reply without Items", received=received)
        return body, received

    def _request(self, method: str, path: str, **content: Any) -> Received:
        return self._exchange(method, path, **content)[0]

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, ImageFile] | None = None,
    ) -> tuple[Received, str]:
        self._require_configured()
        headers = {"x-api-key": self._api_key, "Accept": "application/json, image/*"}
        body = Multipart(_parts(form, files or {})) if form is not None else None
        request = requests.Request(
            method,
            f"{self._base_url}/{path}",
            params=dict(params) if params else None,
            json=dict(json) if json is not None else None,
            data=body,
            headers=headers if body is None else headers | {"Content-Type": body.content_type},
        )
        if self._admit:
            self._admit()
        received, reply_headers = self._timed(request, self._paths.operation_of(method, path))
        self.last_received = received
        answers.require_taken(received, reply_headers.get("Retry-After", ""))
        return received, reply_headers.get("Content-Type", "")

    def _timed(self, request: requests.Request, operation: str) -> tuple[Received, Mapping[str, str]]:
        started, status, failure = time.monotonic(), 0, ""
        try:
            received, headers = wire.exchange(
                request, connect_timeout=self._connect_timeout, read_timeout=self._read_timeout
            )
            received, status = received.without(self._api_key), received.status
        except (Undelivered, OutcomeUnknown) as error:
            failure = "undelivered" if isinstance(error, Undelivered) else "unknown"
            raise
        finally:
            self._on_exchange(Exchange(operation, time.monotonic() - started, status, failure))
        return received, headers

    def _require_configured(self) -> None:
        if read_base_url(self._base_url) is None:
            raise NotConfigured("the project has no usable base URL")
        if not self._api_key or not (self._api_key.isascii() and self._api_key.isprintable()):
            raise NotConfigured("the project has no usable API key")


def _ignore(_exchange: Exchange) -> None: ...


def _parts(form: Mapping[str, str], files: Mapping[str, ImageFile]) -> list[Part]:
    """Return all fields as parts, so that a body without a file is multipart as well."""
    plain: list[Part] = [(name, None, value, None) for name, value in form.items()]
    return plain + [(name, file.name, file.content, file.content_type) for name, file in files.items()]


def _next_key(body: Mapping[str, Any], received: Received) -> tuple[str, str] | None:
    given = member(body, "nextpageKey")
    if not given:
        return None
    key = (text(member(mapping(given), "id")), text(member(mapping(given), "created_at")))
    if not all(key):
        raise OutcomeUnknown("a list reply with half a nextpageKey", received=received)
    return key


def _only(
    items: list[replies.VendorSubmission], submission_id: str, received: Received
) -> replies.VendorSubmission | None:
    """Return the item with this id, None for no items. Other submissions prove nothing: raise `OutcomeUnknown`."""
    match = next((item for item in items if item.submission_id == submission_id), None)
    if items and match is None:
        raise OutcomeUnknown("a reply about other submissions than the one asked for", received=received)
    return match


def _means_unknown(refusal: Refused) -> bool:
    normalized = f"{refusal.code} {refusal.message}".casefold().replace("_", " ")
    return any(words in normalized for words in _UNKNOWN_SUBMISSION)
