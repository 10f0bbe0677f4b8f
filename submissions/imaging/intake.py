"""Takes a picture in: checked by content, uprighted, stripped to its pixels, written anew once as JPEG."""

import hashlib
import io
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from PIL import Image, ImageCms

from submissions.imaging.formats import UnusableImage, open_upload

__all__ = ["DEFAULT", "Kind", "Limits", "Prepared", "UnusableImage", "prepare"]


class Kind(StrEnum):
    ID_FRONT = "id_front"
    ID_BACK = "id_back"
    SELFIE = "selfie"
    ADDRESS = "address"


@dataclass(frozen=True)
class Limits:
    """Sides in pixels, sizes in bytes. The vendor's: 2 MB at most (which megabyte is not said), 1 MB advised."""

    selfie_long_side: int = 1800
    document_long_side: int = 2400
    selfie_floor: int = 960  # never scaled below, where the source has it
    document_floor: int = 2000
    smallest_selfie: tuple[int, int] = (480, 360)
    smallest_document: tuple[int, int] = (640, 400)
    best_quality: int = 92
    least_quality: int = 85
    wanted_bytes: int = 1_000_000
    most_bytes: int = 1_999_999

    def long_side(self, kind: Kind) -> int:
        return self.selfie_long_side if kind == Kind.SELFIE else self.document_long_side

    def floor(self, kind: Kind) -> int:
        return self.selfie_floor if kind == Kind.SELFIE else self.document_floor

    def smallest(self, kind: Kind) -> tuple[int, int]:
        return self.smallest_selfie if kind == Kind.SELFIE else self.smallest_document


DEFAULT = Limits()


@dataclass(frozen=True)
class Prepared:
    """A JPEG that this module wrote. `notes` are codes of what was changed: turned, scaled, converted."""

    content: bytes
    content_type: str
    width: int
    height: int
    sha256: str
    notes: tuple[str, ...]


def prepare(content: bytes, kind: Kind, limits: Limits = DEFAULT) -> Prepared:
    """The picture as it will be stored and sent: never cropped, never enlarged, under 2,000,000 bytes.

    Raises:
        UnusableImage: with a sentence that says what to do.
    """
    image = open_upload(content, takes_pdf=kind == Kind.ADDRESS, draft=limits.long_side(kind))
    _check_large_enough(image, kind, limits)
    notes = _notes(content)
    image = _plain_rgb(image)
    if max(image.size) > limits.long_side(kind):
        image = _scaled(image, limits.long_side(kind))
        notes.append("scaled")
    written, image = _written(image, kind, limits)
    return Prepared(written, "image/jpeg", image.width, image.height, hashlib.sha256(written).hexdigest(), tuple(notes))


def _check_large_enough(image: Image.Image, kind: Kind, limits: Limits) -> None:
    long_side, short_side = limits.smallest(kind)
    if max(image.size) < long_side or min(image.size) < short_side:
        sentence = _("The picture is only %(width)d x %(height)d pixels. Take it again, closer or in a better quality.")
        raise UnusableImage("too_small", sentence % {"width": image.width, "height": image.height})


def _notes(content: bytes) -> list[str]:
    is_jpeg_or_png = content[:2] == b"\xff\xd8" or content[:4] == b"\x89PNG"
    return [] if is_jpeg_or_png else ["converted"]


def _plain_rgb(image: Image.Image) -> Image.Image:
    """sRGB without alpha: transparent parts become white, wide gamuts are converted, 16 bits become 8."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        image = image.point(lambda level: level / 256).convert("L")
    profile = image.info.get("icc_profile")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image).convert("RGB")
    return _to_srgb(image, profile)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """A profile that cannot be used is dropped: slightly wrong colours are better than no picture."""
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _scaled(image: Image.Image, long_side: int) -> Image.Image:
    scale = long_side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


def _written(image: Image.Image, kind: Kind, limits: Limits) -> tuple[bytes, Image.Image]:
    """Best quality first, then the least that is allowed; only then smaller, down to the floor of its kind."""
    best = _encode(image, limits.best_quality)
    if len(best) <= limits.wanted_bytes:
        return best, image
    least = _encode(image, limits.least_quality)
    while len(least) > limits.most_bytes and max(image.size) > limits.floor(kind):
        image = _scaled(image, max(limits.floor(kind), int(max(image.size) * 0.85)))
        least = _encode(image, limits.least_quality)
    if len(least) > limits.most_bytes:
        raise UnusableImage("too_heavy", _("The picture cannot be brought under 2 MB. Take it again with less detail."))
    return least, image


def _encode(image: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, optimize=False, progressive=False, exif=b"", icc_profile=None)
    return file.getvalue()
