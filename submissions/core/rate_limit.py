"""Limit requests per user, counted in the cache that all processes share. Keys contain no personal data."""

from django.core.cache import cache

from submissions.core import clock


def is_too_fast(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Count a request; return whether `who` made more than `most` in the current window of `seconds`."""
    key = f"pace:{what}:{who}:{int(clock.now().timestamp()) // seconds}"
    if cache.add(key, 1, timeout=seconds + 1):
        return False
    try:
        return cache.incr(key) > most
    except ValueError:  # the key expired between the two calls
        return False
