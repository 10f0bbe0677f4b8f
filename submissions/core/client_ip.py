"""From where a request comes: the client's address, seen through the proxies that this installation trusts."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address that the outermost trusted proxy saw, or None where that cannot be told.

    TRUSTED_PROXY_HOPS says how many proxies of ours stand in front; each appends the address it saw to X-Forwarded-For.
    What a client writes into that header itself stands further left and is never read. A request that came past the
    proxies has too few entries: its address is unknown, and whoever asks for one refuses.
    """
    hops = settings.TRUSTED_PROXY_HOPS
    if not hops:
        return _valid(request.META.get("REMOTE_ADDR", ""))
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return _valid(seen[-hops]) if len(seen) >= hops else None


def _valid(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None
