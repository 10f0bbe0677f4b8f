"""The first page of a PDF as a picture, for address documents. Nothing else of the PDF is looked at."""

import threading

import pypdfium2
import pypdfium2.raw as pdfium
from django.utils.translation import gettext as _
from PIL import Image

from submissions.imaging.unusable import UnusableImage

LONG_SIDE = 2400
# A0 is 3370 points long; a page that is larger is no letter.
MAX_POINTS = 3400
MAX_ASPECT = 5
# PDFium keeps state of its own and is not safe under threads.
_one_at_a_time = threading.Lock()


def first_page(content: bytes, *, takes_pdf: bool) -> Image.Image:
    """Rendered with a long side of 2400 pixels.

    Raises:
        UnusableImage
    """
    if not takes_pdf:
        raise UnusableImage(
            "pdf", _("A PDF is not taken here. Take a photo of the document, or save the page as JPEG and upload that.")
        )
    with _one_at_a_time:
        try:
            return _rendered(content)
        except UnusableImage:
            raise
        except Exception as error:
            raise _refused(error) from error


def _rendered(content: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(content)
    try:
        page = document[0]
        picture: Image.Image = page.render(scale=_scale(*page.get_size()), may_draw_forms=False).to_pil()
        # A copy, because the bitmap's memory goes with the document.
        return picture.convert("RGB").copy()
    finally:
        document.close()


def _scale(width: float, height: float) -> float:
    long_side, short_side = max(width, height), min(width, height)
    if short_side <= 0 or long_side > MAX_POINTS or long_side > MAX_ASPECT * short_side:
        raise UnusableImage("pdf_page", _("The PDF's first page has an unusual size. Save it as JPEG and upload that."))
    return LONG_SIDE / long_side


def _refused(error: Exception) -> UnusableImage:
    if getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return UnusableImage(
            "pdf_locked",
            _("The PDF is locked with a password. Save its page as JPEG, or take a photo of it, and upload that."),
        )
    return UnusableImage("pdf_unreadable", _("The PDF is damaged. Save its page as JPEG and upload that."))
