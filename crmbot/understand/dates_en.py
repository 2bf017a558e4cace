"""Days and times as English and plain figures say them."""

import re
from datetime import date, time

from crmbot.understand.date_words import OFFSETS, YEARS, Words
from crmbot.understand.seen import DAY, Atom, Build, Reading, day_told, edge_of, existing, moment_told, span_told

_AMBIGUOUS = {"sat", "sun", "wed", "mon"}  # she sat down; the sun; newly wed


class EnglishDates(Words):
    def rules(self) -> dict[str, tuple[str, Build]]:
        no_digit = r"(?![A-Za-z0-9%]|[.,:/]\d)"
        year = rf"(?P<year>(?:19|20)\d\d(?!\d)|{self.any_of(YEARS)})"
        nth = rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{no_digit}"
        month = rf"(?P<month>{self.month_re})\.?"
        part = rf"(?P<part>{self.any_of(self.parts)})"
        edge = rf"(?P<edge>{self.any_of(self.edges)})"
        unit = r"(?P<unit>weeks?|months?|quarters?|years?)"
        return {
            "iso": (r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d/-])", _iso),
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
                r"|(?<![A-Za-z])at\s+(?P<hour3>\d{1,2})(?![\d%A-Za-z]|[.,:]\d|\s*(?:k|m|per|%|usd|eur|gbp|seats|users))"
                r"|(?<![\d.,A-Za-z-])(?P<hour4>\d{1,2})\s*o'?\s?clock",
                _clock_said,
            ),
            "past": (
                rf"(?<![A-Za-z])(?P<step>half|quarter)\s+(?P<dir>past|to)\s+(?P<hour>\d{{1,2}}|{self.any_of(self.numbers)})",
                self.half_past,
            ),
            "part": (rf"(?:(?P<this>this|in the|at)\s+)?{part}", self.part),
            "bare": (r"(?<![\d.,/])(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.?(?![\d%A-Za-z万千亿])", _slashed),
        }

    def later(self, found: re.Match[str], reading: Reading) -> Atom | None:
        if not (found["cue"] or found["ago"] or found["from"]):
            return None  # "for two weeks" is no day
        count = self.number(found["n"])
        unit = self.units.get(found["unit"].casefold())
        if count is None or not unit:
            return None
        return moment_told(found, reading, -count if found["ago"] else count, unit)

    def close(self, found: re.Match[str], reading: Reading) -> Atom | None:
        hour, minute = map(int, self.closes[0].split(":")) if ":" in self.closes[0] else (18, 0)
        return Atom("close", found.start(), found.end(), clock=time(hour, minute))

    def edge(self, found: re.Match[str], reading: Reading) -> Atom | None:
        edge = self.edges[" ".join(found["edge"].casefold().split())]
        year = self.year(found["year"], reading)
        offset = OFFSETS.get((found["which"] or "").casefold(), 0)
        unit = (found["unit"] or "").casefold().rstrip("s")
        if found["month"]:
            span = reading.month(self.months[found["month"].casefold().rstrip(".")], year)
        elif found["quarter"]:
            span = reading.quarter(int(found["quarter"]), year)
        elif unit == "week":
            return self.in_week(found, reading, edge, offset)
        else:
            span = reading.period(unit, offset)
        return day_told(found, edge_of(span, edge))

    def in_week(self, found: re.Match[str], reading: Reading, edge: str, offset: int) -> Atom:
        number = {"end": 4, "begin": 0, "mid": 2}[edge]
        return day_told(found, reading.weekday(number, "next" if offset > 0 else "last_week" if offset < 0 else "this"))

    def edged(self, found: re.Match[str], reading: Reading) -> Atom | None:
        unit = found["unit"].casefold()
        if unit == "week":
            return day_told(found, reading.weekday(4, "this"))
        return day_told(found, reading.period(unit, 0)[1])

    def short(self, found: re.Match[str], reading: Reading) -> Atom | None:
        unit = {"m": "month", "q": "quarter", "y": "year", "w": "week"}[found["unit"].casefold()]
        return day_told(found, reading.weekday(4, "this") if unit == "week" else reading.period(unit, 0)[1])

    def day(self, found: re.Match[str], reading: Reading) -> Atom:
        word = " ".join(found["word"].casefold().split())
        return day_told(found, reading.today + self.days[word] * DAY)

    def day_month(self, found: re.Match[str], reading: Reading) -> Atom | None:
        month = self.months[found["month"].casefold().rstrip(".")]
        return day_told(found, reading.dated(month, int(found["day"]), self.year(found["year"], reading)))

    def nth(self, found: re.Match[str], reading: Reading) -> Atom | None:
        day = int(found["day"])
        if found["which"]:
            first = reading.period("month", OFFSETS[found["which"].casefold()])[0]
            return day_told(found, existing(first.year, first.month, day))
        return day_told(found, reading.day_of_month(day), sure=found[0].casefold().startswith("the"))

    def weekday(self, found: re.Match[str], reading: Reading) -> Atom:
        which = self.which[found["which"].casefold()] if found["which"] else ""
        if found["after"] or re.search(r"\bweek\s", found[0], re.I):
            which = {"next": "next", "last": "last_week", "this": "this"}.get(found["after"] or which, which)
        word = found["wd"].casefold()
        atom = day_told(
            found,
            reading.weekday(self.weekdays[word], which),
            sure=bool(which) or word not in _AMBIGUOUS or _ends_clause(found),
        )
        return Atom("weekday", atom.start, atom.end, atom.first, atom.last, sure=atom.sure)

    def weekend(self, found: re.Match[str], reading: Reading) -> Atom:
        which = {"next": "next", "last": "last"}.get((found["which"] or "").casefold(), "")
        return day_told(found, reading.weekday(5, which))

    def period(self, found: re.Match[str], reading: Reading) -> Atom:
        unit = found["unit"].casefold().rstrip("s")
        return span_told(found, reading.period(unit, OFFSETS[found["which"].casefold()]))

    def quarter(self, found: re.Match[str], reading: Reading) -> Atom:
        begun = (found["which"] or "").casefold() != "next"
        return span_told(found, reading.quarter(int(found["quarter"]), self.year(found["year"], reading), begun=begun))

    def month(self, found: re.Match[str], reading: Reading) -> Atom:
        begun = (found["which"] or "").casefold() != "next"
        number = self.months[found["month"].casefold().rstrip(".")]
        span = reading.month(number, self.year(found["year"], reading), begun=begun)
        return span_told(found, span, sure=bool(found["which"] or found["year"]))

    def half_past(self, found: re.Match[str], reading: Reading) -> Atom | None:
        hour = self.number(found["hour"])
        if hour is None or not 1 <= hour <= 12:
            return None
        minutes = 30 if found["step"].casefold() == "half" else 15
        told = int(hour) * 60 + (minutes if found["dir"].casefold() == "past" else -minutes)
        return Atom("clock", found.start(), found.end(), clock=time(told // 60 % 24, told % 60))

    def part(self, found: re.Match[str], reading: Reading) -> Atom:
        said = self.parts[" ".join(found["part"].casefold().split())]  # "09:00 am", with "today" when it names the day
        clock, half, *day = said.split()
        hour, minute = map(int, clock.split(":"))
        named = bool(day) or (found["this"] or "").casefold() == "this"
        first = reading.today if named else None
        kind = "part" if half != "noon" else "clock"
        offset = int(day[0]) if day else 0
        if offset:
            return Atom(
                "day",
                found.start(),
                found.end(),
                reading.today + offset * DAY,
                reading.today + offset * DAY,
                time(hour, minute),
                half=half,
            )
        return Atom(
            kind, found.start(), found.end(), first, first, time(hour, minute), half="" if half == "noon" else half
        )


def _ends_clause(found: re.Match[str]) -> bool:
    """ "met Acme wed, …": what a clause ends with is a day."""
    return bool(re.match(r"\s*(?:[,;:]|$|at\s|\d{1,2}(?:[:.]\d\d|\s?[ap]m))", found.string[found.end() :]))


def _iso(found: re.Match[str], reading: Reading) -> Atom:
    return day_told(found, existing(int(found["year"]), int(found["month"]), int(found["day"])))


def _slashed(found: re.Match[str], reading: Reading) -> Atom:
    a, b = int(found["a"]), int(found["b"])
    month, day = (a, b) if (reading.months_first and a <= 12) or b > 12 else (b, a)
    said = found.groupdict().get("year")
    year = int(said) + (2000 if len(said) == 2 else 0) if said else None
    return day_told(found, reading.dated(month, day, year) if 1 <= month <= 12 and day else None)


def _year(found: re.Match[str], reading: Reading) -> Atom:
    year = int(found["year"] or found["year2"])
    return span_told(found, (date(year, 1, 1), date(year, 12, 31)))


def _clock_said(found: re.Match[str], reading: Reading) -> Atom | None:
    hour_said = found["hour"] or found["hour2"] or found["hour3"] or found["hour4"]
    hour, minute = int(hour_said), int(found["minute"] or found["minute2"] or 0)
    if hour > 23 or minute > 59 or (found["half"] and not 1 <= hour <= 12):
        return None
    half = (found["half"] or "").replace(".", "").casefold()
    if not half and ((len(hour_said) == 2 and hour_said[0] == "0") or f"{hour_said}h" in found[0].casefold()):
        half = "am"  # 07:00 and 7h45 are written by the 24-hour clock
    return Atom("clock", found.start(), found.end(), clock=time(hour, minute), half=half)
