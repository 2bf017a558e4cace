"""The sample company while it is being made up: its rows so far, its clients, and when things happen in it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from storage.tables import Row

DAYS = 1095  # three years, up to today
TREND = 0.15  # more of everything with each year
SEASON = 0.25  # above the mean in the middle of November, as far below it in May
PEAK = 319  # the day of the year
WEEKEND = 0.3  # of a working day
NOISE = 0.04  # of a month, beside that of single orders


@dataclass(frozen=True, slots=True)
class Client:
    """A customer, and how often they order how much and until when."""

    id: int
    name: str
    chinese: bool
    owner: int | None
    since: datetime
    until: datetime | None
    pace: float
    quantity: int

    def buys(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Team:
    """Who looks after the customers of one language."""

    reps: Sequence[int]


@dataclass
class Company:
    rng: Random
    now: datetime
    zone: str
    next_id: Mapping[type[Row], int]
    rows: dict[type[Row], list[dict[str, Any]]] = field(default_factory=dict)
    clients: list[Client] = field(default_factory=list)
    teams: dict[bool, Team] = field(default_factory=dict)  # by whether they speak Chinese
    prices: dict[int, int] = field(default_factory=dict)

    def add(self, kind: type[Row], /, **values: Any) -> int:
        rows = self.rows.setdefault(kind, [])
        id = self.next_id[kind] + len(rows)
        rows.append({"id": id, **values})
        return id

    def rep(self, client: Client) -> int:
        return client.owner or self.rng.choice(self.teams[client.chinese].reps)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def in_hours(self, day: date) -> datetime:
        """Some time of that working day, though not later than now."""
        seconds = self.rng.randrange(9 * 3600, 18 * 3600)
        local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone)) + timedelta(seconds=seconds)
        return min(local.astimezone(UTC), self.now - timedelta(seconds=self.rng.randrange(60, 3600)))

    def spread(self, number: int) -> list[datetime]:
        """So many moments of the three years, oldest first, as dense as business was; at even steps of its sum."""
        days = [self.today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
        months = {(day.year, day.month): self.rng.lognormvariate(0, NOISE) for day in days}
        sums = list(accumulate(busy(day, days[0]) * months[day.year, day.month] for day in days))
        step, at, found = sums[-1] / number, 0, []
        for each in range(number):
            while sums[at] < (each + 0.5) * step:
                at += 1
            found.append(self.in_hours(days[at]))
        return sorted(found)


def season(day: date) -> float:
    """From −1 in May to 1 in November."""
    return math.cos(2 * math.pi * (day.timetuple().tm_yday - PEAK) / 365.25)


def busy(day: date, first: date) -> float:
    growth: float = (1 + TREND) ** ((day - first).days / 365.25)
    return growth * (1 + SEASON * season(day)) * (WEEKEND if day.weekday() > 4 else 1.0)
