"""A retry with several reasons: each is stored and shown, from a reply and from a read."""

from typing import Any

import pytest

from argos.replies import Retry, parse_item, parse_step2
from submissions.models import Call, CallKind, Status, Submission
from submissions.outbox import evidence
from submissions.vendor_sync import adoption, replies
from tests.clients import browser
from tests.factories import answer_step1, answer_step2, claim_call, make_at, received, reload

pytestmark = pytest.mark.django_db
BORDER = Retry("liveness_error", "Face is too close to one or more borders.")
FACE = Retry("face_compare_underscore", "The face doesn’t match.")
ODD = Retry("new_code_of_argos", "Please look at the camera.")


def page(submission: Submission) -> str:
    return str(browser(submission.created_by).get(f"/submissions/{submission.pk}/").content.decode())


def test_every_reason_of_a_selfie_is_on_the_page() -> None:
    submission = answer_step2(make_at(Status.STEP2_SENDING), "incomplete", retry_count=1, retries=(BORDER, FACE, ODD))
    assert submission.retry_code == "liveness_error"
    assert submission.more_retries == [[FACE.code, FACE.message], [ODD.code, ODD.message]]
    shown = page(submission)
    assert "face_compare_underscore" in shown
    assert "Please look at the camera." in shown


def test_every_reason_of_an_id_is_on_the_page() -> None:
    reasons = (Retry("glare_detected", "Glare."), Retry("missing_name", "Name not detected."))
    submission = answer_step1(make_at(Status.STEP1_SENDING), retries=reasons, ocr={}, was_read=False)
    assert submission.status == Status.STEP1_RETRY
    assert "missing_name" in page(submission)


def test_reasons_go_with_the_next_reply() -> None:
    submission = answer_step2(make_at(Status.STEP2_SENDING), "incomplete", retry_count=1, retries=(BORDER, FACE))
    assert replies.retry_columns(submission, [BORDER])["more_retries_sealed"] is None
    assert replies.retry_columns(submission, [])["retry_code"] == ""


def test_reasons_are_read_back_where_the_reply_was_lost() -> None:
    submission = make_at(Status.STEP2_SENDING)
    call = claim_call(submission, CallKind.STEP2)
    Call.objects.filter(pk=call.pk).update(state="unknown")
    attempt = {"attemptCnt": 1, "retryCode": [BORDER.code, FACE.code], "retryMsg": [BORDER.message]}
    record = parse_item({"submission_id": submission.vendor_id, "kyc": {"result": "incomplete", "attempts": [attempt]}})
    adoption.ADOPT[CallKind.STEP2](call, record)
    after = reload(submission)
    assert (after.status, after.retry_code, after.more_retries) == (
        Status.INCOMPLETE,
        BORDER.code,
        [[FACE.code, ""]],
    )


@pytest.mark.parametrize("entry", [None, 7, "text", {}, [], {"retryCode": ["a", 2, {}]}, {"retryMsg": [None, "x"]}])
def test_odd_entries_break_no_page(entry: Any) -> None:
    first = {"retryCode": BORDER.code, "retryMsg": BORDER.message}
    reply = parse_step2({"kycStatus": "incomplete", "retry": [first, entry]}, received())
    submission = make_at(Status.STEP2_SENDING)
    assert replies.step2_answered(claim_call(submission, CallKind.STEP2), reply)
    assert BORDER.code in page(reload(submission))


def test_id_refused_for_several_reasons_is_no_selfie() -> None:
    """The second reason is a code that no table and no call of ours has."""
    submission = make_at(Status.CONFIRMING)
    attempt = {"attemptCnt": 1, "retryCode": ["glare_detected", ODD.code]}
    record = parse_item({"submission_id": submission.vendor_id, "kyc": {"result": "incomplete", "attempts": [attempt]}})
    assert evidence.step2_tries(submission, record) == 0


def test_reasons_of_the_last_retry_stand_in_the_outcome() -> None:
    submission = answer_step2(make_at(Status.STEP2_SENDING), "incomplete", retry_count=1, retries=(BORDER, FACE))
    Submission.objects.filter(pk=submission.pk).update(status=Status.OVERDUE)
    shown = page(reload(submission))
    assert "Reasons of the last retry:" in shown
    assert FACE.code in shown
