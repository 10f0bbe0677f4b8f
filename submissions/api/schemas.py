"""The JSON of the API. A change here changes docs/openapi.json; removing or renaming needs a new version of the API."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from ninja.params import functions
from pydantic import Field

from submissions.models import ImageKind, Route, Status

MAX_PAGE = 100
# PostgreSQL stores no NUL, and no text of the portal has one.
PRINTABLE = r"^[^\x00]*$"


Key = Annotated[
    str,
    functions.Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern="^[!-~]+$",
        description="a new random text for each request, the same one for a repetition within 24 hours",
    ),
]
IfMatch = Annotated[
    str, functions.Header(alias="If-Match", max_length=400, description="the ETag of the submission that you read")
]


class FieldErrorOut(Schema):
    field: str
    code: str
    message: str
    in_: str = Field(alias="in", description="body, query, path, header, file, or empty for a check of the portal")
    severity: str = Field(description="error, or warning: a reason overrides it")


class ProblemOut(Schema):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldErrorOut]


class ListQuery(Schema):
    """Filters of the list. A day is inclusive, in UTC."""

    status: Status | None = None
    project: uuid.UUID | None = None
    reference: str = Field("", max_length=16, pattern=PRINTABLE)
    created_from: date | None = None
    created_to: date | None = None
    decided_from: date | None = None
    decided_to: date | None = None
    cursor: str = Field("", max_length=400, pattern=PRINTABLE, description="`next` of the previous page")
    limit: int = Field(50, ge=1, le=MAX_PAGE)


class PageQuery(Schema):
    cursor: str = Field("", max_length=400, pattern=PRINTABLE, description="`next` of the previous page")
    limit: int = Field(50, ge=1, le=MAX_PAGE)


class SubmissionRow(Schema):
    """A submission without anything about the customer."""

    id: uuid.UUID
    reference: str
    status: Status
    route: Route
    project: uuid.UUID
    issuing_country: str
    id_type: str
    created_at: datetime
    updated_at: datetime
    deadline_at: datetime | None = Field(description="ARGOS accepts Step 2 until then")
    decided_at: datetime | None


class SubmissionPage(Schema):
    items: list[SubmissionRow]
    next: str = Field(description="the cursor of the next page; empty on the last one")


class FieldOut(Schema):
    """A field of the customer's data: which state it has, never its value."""

    name: str
    is_required: bool
    is_filled: bool
    was_read: bool = Field(description="ARGOS read it from the ID")
    differs: bool = Field(description="the confirmed value differs from the read one")
    has_reason: bool


class OpenProblem(Schema):
    """What stops the next step. `code` is the key of its reason where `severity` is warning."""

    field: str
    code: str
    severity: str


class ImageOut(Schema):
    """A current image. `findings`: what the portal's check found, with the key of the reason that overrides each."""

    id: uuid.UUID
    kind: ImageKind
    source: str
    created_at: datetime
    is_own: bool = Field(description="this token attached it and may read it")
    findings: dict[str, str]


class ConsentOut(Schema):
    is_required: bool
    given_at: datetime | None


class ResultOut(Schema):
    """The final status and what it is based on. `codes`: of the reviewer's reason, else of ARGOS."""

    outcome: Literal["approved", "rejected", "abandoned"]
    decided_at: datetime
    decided_through: str = Field(description="vendor, reviewer, timeout, or empty if it was abandoned")
    codes: list[str]


class SubmissionOut(SubmissionRow):
    version: int = Field(description="rises with each change of the customer's data")
    next_step: Literal["step1", "step2", ""] = Field(description="the step that can be sent now")
    is_request_open: bool = Field(description="a request to ARGOS is not settled yet")
    attempts_used: int
    attempts_left: int
    retry_codes: list[str] = Field(description="why ARGOS asked for another image the last time")
    sends_step2_alone: bool = Field(description="Step 2 follows Step 1 automatically")
    fields: list[FieldOut]
    problems: list[OpenProblem] = Field(description="what stops the next step, without texts")
    images: list[ImageOut]
    consent: ConsentOut
    result: ResultOut | None


AttachedKind = Literal["id_front", "id_back", "selfie", "address"]
Text = Annotated[str, Field(max_length=2000, pattern=PRINTABLE)]


class NewSubmission(Schema):
    """`values`: fields of the customer's data by their names; the list of a submission's `fields` has the others."""

    project: uuid.UUID
    issuing_country: Text = Field(description="three letters, for example KOR")
    id_type: Text
    email: Text
    customer_id: Text = ""
    contact_phone: Text = ""
    values: dict[str, Text] = Field(default_factory=dict, max_length=60)
    consent: int | None = Field(None, description="id of the consent text that the customer agreed to")
    is_second_confirmed: bool = Field(False, description="create it although this customer has another submission")


class Changes(Schema):
    """`values`: an empty text removes a value. `reasons`: by field name, warning code or key of a finding."""

    values: dict[str, Text] = Field(default_factory=dict, max_length=60)
    reasons: dict[str, Text] = Field(default_factory=dict, max_length=60)
    consent: int | None = Field(None, description="id of the consent text that the customer agreed to")


class Step1(Schema):
    wants_step2: bool = Field(False, description="send Step 2 automatically if ARGOS reads what was entered")
    is_start_confirmed: bool = Field(False, description="start the 24 hours although present data blocks Step 2")
    is_last_confirmed: bool = Field(False, description="send the final attempt")


class Step2(Schema):
    """`values`: what the customer confirmed, with every field that ARGOS read."""

    values: dict[str, Text] = Field(default_factory=dict, max_length=60)
    is_last_confirmed: bool = Field(False, description="send the final attempt")


class CreatedOut(SubmissionOut):
    refused_images: list[FieldErrorOut]


class NewPhoneLink(Schema):
    kind: AttachedKind


class PhoneLinkOut(Schema):
    id: uuid.UUID
    kind: AttachedKind
    url: str = Field(description="for the customer only; shown once")
    expires_at: datetime


class EventOut(Schema):
    """One line of the audit log. `fields`: references and codes, never personal values."""

    id: int
    at: datetime
    kind: str
    actor: Literal["person", "token", "argos", "portal"]
    actor_name: str = Field(description="user name; empty for ARGOS and the portal")
    fields: dict[str, Any]


class EventPage(Schema):
    items: list[EventOut]
    next: str = Field(description="the cursor of the next page; empty on the last one")


class ReasonOut(Schema):
    code: str
    label: str
    say: str = Field(description="what to tell the customer")


class ReasonsOut(Schema):
    """All known codes with their texts. The lists of ARGOS are open: accept codes that are not listed."""

    reject: list[ReasonOut]
    argos_reject: list[ReasonOut]
    step1_retry: list[ReasonOut]
    step2_retry: list[ReasonOut]


class ConsentTextOut(Schema):
    id: int
    version: str
    text: str


class ProjectOut(Schema):
    id: uuid.UUID
    name: str
    is_open: bool = Field(description="new submissions can be created")
    requires_consent: bool
    requires_address_image: bool
    requires_account_check: bool = Field(description="a person makes it in the portal before Step 2")
    consent_text: ConsentTextOut | None
    id_types: dict[str, list[str]] = Field(description="by issuing country; the empty key is every other country")


class ProjectList(Schema):
    items: list[ProjectOut]


class QueueFigures(Schema):
    project: uuid.UUID
    pending: int
    second_review: int
    past_target: int
    due_in_4_hours: int
    oldest_pending_at: datetime | None


class QueueOut(Schema):
    as_of: datetime
    items: list[QueueFigures]
