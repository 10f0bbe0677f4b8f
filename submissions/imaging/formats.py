"""From the bytes of an upload to one decoded picture, or a sentence that says what to do instead."""

import io
import warnings

import pypdfium2
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

register_heif_opener(thumbnails=False)

MAX_BYTES = 15 * 1024 * 1024
MAX_PIXELS = 60_000_000
MAX_PDF_POINTS = 3000
PDF_LONG_SIDE = 2400
TAKEN = ("JPEG", "MPO", "PNG", "HEIF")
# Magic bytes of what people try to upload, so that a refusal can name it.
NAMED = (
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"BM", "BMP"),
    (b"%PDF", "PDF"),
    (b"<svg", "SVG"),
    (b"PK\x03\x04", "ZIP or Office"),
)


class UnusableImage(Exception):
    """The upload cannot be taken. `code` for records; the text is for the person and says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def open_upload(content: bytes, *, takes_pdf: bool, draft: int) -> Image.Image:
    """The decoded, upright picture.

    Args:
        takes_pdf: render the first page of a PDF (address documents).
        draft: long side in pixels that is enough; a JPEG is decoded at the nearest scale above it.

    Raises:
        UnusableImage
    """
    _check_size(content)
    if content.lstrip()[:4] == b"%PDF":
        return _first_page(content, takes_pdf)
    image = _identify(content)
    _check_frames(image)
    _check_pixels(image.width * image.height)
    return _decode(image, draft)


def _check_size(content: bytes) -> None:
    if not content:
        raise UnusableImage("empty", _("The file is empty. Choose the picture again."))
    if len(content) > MAX_BYTES:
        raise UnusableImage(
            "too_large",
            _("The file is over 15 MB. Send the picture in a smaller size, or take it with this page's camera."),
        )


def _identify(content: bytes) -> Image.Image:
    """Reads headers only. Whatever the parser trips over, the file is not a usable picture."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(content))
        except Image.DecompressionBombError as error:
            raise _too_many_pixels() from error
        except UnidentifiedImageError as error:
            raise _not_taken(content) from error
        except Exception as error:
            raise UnusableImage("unreadable", _unreadable()) from error
    if image.format not in TAKEN:
        raise _wrong_format(image.format or "")
    return image


def _not_taken(content: bytes) -> UnusableImage:
    head = content[:256].lstrip()
    name = next((name for magic, name in NAMED if head.startswith(magic)), "")
    if name:
        return _wrong_format(name)
    if head[4:12] in (b"ftypavif", b"ftypavis"):
        return _wrong_format("AVIF")
    if content[:2] == b"\xff\xd8" or content[:4] == b"\x89PNG":
        return UnusableImage("unreadable", _unreadable())
    return UnusableImage(
        "not_an_image", _("This file is not a picture, whatever its name says. Choose a JPEG or PNG photo.")
    )


def _wrong_format(name: str) -> UnusableImage:
    sentence = _("%(name)s files are not taken. Open it, save it as JPEG, and upload that.") % {"name": name}
    return UnusableImage("wrong_format", sentence)


def _unreadable() -> str:
    return _("The picture is damaged or cut off. Take it again, or send the original file.")


def _check_frames(image: Image.Image) -> None:
    """Phones put depth and HDR maps behind the photo of an MPO; an animation is no photo at all."""
    if image.format == "PNG" and getattr(image, "n_frames", 1) > 1:
        raise UnusableImage("animated", _("This picture is animated. Choose a still photo."))


def _check_pixels(pixels: int) -> None:
    if pixels > MAX_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> UnusableImage:
    return UnusableImage(
        "too_many_pixels", _("The picture has over 60 megapixels. Take it with an ordinary camera setting.")
    )


def _decode(image: Image.Image, draft: int) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            scale = draft / max(image.size)
            if image.format in ("JPEG", "MPO") and scale < 1:
                image.draft(None, (int(image.width * scale) + 1, int(image.height * scale) + 1))
            image.load()
            return ImageOps.exif_transpose(image)
        except Exception as error:
            raise UnusableImage("unreadable", _unreadable()) from error


def _first_page(content: bytes, takes_pdf: bool) -> Image.Image:
    if not takes_pdf:
        raise UnusableImage(
            "pdf", _("A PDF is not taken here. Take a photo of the document, or save the page as JPEG and upload that.")
        )
    try:
        document = pypdfium2.PdfDocument(content)
        page = document[0]
        width, height = page.get_size()
        long_side = max(width, height)
        if not 0 < long_side <= MAX_PDF_POINTS or min(width, height) <= 0:
            raise UnusableImage(
                "pdf_page", _("The PDF's first page has an unusual size. Save it as JPEG and upload that.")
            )
        picture: Image.Image = page.render(scale=PDF_LONG_SIDE / long_side, may_draw_forms=False).to_pil()
        return picture
    except pypdfium2.PdfiumError as error:
        raise UnusableImage(
            "pdf_unreadable", _("The PDF is damaged or locked with a password. Save its page as JPEG and upload that.")
        ) from error
