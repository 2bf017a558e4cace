"""Days and times: how people say them in English and Chinese, and how the bot prints them."""

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """A day, period or time in a text from `start` to `end`; `sure` unless its words often mean something else."""

    start: int
    end: int
    first: date
    last: date
    clock: time | None = None
    sure: bool = True

    def iso(self, slot: str) -> str:
        """`close_date` is the last day of a period; `due` and `when` are its first, with the time if told."""
        if slot == "close_date":
            return self.last.isoformat()
        if self.clock is None:
            return self.first.isoformat()
        return datetime.combine(self.first, self.clock).isoformat(timespec="minutes")


def month_first(text: str, zone: str) -> bool:
    """Whether 3/4 is the fourth of March: in Chinese sentences and in the Americas."""
    return zone.startswith("America/") or any("\u4e00" <= character <= "\u9fff" for character in text)


def read_when(text: str, slot: str, *, now: datetime, zone: str) -> str | None:
    """The day or time that is the whole of `text`, as an ISO string of local wall-clock time, or None."""
    text = text.strip()
    for told in find_when(text, now=now, past=slot == "when", months_first=month_first(text, zone), alone=True):
        if told.start == 0 and told.end == len(text):
            return told.iso(slot)
    return None


def find_when(text: str, *, now: datetime, past: bool, months_first: bool, alone: bool = False) -> Iterator[Told]:
    """Every day or time in `text`, in order; `past` looks back where the words leave it open ("friday").

    `now` is aware and in the person's zone. With `alone` the text is the answer to a question, so that bare numbers
    such as 15.12 are days too.
    """
    grammar = _grammar(any("\u3400" <= character <= "\u9fff" for character in text))
    reading = _Reading(now, past, months_first)
    group: list[_Atom] = []
    for atom in _atoms(text, reading, grammar, alone):
        if group and not _joins(group, atom, text):
            if told := _told(group, text, reading, alone):
                yield told
            group = []
        group.append(atom)
    if group and (told := _told(group, text, reading, alone)):
        yield told


# Putting day, part of the day and hour together


@dataclass(frozen=True, slots=True)
class _Atom:
    """One word group: a day (or period), a part of the day, an hour, or a moment counted from now."""

    kind: str  # day · weekday · part · clock · moment · close
    start: int
    end: int
    first: date | None = None
    last: date | None = None
    clock: time | None = None
    sure: bool = True
    half: str = ""  # am, pm, or not said


_GAP = re.compile(r"[\s,]*(?:at|on|in the|the|in|of|around|from|@|的|T)?[\s,]*", re.I)
_BEFORE = re.compile(
    r"(?<![A-Za-z0-9])(?:by|on|before|until|till|til|due|for|from|since|around|in|@)(?:\s+the)?\s+$|(?:在|于|到|截止到?)\s*$",
    re.I,
)
_AFTER = re.compile(r"\s*(?:之前|以前|前|latest|at the latest)(?![天台任])")


def _joins(group: list[_Atom], atom: _Atom, text: str) -> bool:
    kinds = {each.kind for each in group}
    if not _GAP.fullmatch(text, group[-1].end, atom.start) or "moment" in kinds or atom.kind == "moment":
        return False
    if {atom.kind, *kinds} <= {"day", "weekday"}:
        apart = text[group[-1].end : atom.start].strip()
        return len(kinds) == 1 and kinds != {atom.kind} and not (apart and atom.kind == "weekday")  # Tue 24 Nov
    return atom.kind not in kinds and not ("clock" in kinds and atom.kind == "close")


def _told(group: list[_Atom], text: str, reading: "_Reading", alone: bool) -> Told | None:
    by_kind = {atom.kind: atom for atom in group}
    start, end = group[0].start, group[-1].end
    cue = _BEFORE.search(text, max(0, start - 20), start)
    if after := _AFTER.match(text, end):
        end = after.end()
    sure = bool(alone or cue or after or any(atom.sure for atom in group))
    start = cue.start() if cue else start
    day = by_kind.get("day") or by_kind.get("weekday") or by_kind.get("moment")
    clock = _clock(by_kind)
    if day and day.first and day.last:
        return Told(start, end, day.first, day.last, clock or day.clock, sure)
    if clock is None:
        return None
    first = reading.day_of(clock, this_day="close" in by_kind or _this_part(by_kind))
    return Told(start, end, first, first, clock, sure)


