"""Encrypt a file in pieces, so that a large one is never stored in plain text nor held in memory as a whole.

Each piece is encrypted with the file's key, its number in the label, and a mark on the last one. A file that was cut,
reordered or mixed with another cannot be decrypted.
"""

from collections.abc import Iterator
from typing import IO, Protocol

from submissions.core import encryption

PIECE = 256 * 1024  # bytes before encryption
LENGTH_BYTES = 4


class Target(Protocol):
    def write(self, data: bytes, /) -> int: ...


class EncryptedWriter:
    """Write bytes as encrypted pieces to `target`; `finish()` writes the last piece."""

    def __init__(self, target: Target, key: bytes, label: str) -> None:
        self._target, self._key, self._label = target, key, label
        self._waiting = bytearray()
        self._number = 0
        self.size = 0

    def write(self, data: bytes, /) -> int:
        self._waiting += data
        self.size += len(data)
        while len(self._waiting) > PIECE:
            self._encrypt(bytes(self._waiting[:PIECE]), "more")
            del self._waiting[:PIECE]
        return len(data)

    def flush(self) -> None:
        """Do nothing: a piece is written when it is full."""

    def finish(self) -> None:
        self._encrypt(bytes(self._waiting), "last")
        self._waiting.clear()

    def _encrypt(self, piece: bytes, kind: str) -> None:
        encrypted = encryption.encrypt(self._key, f"{self._label}:{self._number}:{kind}", piece)
        self._target.write(len(encrypted).to_bytes(LENGTH_BYTES, "big") + encrypted)
        self._number += 1


def read_encrypted(source: IO[bytes], key: bytes, label: str) -> Iterator[bytes]:
    """Yield the decrypted pieces.

    Raises:
        encryption.CannotOpen: the file was cut, altered, or belongs to another export.
    """
    number, ahead = 0, _piece(source)
    while ahead is not None:
        encrypted, ahead = ahead, _piece(source)
        kind = "last" if ahead is None else "more"
        yield encryption.decrypt(key, f"{label}:{number}:{kind}", encrypted)
        number += 1
    if number == 0:
        raise encryption.CannotOpen(f"{label} is empty")


def _piece(source: IO[bytes]) -> bytes | None:
    head = source.read(LENGTH_BYTES)
    if not head:
        return None
    return source.read(int.from_bytes(head, "big"))
