"""The destinations of the audit stream: a collector over HTTPS, syslog over TLS, or S3 with object lock.

`send` returns after the destination confirmed the whole batch. The three need no library beyond those of the portal.
"""

import http.client
import socket
import ssl
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.conf import settings

from submissions.core import clock

TIMEOUT = 20.0  # seconds, of each step of a connection
APP_NAME = "kyc-portal"
# RFC 5424: facility 13 (log audit), severity 6 (informational).
PRIORITY = 13 * 8 + 6
SYSLOG_PORT = 6514
RETAIN_DAYS = 5 * 365  # as long as `purge_events` keeps events by default


class NotTaken(Exception):
    """The destination answered, but did not take the batch; has its status."""


@dataclass(frozen=True)
class Target(ABC):
    """`name`: the address without secrets, the key of the cursor."""

    name: str
    parts: SplitResult

    @abstractmethod
    def send(self, number: int, texts: list[str]) -> None:
        """Send the batch of one seal.

        Raises:
            OSError, NotTaken: it may have arrived or not; send it again.
        """


class HttpsTarget(Target):
    """One POST of JSON lines per batch; any 2xx confirms it. A redirect does not, because it may lead elsewhere."""

    def send(self, number: int, texts: list[str]) -> None:
        connection = http.client.HTTPSConnection(
            self.parts.hostname or "", self.parts.port, timeout=TIMEOUT, context=tls_context()
        )
        headers = {"Content-Type": "application/x-ndjson", "X-KYC-Seal": str(number)}
        if settings.AUDIT_STREAM_TOKEN:
            headers["Authorization"] = f"Bearer {settings.AUDIT_STREAM_TOKEN}"
        path = self.parts.path or "/"
        body = "".join(f"{text}\n" for text in texts).encode()
        try:
            connection.request("POST", f"{path}?{self.parts.query}" if self.parts.query else path, body, headers)
            status = connection.getresponse().status
        except http.client.HTTPException as error:
            raise NotTaken(f"no HTTP response ({type(error).__name__})") from error
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise NotTaken(f"HTTP {status}")


class SyslogTarget(Target):
    """RFC 5424 messages, one per line, with the octet counts of RFC 5425.

    Syslog has no acknowledgement. The portal closes TLS after each batch and waits until the receiver closes it too,
    which it does after it has read everything before.
    """

    def send(self, number: int, texts: list[str]) -> None:
        host = self.parts.hostname or ""
        with (
            socket.create_connection((host, self.parts.port or SYSLOG_PORT), TIMEOUT) as plain,
            tls_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            secure.sendall(b"".join(_frame(text) for text in texts))
            _wait_until_closed(secure)


def _frame(text: str) -> bytes:
    at = clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    head = f"<{PRIORITY}>1 {at} {socket.gethostname()[:255]} {APP_NAME} - audit - "
    message = (head + text).encode()
    return b"%d %b" % (len(message), message)


def _wait_until_closed(secure: ssl.SSLSocket) -> None:
    """Close TLS and read until the receiver has closed its side.

    Raises:
        OSError: the receiver reset the connection or did not close it in time; it may not have read everything.
    """
    try:
        secure.unwrap().close()
    except ssl.SSLEOFError:
        return  # it closed the connection without TLS's own message, but not by a reset


class S3Target(Target):
    """One object per batch, which nobody can delete or overwrite until its retention ends (compliance mode)."""

    def send(self, number: int, texts: list[str]) -> None:
        until = clock.now() + timedelta(days=int(self._query.get("retain_days", RETAIN_DAYS)))
        with _s3_errors():
            self._client.put_object(
                Bucket=self.parts.hostname,
                Key=f"{self.parts.path.strip('/') or 'audit'}/{number:012d}.jsonl",
                Body="".join(f"{text}\n" for text in texts).encode(),
                ContentType="application/x-ndjson",
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=until,
                ChecksumAlgorithm="SHA256",
            )

    @property
    def _query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.parts.query).items()}

    @property
    def _client(self) -> Any:
        return _s3_client(
            self._query.get("endpoint"),
            self._query.get("region"),
            unquote(self.parts.username or "") or None,
            unquote(self.parts.password or "") or None,
        )


@lru_cache(maxsize=2)
def _s3_client(endpoint: str | None, region: str | None, key: str | None, secret: str | None) -> Any:
    import boto3  # loaded only where it is needed, as for the images
    from botocore.config import Config

    config = Config(connect_timeout=5, read_timeout=TIMEOUT, retries={"mode": "standard", "max_attempts": 2})
    access = {"aws_access_key_id": key, "aws_secret_access_key": secret}
    verify = settings.AUDIT_STREAM_CA or None
    return boto3.client("s3", endpoint_url=endpoint, region_name=region, config=config, verify=verify, **access)


@contextmanager
def _s3_errors() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise NotTaken(f"HTTP {status} {error.response.get('Error', {}).get('Code', '')}") from error
    except BotoCoreError as error:
        raise NotTaken(type(error).__name__) from error


def tls_context() -> ssl.SSLContext:
    """Return the context that verifies the destination, with the authority of AUDIT_STREAM_CA if there is one."""
    context = ssl.create_default_context(cafile=settings.AUDIT_STREAM_CA or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


KINDS: dict[str, type[Target]] = {"https": HttpsTarget, "syslog+tls": SyslogTarget, "s3": S3Target}


def configured() -> Target | None:
    """Return the destination of AUDIT_STREAM_URL; None without one. The settings have checked its form."""
    if not settings.AUDIT_STREAM_URL:
        return None
    parts = urlsplit(settings.AUDIT_STREAM_URL)
    return KINDS[parts.scheme](_name(parts), parts)


def _name(parts: SplitResult) -> str:
    """Return the address without user, password and query, which may be secrets; for S3 with the service's host."""
    port = f":{parts.port}" if parts.port else ""
    endpoint = urlsplit(parse_qs(parts.query).get("endpoint", [""])[0]).netloc if parts.scheme == "s3" else ""
    place = f" at {endpoint}" if endpoint else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}{place}"[:300]


def describe(error: Exception) -> str:
    """Return a text without secrets: the status, or the class of the error."""
    if isinstance(error, NotTaken):
        return str(error)
    return (
        f"{type(error).__name__}: {error.strerror}"
        if isinstance(error, OSError) and error.strerror
        else type(error).__name__
    )
