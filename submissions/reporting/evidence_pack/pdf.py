"""Draw an evidence pack with reportlab: A4, page numbers, Korean in a CID font that every PDF reader has."""

import io
import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from argos import limits

if TYPE_CHECKING:
    from submissions.reporting.evidence_pack.content import Pack

LATIN, KOREAN = "Helvetica", "HYGothic-Medium"
WIDTH = A4[0] - 30 * mm
MARGIN = 15 * mm - 6  # reportlab pads each frame by 6 pt
TALLEST = 110 * mm
BODY = ParagraphStyle("body", fontName=LATIN, fontSize=7.5, leading=9.5, wordWrap="CJK")
HEAD = ParagraphStyle("head", parent=BODY, textColor=colors.HexColor("#55636f"))
TITLE = ParagraphStyle("title", parent=BODY, fontSize=15, leading=20)
SECTION = ParagraphStyle("section", parent=BODY, fontSize=10.5, leading=14, spaceBefore=9, spaceAfter=3, keepWithNext=1)
GRID = [
    ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.HexColor("#d5dce2")),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 2),
    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
]
NOT_PRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def draw(pack: "Pack") -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont(KOREAN))
    file = io.BytesIO()
    document = SimpleDocTemplate(file, pagesize=A4, title=pack.title, leftMargin=MARGIN, rightMargin=MARGIN)
    document.topMargin = document.bottomMargin = 16 * mm
    story: list[Flowable] = [Paragraph(text(pack.title), TITLE)]
    story.append(_table([[Paragraph(text(name), HEAD), _cell(value)] for name, value in pack.facts], heads=False))
    for title, (heads, rows) in pack.sections:
        story += _section(title, heads, rows)
    for caption, content in pack.images:
        story.append(_picture(caption, content))
    document.build(story, onFirstPage=_numbered, onLaterPages=_numbered)
    return file.getvalue()


def text(value: str) -> str:
    """Return markup in which every letter has a font with its glyph; a letter without one is written as its number."""
    return "".join(_run(run) for run in _runs(NOT_PRINTED.sub(" ", value))).replace("\n", "<br/>")


def _runs(value: str) -> list[tuple[str, str]]:
    runs: list[tuple[str, str]] = []
    for letter in value:
        font = _font_of(letter)
        if runs and runs[-1][0] == font:
            runs[-1] = (font, runs[-1][1] + letter)
        else:
            runs.append((font, letter))
    return runs


def _font_of(letter: str) -> str:
    for font, encoding in ((LATIN, "cp1252"), (KOREAN, "cp949")):
        try:
            letter.encode(encoding)
        except UnicodeEncodeError:
            continue
        return font
    return ""


def _run(run: tuple[str, str]) -> str:
    font, letters = run
    if font == LATIN:
        return escape(letters)
    if font == KOREAN:
        return f'<font name="{KOREAN}">{escape(letters)}</font>'
    return "".join(f"[U+{ord(letter):04X}]" for letter in letters)


def _cell(value: str) -> Paragraph:
    return Paragraph(text(limits.cut(value, limits.NOTE)), BODY)


def _section(title: str, heads: list[str], rows: list[list[str]]) -> list[Flowable]:
    head = Paragraph(text(title), SECTION)
    if not rows:
        return [head, _cell("–")]
    cells = [[Paragraph(text(name), HEAD) for name in heads], *([_cell(value) for value in row] for row in rows)]
    return [head, _table(cells, heads=True)]


def _table(cells: list[list[Any]], *, heads: bool) -> Table:
    first = 0.3 if len(cells[0]) == 2 else 0.22
    rest = (1 - first) / (len(cells[0]) - 1)
    widths = [WIDTH * first] + [WIDTH * rest] * (len(cells[0]) - 1)
    return Table(cells, colWidths=widths, style=GRID, repeatRows=1 if heads else 0, splitInRow=1)


def _picture(caption: str, content: bytes) -> Flowable:
    try:
        picture = Image(io.BytesIO(content))
        scale = min(WIDTH / picture.imageWidth, TALLEST / picture.imageHeight)
    except OSError:  # the stored bytes are not an image any more
        return _cell(f"{caption}: –")
    picture.drawWidth, picture.drawHeight = picture.imageWidth * scale, picture.imageHeight * scale
    return KeepTogether([Paragraph(text(caption), SECTION), picture, Spacer(1, 3 * mm)])


def _numbered(canvas: Any, document: Any) -> None:
    canvas.setFont(LATIN, 7)
    canvas.drawRightString(A4[0] - 15 * mm, 8 * mm, f"{document.title}  {document.page}")
