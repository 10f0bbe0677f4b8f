"""Our status x the vendor's, every pair: the effect of a read of the vendor's record, without guessing."""

from datetime import timedelta
from typing import Any

import pytest

from argos.replies import parse_item
from submissions.core import clock
from submissions.models import CallKind, Status, Submission
from submissions.vendor_sync import replies, status_table
from submissions.vendor_sync.status_table import TABLE, VENDOR_STATUSES, Agreement, agreement_on
from tests import scale
from tests.factories import claim_call, make_at, reload, review_reply

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

S = Status
FINAL = ("approved", "rejected")
# Written a second time, by hand, so that a mistake in the product's table shows: d differs, a agrees, w waits.
EXPECTED = {
    S.DRAFT: "d d d d",
    S.STEP1_SENDING: "w w w w",
    S.STEP1_RETRY: "a d d rejected",
    S.CONFIRMING: "a pending approved rejected",
    S.STEP2_SENDING: "w w w w",
    S.INCOMPLETE: "a pending approved rejected",
    S.PENDING: "d a approved rejected",
    S.SECOND_REVIEW: "d a approved rejected",
    S.DECISION_SENDING: "w w w w",
    S.OVERDUE: "a pending approved rejected",
    S.AT_LIVEFORM: "a pending approved rejected",
    S.APPROVED: "d d a d",
    S.REJECTED: "d d d a",
    S.ABANDONED: "a d d a",
}
PAIRS = [
    (ours, vendor, word)
    for ours, row in EXPECTED.items()
    for vendor, word in zip(VENDOR_STATUSES, row.split(), strict=True)
]


def record(submission: Submission, result: str, **kyc: Any) -> Any:
    """Return a GET record without attempts, so that only the status counts."""
    now = (clock.now() + timedelta(minutes=1)).isoformat()
    return parse_item(
        {
            "submission_id": submission.vendor_id,
            "updated_at": now,
            "pending_at": now,
            "kyc": {"result": result, "commentCode": [], **kyc},
        }
    )


def test_table_has_a_word_for_every_pair() -> None:
    assert set(TABLE) == set(EXPECTED) == set(Status)
    assert all(len(row) == len(VENDOR_STATUSES) for row in TABLE.values())


@pytest.mark.parametrize(("ours", "vendor", "word"), scale.sample(PAIRS, 3))
def test_pair(ours: Status, vendor: str, word: str) -> None:
    submission = make_at(ours)
    if not submission.vendor_id:
        Submission.objects.filter(pk=submission.pk).update(vendor_id=f"v{submission.reference}")
    status_table.adopt(submission := reload(submission), record(submission, vendor))
    submission = reload(submission)
    moves = word not in ("a", "d", "w")
    assert submission.status == (word if moves else ours)
    assert submission.has_difference == (word == "d")
    assert submission.differences.standing().exists() == (word == "d")


@pytest.mark.parametrize("ours", scale.sample(list(Status), 4))
@pytest.mark.parametrize("strange", ["", "in_review", "APPROVED!", "verified"])
def test_undocumented_status_moves_nothing_and_is_shown(ours: Status, strange: str) -> None:
    assert agreement_on(ours, strange) in (Agreement.WAIT, Agreement.DIFFER)
    submission = make_at(ours)
    status_table.adopt(submission, record(submission, strange))
    submission = reload(submission)
    assert submission.status == ours
    assert submission.has_difference == (not submission.has_open_call)


def test_difference_goes_when_both_sides_agree_again() -> None:
    submission = make_at(S.APPROVED)
    status_table.adopt(submission, record(submission, "rejected"))
    row = reload(submission).differences.standing().get()
    assert (row.kind, row.ours, row.theirs) == ("status", "approved", "rejected")
    status_table.adopt(submission := reload(submission), record(submission, "approved"))
    assert not reload(submission).has_difference
    row.refresh_from_db()
    assert row.gone_at is not None


def test_reviewers_verdict_against_the_vendors_is_a_difference_of_decision() -> None:
    submission = make_at(S.DECISION_SENDING)
    assert replies.review_answered(claim_call(submission, CallKind.REVIEW), review_reply("approved"))
    status_table.adopt(submission := reload(submission), record(submission, "rejected"))
    submission = reload(submission)
    assert (submission.status, submission.source) == (S.APPROVED, "reviewer")
    assert submission.differences.standing().get().kind == "decision"


def test_read_older_than_the_vendors_last_word_changes_nothing() -> None:
    submission = make_at(S.PENDING)
    old = parse_item(
        {
            "submission_id": submission.vendor_id,
            "updated_at": (submission.vendor_updated_at - timedelta(minutes=5)).isoformat(),
            "kyc": {"result": "incomplete", "attempts": []},
        }
    )
    assert status_table.adopt(submission, old) == Agreement.BEHIND
    submission = reload(submission)
    assert (submission.status, submission.has_difference, submission.vendor_status) == (S.PENDING, False, "pending")
    assert submission.next_read_at < clock.now() + timedelta(minutes=5)


def test_old_read_is_believed_once_it_stays_old_for_half_an_hour() -> None:
    submission = make_at(S.PENDING)
    told = clock.now() - timedelta(minutes=40)
    Submission.objects.filter(pk=submission.pk).update(vendor_updated_at=told)
    old = parse_item(
        {
            "submission_id": submission.vendor_id,
            "updated_at": (told - timedelta(minutes=5)).isoformat(),
            "kyc": {"result": "incomplete"},
        }
    )
    status_table.adopt(reload(submission), old)
    assert reload(submission).has_difference


def test_more_tries_at_the_vendor_than_here_are_taken_over() -> None:
    submission = make_at(S.CONFIRMING)
    attempts = [{"attemptCnt": 1, "retryCode": ["liveness_error"], "retryMsg": ["Again."]}]
    status_table.adopt(submission, record(submission, "incomplete", attempts=attempts))
    submission = reload(submission)
    assert (submission.status, submission.selfies_sent, submission.tries_left) == (S.INCOMPLETE, 1, 2)
    assert submission.calls.get(kind="step2").settled_as == "found"
    assert not submission.has_difference


def test_fewer_tries_at_the_vendor_than_here_are_shown() -> None:
    submission = make_at(S.INCOMPLETE)
    status_table.adopt(submission, record(submission, "incomplete", attempts=[]))
    row = reload(submission).differences.standing().get()
    assert (row.kind, row.ours, row.theirs) == ("tries", "1", "0")


def test_refused_id_images_are_no_selfie_tries() -> None:
    submission = make_at(S.CONFIRMING)
    attempts = [{"attemptCnt": 1, "retryCode": ["glare_detected"], "retryMsg": ["Again."]}]
    status_table.adopt(submission, record(submission, "incomplete", attempts=attempts))
    submission = reload(submission)
    assert (submission.status, submission.selfies_sent, submission.has_difference) == (S.CONFIRMING, 0, False)
