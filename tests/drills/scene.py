"""One drill's stage: people at work, gusts of weather while they work, then an hour of fair weather, then the count."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from submissions.core import clock
from submissions.models import Call, CallState, Status, Submission
from submissions.models.submission import FINAL
from tests.drills.plant import Clock, Plant
from tests.drills.traffic import Floor

GUST_SECONDS = 1.5
# In the weather the clocks go on by a little more than two reads are apart, over what a worker that has died or a call
# that outlasts its worker's patience has left, and over nothing else: a busy machine's calls would lose their leases.
JUMP_EVERY = 15  # seconds of the wall's clock
JUMP_SECONDS = 11 * 60
DRAINED_WITHIN = 3
PATIENCE = 600  # seconds of the wall's clock for all the Step 2 calls
# After the weather: the minutes the clocks are moved by, one after the other; an hour in all.
HOUR = (1, 11, 11, 11, 11, 15)
FAIR = {"lag_seconds": 0, "hides_attempts": False, "webhook_delay": 0, "webhook_times": 1, "webhook_reversed": False}
# Seconds of the wall's clock: the portal's ran thirty times as fast, and a busy machine is behind.
QUIET_WITHIN = 10
SERVED_WITHIN = 12
CATCHES_UP_WITHIN = 45
AT_LEAST_BETWEEN = 4


@dataclass
class Scene:
    name: str
    seed: int
    wanted: int  # Step 2 calls that the vendor must have seen before the weather clears
    plant: Plant
    clock: Clock
    floor: Floor
    draw: random.Random = field(init=False)
    is_restored: bool = False  # the database is an older copy of itself
    ended_by_themselves: list[str] = field(default_factory=list)
    closed_too_early: list[str] = field(default_factory=list)
    cleared_at: datetime = field(init=False)
    not_held: list[str] = field(default_factory=list)  # what a restored database did not do automatically
    still_unknown: list[str] = field(default_factory=list)  # an hour after the weather
    notes: dict[str, float] = field(default_factory=dict)  # figures that only this drill has
    must_not: dict[str, list[str]] = field(default_factory=dict)  # and what must not have happened in it, a line each

    def __post_init__(self) -> None:
        self.draw = random.Random(f"{self.seed} {self.name}")

    def faults(self, *faults: dict[str, object]) -> None:
        self.plant.control.faults(*faults)

    def gusts(self, seconds: float = GUST_SECONDS, *, share: float = 1.0, jump: float = JUMP_SECONDS) -> Iterator[int]:
        """A turn now and again until the vendor has seen `share` of the Step 2 calls; the clocks go on."""
        started, turn = time.monotonic(), 0
        jumped = started
        self.floor.start()
        while self.step2_calls() < share * self.wanted and time.monotonic() - started < PATIENCE:
            yield turn
            time.sleep(seconds)
            turn += 1
            if time.monotonic() - jumped > JUMP_EVERY:
                self._advance_quietly(jump, DRAINED_WITHIN)
                jumped = time.monotonic()

    def step2_calls(self) -> int:
        return sum(kyc["step2_calls"] for kyc in self.plant.control.submissions())

    def clear_up(self) -> None:
        """Fair weather from now on; no new customers, the ones that are here are served to the end."""
        self.floor.admits = False
        self.ended_by_themselves += self.plant.ended()
        self.plant.control.faults()
        self.plant.control.knobs(**FAIR)
        self.plant.mend()
        self.cleared_at = clock.now()

    def wait_until_nothing_is_sent(self, seconds: float = QUIET_WITHIN) -> None:
        """No call is on its way, so that a jump of hours does not happen to one."""
        started = time.monotonic()
        leaving = Call.objects.filter(state__in=(CallState.PREPARED, CallState.SENT))
        while leaving.exists() and time.monotonic() - started < seconds:
            time.sleep(0.1)

    def hour_after(self) -> None:
        """The weather's calls have this hour. One that a slow machine loses in it has as long, and does not count."""
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
        self.floor.close()
        self.wait_until_nothing_is_sent()
        time.sleep(AT_LEAST_BETWEEN)

    def pass_minutes(self, minutes: float) -> None:
        """People serve whoever can be served; then they rest, what they pressed ends, and the clocks go on."""
        self._serve(SERVED_WITHIN)
        self._advance_quietly(minutes * 60, QUIET_WITHIN)
        time.sleep(AT_LEAST_BETWEEN)

    def _advance_quietly(self, seconds: float, drained_within: float) -> None:
        self.floor.pause()
        self.wait_until_nothing_is_sent(drained_within)
        self.clock.advance(seconds)
        self.floor.go_on()

    def _serve(self, seconds: float) -> None:
        """Until what is not finished waits for the clock alone."""
        started = time.monotonic()
        while time.monotonic() - started < seconds and self._waiting_for_somebody().exists():
            time.sleep(0.3)

    def _waiting_for_somebody(self) -> "QuerySet[Submission]":
        asked_later = Call.objects.filter(state=CallState.UNKNOWN, next_read_at__gt=clock.now())
        found: QuerySet[Submission] = self._open().exclude(status=Status.OVERDUE)
        return found.exclude(pk__in=asked_later.values("submission"))

    def _open(self) -> "QuerySet[Submission]":
        rows: QuerySet[Submission] = Submission.objects.filter(pk__in=list(self.floor.created))
        return rows.exclude(status__in=FINAL)

    def unfinished(self) -> int:
        return self._open().count()
