"""Drive the real ledger and the sandbox's rules through any order of actions, losses, webhooks and clock changes.

The invariants are checked after every step and once more after the faults have ended.
"""

import hashlib
import itertools
from collections import Counter
from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from submissions.capture import submit
from submissions.core import clock
from submissions.models import Call, CallKind, CallState, Image, ImageKind, Role, Status, Submission, Verdict
from submissions.outbox import deadline_sweep, evidence, ledger, vendor_client
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.vendor_sync import polling, reconcile, webhooks, worker
from submissions.vendor_sync.status_table import Agreement, agreement_on
from submissions.workflow import deadlines
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.transitions import StaleSubmission
from tests.factories import VALUES, by, explain, make_draft, make_project, make_user, reload
from tests.sandbox import KEY
from tests.vendor_here import FAULTS, VendorHere

CASES = ("", "+approved", "+fail", "+liveness", "+glare", "+noocr", "+glare+noocr", "+mismatch", "+rejected")
ENDS = (*FAULTS, "fine", "fine", "left", "killed_before", "killed_after", "stands_still")
numbers = itertools.count(1)
CANNOT = (
    submit.NotReady,
    submit.VendorDown,
    submit.NoAttemptLeft,
    deadlines.DeadlinePassed,
    StaleSubmission,
    NotAllowed,
    decisions.WarningsOpen,
)


