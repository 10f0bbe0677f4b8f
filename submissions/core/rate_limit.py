"""Bounds how often somebody may ask, counted in the cache that all processes share. Keys hold no personal data."""

from django.core.cache import cache

from submissions.core import clock


def is_too_fast(what: str, who: str, *, most: int, seconds: int) -> bool:
    """Counts this time; True once `who` has asked more than `most` times in the present window of `seconds`."""
    key = f"pace:{what}:{who}:{int(clock.now().timestamp()) // seconds}"
    if cache.add(key, 1, timeout=seconds + 1):
        return False
    try:
        return cache.incr(key) > most
    except ValueError:  # the window ended between the two
        return False
