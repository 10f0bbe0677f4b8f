"""Write rows as CSV or XLSX to a stream, one row at a time.

This module writes XLSX itself, because libraries with constant memory write the rows to unencrypted temporary files,
and these rows are personal data. A sheet of plain cells is a ZIP of five small XML parts (ECMA-376, part 1).
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import IO, Protocol, cast
from xml.sax.saxutils import escape

from submissions.models import ExportFormat
from submissions.reporting.exports.encrypted_file import EncryptedWriter

Cell = str | int | float | None
# Characters that start a formula in a spreadsheet, also in full-width forms (OWASP, CSV injection).
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
# A program with another list separator, or one that ignores quotes, splits a cell here, so the rest must not start a
# formula either.
FORMULA_INSIDE = re.compile(r"""([;,\t\r\n|"']\s*)(?=[=+\-@＝＋－＠])""")
XLSX_MOST_ROWS = 1_048_575  # without the heading
XLSX_LONGEST_CELL = 32_000
BUFFER = 64 * 1024
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Sheet(Protocol):
    def write(self, row: Sequence[Cell]) -> None: ...
    def finish(self) -> None: ...


def harmless(cell: Cell) -> Cell:
    """Prepend an apostrophe to a text that would start a formula, so that every program treats it as text."""
    if not isinstance(cell, str) or not cell:
        return cell
    return f"'{cell}" if cell[0] in FORMULA_STARTS or cell.lstrip()[:1] in FORMULA_STARTS else cell


def harmless_in_csv(cell: Cell) -> Cell:
    """Do the same as `harmless`, also after every character that a program may treat as the end of a cell."""
    return harmless(FORMULA_INSIDE.sub(r"\1'", cell)) if isinstance(cell, str) else cell


class CsvSheet:
    """CSV in UTF-8 with the byte order mark that Excel requires."""

    def __init__(self, target: EncryptedWriter) -> None:
        self._target, self._text = target, io.StringIO(newline="")
        self._writer = csv.writer(self._text)
        target.write(b"\xef\xbb\xbf")

    def write(self, row: Sequence[Cell]) -> None:
        self._writer.writerow([harmless_in_csv(cell) for cell in row])
        if self._text.tell() > BUFFER:
            self._pass_on()

    def _pass_on(self) -> None:
        self._target.write(self._text.getvalue().encode())
        self._text.seek(0)
        self._text.truncate()

    def finish(self) -> None:
        self._pass_on()


class XlsxSheet:
    def __init__(self, target: EncryptedWriter) -> None:
        self._zip = zipfile.ZipFile(cast("IO[bytes]", target), "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        for name, content in PARTS.items():
            self._zip.writestr(name, content)
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        self._sheet.write(SHEET_HEAD)
        self._waiting: list[str] = []
        self._is_heading = True

    def write(self, row: Sequence[Cell]) -> None:
        style = ' s="1"' if self._is_heading else ""
        self._is_heading = False
        self._waiting.append(f"<row>{''.join(_cell(harmless(cell), style) for cell in row)}</row>")
        if len(self._waiting) > 200:
            self._pass_on()

    def _pass_on(self) -> None:
        self._sheet.write("".join(self._waiting).encode())
        self._waiting.clear()

    def finish(self) -> None:
        self._pass_on()
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._zip.close()


def _cell(cell: Cell, style: str) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if isinstance(cell, (int, float)):
        return f"<c{style}><v>{cell}</v></c>"
    text = escape(NOT_IN_XML.sub("", cell[:XLSX_LONGEST_CELL]))
    return f'<c{style} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


SHEETS: dict[ExportFormat, Callable[[EncryptedWriter], Sheet]] = {
    ExportFormat.CSV: CsvSheet,
    ExportFormat.XLSX: XlsxSheet,
}

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{TYPES}">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="{RELATIONS}">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="Submissions" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{RELATIONS}">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="2"><font/><font><b/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf fontId="1" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
SHEET_HEAD = (
    f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15"/><cols><col min="1" max="40" width="20" customWidth="1"/></cols><sheetData>'
).encode()
