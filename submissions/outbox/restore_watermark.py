"""The copy of the ledger's tick outside the database: in Redis and in a file of DATA_DIR. Either may be lost.

It is written after a call was marked as sent and before it is sent, so a database that lacks a sent call is behind it.
"""

import fcntl
import os
from pathlib import Path
from uuid import UUID

from django.conf import settings

from submissions.core import redis_client

KEY = "kyc:ledger:ticks"
FORGOTTEN = -1
_RAISE = """
local kept = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
if tonumber(ARGV[2]) > kept then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return redis.call('HGET', KEYS[1], ARGV[1])
"""
_READ = "return redis.call('HGET', KEYS[1], ARGV[1])"


class WatermarkNotWritten(Exception):
    """Neither copy could be written."""


class WatermarkUnavailable(Exception):
    """This host has no copy and Redis does not answer, so the last tick is unknown."""


def read(epoch: UUID) -> int:
    """Return the highest tick of all copies; `FORGOTTEN` if there is no copy.

    Raises:
        WatermarkUnavailable: this host has no copy and Redis does not answer.
    """
    in_file = _read_file(_file_of(epoch))
    try:
        in_redis = redis_client.run_script(_READ, [KEY], [str(epoch)])
    except redis_client.RedisUnavailable:
        if in_file == FORGOTTEN:
            raise WatermarkUnavailable from None
        return in_file
    return max(in_file, int(in_redis) if in_redis is not None else FORGOTTEN)


def write(epoch: UUID, tick: int) -> None:
    """Raise both copies to `tick`; one of them is enough.

    Raises:
        WatermarkNotWritten: neither could be written.
    """
    written = 0
    try:
        redis_client.run_script(_RAISE, [KEY], [str(epoch), tick])
        written += 1
    except redis_client.RedisUnavailable:
        pass
    try:
        _raise_file(_file_of(epoch), tick)
        written += 1
    except OSError:
        pass
    if not written:
        raise WatermarkNotWritten


def folder() -> Path:
    return Path(settings.DATA_DIR) / "ledger"


def _file_of(epoch: UUID) -> Path:
    return folder() / str(epoch)


def _read_file(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return FORGOTTEN


def _raise_file(path: Path, tick: int) -> None:
    """Raise the tick in the file under a lock, so that a slower process does not overwrite a newer tick."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        content = file.read().strip()
        if not content.isdigit() or int(content) < tick:
            file.seek(0)
            file.write(str(tick))
            file.truncate()
