"""Factories for tests. They reach a state through the real transitions; only the vendor's replies are invented."""

import itertools
import json
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.test import Client

from argos.received import Received
from argos.replies import (
    AccountReply,
    Retry,
    ReviewReply,
    Step1Reply,
    Step2Reply,
    TokenReply,
    parse_account,
    parse_step2,
)
from submissions.api import tokens
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import drafts, image_findings, ocr_diff, overrides, submit
from submissions.capture.imaging import live_camera
from submissions.core import clock
from submissions.liveform import links
from submissions.models import (
    ApiToken,
    Call,
    CallKind,
    CameraOpening,
    Image,
    ImageKind,
    Project,
    Role,
    Scope,
    Status,
    Submission,
    Team,
    User,
    Verdict,
)
from submissions.outbox import deadline_sweep, ledger
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.vendor_sync import replies
from tests import factories

numbers = itertools.count(1)
# The tests have no Redis, and one process may use only a part of the budget, so the budget is as large as possible.
PROJECT = {"base_url": "http://127.0.0.1:9/v3", "calls_per_second": 5000, "calls_per_day": 500_000}
PASSWORD = "a long enough password"

VALUES = {
    "email": "applicant@example.com",
    "customer_id": "C-1001",
    "name": "Minseo Example",
    "date_of_birth": "1990-02-03",
    "document_number": "M12345678",
    "date_of_issue": "2020-01-01",
    "date_of_expiry": "2035-01-01",
}


def make_team(name: str = "Front desk") -> Team:
    return Team.objects.get_or_create(name=name)[0]


def make_user(role: Role = Role.AGENT, *, team: Team | None = None, **fields: Any) -> User:
    number = next(numbers)
    fields = {"name": f"{role.label} {number}", "email": f"{role}{number}@example.com", **fields}
    team = team or (make_team() if role in (Role.AGENT, Role.INTEGRATION) else None)
    return User.objects.create_user(f"{role}{number}", PASSWORD, role=role, team=team, **fields)


def limit(user: User, *, projects: Iterable[Project] = (), teams: Iterable[Team] = ()) -> User:
    """Limit an officer or manager to a review area."""
    user.review_projects, user.review_teams = [str(one.pk) for one in projects], [one.pk for one in teams]
    user.save()
    return user


def make_token(
    *projects: Project, scopes: Iterable[str] = Scope.values, team: Team | None = None, **fields: Any
) -> tuple[ApiToken, Client]:
    """Create a token; return it with a client that sends it."""
    fields = {"networks": [], "expires_at": clock.now() + timedelta(days=30), **fields}
    made_by = by(make_user(Role.ADMINISTRATOR))
    token, secret = tokens.create("Core banking", team or make_team(), projects, scopes=scopes, by=made_by, **fields)
    return token, Client(headers={"Authorization": f"Bearer {secret}"}, raise_request_exception=False)


def sign_in(client: Client, user: User) -> Client:
    """Sign in with recent authentication, so that no step-up is required; `force_login` alone records none."""
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def make_project(**fields: Any) -> Project:
    project = Project(**{"name": f"Project {next(numbers)}", **PROJECT, **fields})
    project.admin_email = fields.get("admin_email", "reviewer@example.com")
    project.api_key = "test-key"
    project.save()
    return project


def make_liveform_project(**fields: Any) -> Project:
    return make_project(**{"has_liveform": True, "liveform_project_id": "pid-1", **fields})


def by(user: User) -> Actor:
    return Actor(user, user.username, "127.0.0.1")


def make_draft(
    user: User | None = None, project: Project | None = None, *, images: bool = True, **values: str
) -> Submission:
    user = user or make_user()
    submission = drafts.create_draft(
        project or make_project(),
        user.team or make_team(),
        by=by(user),
        issuing_country="KOR",
        id_type="passport",
        values={**VALUES, **values},
    )
    if images:
        for kind in (ImageKind.ID_FRONT, ImageKind.SELFIE):
            attach_image(submission, kind, user)
    return submission


def camera_opening(submission: Submission, label: str = "Integrated Camera") -> CameraOpening:
    """Return the opening of a selfie camera, as the agent's page makes it."""
    holder, actor = live_camera.holder("user", "made up"), by(submission.created_by)
    token = live_camera.open_camera(submission, ImageKind.SELFIE, label, holder=holder, by=actor)
    opening = live_camera.find(token, submission, ImageKind.SELFIE, holder=holder)
    assert opening is not None
    return opening


