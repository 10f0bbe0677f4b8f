"""Post one body to a checked address under one deadline, without redirects."""

import http.client
import socket
import ssl
from dataclasses import dataclass
from functools import lru_cache

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from argos.wire import Deadline
from submissions.deliveries.addresses import Target

DEADLINE = 10.0  # seconds from the connection to the end of the reply
CONNECT_TIMEOUT = 5.0
MAX_REPLY_BYTES = 4_000


class NotDelivered(Exception):
    """The receiver did not answer. `code` names the reason; `may_have_arrived`: a connection was open."""

    def __init__(self, code: str, *, may_have_arrived: bool = False) -> None:
        self.code, self.may_have_arrived = code, may_have_arrived
        super().__init__(code)


@dataclass(frozen=True)
class Reply:
    """`retry_after`: the header's text, or ""."""

    status: int
    body: bytes
    retry_after: str


class _Pinned(http.client.HTTPConnection):
    """A connection to one of the checked addresses. The host name serves for the Host header and the certificate."""

    def __init__(self, target: Target, deadline: Deadline) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.is_https else 80  # leaves it out of the Host header
        self._target, self._deadline = target, deadline

    def connect(self) -> None:
        self.sock = self._open()
        self._deadline.watch(self.sock)
        if self._target.is_https:
            self.sock = _tls().wrap_socket(self.sock, server_hostname=self._target.host)
            self._deadline.watch(self.sock)
        self._deadline.opened = True
        self.sock.settimeout(self._deadline.seconds)

    def _open(self) -> socket.socket:
        error: OSError = OSError("no address")
        for address in self._target.addresses:
            try:
                return socket.create_connection((address, self._target.port), CONNECT_TIMEOUT)
            except OSError as failure:
                error = failure
            if self._deadline.expired:
                break
        raise error


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Trust the authorities of the system (or SSL_CERT_FILE) and of the HTTP client, as requests to ARGOS do."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


def post(target: Target, body: bytes, headers: dict[str, str]) -> Reply:
    """Return the reply of any status.

    Raises:
        NotDelivered: there was no readable status within `DEADLINE`.
    """
    with Deadline(DEADLINE) as deadline:
        connection = _Pinned(target, deadline)
        try:
            connection.request("POST", target.path, body, {**headers, "Connection": "close"})
            return _read(connection.getresponse())
        except ssl.SSLError as error:
            code = "timeout" if deadline.expired else "certificate"
            raise NotDelivered(code, may_have_arrived=deadline.opened) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotDelivered(_code(error, deadline), may_have_arrived=deadline.opened) from error
        finally:
            connection.close()


def _read(response: http.client.HTTPResponse) -> Reply:
    """Return the reply with the beginning of its body. The status decides, so a body that breaks off is no failure."""
    try:
        body = response.read(MAX_REPLY_BYTES)
    except (OSError, http.client.HTTPException):
        body = b""
    return Reply(response.status, body, response.headers.get("Retry-After") or "")


def _code(error: Exception, deadline: Deadline) -> str:
    if deadline.expired or isinstance(error, TimeoutError):
        return "timeout"
    return "broken_off" if deadline.opened else "no_connection"
