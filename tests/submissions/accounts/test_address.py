"""The client's address is the one that our own proxies saw, never one that a client claims."""

from typing import Any

import pytest
from django.test import RequestFactory

from submissions.core import client_ip


def seen_address(settings: Any, hops: int, forwarded: str | None, peer: str = "10.0.0.1") -> str | None:
    settings.TRUSTED_PROXY_HOPS = hops
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_ip.client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, None, "10.0.0.1"),
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", None),
        (1, None, None),
        (1, "not an address", None),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_address_behind_proxies(settings: Any, hops: int, forwarded: str | None, expected: str | None) -> None:
    assert seen_address(settings, hops, forwarded) == expected


def test_a_peer_that_is_no_address_is_unknown(settings: Any) -> None:
    assert seen_address(settings, 0, None, peer="") is None
