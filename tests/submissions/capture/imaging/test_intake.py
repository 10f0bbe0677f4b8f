import hashlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from submissions.capture.imaging import normalise
from submissions.capture.imaging.normalise import Kind, Limits, UnusableImage, prepare
from tests.submissions.capture.imaging import makers

pytestmark = pytest.mark.slow

DOCUMENTS = (Kind.ID_FRONT, Kind.ID_BACK, Kind.ADDRESS)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def near(image: Image.Image, point: tuple[int, int], colour: tuple[int, int, int], within: int = 12) -> bool:
    return bool(np.abs(np.array(image.getpixel(point)) - np.array(colour)).max() <= within)


@pytest.fixture(scope="module")
def phone_jpeg() -> bytes:
    return makers.jpeg(makers.photo(4032, 3024))


@pytest.mark.parametrize("kind", Kind)
def test_prepare_phone_jpeg(kind: Kind, phone_jpeg: bytes) -> None:
    prepared = prepare(phone_jpeg, kind)
    image = opened(prepared.content)
    assert image.format == "JPEG"
    assert image.mode == "RGB"
    assert (prepared.width, prepared.height) == image.size
    assert max(image.size) == (1800 if kind == Kind.SELFIE else 2400)
    assert image.size[0] / image.size[1] == pytest.approx(4 / 3, rel=0.001)
    assert prepared.sha256 == hashlib.sha256(prepared.content).hexdigest()
    assert prepared.content_type == "image/jpeg"
    assert prepared.notes == ("scaled",)
    assert len(prepared.content) <= 1_999_999


def test_prepare_is_deterministic() -> None:
    assert prepare(makers.jpeg(), Kind.SELFIE) == prepare(makers.jpeg(), Kind.SELFIE)


def test_prepare_small_enough_keeps_every_pixel() -> None:
    prepared = prepare(makers.jpeg(makers.photo(1000, 750)), Kind.SELFIE)
    assert (prepared.width, prepared.height, prepared.notes) == (1000, 750, ())


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_prepare_uprights_by_exif(orientation: int, kind: str) -> None:
    upright = makers.corners()
    undone = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }[orientation]
    stored = upright
    for step in undone:
        stored = stored.transpose(step)
    prepared = prepare(makers.saved(stored, kind, exif=makers.exif(orientation)), Kind.SELFIE)
    image = opened(prepared.content)
    assert image.size == (800, 600)
    assert near(image, (100, 100), (255, 0, 0))
    assert near(image, (700, 100), (0, 255, 0))
    assert near(image, (100, 500), (0, 0, 255))
    assert ("turned" in prepared.notes) == (orientation != 1)
    assert not image.getexif()


@pytest.mark.filterwarnings("default")
def test_prepare_metadata_that_cannot_be_read_turns_nothing() -> None:
    broken = b"Exif\0\0II*\0\xff\xff\xff\x7f" + b"\xff" * 40
    assert prepare(makers.jpeg(exif=broken), Kind.SELFIE).notes == ()


def test_prepare_strips_everything_but_pixels() -> None:
    dirty = makers.jpeg(exif=makers.exif(gps=True), comment=makers.GPS_SECRET, xmp=b"<x>" + makers.GPS_SECRET + b"</x>")
    assert makers.GPS_SECRET in dirty
    prepared = prepare(dirty, Kind.SELFIE)
    image = opened(prepared.content)
    assert makers.GPS_SECRET not in prepared.content
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    "foreign", [b"PK\x03\x04evil.zip", b"<html><script>alert(1)</script>", b"%PDF-1.4 trailing", b"#!/bin/sh\nid\n"]
)
def test_prepare_polyglots_do_not_survive(foreign: bytes) -> None:
    plain = makers.jpeg()
    assert prepare(plain + foreign, Kind.SELFIE).content == prepare(plain, Kind.SELFIE).content


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("L", (76, 76, 76)),
        ("1", (0, 0, 0)),
        ("P", (255, 0, 0)),
        ("RGBA", (255, 0, 0)),
        ("LA", (76, 76, 76)),
        ("CMYK", (255, 0, 0)),
    ],
)
def test_prepare_every_mode_becomes_rgb(mode: str, expected: tuple[int, int, int]) -> None:
    source = Image.new("RGB", (800, 600), (255, 0, 0))
    image = source.convert("1", dither=Image.Dither.NONE) if mode == "1" else source.convert(mode)
    content = makers.saved(image, "JPEG" if mode == "CMYK" else "PNG")
    written = opened(prepare(content, Kind.SELFIE).content)
    assert written.mode == "RGB"
    assert near(written, (400, 300), expected, within=4)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_prepare_transparent_parts_become_white(mode: str) -> None:
    clear = Image.new(mode, (800, 600), (10, 20, 30, 0) if mode == "RGBA" else (10, 0))
    assert near(opened(prepare(makers.saved(clear, "PNG"), Kind.SELFIE).content), (400, 300), (255, 255, 255), 2)


def test_prepare_palette_with_transparency() -> None:
    palette = Image.new("P", (800, 600), 1)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    palette.paste(0, (0, 0, 400, 600))
    written = opened(prepare(makers.saved(palette, "PNG", transparency=1), Kind.SELFIE).content)
    assert near(written, (200, 300), (255, 0, 0))
    assert near(written, (600, 300), (255, 255, 255))


