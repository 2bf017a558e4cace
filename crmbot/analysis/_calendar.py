"""Trend and season as columns of a regression, told from when each row was."""

from dataclasses import dataclass

import numpy as np

from crmbot.analysis._table import Column, Figures, Table

_PERIODS = ((1.5, 7), (10, 52), (45, 12), (120, 4))  # days between times, up to which so many make a season


@dataclass(frozen=True, eq=False)
class Calendar:
    """When each row was: its place in the order of times, and how many places make a season."""

    place: Figures
    period: int | None

    def trend(self) -> dict[str, Figures]:
        return {"trend": self.place} if self.place.max() > self.place.min() else {}

    def season(self, spare: int) -> dict[str, Figures]:
        """A column for each part of the season but the first; waves where there are fewer than `spare` rows for that.

        Nothing before two seasons have passed: what has not come back cannot be told from the trend.
        """
        if not self.period or self.place.max() - self.place.min() + 1 < 2 * self.period:
            return {}
        phase = self.place % self.period
        if self.period <= 12 and spare >= 2 * self.period:
            return {f"season {part + 1}": (phase == part).astype(float) for part in range(1, self.period)}
        waves: dict[str, Figures] = {}
        for wave in (1, 2) if self.period > 4 else (1,):
            turn = 2 * np.pi * wave * phase / self.period
            waves |= {f"season wave {wave}a": np.sin(turn), f"season wave {wave}b": np.cos(turn)}
        return waves


def calendar(table: Table, time: str | None, period: int | None) -> Calendar:
    """By the column `time`, else by the order of the rows."""
    if time is None:
        return Calendar(np.arange(table.count, dtype=float), period or 12)
    place, usual = _places(table.columns[time])
    return Calendar(place, period or usual)


def time_column(table: Table) -> str | None:
    """The column that says when a row was, if one does."""
    return next((name for name, column in table.columns.items() if column.dtype.kind == "M"), None)


def _places(column: Column) -> tuple[Figures, int | None]:
    if column.dtype.kind != "M":
        return column - np.nanmin(column), None
    days = column.astype("datetime64[D]").astype(float)
    gap = float(np.median(np.diff(np.unique(days)))) if len(np.unique(days)) > 1 else 1.0
    period = next((parts for most, parts in _PERIODS if gap <= most), None)
    if period == 12:
        return column.astype("datetime64[M]").astype(float), 12
    if period == 4:
        return np.floor(column.astype("datetime64[M]").astype(float) / 3), 4
    place = np.floor((days - days.min()) / (7 if period == 52 else 1))
    return place, period
