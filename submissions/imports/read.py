"""Read the rows of a CSV or XLSX file of customers."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from submissions.core import encryption

MAX_ROWS = 10_000
MAX_BYTES = 5_000_000
MAX_UNPACKED = 100_000_000  # an XLSX is a ZIP, which could unpack to anything
MAX_CELL = 500
DELIMITERS = ",;\t"
COLUMNS = ("email", "customer_id", "issuing_country", "id_type", "contact_phone")
# Headings in lower case without spaces, hyphens and underscores.
HEADINGS = {
    **dict.fromkeys(("email", "emailaddress", "customer'semail", "이메일", "이메일주소", "고객이메일"), "email"),
    **dict.fromkeys(("customernumber", "customerid", "customerno", "고객번호", "고객id"), "customer_id"),
    **dict.fromkeys(("country", "issuingcountry", "국가", "발급국가", "발급국"), "issuing_country"),
    **dict.fromkeys(("idtype", "idkind", "신분증종류", "신분증유형", "신분증"), "id_type"),
    **dict.fromkeys(("phone", "phonenumber", "mobile", "전화번호", "휴대전화", "휴대폰", "연락처"), "contact_phone"),
}
REQUIRED = ("email", "issuing_country", "id_type")


class UnreadableFile(Exception):
    """The file cannot be imported; the text tells the user what to change."""


def read(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Return (line in the file, values by column) of each row that is not empty.

    Raises:
        UnreadableFile: nothing is imported.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFile(_("The file is larger than 5 MB. Split it."))
    lines = enumerate(_xlsx(content) if content.startswith(b"PK") else _csv(content), start=1)
    _number, heading = next(lines, (0, ()))
    columns = [HEADINGS.get(_plain(cell), "") for cell in heading]
    if missing := [name for name in REQUIRED if name not in columns]:
        raise UnreadableFile(
            _("The first line must name the columns. Missing: %(columns)s. Download the sample file to compare.")
            % {"columns": ", ".join(missing)}
        )
    rows = []
    for number, cells in lines:
        values = {name: cell[:MAX_CELL] for name, cell in zip(columns, cells, strict=False) if name and cell}
        if values:
            rows.append((number, values))
        if len(rows) > MAX_ROWS:
            raise UnreadableFile(_("The file has more than 10,000 rows. Split it."))
    if not rows:
        raise UnreadableFile(_("The file has no rows below the first line."))
    return rows


def _plain(heading: str) -> str:
    return encryption.normalise(heading).translate({ord(sign): None for sign in " -_"})


def _csv(content: bytes) -> Iterator[Sequence[str]]:
    text = _text(content)
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise UnreadableFile(_("The file is not a readable CSV. Save it again as CSV UTF-8 or XLSX.")) from error


def _text(content: bytes) -> str:
    """Decode UTF-8 or UTF-16 with its mark, UTF-8 without one, or else CP949, as Excel saves it in Korea."""
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp949")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:  # an image or another binary file
            return text
    raise UnreadableFile(_("The file's characters are not readable. Save it again as CSV UTF-8 or XLSX."))


def _xlsx(content: bytes) -> Iterator[Sequence[str]]:
    unreadable = _("The file is not a readable XLSX. Save it again as XLSX or CSV UTF-8.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
                raise UnreadableFile(_("The file is too large when unpacked. Save only the customers' sheet."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield [_cell(cell) for cell in row]
    except UnreadableFile:
        raise
    except Exception as error:  # the library raises many kinds for a damaged file
        raise UnreadableFile(unreadable) from error


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # Excel stores a number such as 1042 as 1042.0
    return "" if value is None else str(value).strip()
