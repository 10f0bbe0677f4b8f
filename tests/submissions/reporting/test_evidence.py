"""The conclusion from one read of the vendor's record about an unknown call: each kind of call, record by record."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from argos.replies import VendorSubmission, parse_item
from submissions.capture import submit
from submissions.core import clock
from submissions.models import Call, CallKind, Status, Submission
from submissions.outbox import evidence, ledger, new_calls
from submissions.outbox.evidence import Evidence as F
from tests.factories import attach_image, by, claim_call, explain, make_at, reload

pytestmark = pytest.mark.django_db

TRY = {"attemptCnt": 1, "retryCode": ["liveness_error"]}
REFUSED_ID = {"attemptCnt": 1, "retryCode": ["glare_detected"]}


def record(result: str = "incomplete", *, minutes: float | None = None, **told: Any) -> VendorSubmission:
    """Return a vendor's record; `minutes`: when it changed, from now."""
    kyc = {"result": result, **{name: told.pop(name) for name in ("attempts", "commentCode") if name in told}}
    changed = {} if minutes is None else {"updated_at": (clock.now() + timedelta(minutes=minutes)).isoformat()}
    return parse_item({"submissionId": "vendor-1", "kyc": kyc, **changed, **told})


def judged(call: Call, found: VendorSubmission | None, held: str | None = None) -> F:
    return evidence.judge(call, found, lambda: held)


@pytest.fixture
def step2() -> Call:
    """Return a first selfie that was sent, with a lost reply."""
    call = claim_call(make_at(Status.STEP2_SENDING), CallKind.STEP2)
    ledger.mark_unknown(call, error="cut")
    return fresh(call)


@pytest.fixture
def second() -> Call:
    """Return a second selfie with a lost reply; the first one was processed ten minutes ago."""
    submission = make_at(Status.INCOMPLETE)
    _was_long_ago(submission)
    attach_image(submission, _selfie(submission), submission.created_by)
    explain(submission)
    submit.send_step2(submission, by=by(submission.created_by))
    call = claim_call(submission, CallKind.STEP2)
    ledger.mark_unknown(call, error="cut")
    return fresh(call)


def _was_long_ago(submission: Submission) -> None:
    """Move the answered calls ten minutes back, without later changes at the vendor."""
    then = clock.now() - timedelta(minutes=10)
    submission.calls.update(sent_at=then - timedelta(minutes=1), ended_at=then)
    Submission.objects.filter(pk=submission.pk).update(vendor_updated_at=then)


def _selfie(submission: Submission) -> Any:
    return submission.images.get(kind="selfie", is_current=True).kind


def fresh(call: Call) -> Call:
    return Call.objects.select_related("submission__project", "attempt").get(pk=call.pk)


def step1_retry() -> Call:
    submission = make_at(Status.STEP1_RETRY)
    _was_long_ago(submission)
    submit.send_step1(submission, by=by(submission.created_by))
    call = claim_call(submission, CallKind.STEP1)
    ledger.mark_unknown(call, error="cut")
    return fresh(call)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (record("pending"), F.ARRIVED),
        (record("approved", attempts=[]), F.ARRIVED),
        (record(attempts=[TRY]), F.ARRIVED),
        (record(attempts=[]), F.ABSENT),
        (record(attempts=[REFUSED_ID]), F.ABSENT),
        (record("rejected", attempts=[]), F.TURNED_AWAY),
        (record("on_ice", attempts=[TRY]), F.NOT_KNOWN),
        (None, F.NOT_KNOWN),
    ],
)
def test_first_selfie_by_status_and_attempts(step2: Call, found: VendorSubmission | None, says: F) -> None:
    assert judged(step2, found) == says


@pytest.mark.parametrize(
    ("attempts", "says"),
    [([TRY], F.ABSENT), ([TRY, TRY], F.ARRIVED), ([], F.NOT_KNOWN), ([REFUSED_ID, TRY], F.ABSENT)],
)
def test_second_selfie_is_counted_against_the_first(second: Call, attempts: list[Any], says: F) -> None:
    assert judged(second, record(attempts=attempts)) == says


@pytest.mark.parametrize(
    ("result", "says"), [("incomplete", F.NOT_KNOWN), ("pending", F.TURNED_AWAY), ("rejected", F.TURNED_AWAY)]
)
def test_already_processed_was_never_this_call(step2: Call, result: str, says: F) -> None:
    step2.error = "already_processed"
    assert judged(step2, record(result, attempts=[TRY])) == says


def test_a_read_behind_the_vendors_own_word_proves_nothing(step2: Call) -> None:
    step2.submission.vendor_updated_at = clock.now()
    assert judged(step2, record(attempts=[TRY], minutes=-5)) == F.NOT_KNOWN
    assert judged(step2, record(attempts=[TRY], minutes=5)) == F.ARRIVED
    step2.submission.vendor_updated_at = clock.now() - evidence.MAY_LAG - timedelta(minutes=1)
    assert judged(step2, record(attempts=[TRY], minutes=-60)) == F.ARRIVED


