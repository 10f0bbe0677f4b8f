"""Limit requests per user, counted in the cache that all processes share. Keys contain no personal data."""

from django.core.cache import cache

from submissions.core import clock


def is_too_fast(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Count a request; return whether `who` made more than `most` in the current window of `seconds`."""
    return count(what, who, seconds=seconds) > most


def count(what: str, who: str, *, seconds: int) -> int:
    """Count a request; return how many `who` has made in the current window of `seconds`."""
    key = f"pace:{what}:{who}:{int(clock.now().timestamp()) // seconds}"
    if cache.add(key, 1, timeout=seconds + 1):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # the key expired between the two calls
        return 1


def seconds_left(seconds: int) -> int:
    """Return after how many seconds, at least 1, the next window of `seconds` begins."""
    return seconds - int(clock.now().timestamp()) % seconds
