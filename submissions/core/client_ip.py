"""The client's IP address, as seen by the proxies that this installation trusts."""

import ipaddress
from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the address that the outermost trusted proxy saw; None if it is unknown.

    TRUSTED_PROXY_HOPS is the number of our proxies; each appends the address it saw to X-Forwarded-For. Entries that a
    client wrote itself are further left and are never read. A request that bypassed the proxies has too few entries:
    its address is unknown, and callers that need one refuse the request.
    """
    hops = settings.TRUSTED_PROXY_HOPS
    if not hops:
        return _valid(request.META.get("REMOTE_ADDR", ""))
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return _valid(seen[-hops]) if len(seen) >= hops else None


def is_listed(address: str | None, networks: Iterable[str]) -> bool:
    """Return whether the address is one of `networks` or within one; an unknown address is on no list."""
    return address is not None and any(_covers(entry, address) for entry in networks)


def _covers(entry: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(entry.strip(), strict=False)
    except ValueError:
        return False


def _valid(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None
