"""Spreadsheets: reading CSV and XLSX whatever program wrote them, and writing them so that no cell acts."""

import csv
import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from crmbot.errors import BadInput
from crmbot.reply import Text, text
from crmbot.words import say

LARGEST = 64 * 2**20  # bytes of a file
UNPACKED = 512 * 2**20  # of an XLSX: a zip bomb is refused before it is opened
DELIMITERS = ",;\t|"
ZIP, OLD_EXCEL, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
BLANK = r"(?:[^\S\t\r\n]|[\u200b\u2060\ufeff\x01-\x08\x0e-\x1f])"
ACTS = re.compile(rf"'*{BLANK}*[=+\-@\t\r\n\0＝＋－＠]")
PHONES = re.compile(r"\+\d[\d ]*(?:; \+?\d[\d ]*)*")  # nothing is to be worked out in them
HIGH = re.compile(rb"[\x80-\xff]+")
XML_REFUSES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class BadFile(BadInput):
    """Why a file cannot be read as a table; `text` is the reply to whoever sent it."""

    def __init__(self, file: str, why: str, detail: str = "") -> None:
        self.text: Text = text("file-bad", file=file, why=why, detail=detail)
        super().__init__(say(self.text, "en"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in a file: text only, each row with its line."""

    headers: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]
    digest: bytes


class _Unclosed(csv.Error):
    pass


# What acts


def guarded(text: str) -> str:
    """With a ' before what a spreadsheet would run, and before what would lose its own ' when it is read back."""
    return f"'{text}" if ACTS.match(text) and not PHONES.fullmatch(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and ACTS.match(text) else text


# Reading


def read_sheet(file: Path, called: str = "") -> Sheet:
    """Of a workbook the sheet that is `called` so, else its first.

    Raises `BadInput` for what is no table with a line of headers and at least one row.
    """
    return sheet_of(file, _bytes(file), called)


def sheet_of(file: Path, data: bytes, called: str = "") -> Sheet:
    """The same of what was read already; of `file` only the name counts."""
    if data.startswith(OLD_EXCEL):
        raise BadFile(file.name, "old-excel")
    if data.startswith(PDF):
        raise BadFile(file.name, "pdf")
    if file.suffix.casefold() == ".xlsx" and not data.startswith(ZIP):
        raise BadFile(file.name, "no-excel")
    lines = _xlsx(file, data, called) if data.startswith(ZIP) else _csv(file, data)
    try:
        table = [(line, cells) for line, cells in lines if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise BadFile(file.name, *error.args if isinstance(error, _Unclosed) else ("no-table", str(error))) from error
    table = table[_title_lines(table) :]
    if len(table) < 2:
        raise BadFile(file.name, "no-rows" if table else "empty")
    return Sheet([header.strip() for header in table[0][1]], table[1:], hashlib.sha256(data).digest())


def _title_lines(table: Sequence[tuple[int, Sequence[str]]]) -> int:
    """Lines of one cell above the headers: a report's name, say."""
    filled = [sum(bool(cell.strip()) for cell in cells) for _, cells in table[:10]]
    return next((at for at, count in enumerate(filled) if count > 1), 0)


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise BadFile(file.name, "large", str(LARGEST // 2**20))
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror or 'cannot be read'}") from error


def _csv(file: Path, data: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(file, data).lstrip("\ufeff")
    told = re.match(r"sep=(.)\r?\n", text)  # Excel's own first line
    reader = csv.reader(io.StringIO(text[told.end() :] if told else text, newline=""), delimiter=_delimiter(text, told))
    above = 1 if told else 0
    begun = line = above
    for cells in reader:
        begun = line
        yield line + 1, [unguarded(cell) for cell in cells]
        line = reader.line_num + above
    if line > begun + 1 and text.count('"') % 2:  # it has swallowed the rest of the file
        raise _Unclosed("unclosed", str(begun + 1))


def _delimiter(text: str, told: "re.Match[str] | None") -> str:
    """The one that cuts the first line into the most cells; a comma only if none does as well: it is in figures too."""
    if told:
        return told[1]
    first = next((line for line in text.splitlines() if line.strip()), "")
    cut = {delimiter: len(next(csv.reader([first], delimiter=delimiter), [])) for delimiter in DELIMITERS}
    most = max(cut.values())
    able = [delimiter for delimiter in DELIMITERS[1:] if cut[delimiter] == most > 1]
    return able[0] if able else ","


def _decoded(file: Path, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if _looks_chinese(data):
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            pass
    from charset_normalizer import from_bytes  # seldom needed

    best = from_bytes(data[: 2**18]).best()
    try:
        return data.decode(best.encoding if best else "cp1252")
    except (UnicodeDecodeError, LookupError) as error:
        raise BadFile(file.name, "encoding") from error


def _looks_chinese(data: bytes) -> bool:
    """GBK letters come in pairs of high bytes; those of the Latin encodings stand alone."""
    runs = HIGH.findall(data)
    return sum(len(run) % 2 == 0 for run in runs) >= 0.8 * len(runs)


def _xlsx(file: Path, data: bytes, called: str) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # 0.2 s, and most files are CSV

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(each.file_size for each in packed.infolist()) > UNPACKED:
                raise BadFile(file.name, "bomb", str(UNPACKED // 2**20))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and the like, which nobody here needs
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                yield from _one_sheet(book, called)
            finally:
                book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError) as error:  # SyntaxError: bad XML
        raise BadFile(file.name, "no-excel") from error


def _one_sheet(book: Any, called: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of the sheet that is called so, else of the first one that has any."""
    named = [sheet for sheet in book.worksheets if sheet.title.casefold() == called]
    for sheet in named or book.worksheets:
        sheet.reset_dimensions()  # some programs write them wrong
        rows = ((line, [_text(cell) for cell in row]) for line, row in enumerate(sheet.iter_rows(values_only=True), 1))
        filled = (each for each in rows if any(each[1]))
        first = next(filled, None)
        if first is not None:
            yield from chain([first], filled)
            return


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return _figure(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return unguarded(str(cell))


def _figure(number: float) -> str:
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    said = f"{number:.10f}".rstrip("0").rstrip(".")
    return f"{said}0" if re.fullmatch(r"-?\d{1,3}\.\d{3}", said) else said  # 1.234 could be a thousand and more


# Writing


def write_csv(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)


def write_xlsx(file: Path, sheets: Iterable[tuple[str, Sequence[str], Iterable[Sequence[str]]]]) -> None:
    """Each a title, columns and rows; every cell is a string, also what looks like a figure, a formula or an error."""
    from openpyxl import Workbook  # as above
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for title, columns, rows in sheets:
        sheet = book.create_sheet(title)
        for row in chain([columns], rows):
            cells = []
            for words in row:
                cell = WriteOnlyCell(sheet, value=XML_REFUSES.sub("", guarded(words)))
                cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    book.save(file)
