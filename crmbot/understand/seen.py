"""What days, months and hours stand for, seen from now."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

DAY = timedelta(days=1)


class Atom(NamedTuple):
    """One word group: a day (or period), a part of the day, an hour, or a moment counted from now."""

    kind: str  # day · weekday · part · clock · moment · close
    start: int
    end: int
    first: date | None = None
    last: date | None = None
    clock: time | None = None
    sure: bool = True
    half: str = ""  # am, pm, or not said


@dataclass(frozen=True)
class Reading:
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
            return existing(year, month, day)
        step = -1 if self.past else 1
        for each in range(self.today.year, self.today.year + 9 * step, step):
            found = existing(each, month, day)
            if found and (found <= self.today if self.past else found >= self.today):
                return found
        return None

    def day_of_month(self, day: int) -> date | None:
        for months in range(5):
            first = add_months(self.today.replace(day=1), -months if self.past else months)
            found = existing(first.year, first.month, day)
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
            last = add_months(first, months) - DAY
            if year or (not self.past and (last >= self.today if begun else first > self.today)):
                return first, last
            if self.past and add_months(first, 12) > self.today:
                return first, last
        raise AssertionError("every month comes again")

    def period(self, unit: str, offset: int) -> tuple[date, date]:
        if unit == "week":
            monday = self.monday(offset)
            return (monday, monday + 4 * DAY) if offset == 0 else (monday, monday)
        months = {"month": 1, "quarter": 3, "year": 12}[unit]
        begin = self.today.replace(day=1, month=(self.today.month - 1) // months * months + 1)
        first = add_months(begin, offset * months)
        return first, add_months(first, months) - DAY

    def later(self, count: float, unit: str) -> tuple[date, time | None] | None:
        """`count` units from now: hours and minutes elapse, days and longer are counted on the calendar."""
        try:
            if unit in ("hour", "minute"):
                elapsed = timedelta(**{f"{unit}s": count})
                then = (self.now.astimezone(UTC) + elapsed).astimezone(self.now.tzinfo)
                return then.date(), then.time().replace(second=0, microsecond=0)
            if unit in ("day", "week"):
                return self.today + timedelta(days=count * (7 if unit == "week" else 1)), None
            return add_months(self.today, int(count * {"month": 1, "quarter": 3, "year": 12}[unit])), None
        except (OverflowError, ValueError):
            return None


def existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# What a rule found, as a word group


Build = Callable[[re.Match[str], Reading], Atom | None]


def edge_of(span: tuple[date, date], edge: str) -> date:
    first, last = span
    if edge == "end":
        return last
    if edge == "begin":
        return first
    return first + (last - first) // 2 if (last - first).days > 31 else first.replace(day=15)


def day_told(found: re.Match[str], day: date | None, *, sure: bool = True) -> Atom:
    # A day that does not exist (31 February) is no day.
    return (
        Atom("day", found.start(), found.end(), day, day, sure=sure) if day else Atom("", found.start(), found.start())
    )


def span_told(found: re.Match[str], span: tuple[date, date], *, sure: bool = True) -> Atom:
    return Atom("day", found.start(), found.end(), span[0], span[1], sure=sure)


def moment_told(found: re.Match[str], reading: Reading, count: float, unit: str) -> Atom | None:
    if not (then := reading.later(count, unit)):
        return None
    day, clock = then
    return Atom("moment" if clock else "day", found.start(), found.end(), day, day, clock)
