"""Render the first page of a PDF for address documents. The rest of the PDF is ignored.

A few hundred bytes can demand an hour of rendering, so each page is rendered in a process of its own (`first_page`)
with limits, which is killed when they are reached. Measured cost: 130 ms of processor time to start it, 70 ms for an
empty page. The picture is returned through a pipe, and nothing is written to disk.
"""

import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext as _
from PIL import Image

from submissions.capture.imaging.errors import UnusableImage

PROGRAM = Path(__file__).with_name("pdf_worker.py")
SECONDS = 10


def first_page(content: bytes, *, takes_pdf: bool) -> Image.Image:
    """Return the page with a long side of 2400 pixels, in RGB, within `SECONDS`.

    Raises:
        UnusableImage: `pdf` if no PDF is accepted; `pdf_locked`, `pdf_page` (unusual size), `pdf_unreadable`, or
            `pdf_heavy` (too much time or memory).
    """
    if not takes_pdf:
        raise UnusableImage(
            "pdf", _("PDF files are not accepted here. Take a photo, or save the page as JPEG and upload it.")
        )
    word, _line, pixels = _drawn(content).partition(b"\n")
    if word.startswith(b"page "):
        width, height = (int(side) for side in word.split()[1:])
        return Image.frombytes("RGB", (width, height), pixels)
    raise _refused(word.decode())


def _drawn(content: bytes) -> bytes:
    """Return the program's output. It gets no environment: its input is untrusted and this process has keys."""
    try:
        ended = subprocess.run(  # noqa: S603  # nosec B603  our own file by our own interpreter
            [sys.executable, "-I", str(PROGRAM)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_heavy() from error
    if ended.returncode < 0:
        raise _too_heavy()
    ended.check_returncode()
    return ended.stdout


def _too_heavy() -> UnusableImage:
    return UnusableImage(
        "pdf_heavy",
        _("The PDF is too complicated to be opened here. Take a photo of the document, or save its page as JPEG."),
    )


def _refused(word: str) -> UnusableImage:
    if word == "size":
        return UnusableImage(
            "pdf_page", _("The PDF's first page has an unusual size. Save it as JPEG and upload that.")
        )
    if word == "locked":
        return UnusableImage(
            "pdf_locked",
            _("The PDF is locked with a password. Save its page as JPEG, or take a photo of it, and upload that."),
        )
    return UnusableImage("pdf_unreadable", _("The PDF is damaged. Save its page as JPEG and upload that."))
