"""Periods as people name them: this quarter, last month, the next three weeks."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

from crmbot.reply import Day, Text, text, verbatim

Period = Literal["day", "week", "month", "quarter", "year"]
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def span(period: Period, offset: int, today: date, alone: bool = False) -> tuple[date, date]:
    """First and last day of what was asked for: -3 are the last three whole ones, or the third one back `alone`."""
    if alone:
        return single(period, offset, today)
    ends = sorted((single(period, offset, today), single(period, offset // abs(offset) if offset else 0, today)))
    return ends[0][0], ends[-1][1]


def before(period: Period, offset: int, today: date, alone: bool = False) -> tuple[date, date]:
    """As many periods as `span` gives, ending where it begins."""
    first, _ = span(period, offset, today, alone=alone)
    many = 1 if alone else max(1, -offset)
    return single(period, min(offset, 0) - many if not alone else offset - 1, today)[0], first - timedelta(days=1)


def single(period: Period, offset: int, today: date) -> tuple[date, date]:
    """First and last day of that one period alone."""
    if period == "day":
        return (day := today + timedelta(days=offset)), day
    if period == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=offset)
        return monday, monday + timedelta(days=6)
    months = MONTHS[period]
    first = (today.year * 12 + today.month - 1) // months * months + offset * months
    last = first + months - 1
    return date(first // 12, first % 12 + 1, 1), date(
        last // 12, last % 12 + 1, monthrange(last // 12, last % 12 + 1)[1]
    )


def say_period(period: Period, offset: int, today: date, alone: bool = False) -> Text:
    """This quarter, last month, next week, March 2026 `alone`; others by their first and last day."""
    if alone:
        return say_start(period, single(period, offset, today)[0])
    if which := {0: "this", -1: "last", 1: "next"}.get(offset):
        return text("period", period=f"{which}-{period}")
    first, last = span(period, offset, today)
    return text("period-days", first=Day(first, today), last=Day(last, today))


def say_start(period: Period, start: date) -> Text:
    """The period that begins then, short: Nov 2026, Q4 2026, 2026; days and weeks by their first day."""
    match period:
        case "day" | "week":
            return text("day-short", day=start.day, month=start.month)
        case "month":
            return text("month", month=start.month, year=str(start.year))
        case "quarter":
            return text("quarter", quarter=(start.month + 2) // 3, year=str(start.year))
        case "year":
            return verbatim(str(start.year))
