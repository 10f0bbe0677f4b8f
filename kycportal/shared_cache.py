"""The cache that all processes share in Redis, with a fallback to process memory while Redis is unavailable.

It contains counters of failed sign-ins and used codes, nothing personal: keys are hashed with the secret key. Limits
must hold without Redis, so every call falls back to this process's memory: each process then counts separately, which
is stricter than not counting.
"""

import hmac
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from submissions.core import redis_client

ABSENT = object()


def hashed_key(key: str, prefix: str, version: int) -> str:
    """Return the hashed key (Django's KEY_FUNCTION), so that keys reveal neither addresses nor user names."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), key.encode(), "sha256").hex()
    return f"kycportal:cache:{prefix}:{version}:{digest}"


class SharedCache(RedisCache):
    """Django's Redis cache with a fallback. It covers only the methods that the portal and allauth call."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._local = LocMemCache("kycportal-fallback", {"KEY_FUNCTION": params.get("KEY_FUNCTION")})

    def add(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> bool:
        return bool(self._either("add", key, value, timeout=timeout, version=version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._either("get", key, default, version=version)

    def set(self, key: str, value: Any, timeout: Any = 300, version: int | None = None) -> None:
        self._either("set", key, value, timeout=timeout, version=version)

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._either("delete", key, version=version))

    def has_key(self, key: str, version: int | None = None) -> bool:
        return bool(self._either("has_key", key, version=version))

    def touch(self, key: str, timeout: Any = 300, version: int | None = None) -> bool:
        return bool(self._either("touch", key, timeout=timeout, version=version))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return int(self._either("incr", key, delta, version=version))

    def clear(self) -> None:
        self._either("clear")

    def _either(self, name: str, *arguments: Any, **options: Any) -> Any:
        if not redis_client.is_away():
            try:
                on_redis: Callable[..., Any] = getattr(super(), name)
                return on_redis(*arguments, **options)
            except (RedisError, OSError) as error:
                redis_client.note_failure(error)
        return getattr(self._local, name)(*arguments, **options)