class TestWithoutAttempts:
    """The vendor lists no attempts, so the stored selfie decides, then the record's time of change."""

    def test_the_selfie_it_keeps_is_this_one(self, step2: Call) -> None:
        assert step2.attempt.selfie is not None
        assert judged(step2, record(), step2.attempt.selfie["sha256"]) == F.ARRIVED

    def test_it_keeps_none_and_no_try_was_processed(self, step2: Call) -> None:
        assert judged(step2, record(minutes=5), "") == F.ABSENT

    def test_it_keeps_the_earlier_one(self, second: Call) -> None:
        first = second.submission.attempts.get(kind=CallKind.STEP2, number=1)
        assert first.selfie is not None
        assert judged(second, record(minutes=5), first.selfie["sha256"]) == F.ABSENT

    def test_it_keeps_one_that_nobody_knows_and_the_record_has_changed(self, second: Call) -> None:
        assert judged(second, record(minutes=5), "f" * 64) == F.ARRIVED

    def test_none_is_kept_though_one_was_processed(self, second: Call) -> None:
        assert judged(second, record(minutes=-5), "") == F.ABSENT

    def test_rejected_by_the_vendor_is_a_try(self, step2: Call) -> None:
        assert judged(step2, record("rejected", commentCode=["id_info_blacklist"])) == F.ARRIVED

    def test_rejected_by_the_24_hours_is_none(self, step2: Call) -> None:
        ran_out = record("rejected", commentCode=["timeout"], minutes=5)
        assert judged(step2, ran_out) == F.TURNED_AWAY
        assert judged(step2, ran_out, "") == F.TURNED_AWAY

    def test_when_the_record_changed(self, second: Call) -> None:
        assert judged(second, record(minutes=5)) == F.ARRIVED
        assert judged(second, record(minutes=-5)) == F.ABSENT
        assert judged(second, record()) == F.NOT_KNOWN

    def test_a_change_that_the_call_before_may_have_made_tells_nothing(self, second: Call) -> None:
        before = Call.objects.exclude(pk=second.pk).filter(kind=CallKind.STEP2)
        before.update(ended_at=second.sent_at - evidence.CLOCK_NOISE)
        assert judged(second, record(minutes=5)) == F.NOT_KNOWN


class TestRestored:
    """A restored database has it as open, but later actions may be missing."""

    @pytest.fixture(autouse=True)
    def _restored(self, step2: Call) -> None:
        step2.error = evidence.RESTORED

    def test_more_tries_than_it_holds_are_distinguished_by_the_selfie(self, step2: Call) -> None:
        assert step2.attempt.selfie is not None
        assert judged(step2, record(attempts=[TRY]), step2.attempt.selfie["sha256"]) == F.ARRIVED
        assert judged(step2, record(attempts=[TRY]), "f" * 64) == F.UNTOLD
        assert judged(step2, record("pending"), None) == F.NOT_KNOWN

    def test_no_more_than_it_holds_is_judged_as_ever(self, step2: Call) -> None:
        assert judged(step2, record(attempts=[])) == F.ABSENT


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (lambda: record(attempts=[REFUSED_ID]), F.ABSENT),
        (lambda: record(attempts=[REFUSED_ID, REFUSED_ID]), F.ARRIVED),
        (lambda: record(attempts=[REFUSED_ID, TRY]), F.ABSENT),
        (lambda: record("rejected"), F.ARRIVED),
        (lambda: record(ocr={"fullName": "JANE DOE"}), F.ARRIVED),
        (lambda: record(minutes=5), F.ARRIVED),
        (lambda: record(minutes=-5), F.ABSENT),
        (lambda: None, F.NOT_KNOWN),
    ],
)
def test_step1_retry(found: Callable[[], VendorSubmission | None], says: F) -> None:
    assert judged(step1_retry(), found()) == says


def test_step1_retry_already_processed_is_read() -> None:
    call = step1_retry()
    call.error = "already_processed"
    assert judged(call, record(attempts=[REFUSED_ID])) == F.ARRIVED


def test_first_step1_is_there_or_not() -> None:
    call = claim_call(make_at(Status.STEP1_SENDING), CallKind.STEP1)
    assert judged(call, record()) == F.ARRIVED
    assert judged(call, None) == F.ABSENT


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (None, F.NOT_KNOWN),
        (record("incomplete"), F.NOT_KNOWN),
        (record("pending"), F.ABSENT),
        (record("approved"), F.ARRIVED),
        (record("rejected"), F.ARRIVED),
    ],
)
def test_decision(found: VendorSubmission | None, says: F) -> None:
    assert judged(claim_call(make_at(Status.DECISION_SENDING), CallKind.REVIEW), found) == says


@pytest.mark.parametrize(
    ("found", "says"),
    [(None, F.ARRIVED), (record("deleted submission"), F.ARRIVED), (record("approved"), F.ABSENT)],
)
def test_deletion(found: VendorSubmission | None, says: F) -> None:
    submission = make_at(Status.APPROVED)
    new_calls.prepare(
        submission, CallKind.DELETE, None, by=by(submission.created_by), values={"submissionId": "vendor-1"}
    )
    assert judged(claim_call(reload(submission), CallKind.DELETE), found) == says


def test_the_vendors_clock_counts(step2: Call) -> None:
    step2.submission.project.clock_offset = 40
    assert step2.sent_at is not None
    assert evidence.left_at(step2) == step2.sent_at + timedelta(seconds=40)


def test_codes_that_step1_brought_are_no_selfies(second: Call) -> None:
    """The vendor's list of codes is open: a code of our own Step 1 replies counts as an ID image."""
    Call.objects.filter(kind=CallKind.STEP1).update(error_code="hologram_missing")
    told = record(attempts=[{"attemptCnt": 1, "retryCode": ["hologram_missing"]}, TRY])
    assert evidence.step2_tries(second.submission, told) == 1
    assert judged(second, told) == F.ABSENT
