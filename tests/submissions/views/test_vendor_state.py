"""The pages' text about the vendor's side, for each of our statuses and each reply that leads there."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from argos.received import Received
from argos.replies import Retry, parse_step2
from submissions.capture import submit
from submissions.core import vendor_terms
from submissions.models import CallKind, ImageKind, Role, Status, Submission, User
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.vendor_sync import replies
from tests.factories import (
    answer_step1,
    answer_step2,
    attach_image,
    by,
    claim_call,
    explain,
    make_at,
    make_draft,
    make_user,
    reload,
)

pytestmark = pytest.mark.django_db

SHOWN = {
    Status.DRAFT: "–",
    Status.STEP1_SENDING: "–",
    Status.STEP1_RETRY: "ID retry requested",
    Status.CONFIRMING: "ID accepted, selfie awaited",
    Status.STEP2_SENDING: "ID accepted, selfie awaited",
    Status.INCOMPLETE: "Selfie retry requested",
    Status.PENDING: "Awaiting decision",
    Status.SECOND_REVIEW: "Awaiting decision",
    Status.DECISION_SENDING: "Awaiting decision",
    Status.OVERDUE: "Not completed",
    Status.AT_LIVEFORM: "–",
    Status.APPROVED: "Approved",
    Status.REJECTED: "Rejected",
    Status.ABANDONED: "Not completed",
}
# The vendor reports "incomplete" from Step 1 until it accepts a selfie; a factory's reply to Step 1 omits it.
UNTIL_A_SELFIE = (Status.STEP1_RETRY, Status.CONFIRMING, Status.STEP2_SENDING, Status.ABANDONED)


def page(user: User, submission: Submission) -> str:
    client = Client()
    client.force_login(user)
    response = client.get(f"/submissions/{submission.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def vendors_side(text: str) -> str:
    side = text.partition("ARGOS status</h2>")[2].partition("</dd>")[0]
    return re.sub("<[^>]*>", "", side.rpartition("<dd>")[2])


@pytest.mark.parametrize("status", Status)
def test_vendors_state_beside_each_of_ours(status: Status) -> None:
    submission = make_at(status)
    if status in UNTIL_A_SELFIE:
        Submission.objects.filter(pk=submission.pk).update(vendor_status="incomplete")
    assert vendors_side(page(submission.created_by, submission)) == SHOWN[status]


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ({}, "ID accepted, selfie awaited"),
        ({"ocr": {}, "was_read": True}, "ID accepted, selfie awaited"),
        (
            {"ocr": {}, "was_read": False, "retries": (Retry("glare_detected", "Please retry."),)},
            "ID retry requested",
        ),
        ({"kyc_status": "rejected", "ocr": {}}, "Rejected"),
    ],
)
def test_vendors_state_after_each_reply_to_step1(reply: dict[str, Any], told: str) -> None:
    draft = make_draft()
    submit.send_step1(draft, by=by(draft.created_by))
    submission = answer_step1(draft, **{"kyc_status": "incomplete", **reply})
    assert vendors_side(page(submission.created_by, submission)) == told


@pytest.mark.parametrize("word", ["incomplete", "pending", "approved", "rejected", "success", "brand_new", ""])
@pytest.mark.parametrize("ours", Status)
def test_every_word_beside_every_status_is_told_and_none_frightens_after_a_success(word: str, ours: Status) -> None:
    told = re.sub("<[^>]*>", "", vendor_terms.state_label(word, ours))
    assert bool(told) == bool(word)
    assert ("retry requested" in told) == (
        word == "incomplete" and ours in ("step1_sending", "step1_retry", "incomplete")
    )


def test_card_of_an_id_on_which_nothing_was_read_does_not_say_that_it_was_read() -> None:
    read = make_at(Status.CONFIRMING)
    assert "Accepted by ARGOS" in page(read.created_by, read)
    draft = make_draft()
    submit.send_step1(draft, by=by(draft.created_by))
    unread = answer_step1(draft, ocr={})
    text = page(unread.created_by, unread)
    assert "No values read" in text
    assert "Accepted by ARGOS" not in text


def twice_refused() -> Submission:
    submission = make_at(Status.CONFIRMING)
    explain(submission)
    for _time in range(2):
        attach_image(submission, ImageKind.SELFIE, submission.created_by)
        submit.send_step2(submission, by=by(submission.created_by))
        body = {"kycStatus": "incomplete", "retry": {"retryCode": "liveness_error", "retryMsg": "Please retry."}}
        raw = json.dumps(body).encode()
        reply = parse_step2(body, Received(200, raw, None, 0.1))
        assert replies.step2_answered(claim_call(submission, CallKind.STEP2), reply)
        submission = reload(submission)
    attach_image(submission, ImageKind.SELFIE, submission.created_by)
    submit.send_step2(submission, by=by(submission.created_by), is_last_confirmed=True)
    return answer_step2(submission, "pending")


def test_two_failed_liveness_checks_are_a_warning() -> None:
    officer, submission = make_user(Role.OFFICER), twice_refused()
    told = [
        (warning.text, warning.detail)
        for warning in warnings_of(submission, officer)
        if warning.code == "selfies_refused"
    ]
    assert told == [("2 earlier selfies not accepted", "liveness_error; liveness_error")]
    claims.claim(submission, by=by(officer))
    client = Client()
    client.force_login(officer)
    text = client.get(f"/review/{submission.pk}/").content.decode()
    assert all(words in text for words in told[0])
    assert "No warnings" not in text
    assert text.count("Selfie retry requested") == 2


def test_first_selfie_that_is_accepted_raises_no_such_warning() -> None:
    submission = make_at(Status.PENDING)
    assert "selfies_refused" not in [w.code for w in warnings_of(submission, make_user(Role.OFFICER))]
