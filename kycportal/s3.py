"""Images on an S3 service, with its errors as OSErrors.

The code that reads images handles missing objects, denied access and no response. On a disk these are
FileNotFoundError, PermissionError and other OSErrors, so this module raises the same. No object has a public URL: the
portal streams and decrypts all of them, so that every view is permitted and recorded.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

# A page or a call waits for an image: a late reply is worse than an error that can be retried.
CONFIG = Config(connect_timeout=3, read_timeout=20, retries={"mode": "standard", "max_attempts": 3})
# A probe fails at once.
PROBE = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})


class NoAnswer(ConnectionError):
    """The service did not respond, or is temporarily unavailable."""


class NoAddress(Exception):
    """Stored objects have no URL."""


@contextmanager
def as_os_errors(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = error.response.get("Error", {}).get("Code", "")
        raise _as_os_error(status)(f"{name}: HTTP {status} {code}") from error
    except BotoCoreError as error:
        raise NoAnswer(f"{name}: {type(error).__name__}") from error


def _as_os_error(status: int) -> type[OSError]:
    if status == 404:
        return FileNotFoundError
    return PermissionError if status in (401, 403) else NoAnswer


class SealedStorage(S3Storage):  # type: ignore[misc]
    def __init__(self, *, client_config: Config = CONFIG, **options: Any) -> None:
        self._given = options
        super().__init__(client_config=client_config, **options)

    @cached_property
    def for_probe(self) -> "SealedStorage":
        """Return the same bucket with a client that tries once and has timeouts of seconds."""
        return SealedStorage(client_config=PROBE, **self._given)

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        with as_os_errors(name):
            opened: File[bytes] = super()._open(name, mode)
            if "r" in mode:
                opened.file  # noqa: B018 (fetches it here, because errors at the first read are not translated)
            return opened

    def _save(self, name: str, content: "File[bytes]") -> str:
        with as_os_errors(name):
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with as_os_errors(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with as_os_errors(name):
            return bool(super().exists(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with as_os_errors(path):
            folders, files = super().listdir(path)
        return folders, files

    def url(self, name: str | None, *args: Any, **options: Any) -> str:
        raise NoAddress("images are read through the portal")
