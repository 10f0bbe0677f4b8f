"""Read submissions, events, images, reasons and queue figures."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any, Literal

from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.params import functions

from argos import codes, matrix
from argos.codes import Advice
from submissions.aml.confidential import is_confidential
from submissions.api import paging, representation, schemas
from submissions.api.gate import token_of
from submissions.api.openapi import needs
from submissions.api.problems import ApiError, FieldError
from submissions.audit import events
from submissions.audit.events import VENDOR
from submissions.capture import consent
from submissions.core import clock, vendor_text
from submissions.models import Event, Image, Project, Scope, Status, Submission, User
from submissions.models.submission import FINAL
from submissions.review import reject_reasons
from submissions.search import filter_engine
from submissions.search.filters import FILTERS
from submissions.search.pagination import Order, page_of
from submissions.workflow.permissions import NotAllowed, get_submission_for, visible_to

router = Router()

PURPOSE = "api"
FILTER_NAMES = ("status", "project", "created_from", "created_to", "decided_from", "decided_to")
DECISION_EVENTS = ("verdict_given", "first_verdict")  # a second reviewer decides without the first decision
SOON = timedelta(hours=4)


def user_of(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user


@router.get(
    "/submissions",
    url_name="submissions",
    operation_id="listSubmissions",
    **needs(Scope.SUBMISSIONS_READ),
    response=schemas.SubmissionPage,
)
def list_submissions(request: HttpRequest, query: Query[schemas.ListQuery]) -> schemas.SubmissionPage:
    """List the submissions of the token's projects, the newest first."""
    given = {name: str(value) for name in FILTER_NAMES if (value := getattr(query, name))}
    rows, wrong = filter_engine.narrow(visible_to(user_of(request)), FILTERS, user_of(request), given)
    if wrong:
        raise ApiError("invalid", errors=[FieldError("", "filter", message, "query") for message in wrong])
    if query.reference:
        rows = rows.filter(reference=query.reference)
    within = query.model_dump(exclude={"cursor", "limit"})
    after = paging.key_of(query.cursor, within)
    page = page_of(rows.select_related("project"), {"after": after}, query.limit, Order("created_at"))
    events.record_list("list_opened", by=events.actor_of(request), shown=page.rows, filters=given)
    items = [representation.row_of(row) for row in page.rows]
    return schemas.SubmissionPage(items=items, next=paging.cursor_of(page.next_key, within))


@router.get(
    "/submissions/{uuid:pk}",
    url_name="submission",
    operation_id="getSubmission",
    **needs(Scope.SUBMISSIONS_READ),
    response={200: schemas.SubmissionOut, 304: None},
)
def get_submission(
    request: HttpRequest,
    response: HttpResponse,
    pk: uuid.UUID,
    if_none_match: Annotated[str, functions.Header(alias="If-None-Match", max_length=400)] = "",
) -> Any:
    """Read one submission. With `If-None-Match` and an unchanged submission the response is 304 without a body."""
    submission = get_submission_for(user_of(request), pk, "see")
    body = representation.whole(submission, user_of(request))
    tag = representation.etag(body)
    if tag in tags_of(if_none_match):
        return HttpResponse(status=304, headers={"ETag": tag})
    events.record("looked", by=events.actor_of(request), submission=submission, purpose=PURPOSE)
    response.headers["ETag"] = tag
    return body


def tags_of(header: str) -> list[str]:
    return [part.strip().removeprefix("W/") for part in header.split(",")]


@router.get(
    "/submissions/{uuid:pk}/events",
    url_name="events",
    operation_id="listEvents",
    **needs(Scope.EVENTS_READ),
    response=schemas.EventPage,
)
def list_events(request: HttpRequest, pk: uuid.UUID, query: Query[schemas.PageQuery]) -> schemas.EventPage:
    """List the events of a submission, the oldest first, without those of the AML screening."""
    submission = get_submission_for(user_of(request), pk, "see")
    within = {"events": str(pk)}
    after = int(paging.key_of(query.cursor, within) or 0)
    rows = list(Event.objects.filter(submission_id=pk, pk__gt=after).order_by("pk")[: query.limit + 1])
    page = rows[: query.limit]
    tokens = _token_users(page)
    items = [_event(event, submission, tokens) for event in page if not is_confidential(event)]
    return schemas.EventPage(
        items=items, next=paging.cursor_of(str(page[-1].pk) if len(rows) > len(page) else "", within)
    )


def _token_users(page: Iterable[Event]) -> set[int]:
    actors = {event.actor_id for event in page if event.actor_id is not None}
    return set(User.objects.filter(pk__in=actors, api_token__isnull=False).values_list("pk", flat=True))


