"""Find the end of a picture in its file: phones append a video, and some programs omit the end marker."""

import re
from collections.abc import Callable

from PIL import Image, ImageChops

JPEG = b"\xff\xd8\xff"
END = b"\xff\xd9"
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_START_OF_SCAN = 0xDA
# In a scan: a marker is FF followed by neither 00 (a stuffed byte) nor a restart; FF FF is padding.
_MARKER = re.compile(rb"\xff+[\x01-\xcf\xd8-\xfe]")
# Two different paddings: an incomplete scan shows two different pictures with them.
_FILLINGS = (b"\x00" * 4096, b"\x5a\xa5" * 2048)


def picture_of(content: bytes) -> bytes:
    """Return the first picture in the file, without an appended video or second picture."""
    if content.startswith(JPEG):
        return content[: _end_of_jpeg(content)]
    return content[: _end_of_heif(content)] if content[4:8] == b"ftyp" else content


def _end_of_jpeg(content: bytes) -> int:
    """Return the offset after the end marker; the whole length if there is none."""
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
    """Return the offset of the box of a motion photo; the whole length if there is none."""
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
    """Return a JPEG without end marker as a complete one; None if part of the picture is missing.

    A complete scan ignores what is appended to it; an incomplete one shows it, differently for each padding.
    """
    if not content.startswith(JPEG) or content.endswith(END):
        return None
    one, other = (decode(content + filling + END) for filling in _FILLINGS)
    is_whole = one.size == other.size and ImageChops.difference(one, other).getbbox() is None
    return one if is_whole else None