class LedgerMachine(RuleBasedStateMachine):
    settle_minutes = 10

    def __init__(self) -> None:
        super().__init__()
        self.vendor = VendorHere()
        self.installed = self.vendor.installed()
        self.installed.__enter__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.late: list[tuple[Call, Any]] = []
        self.project = make_project(settle_minutes=self.settle_minutes)
        self.project.api_key = KEY
        self.project.save()
        self.agent, self.officer = make_user(Role.AGENT), make_user(Role.OFFICER)
        self.ids: list[Any] = []

    def teardown(self) -> None:
        try:
            self.clear_up()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)
            self.installed.__exit__(None, None, None)

    # The users.

    @initialize(cases=st.lists(st.sampled_from(CASES), min_size=1, max_size=3))
    def customers(self, cases: list[str]) -> None:
        for case in cases:
            number = next(numbers)
            values = {**VALUES, "email": f"a{number}{case}@example.com", "customer_id": f"C-{number}"}
            submission = make_draft(self.agent, self.project, images=False, **values)
            self.attach(submission, ImageKind.ID_FRONT)
            self.ids.append(submission.pk)

    def attach(self, submission: Submission, kind: ImageKind) -> None:
        """Return a unique picture, valid by its first bytes."""
        content = b"\xff\xd8\xff" + f"{kind} {next(numbers)}".encode()
        submission.images.filter(kind=kind, is_current=True).update(is_current=False)
        image = Image(submission=submission, kind=kind, size=len(content), created_by=self.agent)
        image.sha256, image.width, image.height = hashlib.sha256(content).hexdigest(), 800, 800
        image.store(content)
        image.save(force_insert=True)

    def one(self, which: int) -> Submission:
        return reload(Submission(pk=self.ids[which % len(self.ids)]))

    @rule(which=st.integers(0, 2), end=st.sampled_from(ENDS))
    def go_on(self, which: int, end: str) -> None:
        """Let the agent do the next step, and a worker send it with some fault."""
        self.press_step1(which)
        self.press_step2(which, 1)
        match end:
            case "left":
                return
            case "killed_before" | "killed_after":
                self.die(end == "killed_after")
            case "stands_still":
                self.stand_still()
            case _:
                self.work(end)

    @rule(which=st.integers(0, 2), end=st.sampled_from(ENDS), minutes=st.sampled_from([0.1, 0.2, 11]))
    def go_on_and_wait(self, which: int, end: str, minutes: float) -> None:
        """The same, followed by beat a little later."""
        self.go_on(which, end)
        self.advance(minutes)
        self.beat()
        self.advance(minutes)
        self.beat()

    @rule(which=st.integers(0, 2))
    def press_step1(self, which: int) -> None:
        submission = self.one(which)
        if submission.status in (Status.DRAFT, Status.STEP1_RETRY):
            self.try_to(lambda: submit.send_step1(submission, by=by(self.agent), is_last_confirmed=True))

    @rule(which=st.integers(0, 2), times=st.integers(1, 2))
    def press_step2(self, which: int, times: int) -> None:
        """Send Step 2 twice: a double click, or a second tab that has not seen the first."""
        submission = self.one(which)
        if submission.status not in (Status.CONFIRMING, Status.INCOMPLETE) or submission.has_open_call:
            return
        self.attach(submission, ImageKind.SELFIE)
        explain(submission)
        for _time in range(times):
            tab = reload(submission) if times == 1 else submission
            self.try_to(lambda tab=tab: submit.send_step2(tab, by=by(self.agent), is_last_confirmed=True))

    @rule(which=st.integers(0, 2), verdict=st.sampled_from(Verdict))
    def decide(self, which: int, verdict: Verdict) -> None:
        submission = self.one(which)
        if submission.status != Status.PENDING:
            return
        self.try_to(lambda: claims.claim(submission, by=by(self.officer)))
        submission = reload(submission)
        ticked = [warning.code for warning in warnings_of(submission, self.officer)]
        why = {"reason_code": "other", "comment": "Not the same person."} if verdict == Verdict.REJECTED else {}
        self.try_to(lambda: decisions.decide(submission, verdict, by=by(self.officer), ticked=ticked, **why))

    def try_to(self, act: Any) -> None:
        try:
            with transaction.atomic():
                act()
        except CANNOT:
            pass

    # The portal's processes.

    @rule(fault=st.sampled_from(FAULTS))
    def work(self, fault: str) -> None:
        self.vendor.fault = fault
        worker.send_next()

    @rule(arrives=st.booleans())
    def die(self, arrives: bool) -> None:
        """Kill a worker: before its call was sent, or while the reply is on its way."""
        call = ledger.take_lease()
        if call is not None and arrives:
            self.talk(call)

    @rule()
    def stand_still(self) -> None:
        """Freeze a worker with its reply, which it writes later, perhaps after its lease."""
        call = ledger.take_lease()
        if call is not None and (reply := self.talk(call)) is not None:
            self.late.append((call, reply))

    def talk(self, call: Call) -> Any:
        try:
            files = worker._ready(call)
            if files is None:
                return None
            client = vendor_client.client_for(call.submission.project)
            return worker.ASKS[CallKind(call.kind)](call, client, files)
        except Exception:
            return None

    @precondition(lambda self: self.late)
    @rule()
    def come_late(self) -> None:
        call, reply = self.late.pop(0)
        try:
            with transaction.atomic():
                worker.TAKES[CallKind(call.kind)](call, reply)
        except StaleSubmission:
            ledger.mark_unknown(call, error="portal_fault")

    @rule()
    def beat(self) -> None:
        ledger.lapse_leases()
        reconcile.settle_due()
        deadline_sweep.sweep_deadlines()
        polling.poll_due()
        webhooks.confirm_due()

    # The state.

    @rule(minutes=st.sampled_from([0.1, 0.1, 1, 6, 11, 61, 600]))
    def advance(self, minutes: float) -> None:
        self.vendor.advance(minutes=minutes)

    @rule(minutes=st.sampled_from([0, 0, 2, 8]))
    def lag(self, minutes: int) -> None:
        """Lag by less than `settle_minutes`; docs/ledger.md covers longer lags, which other tests check."""
        self.vendor.state.knobs.lag_seconds = minutes * 60

    @rule(hides=st.booleans())
    def hide_attempts(self, hides: bool) -> None:
        self.vendor.state.knobs.hides_attempts = hides

    @rule(times=st.integers(1, 3), turned=st.booleans())
    def hints(self, times: int, turned: bool) -> None:
        """Deliver webhooks, duplicated and in any order."""
        records = self.vendor.submissions()
        for kyc in reversed(records) if turned else records:
            for _time in range(times):
                webhooks.store(self.project, self.vendor.hint(kyc), "application/json", None)
        webhooks.confirm_due()

    # The invariants.

    @invariant()
    def one_open_call_each(self) -> None:
        open_calls = Call.objects.open().filter(submission__project=self.project)
        assert max(Counter(open_calls.values_list("submission_id", flat=True)).values(), default=0) <= 1

    @invariant()
    def no_selfie_is_processed_twice(self) -> None:
        selfies = Counter(entry["selfie"] for entry in self.vendor.sent if entry["endpoint"] == "step2")
        assert max(selfies.values(), default=0) <= 1, "two Step 2 calls were processed for one press"

    @invariant()
    def never_a_fourth_selfie(self) -> None:
        tries = Counter(entry["subject"] for entry in self.vendor.sent if entry["endpoint"] == "step2")
        assert max(tries.values(), default=0) <= 3

    @invariant()
    def nothing_leaves_after_the_deadline(self) -> None:
        started = {kyc.submission_id: kyc.created_at for kyc in self.vendor.state.submissions.values()}
        for entry in self.vendor.sent:
            if entry["endpoint"] in ("step1", "step2") and entry["subject"] in started:
                assert entry["at"] <= started[entry["subject"]] + timedelta(hours=24).total_seconds()

    def clear_up(self) -> None:
        """End the faults: more than an hour of beat, then both sides are compared."""
        self.vendor.state.knobs.lag_seconds, self.vendor.state.knobs.hides_attempts = 0, False
        self.vendor.fault = "fine"
        while self.late:
            self.come_late()
        for _time in range(10):
            self.vendor.advance(minutes=7)
            while worker.send_next():
                pass
            self.beat()
        now = clock.now()
        Submission.objects.filter(project=self.project).exclude(vendor_id="").update(next_read_at=now)
        self.beat()
        self.compare()

    def compare(self) -> None:
        self.no_selfie_is_processed_twice()
        self.never_a_fourth_selfie()
        self.nothing_leaves_after_the_deadline()
        ours = {row.vendor_id: row for row in Submission.objects.filter(project=self.project).exclude(vendor_id="")}
        doubtful = Call.objects.filter(submission__project=self.project, state__in=(CallState.SENT, CallState.UNKNOWN))
        assert not doubtful.exists(), "a call is unknown an hour after the fault has cleared"
        for kyc in self.vendor.submissions():
            submission = ours.pop(kyc.submission_id, None)
            assert submission is not None, f"the vendor's {kyc.submission_id} ({kyc.userid}) is lost here"
            assert evidence.tries_processed(submission) == kyc.step2_calls, "tries at the vendor and in our ledger"
            assert submission.selfies_sent == kyc.step2_calls, "selfies counted and selfies at the vendor"
            word = agreement_on(Status(submission.status), kyc.status)
            assert word == Agreement.AGREE, f"{submission.status} here, {kyc.status} at the vendor"
        assert not ours, "a submission claims a record that the vendor does not have"