def _event(event: Event, submission: Submission, tokens: set[int]) -> schemas.EventOut:
    is_hidden = event.kind in DECISION_EVENTS and submission.status not in FINAL
    kind: Literal["person", "token", "argos", "portal"]
    if event.actor_id is None:
        kind = "argos" if event.actor_name == VENDOR.name else "portal"
    else:
        kind = "token" if event.actor_id in tokens else "person"
    return schemas.EventOut(
        id=event.pk,
        at=event.at,
        kind=event.kind,
        actor=kind,
        actor_name=event.actor_name if event.actor_id is not None else "",
        fields={} if is_hidden else event.fields,
    )


@router.get(
    "/images/{uuid:pk}",
    url_name="image",
    operation_id="getImage",
    **needs(
        Scope.IMAGES_READ,
        responses={200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}},
    ),
)
def get_image(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Read an image that this token attached, as the portal stores it: JPEG without metadata."""
    found = Image.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    found.submission = get_submission_for(user_of(request), found.submission_id, "see")
    if found.created_by_id != user_of(request).pk:  # the others stay with the people who review the submission
        raise NotAllowed(_("An access token reads only the images that it attached."))
    try:
        content = found.read()
    except FileNotFoundError as error:
        raise ApiError("gone") from error
    except OSError as error:
        raise ApiError("unavailable", retry_after=30) from error
    fields = {"image": str(found.pk), "image_kind": found.kind}
    events.record(
        "image_opened", by=events.actor_of(request), submission=found.submission, purpose=PURPOSE, fields=fields
    )
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="image/jpeg", headers=headers)


@router.get(
    "/reasons",
    url_name="reasons",
    operation_id="listReasons",
    **needs(Scope.SUBMISSIONS_READ),
    response=schemas.ReasonsOut,
)
def list_reasons(request: HttpRequest) -> schemas.ReasonsOut:
    """List the reject reasons and retry codes with their texts, in the language of `Accept-Language`."""
    own = [
        schemas.ReasonOut(code=code, label=str(reason.label), say=str(reason.say))
        for code, reason in reject_reasons.REASONS.items()
    ]
    tables = {name: [_advice(row) for row in codes.TABLES[name].values()] for name in codes.TABLES}
    return schemas.ReasonsOut(
        reject=own,
        argos_reject=tables["reject"],
        step1_retry=tables["step1_retry"],
        step2_retry=tables["step2_retry"],
    )


def _advice(advice: Advice) -> schemas.ReasonOut:
    words = vendor_text.advice_words(advice)
    return schemas.ReasonOut(code=advice.code, label=words.what_happened, say=words.say)


@router.get(
    "/projects",
    url_name="projects",
    operation_id="listProjects",
    **needs(Scope.SUBMISSIONS_READ),
    response=schemas.ProjectList,
)
def list_projects(request: HttpRequest) -> schemas.ProjectList:
    """List the token's projects and what their submissions need."""
    return schemas.ProjectList(items=[_project(project) for project in token_of(request).projects.order_by("name")])


def _project(project: Project) -> schemas.ProjectOut:
    text = consent.current_text(project)
    return schemas.ProjectOut(
        id=project.pk,
        name=project.name,
        is_open=project.is_open,
        requires_consent=project.requires_consent,
        requires_address_image=project.has_address_image,
        requires_account_check=project.has_account_occupancy,
        consent_text=schemas.ConsentTextOut(id=text.pk, version=text.version, text=text.text) if text else None,
        id_types={country: list(types) for country, types in matrix.id_types_by_country(project.options).items()},
    )


@router.get(
    "/figures/queue",
    url_name="queue_figures",
    operation_id="getQueueFigures",
    **needs(Scope.FIGURES_READ),
    response=schemas.QueueOut,
)
def get_queue_figures(request: HttpRequest) -> schemas.QueueOut:
    """Count the submissions that wait for a decision, for each of the token's projects."""
    now = clock.now()
    counted = {
        "pending": Count("pk", filter=Q(status=Status.PENDING)),
        "second_review": Count("pk", filter=Q(status=Status.SECOND_REVIEW)),
        "past_target": Count("pk", filter=Q(target_at__lt=now)),
        "due_in_4_hours": Count("pk", filter=Q(target_at__gte=now, target_at__lte=now + SOON)),
        "oldest_pending_at": Min("pending_at"),
    }
    waiting: Any = visible_to(user_of(request)).awaiting_review().order_by().values("project_id").annotate(**counted)
    found = {row["project_id"]: {name: row[name] for name in counted} for row in waiting}
    nothing = {**dict.fromkeys(counted, 0), "oldest_pending_at": None}
    projects = token_of(request).projects.order_by("name").values_list("pk", flat=True)
    items = [schemas.QueueFigures(project=pk, **found.get(pk, nothing)) for pk in projects]
    return schemas.QueueOut(as_of=now, items=items)