def _this_part(by_kind: dict[str, _Atom]) -> bool:
    return "part" in by_kind and by_kind["part"].first is not None


def _clock(by_kind: dict[str, _Atom]) -> time | None:
    clock, part = by_kind.get("clock"), by_kind.get("part")
    if not clock or not clock.clock:
        told = by_kind.get("close") or part
        return told.clock if told else None
    named = part or by_kind.get("day")
    return _in_half(clock.clock, clock.half or (named.half if named else ""))


def _in_half(clock: time, half: str) -> time:
    if half == "pm" and clock.hour < 12:
        return clock.replace(hour=clock.hour + 12)
    if half == "am" and clock.hour == 12:
        return clock.replace(hour=0)
    if not half and 1 <= clock.hour <= 7:
        return clock.replace(hour=clock.hour + 12)
    return clock


# What the words stand for, seen from now


@dataclass(frozen=True)
class _Reading:
    now: datetime
    past: bool
    months_first: bool

    @cached_property
    def today(self) -> date:
        return self.now.date()

    def day_of(self, clock: time, *, this_day: bool) -> date:
        """A time without a date: the next such time, or the last one when looking back."""
        if this_day or (clock > self.now.time()) != self.past:
            return self.today
        return self.today - DAY if self.past else self.today + DAY

    def weekday(self, number: int, which: str) -> date:
        if which.startswith(("next", "last_week")):
            weeks = {"next": 1, "next2": 2, "last_week": -1, "last_week2": -2}[which]
            return self.monday(weeks) + number * DAY
        if which == "last" or (self.past and which == ""):
            return self.today - ((self.today.weekday() - number - 1) % 7 + 1) * DAY
        if which == "this" and self.past:
            return self.monday(0) + number * DAY
        return self.today + ((number - self.today.weekday() - 1) % 7 + 1) * DAY

    def monday(self, weeks: int) -> date:
        return self.today + (7 * weeks - self.today.weekday()) * DAY

    def dated(self, month: int, day: int, year: int | None) -> date | None:
        """A day of the year; without a year the first from today on, or the last up to today."""
        if year is not None:
            return _date(year, month, day)
        step = -1 if self.past else 1
        for each in range(self.today.year, self.today.year + 9 * step, step):
            found = _date(each, month, day)
            if found and (found <= self.today if self.past else found >= self.today):
                return found
        return None

    def day_of_month(self, day: int) -> date | None:
        for months in range(5):
            first = _add_months(self.today.replace(day=1), -months if self.past else months)
            found = _date(first.year, first.month, day)
            if found and (found <= self.today if self.past else found >= self.today):
                return found
        return None

    def month(self, month: int, year: int | None, *, begun: bool = True) -> tuple[date, date]:
        """A month by name: the first whose last day is not past (not `begun`: that begins after today)."""
        return self._span(month, 1, year, begun)

    def quarter(self, quarter: int, year: int | None, *, begun: bool = True) -> tuple[date, date]:
        return self._span(3 * quarter - 2, 3, year, begun)

    def _span(self, month: int, months: int, year: int | None, begun: bool) -> tuple[date, date]:
        for each in [year] if year else range(self.today.year - 1, self.today.year + 3):
            first = date(each, month, 1)
            last = _add_months(first, months) - DAY
            if year or (not self.past and (last >= self.today if begun else first > self.today)):
                return first, last
            if self.past and _add_months(first, 12) > self.today:
                return first, last
        raise AssertionError("every month comes again")

    def period(self, unit: str, offset: int) -> tuple[date, date]:
        if unit == "week":
            monday = self.monday(offset)
            return (monday, monday + 4 * DAY) if offset == 0 else (monday, monday)
        months = {"month": 1, "quarter": 3, "year": 12}[unit]
        begin = self.today.replace(day=1, month=(self.today.month - 1) // months * months + 1)
        first = _add_months(begin, offset * months)
        return first, _add_months(first, months) - DAY

    def later(self, count: float, unit: str) -> tuple[date, time | None] | None:
        """`count` units from now: hours and minutes elapse, days and longer are counted on the calendar."""
        try:
            if unit in ("hour", "minute"):
                elapsed = timedelta(**{f"{unit}s": count})
                then = (self.now.astimezone(UTC) + elapsed).astimezone(self.now.tzinfo)
                return then.date(), then.time().replace(second=0, microsecond=0)
            if unit in ("day", "week"):
                return self.today + timedelta(days=count * (7 if unit == "week" else 1)), None
            return _add_months(self.today, int(count * {"month": 1, "quarter": 3, "year": 12}[unit])), None
        except (OverflowError, ValueError):
            return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _add_months(day: date, months: int) -> date:
    """The same day of another month, or its last when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# The grammar: each rule is a pattern and what it stands for

_Build = Callable[[re.Match[str], _Reading], "_Atom | None"]


@dataclass(frozen=True, slots=True)
class _Grammar:
    starts: re.Pattern[str]
    atoms: re.Pattern[str]
    rules: dict[str, tuple[str, _Build]]


def _atoms(text: str, reading: _Reading, grammar: _Grammar, alone: bool) -> Iterator[_Atom]:
    at = 0
    for start in grammar.starts.finditer(text):
        if start.start() < at or not (found := grammar.atoms.match(text, start.start())):
            continue
        if _WITHIN_A_NAME.match(text, found.end()) and found[0][-1].isalpha():
            continue
        name = found.lastgroup or ""
        if name == "bare" and not alone and not _BEFORE.search(text, max(0, found.start() - 20), found.start()):
            continue
        pattern, build = grammar.rules[name]
        again = _compiled(pattern).match(text, found.start())
        if again and (atom := build(again, reading)):
            at = found.end()
            yield atom


_WITHIN_A_NAME = re.compile(r"\.[a-z]{2}|\s?&\s?[A-Za-z]", re.I)  # Monday.com, May & Co


@cache
def _grammar(han: bool) -> _Grammar:
    """The rules; those that need Han only when the text has any, for compiling them takes its time."""
    from crmbot.understand.lexicon import words  # here, since that package reads dates with this module

    lexicon = _Words()
    sources = {name: rule for name, rule in lexicon.rules().items() if han or not name.startswith("h_")}
    atoms = re.compile("|".join(f"(?P<{name}>{_bare(pattern)})" for name, (pattern, _) in sources.items()), re.I)
    firsts = {word.split()[0] for word in (*lexicon.starts(), *words("when", "starts"))}
    latin = "|".join(
        sorted((re.escape(word) for word in firsts if word[0].isascii() and word[0].isalpha()), key=len, reverse=True)
    )
    signs = "".join(sorted({word[0] for word in firsts if not word.isascii()}))
    starts = re.compile(rf"(?<![A-Za-z])(?:{latin})|(?<!\d)\d|(?<=\d)[ap]m{f'|[{signs}]' if han else ''}", re.I)
    return _Grammar(starts, atoms, sources)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


def _bare(pattern: str) -> str:
    """The pattern without group names, which many rules share."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


class _Words:
    """The rules, with the words of all languages' lexicons in them."""

    def __init__(self) -> None:
        from crmbot.understand.lexicon import any_of, meanings, table

        self.days: dict[str, int] = {word: int(offset) for word, offset in table("when", "days").items()}
        self.weekdays = {word: int(number) for word, number in meanings("when", "weekdays").items()}
        self.months = {word: int(number) for word, number in meanings("when", "months").items()}
        self.units = meanings("when", "units")
        self.which = meanings("when", "which")
        self.parts: dict[str, str] = table("when", "parts")
        self.numbers: dict[str, float] = table("when", "numbers")
        self.edges = meanings("when", "edges")
        self.close_words = meanings("when", "close")
        self.closes = meanings("when", "close")["eod"], any_of(meanings("when", "close"))
        self.any_of = any_of
        self.units_re = any_of(self.units)
        self.month_re = any_of(self.months)
        self.weekday_re = any_of(self.weekdays)
        self.which_re = any_of(self.which)
        self.count_re = rf"(?:\d{{1,3}}(?:\.5)?(?![\d.])|{any_of(self.numbers)}|{_HAN_NUMBER})"

    def starts(self) -> list[str]:
        """All words with which a day or time may begin."""
        return [
            *self.days, *self.weekdays, *self.months, *self.which, *self.parts, *self.numbers, *self.edges,
            *self.close_words,
        ]  # fmt: skip

    def rules(self) -> dict[str, tuple[str, _Build]]:
        no_digit = r"(?![A-Za-z0-9%]|[.,:/]\d)"
        year = rf"(?P<year>(?:19|20)\d\d(?!\d)|{self.any_of(_YEARS)})"
        nth = rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{no_digit}"
        month = rf"(?P<month>{self.month_re})\.?"
        h_month = rf"(?P<month>\d{{1,2}}|{_HAN_NUMBER})月"
        h_rel = r"(?P<rel>本月|这个月|这月|当月|下下个?月|下个?月|上个?月)"
        h_day = rf"(?P<day>\d{{1,2}}|{_HAN_NUMBER})"
        h_year = r"(?:(?P<year>(?:19|20)?\d\d年|今年|明年|后年|去年|[二〇零一三四五六七八九]{4}年)的?\s?)?"
        part = rf"(?P<part>{self.any_of(self.parts)})"
        edge = rf"(?P<edge>{self.any_of(self.edges)})"
        unit = r"(?P<unit>weeks?|months?|quarters?|years?)"
        return {
            "iso": (r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d/-])", _iso),
            "h_full": (
                rf"(?<![\d一二三四五六七八九十]){h_year}{h_month}份?{h_day}(?:[号日](?![线])|(?![\d万千百亿个点]))",
                self.han_date,
            ),
            "h_rel": (rf"{h_rel}的?{h_day}[号日]", self.han_relative_day),
            "h_edge": (
                rf"(?<![\d一二三四五六七八九十]){h_year}(?:{h_month}份?|{h_rel}|第?(?P<quarter>[一二三四1-4])季度?|Q(?P<q>[1-4])|(?P<relq>本|这个?|下下个?|下个?|上个?)季度?|"
                rf"(?P<period>月|季度?|年)?)的?(?P<hedge>底|末|初|中旬|中(?=[,，。\s签定]|$)|上旬|下旬)(?![期级])",
                self.han_edge,
            ),
            "h_week": (
                r"(?P<hwhich>这个?|本|上上个?|上个?|下下个?|下个?)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天末]|[1-7](?!\d))"
                r"(?![年岁])",
                self.han_weekday,
            ),
            "h_later": (
                rf"(?:再?过)?(?P<n>半|\d+|{_HAN_NUMBER})(?P<half>个半)?(?:个(?=月|小时|钟头|星期|礼拜|季度)|个)?(?P<hunit>天|周|星期|礼拜|(?<=个)月|年|小时|钟头|分钟|季度)"
                rf"(?P<dir>以后|之后|过后|后|以内|之内|内|以前|之前|前)",
                self.han_later,
            ),
            "h_period": (
                rf"(?<![\d一二三四五六七八九十])(?:{h_rel}|(?P<relw>下下个?|下个?|上个?|这个?|本)(?:周|星期|礼拜)(?!(?-i:[一-龥])?[报会])|(?P<relq>本|这个?|下下个?|下个?|上个?)季度?(?=$|[^节])|(?P<rely>今年|明年|后年|去年)(?!\d))",
                self.han_period,
            ),
            "h_quarter": (rf"{h_year}第?(?P<quarter>[一二三四1-4])季度", self.han_named),
            "h_month": (rf"(?<![\d一二三四五六七八九十]){h_year}{h_month}(?:份|(?!\d))", self.han_named),
            "h_num": (rf"(?<![\d一二三四五六七八九十第.A-Za-z]){h_day}[号日](?![线楼店院])", self.han_day),
            "later": (
                rf"(?:(?P<cue>in|within|after)\s+)?(?P<n>{self.count_re})\s*(?P<unit>{self.units_re})(?P<ago>\s+ago|\s+back)?(?P<from>\s+from\s+(?:now|today)|\s+later)?",
                self.later,
            ),
            "close": (rf"(?P<close>{self.closes[1]})", self.close),
            "edge": (
                rf"{edge}(?:\s+of|-)?\s*(?:the\s+)?(?:(?P<which>this|next|last|current|coming|previous)\s+)?(?:{unit}|{month}|q(?P<quarter>[1-4]))(?![A-Za-z])(?:\s*(?:of\s+)?{year})?",
                self.edge,
            ),
            "edged": (r"(?<![A-Za-z])(?P<unit>month|quarter|year|week)(?:'s)?[\s-]end(?![A-Za-z])", self.edged),
            "short": (r"(?<![A-Za-z])(?:the\s+)?eo(?P<unit>[mqyw])(?![A-Za-z])", self.short),
            "day": (rf"(?P<word>{self.any_of(self.days)})", self.day),
            "dm": (
                rf"(?<![A-Za-z0-9.,/$€£¥])(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+"
                rf"|-)?{month}(?:,?[\s-]+(?:of\s+)?{year})?",
                self.day_month,
            ),
            "md": (rf"{month}\s*(?:the\s+)?{nth}(?:,?\s+{year})?", self.day_month),
            "slash": (
                r"(?<![\d/.\-A-Za-z$€£¥])(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<year>\d{4}|\d{2})"
                r"(?![\d/])",
                _slashed,
            ),
            "short_slash": (r"(?<![\d/.\-A-Za-z$€£¥])(?!24/7)(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![\d/%A-Za-z])", _slashed),
            "nth": (
                r"(?<![\d.])(?:the\s+)?(?P<day>\d{1,2})(?:st|nd|rd|th)(?:\s+of\s+(?P<which>this"
                r"|next)\s+month)?(?![A-Za-z])(?!\s+(?:quarter|half|floor|place|time|call|meeting|visit"
                r"|visitor))",
                self.nth,
            ),
            "weekday": (
                rf"(?:(?P<which>{self.which_re})\s+(?:week\s+)?(?:on\s+)?)?(?P<wd>{self.weekday_re})(?!\s*-?\s*fri)(?:\s+(?P<after>next|last|this)\s+week)?",
                self.weekday,
            ),
            "weekend": (
                r"(?:(?P<which>this|the|next|coming|last)\s+)?(?<![A-Za-z])week-?end(?![A-Za-z])",
                self.weekend,
            ),
            "period": (
                rf"(?<![A-Za-z])(?P<which>this|next|last|current|coming|previous)\s+{unit}(?![A-Za-z])",
                self.period,
            ),
            "quarter": (
                rf"(?<![A-Za-z0-9])(?:(?P<which>this|next|last)\s+)?q(?P<quarter>[1-4])(?![A-Za-z0-9])"
                rf"(?:\s*(?:of\s+)?{year})?",
                self.quarter,
            ),
            "month": (rf"(?:(?P<which>this|next|last)\s+)?{month}(?:,?\s+(?:of\s+)?{year})?", self.month),
            "year": (r"(?<=in )(?P<year>20\d\d)(?![\d,.])|(?<=by )(?P<year2>20\d\d)(?![\d,.])", _year),
            "oclock": (
                r"(?<![\d.,:/$€£¥A-Za-z-])(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d))?\s?(?P<half>[ap]\.?m\.?)(?![A-Za-z])"
                r"|(?:(?<=\dT)|(?<![\d.,:/A-Za-z-]))(?P<hour2>\d{1,2})[:h](?P<minute2>\d\d)(?::\d\d)?(?![\d:])"
                r"|(?<![A-Za-z])at\s+(?P<hour3>\d{1,2})(?![\d%A-Za-z]|[.,]\d|\s*(?:k|m|per|%|usd|eur|gbp|seats|users))"
                r"|(?<![\d.,A-Za-z-])(?P<hour4>\d{1,2})\s*o'?\s?clock",
                _clock_said,
            ),
            "past": (
                rf"(?<![A-Za-z])(?P<step>half|quarter)\s+(?P<dir>past|to)\s+(?P<hour>\d{{1,2}}|{self.any_of(self.numbers)})",
                self.half_past,
            ),
            "h_clock": (
                rf"(?<![\d.])(?P<hour>\d{{1,2}}|{_HAN_NUMBER})点(?!五|[\d一二三四五六七八九]*[万千亿])(?:钟|(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>\d{{1,2}}|{_HAN_NUMBER})分?)?",
                self.han_clock,
            ),
            "part": (rf"(?:(?P<this>this|in the|at)\s+)?{part}", self.part),
            "bare": (r"(?<![\d.,/])(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.?(?![\d%A-Za-z万千亿])", _slashed),
        }

    def later(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        if not (found["cue"] or found["ago"] or found["from"]):
            return None  # "for two weeks" is no day
        count = self.number(found["n"])
        unit = self.units.get(found["unit"].casefold())
        if count is None or not unit:
            return None
        return _moment(found, reading, -count if found["ago"] else count, unit)

    def number(self, said: str) -> float | None:
        said = " ".join(said.casefold().split())
        if said in self.numbers:
            return float(self.numbers[said])
        try:
            return float(said)
        except ValueError:
            return _han_number(said)

    def close(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        hour, minute = map(int, self.closes[0].split(":")) if ":" in self.closes[0] else (18, 0)
        return _Atom("close", found.start(), found.end(), clock=time(hour, minute))

    def edge(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        edge = self.edges[" ".join(found["edge"].casefold().split())]
        year = self.year(found["year"], reading)
        offset = _OFFSETS.get((found["which"] or "").casefold(), 0)
        unit = (found["unit"] or "").casefold().rstrip("s")
        if found["month"]:
            span = reading.month(self.months[found["month"].casefold().rstrip(".")], year)
        elif found["quarter"]:
            span = reading.quarter(int(found["quarter"]), year)
        elif unit == "week":
            return self.in_week(found, reading, edge, offset)
        else:
            span = reading.period(unit, offset)
        return _day(found, _edge_of(span, edge))

    def in_week(self, found: re.Match[str], reading: _Reading, edge: str, offset: int) -> _Atom:
        number = {"end": 4, "begin": 0, "mid": 2}[edge]
        return _day(found, reading.weekday(number, "next" if offset > 0 else "last_week" if offset < 0 else "this"))

    def edged(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        unit = found["unit"].casefold()
        if unit == "week":
            return _day(found, reading.weekday(4, "this"))
        return _day(found, reading.period(unit, 0)[1])

    def short(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        unit = {"m": "month", "q": "quarter", "y": "year", "w": "week"}[found["unit"].casefold()]
        return _day(found, reading.weekday(4, "this") if unit == "week" else reading.period(unit, 0)[1])

    def day(self, found: re.Match[str], reading: _Reading) -> _Atom:
        word = " ".join(found["word"].casefold().split())
        return _day(found, reading.today + self.days[word] * DAY)

    def day_month(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        month = self.months[found["month"].casefold().rstrip(".")]
        return _day(found, reading.dated(month, int(found["day"]), self.year(found["year"], reading)))

    def year(self, said: str | None, reading: _Reading) -> int | None:
        if not said:
            return None
        if said in _YEARS or said.casefold() in _YEARS:
            return reading.today.year + _YEARS[said.casefold()]
        digits = said.removesuffix("年")
        number = int(digits) if digits.isdecimal() else int("".join(str(_HAN_DIGITS[each]) for each in digits))
        return number if number > 99 else 2000 + number

    def nth(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        day = int(found["day"])
        if found["which"]:
            first = reading.period("month", _OFFSETS[found["which"].casefold()])[0]
            return _day(found, _date(first.year, first.month, day))
        return _day(found, reading.day_of_month(day), sure=found[0].casefold().startswith("the"))

    def weekday(self, found: re.Match[str], reading: _Reading) -> _Atom:
        which = self.which[found["which"].casefold()] if found["which"] else ""
        if found["after"] or re.search(r"\bweek\s", found[0], re.I):
            which = {"next": "next", "last": "last_week", "this": "this"}.get(found["after"] or which, which)
        word = found["wd"].casefold()
        atom = _day(found, reading.weekday(self.weekdays[word], which), sure=bool(which) or word not in _AMBIGUOUS)
        return _Atom("weekday", atom.start, atom.end, atom.first, atom.last, sure=atom.sure)

    def weekend(self, found: re.Match[str], reading: _Reading) -> _Atom:
        which = {"next": "next", "last": "last"}.get((found["which"] or "").casefold(), "")
        return _day(found, reading.weekday(5, which))

    def period(self, found: re.Match[str], reading: _Reading) -> _Atom:
        unit = found["unit"].casefold().rstrip("s")
        return _span(found, reading.period(unit, _OFFSETS[found["which"].casefold()]))

    def quarter(self, found: re.Match[str], reading: _Reading) -> _Atom:
        begun = (found["which"] or "").casefold() != "next"
        return _span(found, reading.quarter(int(found["quarter"]), self.year(found["year"], reading), begun=begun))

    def month(self, found: re.Match[str], reading: _Reading) -> _Atom:
        begun = (found["which"] or "").casefold() != "next"
        number = self.months[found["month"].casefold().rstrip(".")]
        span = reading.month(number, self.year(found["year"], reading), begun=begun)
        return _span(found, span, sure=bool(found["which"] or found["year"]))

    def half_past(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        hour = self.number(found["hour"])
        if hour is None or not 1 <= hour <= 12:
            return None
        minutes = 30 if found["step"].casefold() == "half" else 15
        told = int(hour) * 60 + (minutes if found["dir"].casefold() == "past" else -minutes)
        return _Atom("clock", found.start(), found.end(), clock=time(told // 60 % 24, told % 60))

    def part(self, found: re.Match[str], reading: _Reading) -> _Atom:
        said = self.parts[" ".join(found["part"].casefold().split())]  # "09:00 am", with "today" when it names the day
        clock, half, *day = said.split()
        hour, minute = map(int, clock.split(":"))
        named = bool(day) or (found["this"] or "").casefold() == "this"
        first = reading.today if named else None
        kind = "part" if half != "noon" else "clock"
        offset = int(day[0]) if day else 0
        if offset:
            return _Atom(
                "day",
                found.start(),
                found.end(),
                reading.today + offset * DAY,
                reading.today + offset * DAY,
                time(hour, minute),
                half=half,
            )
        return _Atom(
            kind, found.start(), found.end(), first, first, time(hour, minute), half="" if half == "noon" else half
        )

    def han_date(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        month, day = _han_int(found["month"]), _han_int(found["day"])
        return _day(found, reading.dated(month, day, self.year(found["year"], reading)))

    def han_relative_day(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        first = reading.period("month", _han_offset(found["rel"]))[0]
        return _day(found, _date(first.year, first.month, _han_int(found["day"])))

    def han_edge(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        span = self.han_span(found, reading)
        edge = _HAN_EDGES[found["hedge"]]
        if span is None or ((span[1] - span[0]).days > 31 and edge == "mid" and found["hedge"] == "中旬"):
            return None
        day = _edge_of(span, edge)
        if found["period"] == "月" and day < reading.today and not reading.past:
            day = _add_months(day, 1)  # 月初 said on the 22nd is the next one
        return _day(found, day)

    def han_span(self, found: re.Match[str], reading: _Reading) -> tuple[date, date] | None:
        groups = found.groupdict()
        year = self.year(groups.get("year"), reading)
        if month := groups.get("month"):
            return reading.month(number, year) if 1 <= (number := _han_int(month)) <= 12 else None
        if quarter := groups.get("quarter") or groups.get("q"):
            return reading.quarter(_han_int(quarter), year)
        if rel := groups.get("rel"):
            return reading.period("month", _han_offset(rel))
        if rel := groups.get("relq"):
            return reading.period("quarter", _han_offset(rel))
        unit = {"月": "month", "季": "quarter", "季度": "quarter", "年": "year"}.get(groups.get("period") or "")
        if year:
            return date(year, 1, 1), date(year, 12, 31)
        return reading.period(unit, 0) if unit else None

    def han_weekday(self, found: re.Match[str], reading: _Reading) -> _Atom:
        said = found["hwhich"] or ""
        which = "this" if said[:1] in ("这", "本") else {"": "", "上": "last_week", "下": "next"}[said[:1]]
        which += "2" if said[:2] in ("上上", "下下") else ""
        word = found["wd"]
        number = int(word) - 1 if word.isdecimal() else "一二三四五六日天末".index(word)
        number = {7: 6, 8: 5}.get(number, number)
        return _Atom("weekday", found.start(), found.end(), day := reading.weekday(number, which), day)

    def han_later(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        count = 0.5 if found["n"] == "半" else _han_number(found["n"])
        if count is None:
            return None
        unit = self.units[found["hunit"]]
        if count == 0.5 and unit in ("year", "month"):
            count, unit = (6, "month") if unit == "year" else (15, "day")
        count += 0.5 if found["half"] else 0
        return _moment(found, reading, -count if found["dir"].endswith("前") else count, unit)

    def han_period(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        if found["relw"]:
            return _span(found, reading.period("week", _han_offset(found["relw"])))
        if found["rely"]:
            return _span(found, reading.period("year", _YEARS[found["rely"]]))
        return self.han_named(found, reading)

    def han_named(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        span = self.han_span(found, reading)
        return _span(found, span) if span else None

    def han_day(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        return _day(found, reading.day_of_month(_han_int(found["day"])))

    def han_clock(self, found: re.Match[str], reading: _Reading) -> _Atom | None:
        minute = 30 if found["half"] else 15 * _han_int(found["quarter"]) if found["quarter"] else 0
        minute = _han_int(found["minute"]) if found["minute"] else minute
        hour = _han_int(found["hour"])
        return (
            _Atom("clock", found.start(), found.end(), clock=time(hour, minute)) if hour < 24 and minute < 60 else None
        )


_HAN_NUMBER = "[零〇一二两三四五六七八九十]{1,3}"
_HAN_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_EDGES = {"底": "end", "末": "end", "下旬": "end", "初": "begin", "上旬": "begin", "中": "mid", "中旬": "mid"}
_YEARS = {"next year": 1, "this year": 0, "last year": -1, "今年": 0, "明年": 1, "后年": 2, "去年": -1}
_OFFSETS = {"this": 0, "current": 0, "next": 1, "coming": 1, "last": -1, "previous": -1}
_AMBIGUOUS = {"sat", "sun", "wed", "mon"}  # she sat down; the sun; newly wed


def _han_number(said: str) -> float | None:
    """二十五, 十, 两, 12: a small number in either script."""
    if said.isdecimal():
        return float(said)
    tens, ten, ones = said.rpartition("十")
    if any(each not in _HAN_DIGITS for each in tens + ones) or len(tens) > 1 or (len(ones) > 1):
        return None
    return float((_HAN_DIGITS.get(tens, 1) * 10 if ten else 0) + _HAN_DIGITS.get(ones, 0))


def _han_int(said: str) -> int:
    return int(_han_number(said) or 0)


def _han_offset(said: str) -> int:
    return {"下": 1, "上": -1}.get(said[0], 0) * (2 if said[:2] in ("下下", "上上") else 1)


def _edge_of(span: tuple[date, date], edge: str) -> date:
    first, last = span
    if edge == "end":
        return last
    if edge == "begin":
        return first
    return first + (last - first) // 2 if (last - first).days > 31 else first.replace(day=15)


def _day(found: re.Match[str], day: date | None, *, sure: bool = True) -> "_Atom":
    # A day that does not exist (31 February) is no day.
    return (
        _Atom("day", found.start(), found.end(), day, day, sure=sure)
        if day
        else _Atom("", found.start(), found.start())
    )


def _span(found: re.Match[str], span: tuple[date, date], *, sure: bool = True) -> _Atom:
    return _Atom("day", found.start(), found.end(), span[0], span[1], sure=sure)


def _moment(found: re.Match[str], reading: _Reading, count: float, unit: str) -> _Atom | None:
    if not (then := reading.later(count, unit)):
        return None
    day, clock = then
    return _Atom("moment" if clock else "day", found.start(), found.end(), day, day, clock)


def _iso(found: re.Match[str], reading: _Reading) -> _Atom:
    return _day(found, _date(int(found["year"]), int(found["month"]), int(found["day"])))


def _slashed(found: re.Match[str], reading: _Reading) -> _Atom:
    a, b = int(found["a"]), int(found["b"])
    month, day = (a, b) if (reading.months_first and a <= 12) or b > 12 else (b, a)
    said = found.groupdict().get("year")
    year = int(said) + (2000 if len(said) == 2 else 0) if said else None
    return _day(found, reading.dated(month, day, year) if 1 <= month <= 12 and day else None)


def _year(found: re.Match[str], reading: _Reading) -> _Atom:
    year = int(found["year"] or found["year2"])
    return _span(found, (date(year, 1, 1), date(year, 12, 31)))


def _clock_said(found: re.Match[str], reading: _Reading) -> _Atom | None:
    hour_said = found["hour"] or found["hour2"] or found["hour3"] or found["hour4"]
    hour, minute = int(hour_said), int(found["minute"] or found["minute2"] or 0)
    if hour > 23 or minute > 59 or (found["half"] and not 1 <= hour <= 12):
        return None
    half = (found["half"] or "").replace(".", "").casefold()
    if not half and len(hour_said) == 2 and hour_said[0] == "0":
        half = "am"  # 07:00 is written by the 24-hour clock
    return _Atom("clock", found.start(), found.end(), clock=time(hour, minute), half=half)


# Printing

_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh": tuple(f"周{day}" for day in "一二三四五六日"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_day(day: date, language: str, today: date) -> str:
    """`Tue 24 Nov`, `11月24日 周二`; with its year when that is another one."""
    weekday = _WEEKDAYS["zh" if language == "zh" else "en"][day.weekday()]
    year = "" if day.year == today.year else str(day.year)
    if language == "zh":
        return f"{year + '年' if year else ''}{day.month}月{day.day}日 {weekday}"
    return f"{weekday} {day.day} {_MONTHS[day.month - 1]} {year}".rstrip()


def say_moment(moment: datetime, language: str, now: datetime) -> str:
    """A day and its time, `Tue 24 Nov 15:00`, in the zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    return f"{say_day(local.date(), language, now.date())} {local:%H:%M}"
