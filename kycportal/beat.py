"""Celery beat's schedule in Redis, run by one beat at a time, which survives a flushed, stopped or unavailable Redis.

Without this class RedBeat ends its process if its lock is lost, and runs nothing if its schedule is. Redis may be
flushed at any time here: the ledger guarantees the work, and beat finds it again.
"""

import logging
from types import SimpleNamespace
from typing import Any

from redbeat.schedulers import RedBeatScheduler, acquire_distributed_beat_lock, get_redis
from redis.exceptions import LockError, RedisError

log = logging.getLogger(__name__)

LOOK_AGAIN_AFTER = 1.0  # seconds


class Scheduler(RedBeatScheduler):  # type: ignore[misc]
    lock: Any = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Run due tasks; return the seconds until the next tick."""
        try:
            self._write_schedule_where_it_is_gone()
            if self.lock is None:
                self._wait_for_the_lock()
            return float(super().tick(*args, **kwargs))
        except LockError:
            log.warning("beat's lock is gone from Redis; taking it again")
            self.lock = None
        except RedisError as error:
            log.warning("beat cannot reach Redis: %s", type(error).__name__)
        return LOOK_AGAIN_AFTER

    def _write_schedule_where_it_is_gone(self) -> None:
        conf = self.app.redbeat_conf
        if get_redis(self.app).zcard(conf.schedule_key) < len(conf.schedule):
            self.setup_schedule()

    def _wait_for_the_lock(self) -> None:
        """Wait for the lock, as at the start: a second beat waits here until the first one ends."""
        acquire_distributed_beat_lock(sender=SimpleNamespace(scheduler=self))
