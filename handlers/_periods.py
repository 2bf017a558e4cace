"""Periods as people name them: this quarter, last month, the next three weeks."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Literal

Period = Literal["day", "week", "month", "quarter", "year"]
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def span(period: Period, offset: int, today: date) -> tuple[date, date]:
    """First and last day of the period `offset` away from the present one; -3 are the last three whole ones."""
    ends = sorted((_one(period, offset, today), _one(period, offset // abs(offset) if offset else 0, today)))
    return ends[0][0], ends[-1][1]


def _one(period: Period, offset: int, today: date) -> tuple[date, date]:
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
