"""A read of the vendor's record: lost calls adopted, different decisions, corrected attempts, mismatches."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from argos.errors import OutcomeUnknown
from argos.received import Received
from argos.replies import VendorSubmission, parse_account, parse_delete, parse_item, parse_step2
from submissions.core import clock
from submissions.models import Call, CallKind, CallState, Decision, Project, Role, Status, Submission
from submissions.outbox import gate, ledger, new_calls, restore_watermark, vendor_client
from submissions.vendor_sync import adoption, orphans, reconcile, replies, status_table, worker
from submissions.vendor_sync.concurrency import ThreadSlot
from submissions.vendor_sync.status_table import Agreement
from tests.clients import given
from tests.factories import by, claim_call, make_at, make_draft, make_project, make_user, received, reload, step1_reply

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def record(result: str = "incomplete", *, vendor_id: str = "vendor-1", **told: Any) -> VendorSubmission:
    names = ("attempts", "commentCode", "comment")
    kyc = {"result": result, **{name: told.pop(name) for name in names if name in told}}
    return parse_item({"submissionId": vendor_id, "kyc": kyc, **told})


def lost(status: Status, kind: CallKind) -> Call:
    call = claim_call(make_at(status), kind)
    ledger.mark_unknown(call, error="cut")
    ledger.settle(call, "adopted")
    return Call.objects.select_related("submission__project").get(pk=call.pk)


class TestAdopted:
    def test_step1_that_the_vendor_rejected(self) -> None:
        call = lost(Status.STEP1_SENDING, CallKind.STEP1)
        adoption.ADOPT[CallKind.STEP1](call, record("rejected", commentCode=["too_many_retry"]))
        fresh = reload(call.submission)
        assert (fresh.status, fresh.source, fresh.vendor_codes) == (Status.REJECTED, "vendor", ["too_many_retry"])

    def test_step1_that_wants_another_image_keeps_the_code(self) -> None:
        call = lost(Status.STEP1_SENDING, CallKind.STEP1)
        attempts = [{"attemptCnt": 1, "retryCode": ["glare_detected"]}]
        adoption.ADOPT[CallKind.STEP1](call, record(attempts=attempts))
        fresh = reload(call.submission)
        assert (fresh.status, fresh.retry_code, fresh.vendor_id) == (Status.STEP1_RETRY, "glare_detected", "vendor-1")
        assert Call.objects.get(pk=call.pk).error_code == "glare_detected"

    def test_step1_that_a_restored_ledger_never_knew_counts_from_none(self) -> None:
        call = lost(Status.STEP1_SENDING, CallKind.STEP1)
        call.known_before = {}
        adoption.ADOPT[CallKind.STEP1](call, record(attempts=[{"attemptCnt": 1, "retryCode": ["glare_detected"]}]))
        assert reload(call.submission).status == Status.STEP1_RETRY

    def test_verdict_that_the_vendor_shows_is_the_reviewers(self) -> None:
        call = lost(Status.DECISION_SENDING, CallKind.REVIEW)
        adoption.ADOPT[CallKind.REVIEW](call, record("approved"))
        fresh, decision = reload(call.submission), Decision.objects.get()
        assert (fresh.status, fresh.source, fresh.decided_by_id) == ("approved", "reviewer", decision.reviewer_id)
        assert not fresh.differences.exists()

    def test_another_verdict_is_the_vendors_own_and_is_shown(self) -> None:
        call = lost(Status.DECISION_SENDING, CallKind.REVIEW)
        adoption.ADOPT[CallKind.REVIEW](call, record("rejected", commentCode=["id_info_blacklist"]))
        fresh, decision = reload(call.submission), Decision.objects.get()
        assert (fresh.status, fresh.source, fresh.decided_by) == (Status.REJECTED, "vendor", None)
        assert decision.withdrawn_why == "vendor_decided_otherwise"
        shown = fresh.differences.get()
        assert (shown.kind, shown.ours, shown.theirs) == ("decision", "approved", "rejected")

    def test_overtaken_verdict_stays_on_the_review_page_with_its_comment(self, client: Client) -> None:
        call = lost(Status.DECISION_SENDING, CallKind.REVIEW)
        decision = Decision.objects.get()
        decision.submission, decision.comment = call.submission, "The face is the one on the card."
        decision.save()
        adoption.ADOPT[CallKind.REVIEW](call, record("rejected", commentCode=["id_info_blacklist"]))
        client.force_login(decision.reviewer)
        page = client.get(f"/review/{call.submission_id}/").content.decode()
        assert given(page) == [f"{decision.reviewer.name} approved"]
        assert "The face is the one on the card." in page
        assert "Not counted: it was decided elsewhere first." in page
        client.force_login(make_user(Role.ADMINISTRATOR))
        page = client.get(f"/review/{call.submission_id}/").content.decode()
        assert "The face is the one on the card." not in page

    def test_first_of_two_verdicts_is_overtaken_when_the_vendor_decides(self, client: Client) -> None:
        submission = make_at(Status.SECOND_REVIEW)
        status_table.adopt(submission, record("rejected", vendor_id=submission.vendor_id))
        decision = Decision.objects.get()
        assert decision.withdrawn_at is None
        client.force_login(decision.reviewer)
        assert (
            "Not counted: it was decided elsewhere first." in client.get(f"/review/{submission.pk}/").content.decode()
        )


class TestRead:
    @pytest.fixture
    def confirming(self) -> Submission:
        submission = make_at(Status.CONFIRMING)
        Submission.objects.update(vendor_updated_at=clock.now() - timedelta(hours=1))
        return reload(submission)

    def test_record_that_is_not_there_is_a_difference(self, confirming: Submission) -> None:
        assert status_table.adopt(confirming, None) == Agreement.DIFFER
        assert reload(confirming).differences.get().kind == "no_record"

    def test_record_that_is_not_there_waits_for_an_open_call(self) -> None:
        submission = make_at(Status.STEP2_SENDING)
        Submission.objects.update(vendor_updated_at=clock.now() - timedelta(hours=1))
        assert status_table.adopt(reload(submission), None) == Agreement.WAIT
        assert not submission.differences.exists()

    def test_record_that_is_not_there_yet_proves_nothing(self) -> None:
        submission = make_at(Status.CONFIRMING)
        assert status_table.adopt(submission, None) == Agreement.BEHIND
        fresh = reload(submission)
        assert (fresh.status, submission.differences.exists()) == (Status.CONFIRMING, False)
        assert fresh.next_read_at is not None
        assert fresh.next_read_at < clock.now() + 3 * MINUTE

    def test_failed_selfie_that_nobody_here_knows_makes_it_incomplete(self, confirming: Submission) -> None:
        attempts = [{"attemptCnt": 1, "retryCode": ["liveness_error"]}]
        assert status_table.adopt(confirming, record(attempts=attempts)) == Status.INCOMPLETE
        fresh = reload(confirming)
        assert (fresh.status, fresh.selfies_sent, fresh.tries_left) == (Status.INCOMPLETE, 1, 2)
        found = fresh.calls.get(kind=CallKind.STEP2)
        assert (found.state, found.settled_as) == (CallState.SETTLED, "found")

    def test_what_moved_while_it_was_read_is_left_alone(self, confirming: Submission) -> None:
        seen = reload(confirming)
        Submission.objects.update(status=Status.ABANDONED, decided_at=clock.now())
        status_table._note(seen, {"vendor_status": "incomplete"}, Agreement.AGREE)
        assert reload(confirming).vendor_status != "incomplete"

    def test_the_vendors_times_count_only_while_a_deadline_runs(self, confirming: Submission) -> None:
        created = clock.now() - timedelta(hours=2)
        columns = status_table.vendor_columns(confirming, record(created_at=created.isoformat()))
        assert columns["deadline_at"] == columns["step1_started_at"] + timedelta(hours=24)
        assert "deadline_at" not in status_table.vendor_columns(confirming, record())
        assert status_table.vendor_columns(confirming, None).keys() == {"vendor_read_at"}


class Vendor:
    """Reply to reads with a list of records."""

    last_received = received()

    def __init__(self, *records: VendorSubmission) -> None:
        self.records = records

    def get_submission(self, vendor_id: str) -> VendorSubmission | None:
        return next((found for found in self.records if found.submission_id == vendor_id), None)

    def find_by_userid(self, userid: str) -> list[VendorSubmission]:
        return [found for found in self.records if found.userid == userid]


class Listing(Vendor):
    """List the same records for every request; `is_slim`: without the userid."""

    def __init__(self, *records: VendorSubmission, is_slim: bool = False) -> None:
        super().__init__(*records)
        self.listed = [replace(found, userid="") if is_slim else found for found in records]
        self.read = 0

    def get_submission(self, vendor_id: str) -> VendorSubmission | None:
        self.read += 1
        return super().get_submission(vendor_id)

    def find_by_userid(self, userid: str) -> list[VendorSubmission]:
        return self.listed


class TestLookedFor:
    @pytest.fixture
    def call(self) -> Call:
        call = claim_call(make_at(Status.STEP1_SENDING), CallKind.STEP1)
        ledger.mark_unknown(call, error="cut")
        return Call.objects.select_related("submission__project", "attempt").get(pk=call.pk)

    def test_earliest_of_several_counts_and_the_others_are_shown(self, call: Call) -> None:
        late, early = (
            record(vendor_id=name, userid=call.userid, created_at=(clock.now() - minutes * MINUTE).isoformat())
            for name, minutes in (("late", 1), ("early", 9))
        )
        found = reconcile._read(call, Vendor(late, early), "")  # type: ignore[arg-type]
        assert found is not None
        assert found.submission_id == "early"
        assert [(shown.vendor_id, shown.theirs) for shown in call.submission.differences.all()] == [
            ("late", "incomplete")
        ]

    def test_hint_counts_only_where_it_carries_the_calls_userid(self, call: Call) -> None:
        other, mine = record(vendor_id="other", userid="KP-OTHER-1"), record(vendor_id="mine", userid=call.userid)
        vendor: Any = Vendor(other, mine)
        for hint in ("other", "mine", "nobody"):
            found = reconcile._read(call, vendor, hint)
            assert found is not None
            assert found.submission_id == "mine"

    def test_record_of_another_userid_is_neither_ours_nor_a_proof_that_ours_is_missing(self, call: Call) -> None:
        early = (clock.now() - 9 * MINUTE).isoformat()
        other = record(vendor_id="other", userid="KP-OTHER-1", created_at=early)
        mine = record(vendor_id="mine", userid=call.userid, created_at=clock.now().isoformat())
        vendor: Any = Listing(other, mine)
        found = reconcile._read(call, vendor, "")
        assert found is not None
        assert found.submission_id == "mine"
        assert not call.submission.differences.exists()
        with pytest.raises(OutcomeUnknown):
            reconcile._read(call, Listing(other), "")  # type: ignore[arg-type]

    def test_slim_record_is_read_whole_within_a_bound(self, call: Call) -> None:
        mine = record(vendor_id="mine", userid=call.userid)
        others = [record(vendor_id=f"other-{number}", userid="KP-OTHER-1") for number in range(reconcile.READ_WHOLE)]
        vendor: Any = Listing(*others[1:], mine, is_slim=True)
        found = reconcile._read(call, vendor, "")
        assert found is not None
        assert found.submission_id == "mine"
        vendor = Listing(*others, mine, is_slim=True)
        with pytest.raises(OutcomeUnknown):
            reconcile._read(call, vendor, "")
        assert vendor.read == reconcile.READ_WHOLE

    def test_record_that_names_another_userid_when_it_is_read_whole_is_not_adopted(self, call: Call) -> None:
        vendor: Any = Listing(record(vendor_id="one", userid=call.userid))
        vendor.records = (record(vendor_id="one", userid="KP-OTHER-1"),)
        with pytest.raises(OutcomeUnknown):
            reconcile._read(call, vendor, "")

    def test_nothing_there(self, call: Call) -> None:
        assert reconcile._read(call, Vendor(), "hint") is None  # type: ignore[arg-type]

    def test_words_that_nobody_knows_are_shown_and_prove_nothing(self, call: Call) -> None:
        Call.objects.filter(pk=call.pk).update(clear_since=clock.now())
        reconcile._act_on(reconcile.Evidence.NOT_KNOWN, call, record("on_ice"), Vendor())  # type: ignore[arg-type]
        fresh = Call.objects.get(pk=call.pk)
        assert (fresh.state, fresh.clear_since) == (CallState.UNKNOWN, None)
        assert call.submission.differences.get().theirs == "on_ice"


def test_stray_record_of_a_draft_that_has_moved_waits() -> None:
    submission = make_at(Status.STEP1_SENDING)
    found = record(userid=f"{submission.reference}-1")
    assert orphans._take_back_in(submission, found, 1) == orphans.CALL_UNDER_WAY
    assert reload(submission).calls.count() == 1


def test_late_reply_to_a_draft_that_moved_on_is_put_right() -> None:
    """It was settled as not arrived and sent again; then the first reply comes: it counts, and changes no status."""
    call = claim_call(make_at(Status.STEP2_SENDING), CallKind.STEP2)
    ledger.mark_unknown(call, error="cut")
    ledger.settle(call, "never_arrived")
    ledger.return_to_before(call, by=ledger.SYSTEM, why="never_arrived")
    Submission.objects.update(status=Status.ABANDONED, decided_at=clock.now())
    assert not ledger.reopen(call)
    fresh = Call.objects.get(pk=call.pk)
    assert (fresh.state, fresh.settled_as) == (CallState.SETTLED, "adopted")
    assert reload(call.submission).selfies_sent == 1


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, ""),
        ({"paused_at": clock.now(), "paused_reason": "The key is wrong."}, "The key is wrong."),
        ({"clock_offset": 3600}, "3600 s"),
        ({"undelivered_in_row": gate.DOWN_AFTER}, "is unavailable"),
    ],
)
def test_why_sending_is_closed(columns: dict[str, Any], said: str) -> None:
    project = make_project()
    Project.objects.filter(pk=project.pk).update(**columns)
    why = gate.why_closed(Project.objects.get(pk=project.pk))
    assert said in why
    assert bool(why) == bool(said)


def test_time_that_the_vendor_does_not_tell_is_not_known() -> None:
    with mock.patch.object(gate, "probe"), mock.patch.dict(gate._measured_at, clear=True):
        assert not gate.has_clock(make_project())


def test_tick_that_nobody_keeps_is_reported() -> None:
    with (
        mock.patch.object(restore_watermark, "_raise_file", side_effect=OSError),
        pytest.raises(restore_watermark.WatermarkNotWritten),
    ):
        restore_watermark.write(make_draft().pk, 1)


def test_step1_reply_without_an_id_is_in_doubt() -> None:
    call = claim_call(make_at(Status.STEP1_SENDING), CallKind.STEP1)
    worker.TAKES[CallKind.STEP1](call, step1_reply(submission_id=""))
    assert Call.objects.values_list("state", "error").get(pk=call.pk) == (CallState.UNKNOWN, "no_submission_id")


@pytest.mark.parametrize(
    ("kind", "asks", "parse"),
    [(CallKind.ACCOUNT, "validate_account", parse_account), (CallKind.DELETE, "delete", parse_delete)],
)
def test_what_came_tells_the_vendors_time(kind: CallKind, asks: str, parse: Callable[..., Any]) -> None:
    submission = make_at(Status.CONFIRMING)
    values = dict.fromkeys(("submissionId", "userName", "bankCode", "accountNumber", "admin_name"), "1")
    new_calls.prepare(submission, kind, None, by=by(submission.created_by), values=values)
    call, reply = claim_call(submission, kind), parse({"success": True, "message": "Success"}, received())
    with (
        mock.patch.object(worker, "_ready", return_value={}),
        mock.patch.object(vendor_client, "client_for", return_value=mock.Mock(**{f"{asks}.return_value": reply})),
        mock.patch.object(gate, "note_contact") as noted,
    ):
        worker.send(call, ThreadSlot())
    noted.assert_called_once_with(call.submission.project, reply.received)
    assert Call.objects.get(pk=call.pk).state == CallState.ANSWERED


ODD = [
    ({"retry": [{"retryCode": "a\0b\ud800", "retryMsg": "x\udfff\0y"}]}, {"retry_code": "ab", "retry_message": "xy"}),
    ({"retry": "Once more", "retryCount": 40_000}, {"vendor_count": 32_767}),
    ({"verificationResult": "s" * 300}, {"verification_result": "s" * 20}),
    ({"recognized_IdType": "s" * 300}, {"recognized_id_type": "s" * 40}),
]


@pytest.mark.parametrize(("odd", "kept"), ODD)
def test_odd_words_of_a_reply_are_kept_as_far_as_they_can_be(odd: dict[str, Any], kept: dict[str, Any]) -> None:
    call = claim_call(make_at(Status.STEP2_SENDING), CallKind.STEP2)
    body = {"kycStatus": "incomplete" if "retry" in odd else "pending", **odd}
    raw = json.dumps(body).encode()
    assert replies.step2_answered(call, parse_step2(body, Received(200, raw, None, 0.1)))
    fresh = reload(call.submission)
    assert {name: getattr(fresh, name) for name in kept} == kept
    assert Call.objects.get(pk=call.pk).reply == {"body": raw.decode()}


def test_odd_words_of_a_record_are_kept_as_far_as_they_can_be() -> None:
    submission = make_at(Status.INCOMPLETE)
    attempts = [{"attemptCnt": 10**9, "livenessScore": 1}] * 40_000
    found = record(vendor_id=submission.vendor_id, commentCode=["a\0b", "c\ud800"], attempts=attempts)
    status_table.adopt(submission, found)
    fresh = reload(submission)
    assert (fresh.vendor_codes, fresh.vendor_attempts) == (["ab", "c"], status_table.MAX_ATTEMPTS)
