"""What the cells of one column say together: figures, times or words. A few that say something else are left out."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

READ = 0.8  # of the cells have to be read as figures or times; the others are then gaps
_MISSING = ("", "-", "–", "—", "nan", "null", "none", "n/a", "#n/a")
_NOT_IN_A_FIGURE = re.compile(r"[$€£¥￥%元]|\b(?:CNY|RMB|USD|EUR|GBP)\b|(?<=\d)[\s'’](?=\d{3}(?!\d))", re.IGNORECASE)
_SIMPLE = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"\d{1,3}(,\d{2,3})*,\d{3}")
_TIMES = {"万": 1e4, "亿": 1e8, "k": 1e3, "K": 1e3}
_BACKWARDS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?: .*)?")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?.*)?月?")
_QUARTER = re.compile(r"(\d{4})[\s年/-]*(?:Q([1-4])|第?([1-4一二三四])季度?)|Q([1-4])[\s/-]*(\d{4})", re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = re.compile(
    rf"(?:(?P<before>\d{{1,2}})[\s.-]+)?(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?[\s,-]+(?:(?P<after>\d{{1,2}}),?\s+)?"
    r"(?P<year>\d{4}|\d{2})",
    re.IGNORECASE,
)
Time = Any  # numpy's datetime64, in seconds


def read(values: Sequence[Any]) -> tuple[list[Any], "np.dtype[Any]", int]:
    """Each value as float, datetime64 or str, None for a gap; which of them; and how many could not be read."""
    filled = [value for value in values if not missing(value)]
    found, kind, unread = _read(filled)
    told = iter(found)
    return [None if missing(value) else next(told) for value in values], kind, unread


def _read(filled: Sequence[Any]) -> tuple[list[Any], "np.dtype[Any]", int]:
    for kind, ways in (("f8", (figures,)), ("M8[s]", (times, backwards))):
        for way in ways:
            found = way(filled)
            unread = sum(each is None for each in found)
            if len(found) - unread >= READ * len(found):
                return found, np.dtype(kind), unread
    return [str(value).strip() for value in filled], np.dtype(object), 0


def missing(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in _MISSING
    return value is None or type(value).__name__ == "NAType" or value != value  # pandas' NA compares to nothing


# Figures


def figures(values: Sequence[Any]) -> list[float | None]:
    """Figures as people write them: "1,200", "¥3万", "(12)", "12 %", and "1.200,50" where a comma before the decimals
    is what all cells together say.
    """
    plain = [_plain(value) if isinstance(value, str) else value for value in values]
    comma = _comma_before_decimals([each for each in plain if isinstance(each, str)])
    return [_figure(each, comma=comma) for each in plain]


def _plain(words: str) -> str:
    if _SIMPLE.fullmatch(words):
        return words
    said = unicodedata.normalize("NFKC", words).replace("−", "-").strip()
    if said.startswith("(") and said.endswith(")"):
        said = f"-{said[1:-1]}"
    return _NOT_IN_A_FIGURE.sub("", said).strip()


def _comma_before_decimals(cells: Sequence[str]) -> bool:
    """Whether some cell can only be read so and none only the other way: 1.200,50 and 3,5 against 1,200.50 and 3.5."""
    european = any(_only(cell, ",", ".") for cell in cells)
    return european and not any(_only(cell, ".", ",") for cell in cells)


def _only(cell: str, point: str, group: str) -> bool:
    head, _, decimals = cell.rstrip("".join(_TIMES)).rpartition(point)
    if not head or not decimals.isdigit() or point in head:
        return False
    return group in head or len(decimals) != 3 or head.lstrip("+-") == "0"


def _figure(value: Any, *, comma: bool) -> float | None:
    if not isinstance(value, str):
        try:
            return float(value) if not isinstance(value, (date, np.datetime64)) else None
        except (TypeError, ValueError):
            return None
    times = _TIMES.get(value[-1:], 1.0)
    plain = value[:-1] if times > 1 else value
    if comma:
        plain = plain.replace(".", "").replace(",", ".")
    elif plain.count(",") == 1 and "." not in plain and not _GROUPED.fullmatch(plain.lstrip("+-")):
        plain = plain.replace(",", ".")
    try:
        return float(plain.replace(",", "")) * times
    except ValueError:
        return None


# Times


def times(values: Sequence[Any]) -> list[Time | None]:
    return [_time(value) for value in values]


def _time(value: Any) -> Time | None:
    if isinstance(value, datetime):
        return np.datetime64(value.replace(tzinfo=None), "s")
    if isinstance(value, date):
        return np.datetime64(value, "s")
    if isinstance(value, np.datetime64):
        return np.datetime64(value.astype("datetime64[s]").item())
    if not isinstance(value, str):
        return None
    words = unicodedata.normalize("NFKC", value).strip()
    for pattern, parts in _WRITTEN:
        if found := pattern.fullmatch(words):
            return _of(*parts(found))
    return None


def _of(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0, second: int = 0) -> Time | None:
    try:
        return np.datetime64(datetime(year, month, day, hour, minute, second), "s")  # noqa: DTZ001 (no zone is told)
    except ValueError:
        return None


def _parts_of_date(found: "re.Match[str]") -> tuple[int, ...]:
    year, month, day, *clock = (int(part) if part else None for part in found.groups())
    return (year or 1, month or 1, day or 1, *(part or 0 for part in clock))


def _parts_of_quarter(found: "re.Match[str]") -> tuple[int, ...]:
    year, digit, said, first, last = found.groups()
    quarter = digit or first or said
    return int(year or last), 3 * ("一二三四".find(quarter) + 1 or int(quarter)) - 2


def _parts_of_named(found: "re.Match[str]") -> tuple[int, ...]:
    year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
    return year, _MONTHS.index(found["month"].lower()) + 1, int(found["before"] or found["after"] or 1)


_Parts = Callable[["re.Match[str]"], tuple[int, ...]]
_WRITTEN: tuple[tuple["re.Pattern[str]", _Parts], ...] = (
    (_DATE, _parts_of_date),
    (_QUARTER, _parts_of_quarter),
    (_NAMED, _parts_of_named),
)


def backwards(values: Sequence[Any]) -> list[Time | None]:
    """Days as 10/20/2026 or 20.10.2026: which part is the month, all of them say together; in doubt, what is usual."""
    found = [_BACKWARDS.fullmatch(value.strip()) if isinstance(value, str) else None for value in values]
    parts = [(int(each[1]), int(each[3])) for each in found if each]
    first, second = (max((part[at] for part in parts), default=0) for at in (0, 1))
    marks = [each[2] for each in found if each]
    day_first = first > 12 or (second <= 12 and marks[:1] != ["/"])
    month, day = (3, 1) if day_first else (1, 3)
    return [_of(int(each[4]), int(each[month]), int(each[day])) if each else None for each in found]


def days_in(column: "np.ndarray[Any, np.dtype[np.float64]]") -> "np.ndarray[Any, np.dtype[Any]] | None":
    """Times that are written as one figure: 2026, 202603 or 20260315; None where they are none."""
    known = column[~np.isnan(column)]
    if not len(known) or (known % 1 != 0).any():
        return None
    for digits, (year, month, day) in {4: (1, 0, 0), 6: (100, 1, 0), 8: (10_000, 100, 1)}.items():
        if not ((known >= 1900 * year) & (known < 2101 * year)).all():
            continue
        parts = ((int(at) // year, int(at) // month % 100 if month else 1, int(at) % 100 if day else 1) for at in known)
        told = [_of(*each) for each in parts]
        if digits and all(each is not None for each in told):
            days = np.full(len(column), np.datetime64("NaT"), "datetime64[s]")
            days[~np.isnan(column)] = told
            return days
    return None
