"""Create, fill and send submissions by the same actions as the pages. No operation decides: a person does."""

import uuid

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from ninja import Body, File, UploadedFile

from submissions.api import entries, idempotency, representation, schemas
from submissions.api.gate import FORM, token_of
from submissions.api.idempotency import Done
from submissions.api.openapi import needs
from submissions.api.problems import ApiError, FieldError
from submissions.api.reading import router, tags_of, user_of
from submissions.audit import events
from submissions.capture import images, phone_links, submit
from submissions.capture.imaging.errors import BUSY, UnusableImage
from submissions.models import IdempotentRequest, ImageKind, Scope, Submission
from submissions.models.image import StorageUnavailable
from submissions.workflow.permissions import get_submission_for
from submissions.workflow.role_permissions import check_user_can_start

BUSY_FOR = 10  # seconds
Upload = File[UploadedFile | None]


@sensitive_variables("data")
@router.post(
    "/submissions",
    url_name="submissions",
    operation_id="createSubmission",
    response={201: schemas.CreatedOut},
    by_alias=True,
    **needs(Scope.SUBMISSIONS_WRITE, FORM),
)
def create_submission(
    request: HttpRequest,
    key: schemas.Key,
    data: Body[schemas.NewSubmission],
    id_front: Upload = None,
    id_back: Upload = None,
    selfie: Upload = None,
    address: Upload = None,
) -> HttpResponse:
    """Create a draft with its data and images. Nothing is sent and no deadline starts.

    `data` is a part with JSON. An image that cannot be used is named in `refused_images`; the draft exists then.
    """
    check_user_can_start(user_of(request))
    given = {"id_front": id_front, "id_back": id_back, "selfie": selfie, "address": address}
    files = {ImageKind(name): file for name, file in given.items() if file is not None}
    parts = [data.model_dump_json().encode(), *(part for kind, file in files.items() for part in _parts(kind, file))]

    def act(row: IdempotentRequest) -> Done:
        submission = _draft(request, row.result_id, data)
        refused = [error for kind, file in files.items() for error in _attach(request, submission, kind, file)]
        return _created(request, submission, refused)

    return idempotency.once(request, key, parts, act)


def _draft(request: HttpRequest, pk: uuid.UUID, data: schemas.NewSubmission) -> Submission:
    """Return the draft with this id: an interrupted request has created it already."""
    found: Submission | None = Submission.objects.select_related("project").filter(pk=pk).first()
    return found or entries.create(token_of(request), pk, data, by=events.actor_of(request))


def _parts(kind: ImageKind, file: UploadedFile) -> list[bytes]:
    content = file.read()
    file.seek(0)
    return [kind.value.encode(), content]


def _attach(request: HttpRequest, submission: Submission, kind: ImageKind, file: UploadedFile) -> list[FieldError]:
    """Store the image; return what is wrong with it."""
    if not phone_links.is_asked_for(submission, kind):
        return [FieldError(kind, "not_used", _("The project does not use this kind of image."), "file")]
    try:
        images.add_image(submission, kind, file.read(), by=events.actor_of(request))
    except UnusableImage as unusable:
        return [FieldError(kind, unusable.code, unusable.message, "file")]
    except StorageUnavailable:
        return [FieldError(kind, "storage_away", _("The image was not stored. Take it again in a minute."), "file")]
    return []


def _created(request: HttpRequest, submission: Submission, refused: list[FieldError]) -> Done:
    body = _body(request, submission)
    errors = [error.as_json() for error in refused]
    created = schemas.CreatedOut.model_validate({**body.model_dump(), "refused_images": errors})
    headers = {"Location": f"/api/v1/submissions/{submission.pk}", "ETag": representation.etag(body)}
    return Done(submission, 201, created, headers)


def _body(request: HttpRequest, submission: Submission) -> schemas.SubmissionOut:
    fresh = get_submission_for(user_of(request), submission.pk, "see")
    return representation.whole(fresh, user_of(request))


@sensitive_variables("data")
@router.patch(
    "/submissions/{uuid:pk}",
    url_name="submission",
    operation_id="changeSubmission",
    response=schemas.SubmissionOut,
    **needs(Scope.SUBMISSIONS_WRITE),
)
def change_submission(
    request: HttpRequest,
    response: HttpResponse,
    pk: uuid.UUID,
    data: Body[schemas.Changes],
    if_match: schemas.IfMatch = "",
) -> schemas.SubmissionOut:
    """Save values, override reasons and the consent while the submission is captured. Needs `If-Match`."""
    with transaction.atomic():
        submission = _unchanged(request, pk, if_match)
        entries.save(submission, data, by=events.actor_of(request))
    body = _body(request, submission)
    response.headers["ETag"] = representation.etag(body)
    return body


