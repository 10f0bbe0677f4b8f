"""Which URLs the portal sends messages to: https, without user info, and only to public addresses.

An administrator could otherwise make the worker send requests into the company's network (SSRF). The rules are checked
when an endpoint is saved and again before each delivery. `post` then connects to a checked address, so that a name that
changes between check and connection (DNS rebinding) changes nothing.
"""

import ipaddress
import socket
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from submissions.accounts import demo

PORTS = (443, 8443)
MAX_LENGTH = 2000
NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

REASONS = {
    "unreadable": _("Enter a complete URL, for example https://crm.example.com/kyc."),
    "user_info": _("Enter the URL without a user name, a password or a fragment."),
    "not_https": _("Enter a URL that begins with https://."),
    "port": _("Use port 443 or 8443, or ask the operator to allow the address (RECEIVER_ALLOW_LIST)."),
    "unknown_host": _("The host name has no address. Check its spelling."),
    "internal": _("The address belongs to an internal network. Ask the operator to allow it (RECEIVER_ALLOW_LIST)."),
}


class AddressRefused(Exception):
    """The portal does not send to this URL. `code` is one of `REASONS`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Target:
    """A URL whose addresses were checked. `path` includes the query."""

    is_https: bool
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]


def check(url: str) -> Target:
    """Resolve the URL and return where to connect.

    Raises:
        AddressRefused: a rule refuses it, or the name has no address.
    """
    if "\\" in url or not url.isprintable() or " " in url or len(url) > MAX_LENGTH:
        raise AddressRefused("unreadable")
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise AddressRefused("unreadable") from None
    if parts.scheme not in ("http", "https") or not parts.host:
        raise AddressRefused("unreadable")
    if parts.auth is not None or parts.fragment is not None:
        raise AddressRefused("user_info")
    is_https, host = parts.scheme == "https", parts.host.strip("[]").lower()
    port = parts.port or (443 if is_https else 80)
    addresses = _resolve(host, port)
    if not (_is_demo_receiver(addresses) or all(_is_listed(address) for address in addresses)):
        if not all(_is_public(address) for address in addresses):
            raise AddressRefused("internal")
        if port not in PORTS:
            raise AddressRefused("not_https" if not is_https else "port")
    if not is_https and not _is_demo_receiver(addresses):
        raise AddressRefused("not_https")
    return Target(is_https, host, port, parts.request_uri, tuple(str(address) for address in addresses))


def _resolve(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused("unknown_host") from None
    names = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)
    return [ipaddress.ip_address(name) for name in names]


def _is_public(address: Address) -> bool:
    """Return whether the address, and an IPv4 address inside an IPv6 one, is reachable from the internet only."""
    inner = _inner(address)
    if inner is not None and not _is_public(inner):
        return False
    return address.is_global and not address.is_multicast


def _inner(address: Address) -> Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


def _is_listed(address: Address) -> bool:
    return any(address in network for network, _reason in settings.RECEIVER_ALLOW_LIST)


def _is_demo_receiver(addresses: list[Address]) -> bool:
    return demo.is_allowed(settings) and all(address.is_loopback for address in addresses)