def attach_image(submission: Submission, kind: ImageKind, user: User) -> Image:
    """Create an image row with a few encrypted bytes, for tests that do not read pictures."""
    content = f"{kind} {next(numbers)}".encode()
    submission.images.filter(kind=kind, is_current=True).update(is_current=False)
    image = Image(submission=submission, kind=kind, sha256=f"{next(numbers):064d}", size=len(content), created_by=user)
    image.width = image.height = 800
    image.store(content)
    fields = {"image": str(image.pk), "image_kind": kind}
    with transaction.atomic():
        image.save(force_insert=True)
        events.record("image_added", by=by(user), submission=submission, fields=fields)
    return image


def explain(submission: Submission, why: str = "Compared with the ID in the customer's hand.") -> None:
    """Give a reason for every value that differs from the read one."""
    if reasons := dict.fromkeys(ocr_diff.unexplained(submission), why):
        overrides.save_reasons(submission, reasons, by=by(submission.created_by))


def received(status: int = 200) -> Received:
    return Received(status=status, raw=b"{}", date=clock.now(), took=0.1)


def step1_reply(**fields: Any) -> Step1Reply:
    defaults: dict[str, Any] = {
        "submission_id": f"vendor{next(numbers)}",
        "kyc_status": None,
        "retry_count": None,
        "retries": (),
        "ocr": {"name": VALUES["name"], "date_of_birth": VALUES["date_of_birth"]},
        "ocr_unmapped": {},
        "document_fields": (),
        "missing_fields": (),
        "id_type_unknown": False,
        "was_read": True,
        "received": received(),
    }
    return Step1Reply(**{**defaults, **fields})


def step2_reply(kyc_status: str = "pending", **fields: Any) -> Step2Reply:
    defaults: dict[str, Any] = {
        "kyc_status": kyc_status,
        "face_similarity": 91.0,
        "liveness": 88.0,
        "verification_result": "success",
        "retry_count": 0,
        "retries": (),
        "recognized_id_type": None,
        "received": received(),
    }
    return Step2Reply(**{**defaults, **fields})


def review_reply(final_status: str) -> ReviewReply:
    return ReviewReply("", final_status, "Success to review submission.", received())


def claim_call(submission: Submission, kind: CallKind) -> Call:
    """Return the submission's prepared call, claimed as by a worker after its delay."""
    call = ledger.take_lease(clock.now() + timedelta(seconds=decisions.UNDO_SECONDS + 1))
    assert call is not None
    assert (call.submission_id, call.kind) == (submission.pk, kind)
    return call


def answer_step1(submission: Submission, **reply: Any) -> Submission:
    assert replies.step1_answered(claim_call(submission, CallKind.STEP1), step1_reply(**reply))
    return reload(submission)


def answer_step2(submission: Submission, kyc_status: str, **reply: Any) -> Submission:
    assert replies.step2_answered(claim_call(submission, CallKind.STEP2), step2_reply(kyc_status, **reply))
    return reload(submission)


def reload(submission: Submission) -> Submission:
    fresh: Submission = Submission.objects.select_related("project", "team", "claimed_by").get(pk=submission.pk)
    return fresh


def make_at(
    status: Status,
    user: User | None = None,
    project: Project | None = None,
    reviewer: User | None = None,
    **values: str,
) -> Submission:
    """Create a submission that reached `status` through the real transitions."""
    if status == Status.AT_LIVEFORM:
        return _at_liveform(user or make_user(), project or make_liveform_project(), values)
    return _by_steps(status, user or make_user(), project, reviewer, values)