def _unchanged(request: HttpRequest, pk: uuid.UUID, if_match: str) -> Submission:
    """Return the submission, locked, if it is as the client has read it. Call it inside a transaction.

    So a step never sends an image or a value that arrived after the client looked.
    """
    submission = get_submission_for(user_of(request), pk, "capture")
    if not if_match:
        raise ApiError("precondition-required")
    Submission.objects.select_for_update(no_key=True).get(pk=pk)
    submission = get_submission_for(user_of(request), pk, "capture")
    if representation.etag(representation.whole(submission, user_of(request))) not in tags_of(if_match):
        raise ApiError("precondition-failed")
    return submission


@router.post(
    "/submissions/{uuid:pk}/images/{kind}",
    url_name="images",
    operation_id="attachImage",
    response={201: schemas.SubmissionOut},
    **needs(Scope.SUBMISSIONS_WRITE, FORM),
)
def attach_image(
    request: HttpRequest, key: schemas.Key, pk: uuid.UUID, kind: schemas.AttachedKind, file: File[UploadedFile]
) -> HttpResponse:
    """Attach an image, which replaces the current one of its kind. It passes the checks of the capture page."""
    submission = get_submission_for(user_of(request), pk, "capture")
    image_kind = ImageKind(kind)

    def act(row: IdempotentRequest) -> Done:
        if errors := _attach(request, submission, image_kind, file):
            name = {BUSY: "too-many-requests", "storage_away": "unavailable"}.get(errors[0].code, "invalid")
            raise ApiError(name, errors=errors, retry_after=None if name == "invalid" else BUSY_FOR)
        return _answer(request, submission, 201)

    return idempotency.once(request, key, _parts(image_kind, file), act)


def _answer(request: HttpRequest, submission: Submission, status: int) -> Done:
    body = _body(request, submission)
    return Done(submission, status, body, {"ETag": representation.etag(body)})


@sensitive_variables("url")
@router.post(
    "/submissions/{uuid:pk}/phone-links",
    url_name="phone_links",
    operation_id="createPhoneLink",
    response={201: schemas.PhoneLinkOut},
    **needs(Scope.SUBMISSIONS_WRITE),
)
def create_phone_link(
    request: HttpRequest, key: schemas.Key, pk: uuid.UUID, data: Body[schemas.NewPhoneLink]
) -> HttpResponse:
    """Create a link with which the customer's phone takes one image. It replaces an unused one of the same kind."""
    submission = get_submission_for(user_of(request), pk, "capture")

    def act(row: IdempotentRequest) -> Done:
        try:
            link, url = phone_links.make(submission, ImageKind(data.kind), by=events.actor_of(request))
        except phone_links.TooManyLinks as error:
            raise ApiError("too-many-requests", retry_after=600) from error
        body = schemas.PhoneLinkOut(id=link.pk, kind=data.kind, url=url, expires_at=link.expires_at)
        return Done(submission, 201, body)

    return idempotency.once(request, key, [data.model_dump_json().encode()], act)


@router.post(
    "/submissions/{uuid:pk}/step1",
    url_name="step1",
    operation_id="sendStep1",
    response={202: schemas.SubmissionOut},
    **needs(Scope.SUBMISSIONS_WRITE),
)
def send_step1(
    request: HttpRequest,
    key: schemas.Key,
    pk: uuid.UUID,
    data: Body[schemas.Step1],
    if_match: schemas.IfMatch = "",
) -> HttpResponse:
    """Send Step 1 (the ID), or its retry with another image. The 24-hour limit begins. Needs `If-Match`."""

    def act(row: IdempotentRequest) -> Done:
        with transaction.atomic():
            submission = _unchanged(request, pk, if_match)
            submit.send_step1(submission, by=events.actor_of(request), **data.model_dump())
        return _answer(request, submission, 202)

    return idempotency.once(request, key, [data.model_dump_json().encode()], act)


@sensitive_variables("data")
@router.post(
    "/submissions/{uuid:pk}/step2",
    url_name="step2",
    operation_id="sendStep2",
    response={202: schemas.SubmissionOut},
    **needs(Scope.SUBMISSIONS_WRITE),
)
def send_step2(
    request: HttpRequest,
    key: schemas.Key,
    pk: uuid.UUID,
    data: Body[schemas.Step2],
    if_match: schemas.IfMatch = "",
) -> HttpResponse:
    """Send Step 2: the selfie and the values that the customer confirmed. Needs `If-Match`.

    `values` has every field with `was_read`, because nobody has confirmed what ARGOS alone has read.
    """

    def act(row: IdempotentRequest) -> Done:
        with transaction.atomic():
            submission = _unchanged(request, pk, if_match)
            entries.confirm(submission, data.values, by=events.actor_of(request))
            submit.send_step2(submission, by=events.actor_of(request), is_last_confirmed=data.is_last_confirmed)
        return _answer(request, submission, 202)

    return idempotency.once(request, key, [data.model_dump_json().encode()], act)
