"""Automatic Step 2 after Step 1: when it is sent, each reason that stops it, and a crash in between."""

from collections.abc import Callable
from unittest.mock import patch

import pytest

from argos.replies import Retry
from submissions.capture import auto_submit, images, submit
from submissions.capture.auto_submit import Stop
from submissions.core import clock
from submissions.models import Attempt, Call, CallKind, CallState, ImageKind, Project, Status, Submission
from submissions.vendor_sync import reconcile, replies, worker
from submissions.views import status_messages
from tests.factories import (
    VALUES,
    attach_image,
    by,
    claim_call,
    make_draft,
    make_project,
    make_user,
    reload,
    step1_reply,
)
from tests.pictures import id_card_jpeg, selfie_jpeg
from tests.sandbox import Sandbox

pytestmark = pytest.mark.django_db
READ = {"name": VALUES["name"].upper(), "date_of_birth": VALUES["date_of_birth"]}


def press(submission: Submission | None = None, *, asks: bool = True) -> Submission:
    submission = submission or make_draft()
    submit.send_step1(submission, by=by(submission.created_by), wants_step2=asks)
    return reload(submission)


def answer(submission: Submission, **reply: object) -> Submission:
    reply = {"ocr": READ, **reply}
    assert replies.step1_answered(claim_call(submission, CallKind.STEP1), step1_reply(**reply))
    return reload(submission)


def test_follows_when_asked_and_nothing_is_in_doubt() -> None:
    submission = answer(press())
    call = submission.calls.get(kind=CallKind.STEP2)
    assert (submission.status, submission.notice, call.state) == (Status.STEP2_SENDING, "", CallState.PREPARED)
    assert (call.prepared_by, call.attempt.values["name"]) == (submission.created_by, VALUES["name"])


def test_stays_when_not_asked() -> None:
    submission = answer(press(asks=False))
    assert (submission.status, submission.notice) == (Status.CONFIRMING, "")


def _retry(submission: Submission) -> Submission:
    submission = answer(submission, retries=(Retry("glare_detected", ""),), ocr={}, was_read=False)
    attach_image(submission, "id_front", submission.created_by)  # type: ignore[arg-type]
    submit.send_step1(submission, by=by(submission.created_by), is_last_confirmed=True)
    return answer(reload(submission))


def _finding(submission: Submission) -> Submission:
    submission.images.filter(kind="selfie").update(findings=["dark"])
    return answer(submission)


def _account(submission: Submission) -> Submission:
    Project.objects.filter(pk=submission.project_id).update(has_account_occupancy=True)
    return answer(reload(submission))


def _too_late(submission: Submission) -> Submission:
    Project.objects.filter(pk=submission.project_id).update(read_timeout=300, connect_timeout=30_000)
    call = claim_call(submission, CallKind.STEP1)
    Submission.objects.filter(pk=submission.pk).update(deadline_at=call.sent_at)
    call.submission.refresh_from_db()
    assert replies.step1_answered(call, step1_reply(ocr=READ))
    return reload(submission)


def _selfie_gone(submission: Submission) -> Submission:
    submission.images.filter(kind="selfie").update(is_current=False)
    return answer(submission)


STOPS: dict[Stop, Callable[[Submission], Submission]] = {
    Stop.RETRY_USED: _retry,
    Stop.ANY: lambda submission: answer(submission, id_type_unknown=True),
    Stop.ACCOUNT: _account,
    Stop.FINDINGS: _finding,
    Stop.NOTHING_READ: lambda submission: answer(submission, ocr={}),
    Stop.NOT_CONFIRMED: lambda submission: answer(submission, ocr={**READ, "gender": "male"}),
    Stop.DIFFERS: lambda submission: answer(submission, ocr={**READ, "date_of_birth": "1990-02-13"}),
    Stop.NOT_READY: _selfie_gone,
    Stop.TOO_LATE: _too_late,
}


