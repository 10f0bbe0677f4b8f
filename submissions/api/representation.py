"""A submission as JSON, without the customer's values, and its entity tag."""

import hashlib
from typing import Literal, cast

from argos.matrix import Form, Problem
from submissions.api import schemas
from submissions.capture import images, ocr_diff, submit
from submissions.capture.image_findings import reason_key
from submissions.models import Image, Status, Submission, User
from submissions.models.submission import CAPTURING, FINAL, SENDING

STEP1 = (Status.DRAFT, Status.STEP1_RETRY)
Step = Literal["step1", "step2", ""]


def row_of(submission: Submission) -> schemas.SubmissionRow:
    return schemas.SubmissionRow(
        id=submission.pk,
        reference=submission.reference,
        status=Status(submission.status),
        route=submission.route,  # type: ignore[arg-type]
        project=submission.project_id,
        issuing_country=submission.issuing_country,
        id_type=submission.id_type,
        created_at=submission.created_at,
        updated_at=submission.updated_at,
        deadline_at=submission.deadline_at,
        decided_at=submission.decided_at,
    )


def whole(submission: Submission, user: User) -> schemas.SubmissionOut:
    """Return the submission as this token's user sees it; of an erased one only its status and times."""
    step, is_erased = next_step(submission), submission.erased_at is not None
    return schemas.SubmissionOut(
        **row_of(submission).model_dump(),
        version=submission.draft_version,
        next_step=step,
        # A worker may end the call after the submission was read; a client must wait for the result then.
        is_request_open=submission.has_open_call or submission.status in (*SENDING, Status.DECISION_SENDING),
        attempts_used=submission.tries_used,
        attempts_left=submission.tries_left,
        retry_codes=[] if is_erased else _retry_codes(submission),
        sends_step2_alone=submission.wants_step2,
        fields=[] if is_erased else fields_of(submission),
        problems=[_open_problem(problem) for problem in problems_of(submission, step)],
        images=[_image(image, user) for image in images.current_images(submission).values()],
        consent=schemas.ConsentOut(is_required=submission.project.requires_consent, given_at=submission.consented_at),
        result=_result(submission),
    )


def etag(body: schemas.SubmissionOut) -> str:
    """Return the entity tag: it changes with everything that the body tells."""
    return f'"{hashlib.sha256(body.model_dump_json().encode()).hexdigest()[:32]}"'


def next_step(submission: Submission) -> Step:
    if submission.status not in CAPTURING or submission.erased_at is not None:
        return ""
    return "step1" if submission.status in STEP1 else "step2"


def problems_of(submission: Submission, step: Step) -> tuple[Problem, ...]:
    """Return what the portal's checks find before this step."""
    if step == "step1":
        return submit.step1_problems(submission)
    return submit.step2_problems(submission) if step == "step2" else ()


def fields_of(submission: Submission) -> list[schemas.FieldOut]:
    values, read, reasons = submission.values, submission.ocr, submission.reasons
    rules = [rule for rule in submit.rules(submission) if rule.form not in (Form.FILE, Form.REFERENCE)]
    required = {rule.name: rule.required for rule in rules} | {"email": True, "customer_id": False}
    differing = ocr_diff.differing(values, read)
    return [
        schemas.FieldOut(
            name=name,
            is_required=is_required,
            is_filled=bool(values.get(name)),
            was_read=bool(read.get(name)),
            differs=name in differing,
            has_reason=bool(reasons.get(name)),
        )
        for name, is_required in required.items()
    ]


def _open_problem(problem: Problem) -> schemas.OpenProblem:
    return schemas.OpenProblem(field=problem.field, code=problem.code, severity=problem.severity)


def _retry_codes(submission: Submission) -> list[str]:
    """Return codes only: ARGOS's texts may name a person."""
    codes = [submission.retry_code, *(code for code, _message in submission.more_retries)]
    return [code for code in codes if code]


def _image(image: Image, user: User) -> schemas.ImageOut:
    return schemas.ImageOut(
        id=image.pk,
        kind=image.kind,  # type: ignore[arg-type]
        source=image.source,
        created_at=image.created_at,
        is_own=image.created_by_id == user.pk,
        findings={code: reason_key(image, code) for code in image.findings},
    )


def _result(submission: Submission) -> schemas.ResultOut | None:
    if submission.status not in FINAL or submission.decided_at is None:
        return None
    own = [submission.reason_code] if submission.reason_code else []
    return schemas.ResultOut(
        outcome=cast("Literal['approved', 'rejected', 'abandoned']", str(submission.status)),
        decided_at=submission.decided_at,
        decided_through=submission.source,
        codes=own or list(submission.vendor_codes),
    )
