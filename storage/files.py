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

LARGEST = 64 * 2**20  # bytes of a file
UNPACKED = 512 * 2**20  # of an XLSX: a zip bomb is refused before it is opened
DELIMITERS = ",;\t|"
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
BLANK = r"(?:[^\S\t\r\n]|[\u200b\u2060\ufeff\x01-\x08\x0e-\x1f])"
ACTS = re.compile(rf"'*{BLANK}*[=+\-@\t\r\n\0＝＋－＠]")
HIGH = re.compile(rb"[\x80-\xff]+")
XML_REFUSES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in a file: text only, each row with its line."""

    headers: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]
    digest: bytes


# What acts


def guarded(text: str) -> str:
    """With a ' before what a spreadsheet would run, and before what would lose its own ' when it is read back."""
    return f"'{text}" if ACTS.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and ACTS.match(text) else text


# Reading


def read_sheet(file: Path) -> Sheet:
    """Raises `BadInput` for what is no table with a line of headers and at least one row."""
    data = _bytes(file)
    if data.startswith(OLD_EXCEL):
        raise BadInput(f"{file.name}: an old or locked Excel file: save it as .xlsx or .csv without a password")
    lines = _xlsx(file, data) if data.startswith(ZIP) else _csv(file, data)
    try:
        table = [(line, cells) for line, cells in lines if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise BadInput(f"{file.name}: no table that can be read: {error}") from error
    table = table[_title_lines(table) :]
    if len(table) < 2:
        raise BadInput(f"{file.name}: {'no rows under the headers' if table else 'the file is empty'}")
    return Sheet([header.strip() for header in table[0][1]], table[1:], hashlib.sha256(data).digest())


def _title_lines(table: Sequence[tuple[int, Sequence[str]]]) -> int:
    """Lines of one cell above the headers: a report's name, say."""
    filled = [sum(bool(cell.strip()) for cell in cells) for _, cells in table[:10]]
    return next((at for at, count in enumerate(filled) if count > 1), 0)


def _bytes(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise BadInput(f"{file.name}: larger than {LARGEST // 2**20} MB: split it")
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror or 'cannot be read'}") from error


def _csv(file: Path, data: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(file, data).lstrip("\ufeff")
    told = re.match(r"sep=(.)\r?\n", text)  # Excel's own first line
    reader = csv.reader(io.StringIO(text[told.end() :] if told else text, newline=""), delimiter=_delimiter(text, told))
    line = 1 if told else 0
    for cells in reader:
        yield line + 1, [unguarded(cell) for cell in cells]
        line = reader.line_num + (1 if told else 0)


def _delimiter(text: str, told: "re.Match[str] | None") -> str:
    """The one that cuts the first line into the most cells."""
    if told:
        return told[1]
    first = next((line for line in text.splitlines() if line.strip()), "")
    cut = {delimiter: len(next(csv.reader([first], delimiter=delimiter), [])) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: cut[delimiter])


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
        raise BadInput(f"{file.name}: its encoding is not known: save it as UTF-8") from error


def _looks_chinese(data: bytes) -> bool:
    """GBK letters come in pairs of high bytes; those of the Latin encodings stand alone."""
    runs = HIGH.findall(data)
    return sum(len(run) % 2 == 0 for run in runs) >= 0.8 * len(runs)


def _xlsx(file: Path, data: bytes) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # 0.2 s, and most files are CSV

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(each.file_size for each in packed.infolist()) > UNPACKED:
                raise BadInput(f"{file.name}: unpacks to more than {UNPACKED // 2**20} MB")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and the like, which nobody here needs
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                yield from _first_sheet(book)
            finally:
                book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError) as error:  # SyntaxError: bad XML
        raise BadInput(f"{file.name}: no Excel file that can be read") from error


def _first_sheet(book: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet that has any."""
    for sheet in book.worksheets:
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


def write_xlsx(file: Path, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Every cell is a string, also what looks like a figure, a formula or an error."""
    from openpyxl import Workbook  # as above
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in chain([columns], rows):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=XML_REFUSES.sub("", guarded(text)))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    book.save(file)
