"""A program, not a module: it reads a PDF from standard input and writes its first page to standard output.

`pdf` runs it by its path as a process of its own, so that everything a PDF demands ends with it. It imports nothing of
the portal, because each start is waited for, and it cannot write files, not even by crashing.

The first output line is `page WIDTH HEIGHT`, followed by so many RGB pixels, or `size`, `locked` or `unreadable`. If a
limit ends it, there is no output.
"""

import resource
import sys

import pypdfium2
import pypdfium2.raw as pdfium

# The largest scans tested (600 dpi in colour, as JPEG and as JPEG 2000) took 1.1 s and 200 MB.
CPU_SECONDS = 4
MEMORY = 768 * 1024 * 1024
LONG_SIDE = 2400
# A0 is 3370 points long; a larger page is no letter.
MAX_POINTS = 3400
MAX_ASPECT = 5


class UnusualSize(Exception):
    """The page is too large for a letter."""


def limit() -> None:
    """Limit time and memory from here on, and allow no byte in any file."""
    _at_most(resource.RLIMIT_CORE, 0)
    _at_most(resource.RLIMIT_FSIZE, 0)
    _at_most(resource.RLIMIT_CPU, CPU_SECONDS)
    if sys.platform != "darwin":  # it maps more than that into every process before it starts
        _at_most(resource.RLIMIT_AS, MEMORY)


def _at_most(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def answer(content: bytes) -> bytes:
    try:
        return _page(content)
    except UnusualSize:
        return b"size\n"
    except Exception as error:
        locked = (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        return b"locked\n" if getattr(error, "err_code", None) in locked else b"unreadable\n"


def _page(content: bytes) -> bytes:
    page = pypdfium2.PdfDocument(content)[0]
    picture = page.render(scale=_scale(*page.get_size()), may_draw_forms=False).to_pil().convert("RGB")
    return b"page %d %d\n" % picture.size + bytes(picture.tobytes())


def _scale(width: float, height: float) -> float:
    long_side, short_side = max(width, height), min(width, height)
    if short_side <= 0 or long_side > MAX_POINTS or long_side > MAX_ASPECT * short_side:
        raise UnusualSize
    return LONG_SIDE / long_side


if __name__ == "__main__":
    limit()
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))
