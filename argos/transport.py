"""One request to the vendor and its reply, with timeouts that cannot be left out. `client` has the calls."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from argos import answers, wire
from argos.base_url import read as read_base_url
from argos.body import Multipart, Part
from argos.errors import NotConfigured, OutcomeUnknown, Undelivered
from argos.paths import Paths
from argos.received import Received

DEFAULT_PATHS = Paths()


@dataclass(frozen=True)
class ImageFile:
    """`name`: the file name that the vendor sees, never the customer's own."""

    name: str
    content: bytes = field(repr=False)
    content_type: str = "image/jpeg"


@dataclass(frozen=True)
class Exchange:
    """One exchange with the vendor, for metrics, without its content. `seconds`: from the start to the end or failure.

    `status` is 0 without a response; then `failure` ("undelivered", "unknown") says whether the call may have arrived.
    """

    operation: str
    seconds: float
    status: int = 0
    failure: str = ""


class Transport:
    """`base_url` with its version (`https://host/v3`); timeouts in seconds."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        paths: Paths = DEFAULT_PATHS,
        connect_timeout: float = 5,
        read_timeout: float = 60,
        admit: Callable[[], None] | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
    ) -> None:
        """Create a client.

        `admit`: called before every exchange; it may raise `Throttled` if the caller limits its calls.
        `on_exchange`: called after every exchange, also a failed one.
        """
        self._base_url = base_url.strip().rstrip("/")
        self._api_key = api_key.strip()
        self._paths = paths
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._admit = admit
        self._on_exchange = on_exchange or _ignore
        self.last_received: Received | None = None  # of the last response; its Date header shows the vendor's clock

    @property
    def longest_call(self) -> float:
        """Return the longest duration of a call in seconds, from start to reply or error; nothing is sent after it."""
        return self._connect_timeout + self._read_timeout

    def _request(self, method: str, path: str, **content: Any) -> Received:
        return self._exchange(method, path, **content)[0]

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, ImageFile] | None = None,
        json_as: str = "application/json",
    ) -> tuple[Received, str]:
        self._require_configured()
        headers = {"x-api-key": self._api_key, "Accept": "application/json, image/*"}
        if json is not None:
            headers["Content-Type"] = json_as
        body = Multipart(_parts(form, files or {})) if form is not None else None
        request = requests.Request(
            method,
            f"{self._base_url}/{path}",
            params=dict(params) if params else None,
            json=dict(json) if json is not None else None,
            data=body,
            headers=headers if body is None else headers | {"Content-Type": body.content_type},
        )
        if self._admit:
            self._admit()
        received, reply_headers = self._timed(request, self._paths.operation_of(method, path))
        self.last_received = received
        answers.require_taken(received, reply_headers.get("Retry-After", ""))
        return received, reply_headers.get("Content-Type", "")

    def _timed(self, request: requests.Request, operation: str) -> tuple[Received, Mapping[str, str]]:
        started, status, failure = time.monotonic(), 0, ""
        try:
            received, headers = wire.exchange(
                request, connect_timeout=self._connect_timeout, read_timeout=self._read_timeout
            )
            received, status = received.without(self._api_key), received.status
        except (Undelivered, OutcomeUnknown) as error:
            failure = "undelivered" if isinstance(error, Undelivered) else "unknown"
            raise
        finally:
            self._on_exchange(Exchange(operation, time.monotonic() - started, status, failure))
        return received, headers

    def _require_configured(self) -> None:
        if read_base_url(self._base_url) is None:
            raise NotConfigured("the project has no usable base URL")
        if not self._api_key or not (self._api_key.isascii() and self._api_key.isprintable()):
            raise NotConfigured("the project has no usable API key")


def _ignore(_exchange: Exchange) -> None:
    """Count nothing; the default of `on_exchange`."""


def _parts(form: Mapping[str, str], files: Mapping[str, ImageFile]) -> list[Part]:
    """Return all fields as parts, so that a body without a file is multipart as well."""
    plain: list[Part] = [(name, None, value, None) for name, value in form.items()]
    return plain + [(name, file.name, file.content, file.content_type) for name, file in files.items()]
