"""Contents of hostile uploads: good pictures, pictures that were cut or changed, other formats, huge pictures."""

import random
import struct
import zlib
from functools import cache

from tests import pictures


@cache
def good_files() -> tuple[bytes, ...]:
    return (pictures.selfie_jpeg((640, 480)), pictures.id_card_jpeg())


def file_content(dice: random.Random) -> bytes:
    good = dice.choice(good_files())
    return dice.choice(FILES)(dice, good)


def _truncated(dice: random.Random, good: bytes) -> bytes:
    return good[: dice.randrange(len(good))]


def _flipped(dice: random.Random, good: bytes) -> bytes:
    changed = bytearray(good)
    for _at in range(dice.randrange(1, 40)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def _png_bomb(dice: random.Random, good: bytes) -> bytes:
    """Return a small file that claims a huge picture."""
    side = dice.choice((20_000, 65_535, 2_000_000_000))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * dice.choice((1000, 5_000_000)))
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    made = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(made)


def _polyglot(dice: random.Random, good: bytes) -> bytes:
    other = dice.choice(
        (b"<script>alert(1)</script>", b"PK\x03\x04" + b"a" * 50, b"<?php system('id'); ?>", b"%PDF-1.7\n%%EOF")
    )
    return dice.choice(
        (good + other, other + good, good[:2] + b"\xff\xfe" + struct.pack(">H", len(other) + 2) + other + good[2:])
    )


def _wrong_type(dice: random.Random, good: bytes) -> bytes:
    kinds = (
        b"MZ\x90\x00",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.7\n",
        b"RIFF\0\0\0\0WEBP",
    )
    return dice.choice((*kinds, b"", b"BM", b"II*\0", b"\0\0\0\x18ftypheic")) + dice.randbytes(dice.randrange(2000))


def _as_it_is(dice: random.Random, good: bytes) -> bytes:
    return good


FILES = (_truncated, _flipped, _flipped, _png_bomb, _polyglot, _wrong_type, _as_it_is)