@pytest.mark.parametrize("why", STOPS)
def test_stops_and_says_why(why: Stop) -> None:
    submission = STOPS[why](press())
    assert (submission.status, submission.notice) == (Status.CONFIRMING, why)
    assert not submission.calls.filter(kind=CallKind.STEP2).exists()
    told = status_messages.about_notice(submission, submission.calls.last())
    assert told is not None
    assert told.title == "Automatic Step 2 stopped; no selfie was sent"
    assert told.text


def test_a_press_that_asks_for_it_is_checked_as_step2_is() -> None:
    submission = make_draft(make_user(), document_number="")
    with pytest.raises(submit.NotReady) as refused:
        press(submission)
    assert ("document_number", "missing") in {(p.field, p.code) for p in refused.value.problems}
    assert reload(submission).status == Status.DRAFT


def test_a_crash_before_the_answer_is_written_leaves_nothing_half_done() -> None:
    submission = press()
    call = claim_call(submission, CallKind.STEP1)
    with patch.object(auto_submit, "after_step1", side_effect=RuntimeError), pytest.raises(RuntimeError):
        replies.step1_answered(call, step1_reply(ocr=READ))
    fresh = reload(submission)
    assert (fresh.status, fresh.vendor_id, Attempt.objects.filter(kind=CallKind.STEP2).count()) == (
        Status.STEP1_SENDING,
        "",
        0,
    )
    assert Call.objects.get(pk=call.pk).state == CallState.SENT


def test_an_answer_that_comes_twice_prepares_one_step2() -> None:
    submission = press()
    call = claim_call(submission, CallKind.STEP1)
    again = Call.objects.select_related("submission__project", "attempt").get(pk=call.pk)
    assert replies.step1_answered(call, step1_reply(ocr=READ))
    assert not replies.step1_answered(again, step1_reply(ocr=READ))
    assert submission.calls.filter(kind=CallKind.STEP2).count() == 1


def test_a_lost_answer_is_settled_and_followed_once(sandbox: Sandbox) -> None:
    """The reply is lost; the read finds the submission, decides again and prepares one Step 2."""
    project = make_project(base_url=sandbox.base_url, read_timeout=2, connect_timeout=1)
    project.api_key = "sandbox-key-standard"
    project.save()
    user = make_user()
    submission = make_draft(user, project, images=False)
    for kind, content in ((ImageKind.ID_FRONT, id_card_jpeg()), (ImageKind.SELFIE, selfie_jpeg())):
        images.add_image(submission, kind, content, by=by(user))
    sandbox.control.ocr(VALUES["email"], fullName=VALUES["name"], birthDate=VALUES["date_of_birth"])
    sandbox.control.fault("step1", "cut", "after")
    press(submission)
    assert worker.send_next()
    Call.objects.filter(state=CallState.UNKNOWN).update(next_read_at=clock.now())
    assert reconcile.settle_due() == 1
    submission = reload(submission)
    assert (submission.status, submission.notice) == (Status.STEP2_SENDING, "")
    assert submission.calls.filter(kind=CallKind.STEP2).count() == 1
    assert worker.send_next()
    assert len(sandbox.control.received("step2")) == 1


def _warned() -> Submission:
    """The ID has expired."""
    return make_draft(make_user(), date_of_expiry="2020-02-02", date_of_issue="2010-02-02")


def _doubted() -> Submission:
    submission = make_draft()
    submission.images.filter(kind=ImageKind.SELFIE).update(findings=["no_face"])
    return submission


def _refused_once() -> Submission:
    submission = make_draft()
    Submission.objects.update(vendor_count=1)
    return reload(submission)


@pytest.mark.parametrize(
    ("made", "why"), [(_warned, Stop.WARNED), (_doubted, Stop.FINDINGS), (_refused_once, Stop.RETRY)]
)
def test_what_a_customer_submitted_waits_for_a_person(made: Callable[[], Submission], why: Stop) -> None:
    submission = made()
    assert auto_submit.after_customer(submission) == why
    assert not submission.calls.exists()
    assert auto_submit.stop_reasons()[why]
