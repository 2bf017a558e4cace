"""Days, weeks, months, quarters and years in a row: what a series of sales is made of."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Period = Literal["day", "week", "month", "quarter", "year"]
SEASONS: dict[Period, int] = {"day": 7, "week": 52, "month": 12, "quarter": 4, "year": 1}  # until it begins anew
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Series:
    """Whole periods without a gap between them: the first day and the sum of each."""

    starts: list[date]
    values: list[int]


def bucketed(amounts: Iterable[tuple[date, int]], period: Period, *, today: date) -> Series:
    """Sums per period from the first that has any to the last that is over; what is dated later is left out.

    Amounts are minor units of one currency, or ones to be counted. A period with nothing in it is a zero.
    """
    sums: Counter[date] = Counter()
    running = start_of(today, period)
    for day, amount in amounts:
        if day < running:
            sums[start_of(day, period)] += amount
    if not sums:
        return Series([], [])
    starts = [min(sums)]
    while (start := moved(starts[-1], period, 1)) < running:
        starts.append(start)
    return Series(starts, [sums[start] for start in starts])


def coming(period: Period, horizon: int, *, today: date) -> list[date]:
    """First days of the periods that a forecast of whole periods is about: the running one is the first of them."""
    running = start_of(today, period)
    return [moved(running, period, ahead) for ahead in range(horizon)]


def start_of(day: date, period: Period) -> date:
    """Weeks begin on Monday."""
    if period == "day":
        return day
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(month=(day.month - 1) // _MONTHS[period] * _MONTHS[period] + 1, day=1)


def moved(start: date, period: Period, count: int) -> date:
    """The first day of the period that is `count` after the one that begins on `start`."""
    if period in ("day", "week"):
        return start + timedelta(days=count * (7 if period == "week" else 1))
    months = start.year * 12 + start.month - 1 + count * _MONTHS[period]
    return date(months // 12, months % 12 + 1, 1)
