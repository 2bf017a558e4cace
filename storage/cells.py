"""What the cells of a spreadsheet say: amounts, days, stages, phones; how a column is written is decided once."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from crmbot.money import Money, minor_digits, plain, read_money
from crmbot.phone import read_phone
from crmbot.understand.lexicon import meanings, table
from storage.mapping import words

NOON = time(12)  # of UTC: there a bare day is the same day nearly everywhere
NOTHING = frozenset({"-", "--", "—", "n/a", "#n/a", "null", "(null)", "none", "nan", "nil", "无", "暂无", "空"})
MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6}
MONTHS |= {"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
SERIALS = range(20_000, 80_000)  # the days 1954 to 2119 as Excel counts them
EXCEL_DAY_0 = date(1899, 12, 30)
_CLOCK = (
    r"(?:[T,\s]*(?P<half>上午|下午)?\s*(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})?分?(?::?(?P<second>\d{1,2})(?:\.\d+)?秒?)?"
    r"\s*(?P<noon>[ap]\.?m\.?)?\s*(?P<offset>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_ISO = re.compile(r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})日?" + _CLOCK, re.I)
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})" + _CLOCK, re.I)
_NUMBERS = re.compile(r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})" + _CLOCK, re.I)
_DAY_MONTH = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[-\s]+(?P<name>[a-z]{3})[a-z]*\.?[-,\s]+(?P<year>\d{4}|\d{2})" + _CLOCK, re.I
)
_MONTH_DAY = re.compile(
    r"(?P<name>[a-z]{3})[a-z]*\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _CLOCK, re.I
)
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_SCALED = re.compile(r"\d\s*(?:[千百万亿]|[kmb]\b)", re.I)
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_EMAIL = re.compile(r"[^@\s;,<>\"']+@[^@\s;,<>\"']+\.[^@\s;,<>\"']+")
_LISTED = re.compile(r"[;；,，、|\n]+")


class BadCell(ValueError):
    """Why a row cannot be taken, as the variants of `import-bad` say it, and the cell that it is about."""

    def __init__(self, why: str, cell: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.cell = cell


# Text


def clean(text: str, longest: int = 191) -> str:
    """One line without control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:longest]


def clean_note(text: str) -> str:
    return "\n".join(clean(line, 100_000) for line in text.splitlines()).strip()


def is_nothing(text: str) -> bool:
    return text.strip().casefold() in NOTHING


def listed(cells: Iterable[str]) -> list[str]:
    parts = (clean(part, 500).strip() for cell in cells for part in _LISTED.split(cell))
    return [part for part in dict.fromkeys(parts) if part and not is_nothing(part)]


def read_tags(cells: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(tag.lstrip("#")[:64] for tag in listed(cells) if tag.lstrip("#")))


def read_phones(cells: Iterable[str], zone: str) -> tuple[list[str], list[str]]:
    """The numbers as they are kept, and what is none."""
    found: list[str] = []
    odd: list[str] = []
    for text in listed(cells):
        phone = read_phone(unicodedata.normalize("NFKC", text), zone)
        (found if phone else odd).append(phone or text)
    return list(dict.fromkeys(found)), odd


def read_emails(cells: Iterable[str]) -> tuple[list[str], list[str]]:
    found: list[str] = []
    odd: list[str] = []
    for text in listed(cells):
        emails = _EMAIL.findall(text)
        found += emails
        odd += [] if emails else [text]
    return list(dict.fromkeys(found)), odd


def read_stage(text: str) -> str:
    """`Closed Won`, `3. Proposal (50%)`, 赢单. Raises `BadCell` for a stage that nobody knows."""
    said = unicodedata.normalize("NFKC", text).casefold()
    said = re.sub(r"\([^)]*\)\s*$|^\W*\d+\s*[-.:)、\s]\s*", "", said.strip())
    said = re.sub(r"[\W_]+", " ", said).strip()
    stage = _stages().get(said) or _stages().get(re.sub(r"\s*(?:阶段|stage)$", "", said))
    if stage is None:
        raise BadCell("no-stage", text)
    return stage


@cache
def _stages() -> dict[str, str]:
    both = meanings("stages") | words("stages")
    known = {re.sub(r"[\W_]+", " ", word).strip(): stage for word, stage in both.items()}
    return {word.replace(" ", ""): stage for word, stage in known.items()} | known  # some write closedwon


# Money


@cache
def _currencies() -> dict[str, str]:
    return {word.casefold(): code for word, code in table("money", "currencies").items()}


def read_currency(text: str) -> str:
    code = text.strip().upper()
    if re.fullmatch(r"[A-Z]{3}", code) and code != "RMB":
        return code
    known = _currencies().get(text.strip().casefold()) or ("CNY" if code == "RMB" else "")
    if not known:
        raise BadCell("no-currency", text)
    return known


def decimal_mark(cells: Iterable[str]) -> str:
    """The mark before the decimals of a column, by the cells where it can be nothing else; nothing when none tells."""
    marks = set()
    for cell in cells:
        for figure in _FIGURE.findall(cell):
            found = re.findall(r"[.,]", figure)
            if len(set(found)) == 2 or (len(found) == 1 and len(re.split(r"[.,]", figure)[1]) != 3):
                marks.add(found[-1])
    return marks.pop() if len(marks) == 1 else ""


