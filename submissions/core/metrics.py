"""Counts of what has happened, over all hosts and processes together: a Redis hash that /metrics reads.

A process of its own counts nothing, so it does not matter how many there are, which one is asked, or that a worker has
no port to ask at. When Redis is emptied the counts begin anew, as they would with a process that is restarted; what is
to be known for certain stands in the ledger and the events.
"""

from typing import Any

from submissions.core import redis_client

KEY = "kyc:tally"
SEP = "|"
# Upper ends in seconds; a call may take as long as its project's timeouts allow.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
BEYOND = "+Inf"
_ADD = "for i = 1, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end return 0"
_ALL = "return redis.call('HGETALL', KEYS[1])"


def count(name: str, *labels: str) -> None:
    _add((name, *labels), 1)


def took(name: str, seconds: float, *labels: str) -> None:
    """One more in the histogram of `name`."""
    bucket = next((str(end) for end in BUCKETS if seconds <= end), BEYOND)
    milliseconds = max(0, round(seconds * 1000))
    _ask([_field((name, "le", *labels, bucket)), 1, _field((name, "ms", *labels)), milliseconds])


def read() -> dict[tuple[str, ...], int]:
    """Everything counted.

    Raises:
        shared.Gone: Redis does not answer.
    """
    flat = [
        part.decode() if isinstance(part, bytes) else str(part) for part in redis_client.run_script(_ALL, [KEY], [])
    ]
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return {tuple(field.split(SEP)): int(value) for field, value in pairs}


def _add(parts: tuple[str, ...], by: int) -> None:
    _ask([_field(parts), by])


def _ask(arguments: list[Any]) -> None:
    try:
        redis_client.run_script(_ADD, [KEY], arguments)
    except redis_client.RedisUnavailable:
        return  # it says so itself; nobody waits for a count


def _field(parts: tuple[str, ...]) -> str:
    return SEP.join(parts)