def _by_steps(
    status: Status, user: User, project: Project | None, reviewer: User | None, values: dict[str, str]
) -> Submission:
    submission = make_draft(user, project, **values)
    if status == Status.DRAFT:
        return submission
    submit.send_step1(submission, by=by(user), is_start_confirmed=True)
    if status == Status.STEP1_SENDING:
        return reload(submission)
    if status == Status.STEP1_RETRY:
        return answer_step1(submission, retries=(_retry("glare_detected"),), ocr={}, was_read=False)
    submission = answer_step1(submission)
    if status == Status.CONFIRMING:
        return submission
    if status == Status.ABANDONED:
        return _run_out(submission)
    explain(submission)
    submit.send_step2(submission, by=by(user))
    if status == Status.STEP2_SENDING:
        return reload(submission)
    if status in (Status.INCOMPLETE, Status.OVERDUE):
        submission = answer_step2(submission, "incomplete", retry_count=1, retries=(_retry("liveness_error"),))
        return submission if status == Status.INCOMPLETE else _run_out(submission)
    if status in (Status.APPROVED, Status.REJECTED):
        return answer_step2(submission, status)
    return _in_review(answer_step2(submission, "pending"), status, reviewer)


def _at_liveform(user: User, project: Project, values: dict[str, str]) -> Submission:
    if not project.has_liveform:
        project.has_liveform, project.liveform_project_id = True, "pid-1"
        project.save(update_fields=["has_liveform", "liveform_project_id"])
    submission = make_draft(user, project, images=False, **values)
    links.make(submission, by=by(user))
    assert links.registered(claim_call(submission, CallKind.TOKEN), TokenReply(1, received()))
    return reload(submission)


def _retry(code: str) -> Retry:
    return Retry(code, "Please retry.")


def _in_review(submission: Submission, status: Status, reviewer: User | None) -> Submission:
    if status == Status.PENDING:
        return submission
    reviewer = reviewer or make_user(Role.OFFICER)
    if status == Status.SECOND_REVIEW:
        Project.objects.filter(pk=submission.project_id).update(second_review="all")
        submission = reload(submission)
    claims.claim(submission, by=by(reviewer))
    warned = [warning.code for warning in warnings_of(submission, reviewer)]
    decisions.decide(submission, Verdict.APPROVED, by=by(reviewer), ticked=warned)
    return reload(submission)


def decided_by(
    reviewer: User, verdict: Verdict = Verdict.APPROVED, project: Project | None = None, **fields: Any
) -> Submission:
    """Create a submission that this reviewer decided and ARGOS confirmed; `fields`: those of the decision."""
    submission = make_at(Status.PENDING, project=project)
    claims.claim(submission, by=by(reviewer))
    if verdict == Verdict.REJECTED:
        fields = {"reason_code": "own_policy", "comment": "Not the same person.", **fields}
    warned = [warning.code for warning in warnings_of(submission, reviewer)]
    decisions.decide(submission, verdict, by=by(reviewer), ticked=warned, **fields)
    assert replies.review_answered(claim_call(submission, CallKind.REVIEW), review_reply(verdict))
    return reload(submission)


def _run_out(submission: Submission) -> Submission:
    past = clock.now() - timedelta(minutes=1)
    Submission.objects.filter(pk=submission.pk).update(deadline_at=past, step1_started_at=past - timedelta(hours=24))
    assert deadline_sweep.sweep_deadlines() == 1
    return reload(submission)


def set_target(submission: Submission, **delta: float) -> None:
    Submission.objects.filter(pk=submission.pk).update(target_at=clock.now() + timedelta(**delta))


def with_finding(submission: Submission, kind: ImageKind, code: str) -> str:
    image = submission.images.get(kind=kind, is_current=True)
    image.findings = [code]
    image.save(update_fields=["findings"])
    return image_findings.reason_key(image, code)


def decided(status: Status = Status.APPROVED, years_ago: float = 0, **fields: Any) -> Submission:
    """Create a decided submission through the real transitions, then set its times back."""
    submission = factories.make_at(status)
    at = clock.now() - timedelta(days=366 * years_ago)
    Submission.objects.filter(pk=submission.pk).update(decided_at=at, **fields)
    return factories.reload(submission)


def answered(submission: Submission, status: str, face: float | None, code: str = "") -> Submission:
    """Create a Step 2 call that was answered with this body."""
    body: dict[str, Any] = {"kycStatus": status, "faceSimilarityScore": face, "livenessScore": 60}
    if code:
        body["retry"] = [{"retryCode": code, "retryMsg": "Again."}]
    call = claim_call(submission, CallKind.STEP2)
    received = Received(200, json.dumps(body).encode(), clock.now(), 0.1)
    assert replies.step2_answered(call, parse_step2(body, received))
    return reload(submission)


def account_reply() -> AccountReply:
    return parse_account({"success": True}, received())
