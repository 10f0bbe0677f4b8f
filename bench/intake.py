"""Measure the intake of a phone's 12 megapixel JPEG, against plain Pillow with the same decoding, resizing and writing.

Both run in turns in this process, so that other load affects both; the medians are compared.
"""

import io
import statistics
import sys
import time
from collections.abc import Callable

from PIL import Image

from bench.report import Report
from submissions.capture.imaging.normalise import DEFAULT, Kind, prepare
from tests.submissions.capture.imaging import makers

TURNS = 15
LIMIT = 1.3


def bare(content: bytes, long_side: int) -> bytes:
    """Do the same without checks, rotation, conversion or limits."""
    image = Image.open(io.BytesIO(content))
    scale = long_side / max(image.size)
    size = (round(image.width * scale), round(image.height * scale))
    image.draft(None, size)
    file = io.BytesIO()
    image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0).save(file, "JPEG", quality=92)
    return file.getvalue()


def milliseconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def compare(content: bytes, kind: Kind, long_side: int) -> tuple[float, float]:
    """Return medians in milliseconds: the portal, plain Pillow."""
    pairs = [
        (milliseconds(lambda: prepare(content, kind)), milliseconds(lambda: bare(content, long_side)))
        for _turn in range(TURNS)
    ]
    ours, theirs = zip(*pairs[1:], strict=True)
    return statistics.median(ours), statistics.median(theirs)


def main() -> int:
    report = Report("Intake of a 12 megapixel JPEG (4032 x 3024)")
    photo = makers.photo(4032, 3024)
    plain = makers.jpeg(photo)
    turned = makers.jpeg(photo.transpose(Image.Transpose.ROTATE_90), exif=makers.exif(6, gps=True))
    coloured = makers.jpeg(photo, icc_profile=makers.wide_gamut_profile())
    for name, content, kind, most in (
        ("selfie", plain, Kind.SELFIE, LIMIT),
        ("id_front", plain, Kind.ID_FRONT, LIMIT),
        ("selfie, turned by EXIF", turned, Kind.SELFIE, LIMIT),
        ("selfie, colour profile converted", coloured, Kind.SELFIE, None),
    ):
        long_side = DEFAULT.selfie_long_side if kind == Kind.SELFIE else DEFAULT.document_long_side
        ours, theirs = compare(content, kind, long_side)
        report.add(f"intake: {name}", ours, "ms", against="bare Pillow", reference=theirs, at_most=most)
        report.add(f"intake: {name}, written", len(prepare(content, kind).content) / 1000, "kB", at_most=1999.999)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
