"""The vendor's records with our reference: adopted if a submission waits for them, else shown as a mismatch."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from argos.errors import OutcomeUnknown
from argos.replies import VendorSubmission, parse_item
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import (
    Call,
    CallKind,
    CallState,
    Decision,
    Difference,
    Event,
    Role,
    Status,
    Submission,
    Switch,
)
from submissions.outbox import ledger, new_calls, restore_hold, restore_watermark, vendor_client
from submissions.outbox.evidence import Evidence
from submissions.vendor_sync import adoption, orphans, reconcile, status_table
from tests.factories import by, claim_call, make_at, make_draft, make_project, make_user, reload

pytestmark = pytest.mark.django_db


def record(userid: str, vendor_id: str = "stray-1", result: str = "pending") -> VendorSubmission:
    return parse_item({"submissionId": vendor_id, "userid": userid, "kyc": {"result": result}})


def in_doubt(submission: Submission, kind: CallKind) -> Call:
    call = claim_call(submission, kind)
    ledger.mark_unknown(call, error="cut")
    return Call.objects.select_related("submission__project", "attempt").get(pk=call.pk)


class TestPlaced:
    def test_reference_that_nobody_here_has_is_shown_with_what_became_of_it(self) -> None:
        project = make_project()
        assert orphans.place(project, record("KP-ABCDEFGH-1", result="approved")) == orphans.REPORTED
        assert Difference.objects.values_list("kind", "theirs").get() == ("unknown_here", "approved")

    def test_second_record_of_one_that_has_another_is_shown_with_what_became_of_it(self) -> None:
        submission = make_at(Status.CONFIRMING)
        found = record(f"{submission.reference}-1", result="rejected")
        assert orphans.place(submission.project, found) == orphans.REPORTED
        assert Difference.objects.values_list("kind", "theirs").get() == ("second_record", "rejected")

    def test_record_without_a_result_is_shown_too(self) -> None:
        project, submission = make_project(), make_at(Status.CONFIRMING)
        for where, userid in ((project, "KP-ABCDEFGH-1"), (submission.project, f"{submission.reference}-1")):
            found = parse_item({"submissionId": f"of-{userid}", "userid": userid})
            assert orphans.place(where, found) == orphans.REPORTED
        assert {row.theirs for row in Difference.objects.all()} == {""}

    @pytest.mark.parametrize("case", ["prepared", "another userid"])
    def test_step1_under_way_settles_nothing(self, case: str) -> None:
        """The Step 1 was not sent, or the record is of an earlier call: it settles nothing."""
        submission = make_at(Status.STEP1_SENDING)
        if case != "prepared":
            in_doubt(submission, CallKind.STEP1)
        Call.objects.update(userid=f"{submission.reference}-{1 if case == 'prepared' else 2}")
        with mock.patch.object(reconcile, "settle_one") as settled:
            placed = orphans.place(submission.project, record(f"{submission.reference}-1"))
        assert (placed, settled.called) == (orphans.CALL_UNDER_WAY, False)
        assert not Difference.objects.exists()

    def test_given_up_call_that_somebody_else_opened_again_is_under_way(self) -> None:
        draft = make_draft()
        with mock.patch.object(ledger, "reopen", return_value=False):
            call = in_doubt(make_at(Status.STEP1_SENDING), CallKind.STEP1)
            ledger.settle(call, "never_arrived")
            Call.objects.update(submission=draft, userid=f"{draft.reference}-1")
            assert orphans._take_back_in(draft, record(f"{draft.reference}-1"), 1) == orphans.CALL_UNDER_WAY
        assert reload(draft).status == Status.DRAFT


class TestAccountCheckInDoubt:
    """No record of the vendor shows whether it ran."""

    @pytest.fixture
    def call(self) -> Call:
        submission = make_at(Status.CONFIRMING)
        values = dict.fromkeys(("submissionId", "userName", "bankCode", "accountNumber"), "1")
        new_calls.prepare(submission, CallKind.ACCOUNT, None, by=by(submission.created_by), values=values)
        return in_doubt(submission, CallKind.ACCOUNT)

    def test_waits_for_a_person_until_one_is_notified(self, call: Call) -> None:
        before = clock.now()
        assert reconcile.settle_one(call) is False
        fresh = Call.objects.get(pk=call.pk)
        assert fresh.state == CallState.UNKNOWN
        assert fresh.next_read_at is not None
        assert timedelta(0) <= fresh.next_read_at - before - reconcile.PERSON_TOLD_AFTER < timedelta(minutes=1)

    def test_ends_with_its_submission(self, call: Call) -> None:
        call.submission.status = Status.ABANDONED
        assert reconcile.settle_one(call) is True
        assert Call.objects.values_list("state", "settled_as").get(pk=call.pk) == (CallState.SETTLED, "not_known")


def test_call_that_somebody_else_settled_while_it_was_read_is_not_settled_again() -> None:
    call = in_doubt(make_at(Status.STEP1_SENDING), CallKind.STEP1)
    ledger.settle(call, "never_arrived")
    with (
        mock.patch.object(vendor_client, "client_for"),
        mock.patch.object(reconcile, "_read", return_value=record(call.userid)),
        mock.patch.object(reconcile.gate, "note_contact"),
        mock.patch.object(reconcile, "judge", return_value=Evidence.ARRIVED),
    ):
        assert reconcile.settle_one(call) is False
    assert Call.objects.get(pk=call.pk).settled_as == "never_arrived"


def test_read_that_fails_is_asked_again_later() -> None:
    call = in_doubt(make_at(Status.STEP1_SENDING), CallKind.STEP1)
    cut = mock.patch.object(reconcile, "_read", side_effect=OutcomeUnknown("cut"))
    with mock.patch.object(vendor_client, "client_for"), cut:
        assert reconcile.settle_one(call) is False
    assert Call.objects.get(pk=call.pk).reads == call.reads + 1


def test_call_that_was_turned_away_is_released_and_its_record_adopted() -> None:
    call, found = in_doubt(make_at(Status.STEP2_SENDING), CallKind.STEP2), record("", "vendor-1", "incomplete")
    client: Any = mock.Mock()
    with mock.patch.object(status_table, "adopt") as adopted:
        assert reconcile._act_on(Evidence.TURNED_AWAY, call, found, client) is True
    adopted.assert_called_once_with(call.submission, found)
    assert Call.objects.get(pk=call.pk).state == CallState.SETTLED


def test_verdict_that_arrived_after_all_takes_the_place_of_the_later_one() -> None:
    lost = in_doubt(make_at(Status.DECISION_SENDING), CallKind.REVIEW)
    ledger.settle(lost, "never_arrived")
    Decision.objects.update(withdrawn_at=clock.now(), withdrawn_why="never_arrived")
    first = Decision.objects.get()
    later = Decision.objects.create(submission=lost.submission, reviewer=make_user(Role.OFFICER), verdict=first.verdict)
    status_table._our_decision(reload(lost.submission), Status(first.verdict))
    later.refresh_from_db()
    first.refresh_from_db()
    assert (first.withdrawn_why, later.withdrawn_why) == ("", "decided_earlier")
    assert later.withdrawn_at is not None


class TestLifted:
    @pytest.fixture
    def switch(self) -> Switch:
        Switch.read()
        Switch.objects.update(tick=4)
        restore_hold.begin(restore_hold.BY_HAND)
        return Switch.read()

    @pytest.mark.parametrize(("kept", "tick"), [(9, 10), (2, 5), (None, 5)])
    def test_tick_goes_past_its_copy_and_the_copy_follows(self, switch: Switch, kept: int | None, tick: int) -> None:
        read = (
            mock.Mock(side_effect=restore_watermark.WatermarkUnavailable)
            if kept is None
            else mock.Mock(return_value=kept)
        )
        with (
            mock.patch.object(restore_watermark, "read", read),
            mock.patch.object(restore_watermark, "write") as written,
        ):
            restore_hold.lift(by=SYSTEM, why="looked")
        written.assert_called_once_with(switch.epoch, tick)
        fresh = Switch.read()
        assert (fresh.tick, fresh.on_hold_since, fresh.on_hold_why) == (tick, None, "")

    def test_who_lifted_it_and_why_is_recorded(self, switch: Switch) -> None:
        restore_hold.lift(by=SYSTEM, why="The list was compared by hand.")
        assert Event.objects.filter(kind="hold_lifted").get().fields == {"why": "The list was compared by hand."}


def test_adopted_kinds_are_all_but_those_that_nothing_tells() -> None:
    assert set(adoption.ADOPT) == set(CallKind) - {CallKind.ACCOUNT, CallKind.TOKEN, CallKind.UNTOKEN}