def read_amount(
    text: str, mark: str, currency: str, scale: Decimal = Decimal(1), stated: str = ""
) -> tuple[Money, bool]:
    """The amount, and whether its currency was told, in the cell or as `stated`; else it is `currency`."""
    said = unicodedata.normalize("NFKC", text).strip()
    if re.match(r"\(.*\)$|[^\d]*[-−–]\s*[\d$€£¥]|.*\d-$", said):
        raise BadCell("below-zero", text)
    known_digits = minor_digits(stated or currency) == 3
    figures = _FIGURE.sub(lambda found: _pointed(found[0], mark or ("." if known_digits else "")), said)
    found = {"value": figures} if _PLAIN.fullmatch(figures) else read_money(figures)
    if found is None:
        raise BadCell("no-amount", text)
    if _SCALED.search(figures):  # 3万 below 金额（万元）: whoever wrote the cell scaled it already
        scale = Decimal(1)
    value = {"value": plain(Decimal(found["value"]) * scale), "currency": stated or found.get("currency", "")}
    try:
        return Money.of(value, currency), bool(value["currency"])
    except ValueError as error:
        raise BadCell("odd-amount", text) from error


def _pointed(figure: str, mark: str) -> str:
    """With a point before the decimals and no grouping; as it is when the column does not tell."""
    if not mark:
        return figure
    whole, _, decimals = figure.rpartition(mark) if mark in figure else (figure, "", "")
    if re.search(r"[.,]", decimals):  # 12.345,678 where the column's mark is the point: three digits group
        return re.sub(r"[.,]", "", figure)
    whole = re.sub(r"[.,]", "", whole)
    return f"{whole}.{decimals}{'0' if len(decimals) == 3 else ''}" if decimals else whole


def read_quantity(text: str) -> int:
    said = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", text))
    if not re.fullmatch(r"\d{1,9}(?:\.0*)?", said) or int(float(said)) < 1:
        raise BadCell("no-quantity", text)
    return int(float(said))


# Days


@dataclass(frozen=True, slots=True)
class Order:
    """Whether 3/4 is the third of April, and how that was found out: by the column, another one, or the zone."""

    day_first: bool
    why: str = ""


def day_orders(columns: Mapping[str, Sequence[str]], zone: str) -> dict[str, Order]:
    """For each column of days, by its cells where a part is greater than 12; most of them, when they disagree."""
    orders = {}
    for name, cells in columns.items():
        first, second = _votes(cells)
        if first or second:
            orders[name] = Order(first > second, "told")
    other = next(iter(orders.values()), None)
    for name, cells in columns.items():
        if name not in orders:
            unsure = any((found := _NUMBERS.fullmatch(cell.strip())) and found["mark"] != "." for cell in cells)
            order = Order(other.day_first, "other") if other else Order(not zone.startswith("America/"), "zone")
            orders[name] = order if unsure else Order(order.day_first)
    return orders


def _votes(cells: Iterable[str]) -> tuple[int, int]:
    first = second = 0
    for cell in cells:
        if (found := _NUMBERS.fullmatch(cell.strip())) and found["mark"] != ".":
            first += int(found["one"]) > 12
            second += int(found["two"]) > 12
    return first, second


def read_day(text: str, order: Order) -> date:
    return _read(text, order.day_first)[0]


def read_moment(text: str, order: Order, zone: str) -> datetime:
    """In UTC; a clock without an offset is that of `zone`, a bare day is noon of UTC."""
    day, clock, offset = _read(text, order.day_first)
    if clock is None:
        return noon(day)
    return datetime.combine(day, clock, offset or ZoneInfo(zone)).astimezone(UTC)


def is_bare_day(text: str, order: Order) -> bool:
    return _read(text, order.day_first)[1] is None


def noon(day: date) -> datetime:
    return datetime.combine(day, NOON, UTC)


@lru_cache(4096)
def _read(text: str, day_first: bool) -> tuple[date, time | None, tzinfo | None]:
    said = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{5}(?:\.\d+)?", said) and int(float(said)) in SERIALS:
        return _serial(float(said))
    for pattern in (_ISO, _NUMBERS, _COMPACT, _DAY_MONTH, _MONTH_DAY):
        if found := pattern.fullmatch(said):
            try:
                return _day(found.groupdict(), day_first), _time(found), _offset(found["offset"])
            except (ValueError, KeyError) as error:
                raise BadCell("no-such-day", text) from error
    raise BadCell("no-day", text)


def _serial(days: float) -> tuple[date, time | None, None]:
    moment = datetime.combine(EXCEL_DAY_0, time()) + timedelta(seconds=round(days * 86_400))
    return moment.date(), moment.time() if days % 1 else None, None


def _day(said: Mapping[str, str], day_first: bool) -> date:
    year = int(said["year"]) + (0 if len(said["year"]) == 4 else 2000 if int(said["year"]) < 70 else 1900)
    if "name" in said:
        return date(year, MONTHS[said["name"].casefold()], int(said["day"]))
    if "month" in said:
        return date(year, int(said["month"]), int(said["day"]))
    one, two = int(said["one"]), int(said["two"])
    return date(year, two, one) if day_first or said["mark"] == "." else date(year, one, two)


def _time(found: "re.Match[str]") -> time | None:
    """Midnight is how programs write that there is no time."""
    if not found["hour"]:
        return None
    hour, half = int(found["hour"]), (found["noon"] or found["half"] or "").casefold()
    hour = hour % 12 + 12 * (half[:1] in ("p", "下")) if half and hour <= 12 else hour
    clock = time(hour, int(found["minute"] or 0), int(found["second"] or 0))
    return clock if clock != time() or found["offset"] else None


def _offset(said: str | None) -> tzinfo | None:
    if not said:
        return None
    if said[0] not in "+-":
        return UTC
    span = timedelta(hours=int(said[1:3]), minutes=int(said[-2:]))
    return timezone(-span if said[0] == "-" else span)
