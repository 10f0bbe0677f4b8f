"""The course of a drill: users work during a period of faults, then one hour without faults, then the count."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from submissions.core import clock
from submissions.models import Call, CallState, Status, Submission
from submissions.models.submission import FINAL
from tests.drills.processes import Clock, Processes
from tests.drills.traffic import Workforce

GUST_SECONDS = 1.5
# During the faults the clocks advance by a little more than the distance of two reads, beyond what remains of a dead
# worker's lease or of a call that outlasts it, and no more: calls on a busy machine would lose their leases.
JUMP_EVERY = 15  # seconds of real time
JUMP_SECONDS = 11 * 60
DRAINED_WITHIN = 3
PATIENCE = 600  # seconds of real time for all the Step 2 calls
# After the faults: the minutes by which the clocks advance, step by step; an hour in total.
HOUR = (1, 11, 11, 11, 11, 15)
FAIR = {"lag_seconds": 0, "hides_attempts": False, "webhook_delay": 0, "webhook_times": 1, "webhook_reversed": False}
# Seconds of real time: the portal's clock runs thirty times as fast, and a busy machine lags behind.
QUIET_WITHIN = 10
SERVED_WITHIN = 12
CATCHES_UP_WITHIN = 45
AT_LEAST_BETWEEN = 4


@dataclass
class Scene:
    name: str
    seed: int
    wanted: int  # Step 2 calls that the vendor must have received before the faults end
    processes: Processes
    clock: Clock
    workforce: Workforce
    draw: random.Random = field(init=False)
    is_restored: bool = False  # the database is an older copy
    ended_by_themselves: list[str] = field(default_factory=list)
    closed_too_early: list[str] = field(default_factory=list)
    cleared_at: datetime = field(init=False)
    not_held: list[str] = field(default_factory=list)  # what a restored database did not do automatically
    still_unknown: list[str] = field(default_factory=list)  # an hour after the faults
    notes: dict[str, float] = field(default_factory=dict)  # figures that only this drill has
    must_not: dict[str, list[str]] = field(default_factory=dict)  # forbidden events of this drill, one line each

    def __post_init__(self) -> None:
        self.draw = random.Random(f"{self.seed} {self.name}")

    def faults(self, *faults: dict[str, object]) -> None:
        self.processes.control.faults(*faults)

    def fault_rounds(
        self, seconds: float = GUST_SECONDS, *, share: float = 1.0, jump: float = JUMP_SECONDS
    ) -> Iterator[int]:
        """Call `turn` repeatedly until the vendor has received `share` of the Step 2 calls; the clocks advance."""
        started, turn = time.monotonic(), 0
        jumped = started
        self.workforce.start()
        while self.step2_calls() < share * self.wanted and time.monotonic() - started < PATIENCE:
            yield turn
            time.sleep(seconds)
            turn += 1
            if time.monotonic() - jumped > JUMP_EVERY:
                self._advance_quietly(jump, DRAINED_WITHIN)
                jumped = time.monotonic()

    def step2_calls(self) -> int:
        return sum(kyc["step2_calls"] for kyc in self.processes.control.submissions())

    def end_faults(self) -> None:
        """Stop the faults and new customers; the present ones are served to the end."""
        self.workforce.admits = False
        self.ended_by_themselves += self.processes.ended()
        self.processes.control.faults()
        self.processes.control.knobs(**FAIR)
        self.processes.mend()
        self.cleared_at = clock.now()

    def wait_until_nothing_is_sent(self, seconds: float = QUIET_WITHIN) -> None:
        """Wait until no call is being sent, so that the clock does not jump during one."""
        started = time.monotonic()
        leaving = Call.objects.filter(state__in=(CallState.PREPARED, CallState.SENT))
        while leaving.exists() and time.monotonic() - started < seconds:
            time.sleep(0.1)

    def hour_after(self) -> None:
        """Give the calls of the faults one hour.

        A call that a slow machine loses in it gets another, and does not count.
        """
        left = list(HOUR)
        while left:
            jump = left[:1] if self.unfinished() else left
            left = left[len(jump) :]
            self.pass_minutes(sum(jump))
        self._serve(CATCHES_UP_WITHIN)
        unknown = Call.objects.filter(state=CallState.UNKNOWN, sent_at__lt=self.cleared_at)
        self.still_unknown += [f"{call} of {call.submission.reference}" for call in unknown]
        for _more in HOUR:
            if Call.objects.filter(state=CallState.UNKNOWN).exists():
                self.pass_minutes(max(HOUR))
        self.workforce.close()
        self.wait_until_nothing_is_sent()
        time.sleep(AT_LEAST_BETWEEN)

    def pass_minutes(self, minutes: float) -> None:
        """Let users work, then stop them, wait for their calls, and advance the clocks."""
        self._serve(SERVED_WITHIN)
        self._advance_quietly(minutes * 60, QUIET_WITHIN)
        time.sleep(AT_LEAST_BETWEEN)

    def _advance_quietly(self, seconds: float, drained_within: float) -> None:
        self.workforce.pause()
        self.wait_until_nothing_is_sent(drained_within)
        self.clock.advance(seconds)
        self.workforce.resume()

    def _serve(self, seconds: float) -> None:
        """Let users work until the unfinished submissions only wait for the clock."""
        started = time.monotonic()
        while time.monotonic() - started < seconds and self._waiting_for_somebody().exists():
            time.sleep(0.3)

    def _waiting_for_somebody(self) -> "QuerySet[Submission]":
        asked_later = Call.objects.filter(state=CallState.UNKNOWN, next_read_at__gt=clock.now())
        found: QuerySet[Submission] = self._open().exclude(status=Status.OVERDUE)
        return found.exclude(pk__in=asked_later.values("submission"))

    def _open(self) -> "QuerySet[Submission]":
        rows: QuerySet[Submission] = Submission.objects.filter(pk__in=list(self.workforce.created))
        return rows.exclude(status__in=FINAL)

    def unfinished(self) -> int:
        return self._open().count()
