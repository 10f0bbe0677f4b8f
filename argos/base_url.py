"""The vendor's base URL, read with the parser of the HTTP client.

Another parser may find another host in the same text, so that a check passes and the client connects elsewhere:
`urlsplit` finds 127.0.0.1 in `http://vendor.example\\@127.0.0.1/v3`, urllib3 connects to vendor.example.
"""

from typing import NamedTuple

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url


class BaseUrl(NamedTuple):
    """`host`: in lower case, an IPv6 address without brackets."""

    scheme: str
    host: str


def read(text: str) -> BaseUrl | None:
    """Return scheme and host; None unless the text is an http or https URL of a host, a port and a path only.

    User info, a backslash, a query or a fragment are refused.
    """
    if "\\" in text:
        return None
    try:
        found = parse_url(text.strip())
    except LocationParseError:
        return None
    is_plain = found.auth is None and found.query is None and found.fragment is None
    if found.scheme not in ("http", "https") or not found.host or not is_plain:
        return None
    return BaseUrl(found.scheme, found.host.lower().strip("[]"))
