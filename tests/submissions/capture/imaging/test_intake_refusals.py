"""Every kind of refused upload: the code for records, and a sentence that says what to do."""

import io
import random
import re
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from submissions.capture.imaging import decode, decode_slots, pdf
from submissions.capture.imaging.errors import UnusableImage
from submissions.capture.imaging.normalise import Kind, Prepared, prepare
from tests.submissions.capture.imaging import makers

pytestmark = pytest.mark.slow


def refused(content: bytes, kind: Kind = Kind.SELFIE) -> UnusableImage:
    with pytest.raises(UnusableImage) as caught:
        prepare(content, kind)
    return caught.value


def iccp(size: int) -> bytes:
    return makers.chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(size), 9))


def ztxt(size: int) -> bytes:
    return makers.chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(size), 9))


def scan_bomb() -> bytes:
    plain = makers.jpeg(makers.photo(640, 480), progressive=True)
    last = plain.rindex(b"\xff\xda")
    return plain[:last] + plain[last:-2] * 300 + plain[-2:]


def svg() -> bytes:
    return b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"/>'


CASES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty file": ("empty", lambda: b""),
    "text named .jpg": ("not_an_image", lambda: b"Dear customer, see you on Monday.\n" * 40),
    "page": ("not_an_image", lambda: b"<!DOCTYPE html><html><script>alert(1)</script></html>"),
    "zeros": ("not_an_image", lambda: bytes(5000)),
    "program": ("not_an_image", lambda: b"\x7fELF" + bytes(500)),
    "over the limit": ("too_large", lambda: makers.heavy_jpeg(decode.MAX_BYTES + 1)),
    "cut JPEG": ("unreadable", lambda: makers.jpeg()[:20_000]),
    "JPEG without its last byte of picture": ("unreadable", lambda: makers.jpeg()[:-40]),
    "JPEG header alone": ("unreadable", lambda: b"\xff\xd8\xff\xe0"),
    "cut PNG": ("unreadable", lambda: makers.saved(makers.photo(), "PNG")[:60_000]),
    "PNG signature alone": ("unreadable", lambda: b"\x89PNG\r\n\x1a\n"),
    "cut HEIC": ("unreadable", lambda: makers.heic()[:4000]),
    "JPEG with 300 scans": ("unreadable", scan_bomb),
    "PNG of 100 megapixels": ("too_many_pixels", lambda: makers.bomb_png(10_000, 10_000)),
    "PNG of 61 megapixels": ("too_many_pixels", lambda: makers.bomb_png(10_000, 6_100)),
    "PNG header of 4 thousand million": (
        "too_many_pixels",
        lambda: makers.png_header(65_000, 65_000) + makers.chunk(b"IDAT", bytes(99)),
    ),
    "huge text in PNG": ("unreadable", lambda: makers.png_with(ztxt(80_000_000))),
    "huge texts in PNG": ("unreadable", lambda: makers.png_with(*[ztxt(1_000_000)] * 80)),
    "huge profile in PNG": ("unreadable", lambda: makers.png_with(iccp(80_000_000))),
    "animated PNG": ("animated", makers.apng),
    "GIF": ("wrong_format", lambda: makers.saved(makers.photo(640, 400), "GIF")),
    "WebP": ("wrong_format", lambda: makers.saved(makers.photo(640, 400), "WEBP")),
    "TIFF": ("wrong_format", lambda: makers.saved(makers.photo(640, 400), "TIFF")),
    "BMP": ("wrong_format", lambda: makers.saved(makers.photo(640, 400), "BMP")),
    "AVIF": ("wrong_format", lambda: makers.saved(makers.photo(640, 400), "AVIF")),
    "SVG": ("wrong_format", svg),
    "ZIP or Office": ("wrong_format", lambda: b"PK\x03\x04" + bytes(900)),
    "tiny": ("too_small", lambda: makers.jpeg(makers.photo(320, 240))),
    "one pixel": ("too_small", lambda: makers.jpeg(Image.new("RGB", (1, 1)))),
    "strip": ("too_narrow", lambda: makers.jpeg(Image.new("RGB", (6000, 600)))),
    "strip that JPEG cannot hold": ("too_narrow", lambda: makers.bomb_png(80_000, 500)),
    "PDF as selfie": ("pdf", makers.pdf),
}


