"""Normalize an upload: check its content, rotate it upright, keep only pixels, re-encode it once as JPEG.

`decode` opens an upload; `quality` checks what the picture shows.
"""

import hashlib
import io
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from django.utils.translation import gettext as _
from PIL import Image, ImageCms

from submissions.capture.imaging import decode_slots
from submissions.capture.imaging.decode import Opened, Size, open_upload
from submissions.capture.imaging.errors import UnusableImage, unreadable

__all__ = ["DEFAULT", "Kind", "Limits", "Prepared", "UnusableImage", "prepare"]

# Beyond this ratio it is only a strip, and JPEG ends at 65,535 pixels.
MAX_ASPECT = 5


class Kind(StrEnum):
    ID_FRONT = "id_front"
    ID_BACK = "id_back"
    SELFIE = "selfie"
    ADDRESS = "address"


@dataclass(frozen=True)
class Limits:
    """Sides in pixels, sizes in bytes.

    The vendor's limits: at most 2 MB (decimal or binary is not documented), 1 MB recommended; a selfie of 960x720
    recommended, at least 480 high and 192 per side; 640x480 recommended for a document, whose scan cut to a card's
    edges is 640x404.
    """

    selfie_long_side: int = 1800
    document_long_side: int = 2400
    selfie_floor: Size = (960, 720)  # long and short side: never scaled below this
    document_floor: Size = (2000, 0)
    smallest_selfie: Size = (192, 480)  # width and height
    smallest_document: Size = (640, 400)  # long and short side
    qualities: tuple[int, ...] = (92, 88, 85)  # the best one under `wanted_bytes`, else the last
    wanted_bytes: int = 1_000_000
    most_bytes: int = 1_999_999

    def shrink(self, kind: Kind, width: int, height: int) -> float:
        """Return the scale of a picture of this size; 1 if it stays unchanged."""
        return self._at_least(kind, width, height, self._long_side(kind) / max(width, height))

    def shrink_further(self, kind: Kind, width: int, height: int) -> float:
        """Return the next smaller scale for a picture that is too large; 1 at the minimum."""
        return self._at_least(kind, width, height, 0.85)

    def is_too_small(self, kind: Kind, width: int, height: int) -> bool:
        if kind == Kind.SELFIE:
            return width < self.smallest_selfie[0] or height < self.smallest_selfie[1]
        long_side, short_side = self.smallest_document
        return max(width, height) < long_side or min(width, height) < short_side

    def of_kind(self, kind: Kind) -> dict[str, int]:
        """Return what a browser needs to reduce a picture itself (`static/capture/reduce.js`)."""
        long_floor, short_floor = self._floor(kind)
        sides = {"long_side": self._long_side(kind), "long_floor": long_floor, "short_floor": short_floor}
        return sides | {"wanted_bytes": self.wanted_bytes}

    def _floor(self, kind: Kind) -> Size:
        return self.selfie_floor if kind == Kind.SELFIE else self.document_floor

    def _long_side(self, kind: Kind) -> int:
        return self.selfie_long_side if kind == Kind.SELFIE else self.document_long_side

    def _at_least(self, kind: Kind, width: int, height: int, wished: float) -> float:
        floor = self._floor(kind)
        return min(1.0, max(wished, floor[0] / max(width, height), floor[1] / min(width, height)))


DEFAULT = Limits()


@dataclass(frozen=True)
class Prepared:
    """A JPEG that this module wrote. `notes`: codes of the changes (rotated, scaled, converted)."""

    content: bytes
    content_type: str
    width: int
    height: int
    sha256: str
    notes: tuple[str, ...]
    is_photo: bool = True  # a camera or scanner may have made it, so camera defects are checked


def prepare(content: bytes, kind: Kind, limits: Limits = DEFAULT) -> Prepared:
    """Return the picture as it is stored and sent: never cropped, never enlarged, under 2,000,000 bytes.

    Raises:
        UnusableImage: with a message that says what to do.
    """

    with decode_slots.decoding():
        return _prepared(content, kind, limits)


def _prepared(content: bytes, kind: Kind, limits: Limits) -> Prepared:
    def enough(width: int, height: int) -> Size:
        _check_shape(width, height)
        return _times(limits.shrink(kind, width, height), width, height)

    opened = open_upload(content, takes_pdf=kind == Kind.ADDRESS, enough=enough)
    image = opened.image
    _check_shape(*image.size)
    if limits.is_too_small(kind, *image.size):
        raise _too_small(*image.size)
    try:
        return _re_encoded(opened, kind, limits)
    except UnusableImage:
        raise
    except Exception as error:
        raise unreadable() from error


def _re_encoded(opened: Opened, kind: Kind, limits: Limits) -> Prepared:
    image = opened.image
    profile = image.info.get("icc_profile")
    image = _without_alpha(image)
    shrink = limits.shrink(kind, *image.size)
    # Colours last: converting the scaled pixels costs a fraction of converting all.
    image = _to_srgb(_scaled(image, shrink), profile)
    written, image = _encoded(image, kind, limits)
    digest = hashlib.sha256(written).hexdigest()
    notes = opened.notes + ("scaled",) * (shrink < 1)
    return Prepared(written, "image/jpeg", image.width, image.height, digest, notes, opened.is_photo)


def _check_shape(width: int, height: int) -> None:
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise UnusableImage(
            "too_narrow", _("The image is too narrow. Take an ordinary photo of the whole document or face.")
        )


def _too_small(width: int, height: int) -> UnusableImage:
    sentence = _("The image has only %(width)d x %(height)d pixels. Retake it closer or in higher quality.")
    return UnusableImage("too_small", sentence % {"width": width, "height": height})


def _without_alpha(image: Image.Image) -> Image.Image:
    """Make transparent parts white, 16 bits 8, and palettes colours; keep the rest."""
    if image.mode.startswith("I;16"):
        image = _eight_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Divide: a plain conversion would cut everything above 255 to white."""
    return image.convert("I").point([level >> 8 for level in range(65536)], "L")


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Drop an unusable profile: slightly wrong colours are better than no picture."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, _srgb(), outputMode="RGB")
            return image.convert("RGB") if converted is None else converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert("RGB")


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _times(scale: float, width: int, height: int) -> Size:
    return max(1, round(width * scale)), max(1, round(height * scale))


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1:
        return image
    return image.resize(_times(scale, *image.size), Image.Resampling.BICUBIC, reducing_gap=2.0)


def _encoded(image: Image.Image, kind: Kind, limits: Limits) -> tuple[bytes, Image.Image]:
    """Reduce quality first, down to its minimum; then the size, down to the minimum of its kind."""
    for quality in limits.qualities:
        written = _jpeg(image, quality)
        if len(written) <= limits.wanted_bytes:
            return written, image
    while len(written) > limits.most_bytes and (shrink := limits.shrink_further(kind, *image.size)) < 1:
        image = _scaled(image, shrink)
        written = _jpeg(image, limits.qualities[-1])
    if len(written) > limits.most_bytes:
        raise UnusableImage("too_heavy", _("The image cannot be reduced below 2 MB. Retake it with less detail."))
    return written, image


def _jpeg(image: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    image.info.clear()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()
