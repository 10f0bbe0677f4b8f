"""One budget of vendor calls for each API key, shared by all workers through Redis: per second and per UTC day.

If it is short, urgent calls go first: reads may use a part of it only, Step 1 a larger one, Step 2 and decisions all
of it (and the ledger takes the nearest deadline first). While Redis is unavailable each process uses a small share of
its own.
"""

import threading
import time
from dataclasses import dataclass, field

from argos.errors import Throttled
from submissions.core import redis_client

READ, STEP1, ALL = 0.8, 0.9, 1.0
SHARES = {
    "step1": STEP1,
    "step2": ALL,
    "review": ALL,
    "account": STEP1,
    "delete": READ,
    "image": READ,
    "token": READ,
    "untoken": READ,
    "aml_on": READ,
    "aml_off": READ,
}
LOCAL_PART = 4  # divisor of the project's budget, which is well below the vendor's limit
DAY = 86_400

# KEYS: a prefix. ARGV: limit per second, limit per day, number of calls to count (0 only checks). The script uses the
# clock of Redis, so that all hosts count the same second. Returns 0, or the seconds to wait.
SCRIPT = """
local now = redis.call('TIME')
local second, day = KEYS[1] .. ':s:' .. now[1], KEYS[1] .. ':d:' .. math.floor(now[1] / 86400)
if tonumber(redis.call('GET', day) or '0') >= tonumber(ARGV[2]) then return 86400 - now[1] % 86400 end
if tonumber(redis.call('GET', second) or '0') >= tonumber(ARGV[1]) then return 1 end
if ARGV[3] == '1' then
  redis.call('INCR', second) redis.call('EXPIRE', second, 5)
  redis.call('INCR', day) redis.call('EXPIRE', day, 180000)
end
return 0
"""

SPENT = """
local now = redis.call('TIME')
return tonumber(redis.call('GET', KEYS[1] .. ':d:' .. math.floor(now[1] / 86400)) or '0')
"""


@dataclass(frozen=True)
class Budget:
    """`key`: a name of the API key that does not reveal it."""

    key: str
    per_second: int
    per_day: int

    def has_room(self, share: float) -> bool:
        """Return whether a call with this share could be sent now; count nothing."""
        return self._wait(share, take=False) == 0

    def spend(self, share: float) -> None:
        """Count one call.

        Raises:
            Throttled: the budget is used up; nothing was sent.
        """
        if wait := self._wait(share, take=True):
            raise Throttled("the budget of calls is used up", retry_after=wait)

    def spent_today(self) -> int | None:
        """Return the calls counted in this UTC day; None while Redis does not answer."""
        try:
            return int(redis_client.run_script(SPENT, [f"kyc:calls:{{{self.key}}}"], []))
        except redis_client.RedisUnavailable:
            return None

    def _wait(self, share: float, *, take: bool) -> int:
        second, day = max(1, int(self.per_second * share)), max(1, int(self.per_day * share))
        try:
            return int(redis_client.run_script(SCRIPT, [f"kyc:calls:{{{self.key}}}"], [second, day, int(take)]))
        except redis_client.RedisUnavailable:
            return _local(self.key).wait(max(1, second // LOCAL_PART), max(1, day // LOCAL_PART), take=take)


@dataclass
class _Local:
    """The count of this process while Redis is unavailable."""

    second: int = 0
    in_second: int = 0
    day: int = 0
    in_day: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, per_second: int, per_day: int, *, take: bool) -> int:
        with self.lock:
            now = int(time.time())
            if now != self.second:
                self.second, self.in_second = now, 0
            if now // DAY != self.day:
                self.day, self.in_day = now // DAY, 0
            if self.in_day >= per_day:
                return DAY - now % DAY
            if self.in_second >= per_second:
                return 1
            self.in_second += take
            self.in_day += take
        return 0


_counts: dict[str, _Local] = {}


def _local(key: str) -> _Local:
    return _counts.setdefault(key, _Local())