@pytest.mark.parametrize("level", [0, 1000, 32768, 60000, 65535])
def test_prepare_sixteen_bits_become_eight(level: int) -> None:
    deep = Image.fromarray(np.full((600, 800), level, np.uint16))
    written = opened(prepare(makers.saved(deep, "PNG"), Kind.SELFIE).content)
    assert near(written, (400, 300), (level >> 8,) * 3, within=2)


def test_prepare_sixteen_bits_with_a_transparent_level() -> None:
    deep = Image.fromarray(np.full((600, 800), 30000, np.uint16))
    content = makers.saved(deep, "PNG", transparency=30000)
    assert prepare(content, Kind.SELFIE).width == 800


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_prepare_colours_are_converted_by_their_profile(kind: str) -> None:
    red = Image.new("RGB", (800, 600), (255, 0, 0))
    content = makers.saved(red, kind, icc_profile=makers.wide_gamut_profile())
    written = opened(prepare(content, Kind.SELFIE).content)
    assert near(written, (400, 300), (0, 255, 0), within=20)
    assert "icc_profile" not in written.info


def test_prepare_a_broken_profile_is_dropped() -> None:
    content = makers.jpeg(Image.new("RGB", (800, 600), (255, 0, 0)), icc_profile=b"no profile" * 30)
    assert near(opened(prepare(content, Kind.SELFIE).content), (400, 300), (255, 0, 0))


def test_prepare_photo_with_depth_map_takes_the_photo() -> None:
    prepared = prepare(makers.mpo(), Kind.SELFIE)
    assert (prepared.width, prepared.height) == (1200, 900)


def test_prepare_selfie_keeps_720_in_height_where_the_source_has_it() -> None:
    prepared = prepare(makers.jpeg(makers.photo(4000, 1000)), Kind.SELFIE)
    assert prepared.height == 720
    assert prepared.width == 2880


@pytest.mark.parametrize(("kind", "floor"), [(Kind.SELFIE, (960, 720)), *((kind, (2000, 0)) for kind in DOCUMENTS)])
def test_prepare_heavy_picture_shrinks_to_its_floor_only(kind: Kind, floor: tuple[int, int]) -> None:
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 90, (1800, 2400, 3), dtype=np.uint8))
    light = prepare(makers.jpeg(noise, quality=95), kind)
    assert len(light.content) <= 1_999_999
    assert max(light.width, light.height) >= floor[0]
    assert min(light.width, light.height) >= floor[1]


def test_prepare_too_heavy_at_the_floor_is_refused() -> None:
    noise = Image.fromarray(np.random.default_rng(3).integers(0, 2, (1500, 2000, 3), dtype=np.uint8) * 255)
    with pytest.raises(UnusableImage) as refused:
        prepare(makers.jpeg(noise, quality=95), Kind.ID_FRONT)
    assert refused.value.code == "too_heavy"


def test_prepare_quality_gives_way_before_size() -> None:
    image = makers.photo(2400, 1800)
    tight = prepare(makers.jpeg(image, quality=95), Kind.ID_FRONT, Limits(wanted_bytes=300_000))
    loose = prepare(makers.jpeg(image, quality=95), Kind.ID_FRONT, Limits(wanted_bytes=5_000_000))
    assert (tight.width, tight.height) == (loose.width, loose.height) == (2400, 1800)
    assert len(tight.content) < len(loose.content)
    assert quantisation(tight.content) == quantisation(makers.jpeg(quality=85))
    assert quantisation(loose.content) == quantisation(makers.jpeg(quality=92))


def quantisation(content: bytes) -> object:
    return opened(content).quantization


def test_prepare_heic() -> None:
    prepared = prepare(makers.heic(), Kind.ID_FRONT)
    assert (prepared.width, prepared.height, prepared.notes) == (640, 400, ("converted",))
    assert opened(prepared.content).format == "JPEG"


def test_prepare_pdf_as_address_document() -> None:
    prepared = prepare(makers.pdf(), Kind.ADDRESS)
    assert prepared.height == 2400
    assert prepared.notes == ("converted",)
    assert near(opened(prepared.content), (50, 50), (255, 255, 255))


def test_prepare_up_to_15_mb_is_taken() -> None:
    assert prepare(makers.heavy_jpeg(15 * 1024 * 1024), Kind.SELFIE).width == 1200


def test_few_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Decoding one may take 300 MB. The page of a PDF is rendered in another process and waits for no picture."""
    reading, most, both = [0], [0], threading.Barrier(2)

    def busy(content: bytes, kind: Kind, limits: Limits) -> None:
        if content.startswith(b"%PDF"):
            return
        reading[0] += 1
        most[0] = max(most[0], reading[0])
        both.wait(10)
        reading[0] -= 1

    monkeypatch.setattr(normalise, "_prepared", busy)
    with ThreadPoolExecutor(6) as pool:
        waits = [pool.submit(prepare, b"a picture", Kind.SELFIE) for _each in range(6)]
        assert prepare(b"%PDF-1.7", Kind.ADDRESS) is None
        for wait in waits:
            wait.result()
    assert most == [2]
