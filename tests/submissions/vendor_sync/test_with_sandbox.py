"""The domain against the sandbox over real HTTP: each end of a call, from the action to the settled submission."""

from datetime import timedelta
from typing import Any

import pytest

from argos.matrix import Problem
from submissions.audit.events import SYSTEM
from submissions.capture import drafts, images, submit
from submissions.core import clock
from submissions.models import Call, CallKind, CallState, ImageKind, Project, Role, Status, Submission, Verdict
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.vendor_sync import reconcile, status_table, worker
from tests.factories import VALUES, by, make_project, make_user, reload
from tests.pictures import selfie_jpeg
from tests.sandbox import Sandbox
from tests.submissions.vendor_sync.sandbox_steps import gather, step1, step2
from tests.submissions.vendor_sync.settling import settle_later

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(sandbox: Sandbox) -> Project:
    project = make_project(base_url=sandbox.base_url, read_timeout=10, connect_timeout=2)
    project.api_key = "sandbox-key-standard"
    project.save()
    return project


@pytest.fixture
def agent() -> Any:
    return make_user(Role.AGENT)


def new_selfie(submission: Submission, width: int) -> None:
    size = (width, width * 3 // 4)
    images.add_image(submission, ImageKind.SELFIE, selfie_jpeg(size), by=by(submission.created_by))


def test_main_job_to_approval(project: Project, agent: Any, sandbox: Sandbox) -> None:
    submission = step1(gather(project, agent))
    assert submission.status == Status.CONFIRMING
    assert submission.ocr["name"]
    submission = step2(submission)
    assert (submission.status, submission.face_similarity) == (Status.PENDING, 87.4)
    officer = make_user(Role.OFFICER)
    claims.claim(submission, by=by(officer))
    warned = [warning.code for warning in warnings_of(submission, officer)]
    decisions.decide(submission, Verdict.APPROVED, by=by(officer), ticked=warned)
    Call.objects.filter(kind=CallKind.REVIEW).update(not_before=clock.now())
    assert worker.send_next()
    submission = reload(submission)
    assert (submission.status, submission.source, submission.decided_by) == (Status.APPROVED, "reviewer", officer)
    assert sandbox.control.submissions()[0]["status"] == "approved"


def test_step2_sends_the_exact_attempt(project: Project, agent: Any, sandbox: Sandbox) -> None:
    submission = step2(step1(gather(project, agent)))
    sent = sandbox.control.received("step2")[0]
    attempt = submission.attempts.get(kind=CallKind.STEP2)
    assert sent["fields"] == attempt.values
    assert {name: file["sha256"] for name, file in sent["files"].items()} == {
        image["field"]: image["sha256"] for image in attempt.images
    }


def test_three_failed_tries_are_rejected_and_a_fourth_is_never_sent(
    project: Project, agent: Any, sandbox: Sandbox
) -> None:
    submission = step2(step1(gather(project, agent, "+fail")))
    assert (submission.status, submission.retry_code, submission.tries_left) == (
        Status.INCOMPLETE,
        "liveness_error",
        2,
    )
    with pytest.raises(submit.NotReady) as refused:
        step2(submission)
    assert [problem.code for problem in refused.value.problems] == ["selfie_used"]
    new_selfie(submission, 964)
    submission = step2(submission)
    new_selfie(submission, 968)
    with pytest.raises(submit.UnconfirmedLastAttempt):
        step2(submission)
    submission = step2(submission, last=True)
    assert (submission.status, submission.source, submission.tries_left) == (Status.REJECTED, "vendor", 0)
    assert len(sandbox.control.received("step2")) == 3


def test_step1_retry_and_any(project: Project, agent: Any, sandbox: Sandbox) -> None:
    project.has_universal_mode = True
    project.save(update_fields=["has_universal_mode"])
    submission = step1(gather(project, agent, "+glare+any", country="USA", id_type="universal"))
    assert (submission.status, submission.retry_code) == (Status.STEP1_RETRY, "glare_detected")
    submission = step1(submission)
    assert submission.status == Status.CONFIRMING
    assert submission.id_type_unknown
    with pytest.raises(submit.NotReady) as refused:
        submit.send_step2(submission, by=by(agent))
    assert "idType" in [problem.field for problem in refused.value.problems]
    assert isinstance(refused.value.problems[0], Problem)
    drafts.save_values(submission, {"idType": "passport"}, by=by(agent))
    assert step2(submission).status == Status.PENDING


@pytest.mark.parametrize("fault", ["cut", "500", "502", "junk", "empty"])
def test_step2_lost_after_processing_is_adopted(project: Project, agent: Any, sandbox: Sandbox, fault: str) -> None:
    submission = step1(gather(project, agent))
    sandbox.control.fault("step2", fault, "after")
    submission = step2(submission)
    assert submission.open_call.state == CallState.UNKNOWN
    assert settle_later() == 1
    submission = reload(submission)
    assert (submission.status, submission.selfies_sent, submission.liveness) == (Status.PENDING, 1, 93.0)
    assert len(sandbox.control.received("step2")) == 1


@pytest.mark.parametrize("hides_attempts", [False, True])
def test_failed_try_lost_after_processing_is_adopted(
    project: Project, agent: Any, sandbox: Sandbox, hides_attempts: bool
) -> None:
    sandbox.control.knobs(hides_attempts=hides_attempts)
    submission = step1(gather(project, agent, "+fail"))
    Call.objects.update(sent_at=clock.now() - timedelta(minutes=1))
    sandbox.control.advance(2)
    sandbox.control.fault("step2", "cut", "after")
    submission = step2(submission)
    assert settle_later() == 1
    submission = reload(submission)
    assert (submission.status, submission.tries_left) == (Status.INCOMPLETE, 2)


@pytest.mark.parametrize("fault", ["cut", "500", "502", "junk"])
def test_step2_never_processed_is_offered_again(project: Project, agent: Any, sandbox: Sandbox, fault: str) -> None:
    submission = step1(gather(project, agent))
    sandbox.control.fault("step2", fault)
    submission = step2(submission)
    assert submission.open_call.state == CallState.UNKNOWN
    sandbox.control.no_faults()
    assert settle_later(31) == 1
    submission = reload(submission)
    assert (submission.status, submission.selfies_sent, submission.notice) == (
        Status.CONFIRMING,
        0,
        "never_arrived",
    )
    assert step2(submission).status == Status.PENDING


def test_two_workers_do_not_ask_about_one_call(project: Project, agent: Any, sandbox: Sandbox) -> None:
    sandbox.control.fault("step1", "cut")
    step1(gather(project, agent))
    Call.objects.update(next_read_at=clock.now())
    first, second = Call.objects.get(), Call.objects.get()
    assert reconcile._take_turn(first)
    assert not reconcile._take_turn(second)
    assert reconcile.settle_due() == 0
    asked = [read["query"].get("userid") for read in sandbox.control.received("get")]
    assert first.userid not in asked


def test_settling_takes_two_reads_apart(project: Project, agent: Any, sandbox: Sandbox) -> None:
    submission = step1(gather(project, agent))
    sandbox.control.fault("step2", "cut")
    step2(submission)
    for _time in range(3):
        Call.objects.filter(state=CallState.UNKNOWN).update(next_read_at=clock.now())
        assert reconcile.settle_due() == 0
    assert reload(submission).open_call.state == CallState.UNKNOWN


def test_lost_step1_is_found_by_its_userid(project: Project, agent: Any, sandbox: Sandbox) -> None:
    submission = gather(project, agent)
    sandbox.control.fault("step1", "cut", "after")
    submission = step1(submission)
    assert submission.open_call.state == CallState.UNKNOWN
    assert settle_later() == 1
    submission = reload(submission)
    assert submission.status == Status.CONFIRMING
    assert submission.vendor_id == sandbox.control.submissions()[0]["submission_id"]
    assert submission.ocr["name"]


def test_step1_that_never_arrived_starts_no_clock(project: Project, agent: Any, sandbox: Sandbox) -> None:
    submission = gather(project, agent)
    sandbox.control.fault("step1", "cut")
    submission = step1(submission)
    assert submission.deadline_at is not None
    assert settle_later() == 1
    submission = reload(submission)
    assert (submission.status, submission.deadline_at) == (Status.DRAFT, None)


def test_refused_connection_is_tried_again_and_costs_nothing(project: Project, agent: Any, sandbox: Sandbox) -> None:
    submission = step1(gather(project, agent))
    Project.objects.update(base_url="http://127.0.0.1:9/v3")
    submission = step2(submission)
    call = submission.open_call
    assert (call.state, call.undelivered, submission.selfies_sent) == (CallState.PREPARED, 1, 0)
    Project.objects.update(base_url=sandbox.base_url)
    Call.objects.filter(pk=call.pk).update(not_before=clock.now())
    assert worker.send_next()
    assert reload(submission).status == Status.PENDING


@pytest.mark.parametrize(("fault", "is_paused"), [("403_key", True), ("403_ip", True), ("413", False), ("400", False)])
def test_refusals_go_back_to_the_agent(
    project: Project, agent: Any, sandbox: Sandbox, fault: str, is_paused: bool
) -> None:
    submission = step1(gather(project, agent))
    sandbox.control.fault("step2", fault)
    submission = step2(submission)
    assert (submission.status, submission.selfies_sent) == (Status.CONFIRMING, 0)
    assert submission.calls.get(kind=CallKind.STEP2).state == CallState.REFUSED
    assert (submission.project.paused_at is not None) == is_paused
    assert submission.values["name"] == VALUES["name"]


def test_timeout_is_unknown_and_adopted(project: Project, agent: Any, sandbox: Sandbox) -> None:
    submission = step1(gather(project, agent))
    Project.objects.update(read_timeout=1)
    sandbox.control.fault("step2", "slow", "after", seconds=2)
    submission = step2(submission)
    assert submission.open_call.state == CallState.UNKNOWN
    assert settle_later() == 1
    assert reload(submission).status == Status.PENDING


def test_ask_vendor_adopts_a_late_timeout(project: Project, agent: Any, sandbox: Sandbox) -> None:
    submission = step2(step1(gather(project, agent, "+fail")))
    sandbox.control.advance(25 * 3600)
    Project.objects.update(clock_offset=0)
    status_table.ask_vendor(submission, by=SYSTEM)
    submission = reload(submission)
    assert (submission.status, submission.source, submission.vendor_codes) == (
        Status.REJECTED,
        "timeout",
        ["timeout"],
    )


def test_vendor_decided_otherwise_is_a_difference(project: Project, agent: Any, sandbox: Sandbox) -> None:
    submission = step2(step1(gather(project, agent, "+approved")))
    assert submission.status == Status.APPROVED
    sandbox.control.status(submission.vendor_id, "rejected", ("timeout",))
    status_table.ask_vendor(submission, by=SYSTEM)
    submission = reload(submission)
    assert (submission.status, submission.has_difference) == (Status.APPROVED, True)