@pytest.mark.parametrize("name", CASES)
def test_refused(name: str) -> None:
    code, make = CASES[name]
    unusable = refused(make())
    assert unusable.code == code
    assert re.search(r"\b(choose|send|take|retake|save|upload|crop|export|use)\b", unusable.message, re.IGNORECASE), (
        "says what to do"
    )
    assert unusable.message.endswith(".")


@pytest.mark.parametrize("name", ["GIF", "WebP", "TIFF", "BMP", "AVIF", "SVG", "ZIP or Office"])
def test_refused_by_name(name: str) -> None:
    assert refused(CASES[name][1]()).message.startswith(f"{name} files are not accepted.")


@pytest.mark.parametrize("size", [(191, 700), (800, 479)])
def test_refused_selfie_under_the_vendors_least(size: tuple[int, int]) -> None:
    assert refused(makers.jpeg(makers.photo(*size))).code == "too_small"


@pytest.mark.parametrize("size", [(192, 700), (640, 480)])
def test_selfie_at_the_vendors_least_is_taken(size: tuple[int, int]) -> None:
    prepared = prepare(makers.jpeg(makers.photo(*size)), Kind.SELFIE)
    assert (prepared.width, prepared.height) == size


@pytest.mark.parametrize("size", [(639, 480), (640, 399)])
def test_refused_document_under_its_least(size: tuple[int, int]) -> None:
    assert refused(makers.jpeg(makers.photo(*size)), Kind.ID_FRONT).code == "too_small"


@pytest.mark.parametrize("kind", [Kind.SELFIE, Kind.ID_FRONT, Kind.ID_BACK])
def test_refused_pdf_but_as_address(kind: Kind) -> None:
    assert refused(makers.pdf(), kind).code == "pdf"


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("pdf_locked", makers.locked_pdf()),
        ("pdf_unreadable", b"%PDF-1.7\n" + bytes(400)),
        ("pdf_unreadable", makers.pdf()[:60]),
        ("pdf_page", makers.pdf(9000, 9000)),
        ("pdf_page", makers.pdf(20, 800)),
    ],
)
def test_refused_pdf(code: str, content: bytes) -> None:
    unusable = refused(content, Kind.ADDRESS)
    assert unusable.code == code
    assert "JPEG" in unusable.message


def test_a_pdf_that_asks_for_too_much_is_refused_and_keeps_nobody_waiting() -> None:
    content = makers.endless_pdf()
    assert len(content) < 50_000
    with ThreadPoolExecutor(1) as pool:
        endless = pool.submit(refused, content, Kind.ADDRESS)
        assert prepare(makers.pdf(), Kind.ADDRESS).height == 2400
        assert not endless.done(), "an ordinary one is drawn in the meantime"
        unusable = endless.result(timeout=30)
    assert unusable.code == "pdf_heavy"
    assert "Take a photo" in unusable.message


@pytest.mark.parametrize("content", [makers.pdf(), makers.jpeg()])
def test_only_so_many_are_decoded_at_once_and_nobody_waits_long(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode_slots, "_places", threading.BoundedSemaphore(1))
    with decode_slots.decoding():
        started = time.monotonic()
        assert refused(content, Kind.ADDRESS).code == "busy"
        assert time.monotonic() - started < decode_slots.WAIT + 0.5
    assert decode_slots.WAIT <= 2
    assert prepare(makers.pdf(), Kind.ADDRESS).height == 2400, "the place is free again"


