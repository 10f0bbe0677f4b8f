"""Where a picture ends in its file: phones put a film behind it, and some programs leave its end marker out."""

import re
from collections.abc import Callable

from PIL import Image, ImageChops

JPEG = b"\xff\xd8\xff"
END = b"\xff\xd9"
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_START_OF_SCAN = 0xDA
# In a scan: a marker is FF and neither 00 (a stuffed byte) nor a restart; FF FF is filling.
_MARKER = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")
# What an unfinished scan would be completed with: it then shows two different pictures.
_FILLINGS = (b"\x00" * 4096, b"\x5a\xa5" * 2048)


def picture_of(content: bytes) -> bytes:
    """The first picture in the file, without a film, a second picture or anything else behind it."""
    if content.startswith(JPEG):
        return content[: _end_of_jpeg(content)]
    return content[: _end_of_heif(content)] if content[4:8] == b"ftyp" else content


def _end_of_jpeg(content: bytes) -> int:
    """Behind its end marker; the whole length where there is none."""
    at = 2
    while (found := _MARKER.match(content, at)) is not None:
        marker, at = content[found.end() - 1], found.end()
        if marker == END[1]:
            return at
        if marker in _STANDALONE:
            continue
        at += max(2, int.from_bytes(content[at : at + 2]))
        if marker == _START_OF_SCAN:
            following = _MARKER.search(content, at)
            at = following.start() if following else len(content)
    return len(content)


def _end_of_heif(content: bytes) -> int:
    """Before the box of a motion photo; the whole length where there is none."""
    at = 0
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        if kind == b"mpvd":
            return at
        if size == 1:
            size = int.from_bytes(content[at + 8 : at + 16])
        if size < 8:
            break
        at += size
    return len(content)


def ended(content: bytes, decode: Callable[[bytes], Image.Image]) -> Image.Image | None:
    """The picture of a JPEG without its end marker; None where part of the picture is missing too.

    A whole scan takes nothing from what is put behind it. An unfinished one is completed with it, and differently.
    """
    if not content.startswith(JPEG) or content.endswith(END):
        return None
    one, other = (decode(content + filling + END) for filling in _FILLINGS)
    is_whole = one.size == other.size and ImageChops.difference(one, other).getbbox() is None
    return one if is_whole else None
