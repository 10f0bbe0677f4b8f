"""The vendor's API, one method per call. Every call goes through `Transport`, which always sets timeouts.

The client does not retry, wait or keep state. The caller decides from `argos.errors` how a failure affects a
submission.
"""

import base64
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from argos import answers, replies
from argos.errors import NotConfigured, OutcomeUnknown, Refused
from argos.received import Received
from argos.replies import signals
from argos.replies.reading import has_member, json_object, mapping, member, text
from argos.transport import Exchange as Exchange
from argos.transport import ImageFile as ImageFile
from argos.transport import Transport

# The vendor does not document its reply for an unknown submission: an empty list, or a refusal with words like these
# (assumption). The status does not decide it, because a wrong base URL also returns 404.
_UNKNOWN_SUBMISSION = ("not exist submission", "invalid submission", "submission not found", "submission is not found")
_MOST_PAGES = 20_000
_MOST_FOUND = 500  # a userid or e-mail has few; a longer list means that the vendor ignored the filter


class Client(Transport):
    """The calls of one project's key."""

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

    @property
    def address_code_names(self) -> Mapping[str, str]:
        return self._paths.address_code_fields

    # developers.argosidentity.com: GET submission with request_type. The AML object's shape is not documented.
    def aml_reading(self, submission_id: str) -> replies.AmlReading:
        """Return the AML result of a submission, and where it is monitored."""
        params = {"submission_id": submission_id, "request_type": "aml"}
        received = self._request("GET", self._paths.submission, params=params)
        return replies.parse_aml_reading(answers.object_of(received), submission_id)

    # developers.argosidentity.com: Get Ongoing Monitoring
    def aml_record(self, record: replies.MonitorRecord, submission_id: str) -> signals.AmlResult | None:
        """Return one record of the monitoring; None if its reply has no known member."""
        received = self._request("GET", f"{self._paths.aml_monitor}/{record.worklist_id}/{record.record_id}")
        return replies.parse_monitor_record(answers.object_of(received), submission_id)

    # developers.argosidentity.com: Post Ongoing Monitoring
    def aml_monitor(self, worklist_id: str, submission_id: str, admin: str, *, on: bool) -> replies.MonitorReply:
        """Add one submission to the monitoring, or remove it (an assumption, `Paths.aml_monitor_off`)."""
        path = self._paths.aml_monitor if on else self._paths.aml_monitor_off
        if not path or not worklist_id:
            raise NotConfigured("AML monitoring has no path or no worklist in this project")
        body = {"submissionIds": [submission_id], "admin": admin}
        received = self._request("POST", f"{path}/{worklist_id}", json=body)
        return replies.parse_monitor_reply(answers.object_of(received), received)

    # developers.argosidentity.com/en/idcheck/api-reference/api-reference-guide/post-token
    def register_token(self, token: str) -> replies.TokenReply:
        return replies.parse_token(*self._token("POST", token))

    # developers.argosidentity.com/en/idcheck/api-reference/api-reference-guide/delete-token
    def remove_token(self, token: str) -> replies.TokenReply:
        """Remove a token. One that the vendor does not have (any more) counts as removed."""
        try:
            return replies.parse_token_removal(*self._token("DELETE", token))
        except Refused as refusal:
            if refusal.code != "token_id_not_found" or refusal.received is None:
                raise
            return replies.TokenReply(None, refusal.received)

    def _token(self, method: str, token: str) -> tuple[dict[str, Any], Received]:
        """Send JSON as text/plain, as both pages' samples do: they name it for requests that fail as JSON."""
        received = self._request(method, self._paths.tokens, json={"tokenId": [token]}, json_as="text/plain")
        return answers.object_of(received), received

    # The Step 2 page names POST/Address_code; its own page was not available, so the request body is an assumption.
    def address_code(self, fields: Mapping[str, str], *, as_form: bool = False) -> replies.AddressCode:
        received = self.address_code_reply(fields, as_form=as_form)
        return replies.parse_address_code(answers.object_of(received), received, self.address_code_names)

    def address_code_reply(self, fields: Mapping[str, str], *, as_form: bool = False) -> Received:
        """Return the reply as it came, whatever it says: an administrator looks at its format."""
        if not self._paths.address_code:
            raise NotConfigured("the address look-up has no path in this project")
        names = self.address_code_names
        body = {names.get(name, name): value for name, value in fields.items() if value}
        content: dict[str, Any] = {"form": body} if as_form else {"json": body}
        return self._request("POST", self._paths.address_code, **content)

    # developers.argosidentity.com/en/idcheck/api-reference/api-reference-guide/put-image
    def put_image(
        self, submission_id: str, kind: str, content: bytes, *, admin: str, id_type: str = ""
    ) -> replies.ImageReply:
        """`kind`: idImage, idBackImage, selfieImage or addressImage; `id_type` only for the first two.

        Form-data with Base64 text, as the sample and the newer page show (contract, C18).
        """
        form = {"submissionId": submission_id, "admin": admin, kind: base64.b64encode(content).decode()}
        if id_type:
            form["idType"] = id_type
        received = self._request("PUT", self._paths.put_image, form=form)
        return replies.parse_image(answers.object_of(received), received)

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
