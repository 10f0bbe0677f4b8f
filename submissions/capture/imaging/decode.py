"""Decode an upload into one upright picture, or raise an error that says what to do.

This module has the limits and file types of uploads, the same for every kind of image. `normalise` handles colours,
sizes and re-encoding; `pdf` renders pages, which are allowed for address documents only.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from PIL import Image
from pillow_heif import register_heif_opener

from submissions.capture.imaging import endings, pdf
from submissions.capture.imaging.errors import UnusableImage, unreadable, wrong_format

register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

MEGABYTES = 15
MAX_BYTES = MEGABYTES * 1024 * 1024
MAX_BEHIND = 15 * 1024 * 1024  # the video of a motion photo
MAX_PIXELS = 60_000_000
# A file of 15 MB can demand a hundred thousand passes over every pixel; cameras make about ten.
MAX_JPEG_SCANS = 200
# Only these parsers read uploads; a JPEG of several frames is opened as MPO.
TAKEN = ("JPEG", "PNG", "HEIF")
CONVERTED = ("HEIF",)
# First bytes of common other file types, so that a refusal can name the type.
NAMED = (
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"BM", "BMP"),
    (b"<svg", "SVG"),
    (b"PK\x03\x04", "ZIP or Office"),
    (b"8BPS", "Photoshop"),
)
BRANDS = ((8, b"WEBP", "WebP"), (4, b"ftypavif", "AVIF"), (4, b"ftypavis", "AVIF"), (4, b"JXL ", "JPEG XL"))
ORIENTATION_TAG = 0x0112
UPRIGHTED_BY = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Size = tuple[int, int]


@dataclass(frozen=True)
class Opened:
    """A decoded, upright picture; `notes`: codes of the changes (rotated, converted).

    `is_photo`: a camera or scanner may have made it; False for a page that a program drew.
    """

    image: Image.Image
    notes: tuple[str, ...]
    is_photo: bool = True


def open_upload(content: bytes, *, takes_pdf: bool, enough: Callable[[int, int], Size]) -> Opened:
    """Return the decoded, upright picture.

    Args:
        takes_pdf: render the first page of a PDF (address documents).
        enough: the wanted size for a source of this size; a JPEG is decoded at the nearest scale above it.

    Raises:
        UnusableImage
    """
    content = _picture_of(content)
    if is_pdf(content):
        return Opened(pdf.first_page(content, takes_pdf=takes_pdf), ("converted",), is_photo=False)
    image = _identify(content)
    _check_pixels(image)
    _check_frames(image)
    _check_scans(content, image)
    converted = ("converted",) * (image.format in CONVERTED)
    image = _decoded(content, image, enough(*image.size))
    turned = _turned_by(image)
    if turned is None:
        return Opened(image, converted)
    return Opened(image.transpose(turned), (*converted, "turned"))


def is_pdf(content: bytes) -> bool:
    """Return whether it is a PDF; other lines may precede its header, and no picture starts with one."""
    head = content[:1024]
    return b"%PDF-" in head and not head.startswith((endings.JPEG, b"\x89PNG")) and head[4:8] != b"ftyp"


def _picture_of(content: bytes) -> bytes:
    if not content:
        raise UnusableImage("empty", _("The file is empty. Choose the image again."))
    picture = content if is_pdf(content) else endings.picture_of(content)
    if len(picture) > MAX_BYTES or len(content) - len(picture) > MAX_BEHIND:
        raise UnusableImage(
            "too_large",
            _("The file is over %(most)d MB. Choose a smaller image, or take it with this page's camera.")
            % {"most": MEGABYTES},
        )
    return picture


def _identify(content: bytes) -> Image.Image:
    """Read only the headers. If the parser fails, the file is not a usable picture."""
    try:
        return Image.open(io.BytesIO(content), formats=TAKEN)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:
        raise _not_taken(content) from error


def _not_taken(content: bytes) -> UnusableImage:
    if name := _named(content[:256]):
        return wrong_format(name)
    if content.startswith((b"\xff\xd8", b"\x89PNG")) or content[4:8] == b"ftyp":
        return unreadable()
    return UnusableImage("not_an_image", _("This file is not an image. Choose a JPEG or PNG photo."))


def _named(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<?xml") and b"<svg" in text:
        return "SVG"
    by_brand = (name for offset, brand, name in BRANDS if head[offset : offset + len(brand)] == brand)
    by_start = (name for start, name in NAMED if text.startswith(start))
    return next(by_brand, "") or next(by_start, "")


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> UnusableImage:
    return UnusableImage("too_many_pixels", _("The image has over 60 megapixels. Use an ordinary camera setting."))


def _check_frames(image: Image.Image) -> None:
    """Refuse an animated PNG. Further frames of an MPO or HEIC are allowed: phones add depth and HDR maps."""
    if image.format == "PNG" and getattr(image, "n_frames", 1) > 1:
        raise UnusableImage("animated", _("This image is animated. Choose a still photo."))


def _decoded(content: bytes, image: Image.Image, wanted: Size) -> Image.Image:
    try:
        return _load(image, wanted)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:
        if (whole := _without_its_end(content, wanted)) is not None:
            return whole
        raise unreadable() from error


def _load(image: Image.Image, wanted: Size) -> Image.Image:
    if image.format in ("JPEG", "MPO"):
        image.draft(None, wanted)
    image.load()
    return image


def _without_its_end(content: bytes, wanted: Size) -> Image.Image | None:
    try:
        return endings.ended(content, lambda filled: _load(_identify(filled), wanted))
    except Exception:
        return None


def _turned_by(image: Image.Image) -> Image.Transpose | None:
    """Return the rotation of a picture; None if its metadata cannot be read, because the pixels count.

    Call it after decoding: reading a PNG's orientation decodes it, and a second try hides a failure of the first.
    """
    try:
        return UPRIGHTED_BY.get(image.getexif().get(ORIENTATION_TAG, 1))
    except Exception:
        return None


def _check_scans(content: bytes, image: Image.Image) -> None:
    if image.format in ("JPEG", "MPO") and content.count(b"\xff\xda") > MAX_JPEG_SCANS:
        raise unreadable()