def test_what_draws_a_pdf_can_take_no_memory_and_leave_no_file(tmp_path: Path) -> None:
    """Its own limits apply, in a process as it runs in production."""
    tried = (
        f"import runpy; runpy.run_path({str(pdf.PROGRAM)!r})['limit']()\n"
        "try: bytearray(1 << 30)\n"
        "except MemoryError: print('no memory')\n"
        f"try: open({str(tmp_path / 'left')!r}, 'wb', 0).write(b'x')\n"
        "except OSError: print('no file')\n"
        "import resource; print('core', *resource.getrlimit(resource.RLIMIT_CORE))"
    )
    said = subprocess.run([sys.executable, "-I", "-c", tried], capture_output=True, text=True, check=True, env={})
    assert said.stdout.splitlines() == ["no memory", "no file", "core 0 0"]


def test_pixels_are_counted_before_any_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def decoding(self: Image.Image) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(Image.Image, "load", decoding)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoding)
    assert refused(makers.bomb_png(10_000, 6_100)).code == "too_many_pixels"


def test_other_parsers_never_see_an_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture in an unsupported format is recognized by its first bytes alone."""
    from PIL import GifImagePlugin

    def parsing(self: object) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(GifImagePlugin.GifImageFile, "_open", parsing)
    content = makers.saved(makers.photo(640, 400), "GIF")
    assert refused(content).code == "wrong_format"


def survives(content: bytes, kind: Kind) -> Prepared | UnusableImage:
    try:
        prepared = prepare(content, kind)
    except UnusableImage as unusable:
        return unusable
    assert Image.open(io.BytesIO(prepared.content)).format == "JPEG"
    assert len(prepared.content) <= 1_999_999
    return prepared


MUTATED = ["jpeg", "progressive", "cmyk", "palette", "grey", "heic", "mpo", "apng", "pdf", "locked-pdf"]


@cache
def small_ones() -> list[bytes]:
    image = makers.photo(640, 400)
    profile = makers.wide_gamut_profile()
    return [
        makers.jpeg(image, exif=makers.exif(6, gps=True), icc_profile=profile),
        makers.jpeg(image, progressive=True),
        makers.jpeg(image.convert("CMYK")),
        makers.saved(image.quantize(16), "PNG", transparency=1),
        makers.saved(image.convert("LA"), "PNG", icc_profile=profile),
        makers.heic(),
        makers.mpo(image),
        makers.apng(image),
        makers.pdf(),
        makers.locked_pdf(),
    ]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("which", range(10), ids=MUTATED)
def test_mutated_bytes_are_taken_or_refused(which: int) -> None:
    """Flipped, cut, doubled and overwritten bytes give a picture or a message, never another exception."""
    original, chance = small_ones()[which], random.Random(which)
    for turn in range(16):
        content = bytearray(original)
        for _flip in range(chance.choice((1, 3, 30))):
            head = chance.random() < 0.6
            content[chance.randrange(min(len(content), 700) if head else len(content))] = chance.randrange(256)
        if turn % 4 == 1:
            del content[chance.randrange(len(content)) :]
        if turn % 4 == 2:
            place = chance.randrange(len(content))
            content[place:place] = content[: chance.randrange(200)]
        survives(bytes(content), Kind.ADDRESS)


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    head=st.sampled_from(
        [
            b"",
            b"\xff\xd8\xff",
            b"\x89PNG\r\n\x1a\n",
            makers.png_header(600, 600),
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            b"%PDF-1.5\n",
        ]
    ),
    rest=st.binary(max_size=600),
)
def test_any_bytes_are_refused_in_words(head: bytes, rest: bytes) -> None:
    survives(head + rest, Kind.ADDRESS)


def test_png_lying_about_its_length() -> None:
    content = makers.png_header(800, 600) + struct.pack(">I", 0x7FFFFFFF) + b"IDAT" + bytes(100)
    assert refused(content).code == "unreadable"
