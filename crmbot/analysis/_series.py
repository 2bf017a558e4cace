"""Rows with dates as one regular series: a figure a day, week, month, quarter or year."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from crmbot.analysis._table import Column, Figures

Unit = Literal["day", "week", "month", "quarter", "year", "row"]
SEASONS: dict[Unit, int] = {"day": 7, "week": 52, "month": 12, "quarter": 4, "year": 1, "row": 12}


@dataclass(frozen=True)
class Series:
    """`values`, oldest first, with None where a period is missing; `starts`: the first day of each, where known."""

    values: tuple[float | None, ...]
    unit: Unit
    starts: tuple[date, ...] = ()
    added_up: bool = False  # several rows were added into one period

    @property
    def season(self) -> int:
        return SEASONS[self.unit]


def series_of(values: Figures, times: Column | None) -> Series:
    """In the order of `times`, or of the rows; rows of one period are added up, and periods without any are then 0."""
    if times is None or times.dtype.kind != "M":
        order = np.argsort(times, kind="stable") if times is not None else np.arange(len(values))
        return Series(tuple(None if np.isnan(each) else float(each) for each in values[order]), "row")
    told = ~np.isnat(times) & ~np.isnan(values)
    days, amounts = times[told].astype("datetime64[D]"), values[told]
    if not len(days):
        return Series((), "row")
    unit = _unit(days)
    places = _places(days, unit)
    added_up = len(np.unique(places)) < len(places)
    first, count = int(places.min()), int(places.max() - places.min()) + 1
    sums = np.bincount(places - first, weights=amounts, minlength=count)
    rows = np.bincount(places - first, minlength=count)
    found = tuple(float(each) if many or added_up else None for each, many in zip(sums, rows, strict=True))
    return Series(found, unit, tuple(_start(first + at, unit) for at in range(count)), added_up)


def _unit(days: Column) -> Unit:
    """As the dates come; where several rows share a day, the largest unit of which there are two dozen."""
    different = np.unique(days)
    if len(different) < 2:
        return "day"
    gap = float(np.quantile(np.diff(different).astype(float), 0.25))  # periods may be missing
    if len(different) == len(days) and (gap >= 6 or np.diff(different).astype(float).max() <= 4):
        return _nearest(gap)
    span = float((different[-1] - different[0]).astype(float))
    return "month" if span >= 24 * 30 else "week" if span >= 24 * 7 else "day"


def _nearest(gap: float) -> Unit:
    for unit, most in (("day", 5), ("week", 10), ("month", 45), ("quarter", 120)):
        if gap <= most:
            return unit  # type: ignore[return-value]  # mypy does not see the literals through the tuple
    return "year"


def _places(days: Column, unit: Unit) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    if unit in ("day", "week"):
        whole = days.astype(np.int64)
        return whole if unit == "day" else (whole + 3) // 7  # 1 January 1970 was a Thursday; weeks begin on Monday
    months = days.astype("datetime64[M]").astype(np.int64)
    return months // {"month": 1, "quarter": 3, "year": 12}[unit]


def _start(place: int, unit: Unit) -> date:
    if unit in ("day", "week"):
        start: date = np.datetime64(place if unit == "day" else place * 7 - 3, "D").item()
        return start
    month = place * {"month": 1, "quarter": 3, "year": 12}[unit]
    return date(1970 + month // 12, month % 12 + 1, 1)
