"""Users and processes of the ledger machine, and the settling task, one step at a time."""

from datetime import timedelta

from submissions.capture import account_check
from submissions.core import clock
from submissions.models import Call, CallState, Project, Submission
from submissions.vendor_sync import reconcile
from tests.factories import by
from tests.submissions.outbox.ledger_machine import LedgerMachine


class Bench(LedgerMachine):
    """The machine's users and processes, each step called by a test."""

    def teardown(self) -> None:
        self.installed.__exit__(None, None, None)
        self.transaction.__exit__(None, None, None)

    @property
    def mine(self) -> Submission:
        return self.one(0)

    @property
    def call(self) -> Call:
        found: Call = self.mine.calls.order_by("-prepared_at").first()
        return found

    def beats(self, *minutes: float) -> None:
        for delta in minutes:
            self.advance(delta)
            self.beat()

    def at(self, case: str = "") -> None:
        self.customers([case])
        self.press_step1(0)
        self.work("fine")
        self.advance(1)

    def lose_step2(self, fault: str) -> None:
        self.press_step2(0, 1)
        self.work(fault)

    def check_account(self) -> None:
        Project.objects.update(has_account_occupancy=True)
        account_check.prepare(self.mine, by=by(self.agent), holder="A", bank_code="004", account_number="1234567")

    def witness(self) -> None:
        """Create another customer whose vendor record is newer than the call."""
        self.advance(2)
        self.customers([""])
        self.press_step1(len(self.ids) - 1)
        self.work("fine")


def settle_later(minutes: int = 11) -> int:
    """Run the settling task once the second read is due."""
    Call.objects.filter(state=CallState.UNKNOWN).update(next_read_at=clock.now())
    settled = reconcile.settle_due()
    past = clock.now() - timedelta(minutes=minutes)
    Call.objects.filter(state=CallState.UNKNOWN).update(next_read_at=clock.now(), clear_since=past)
    return settled + reconcile.settle_due()
