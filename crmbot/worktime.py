"""Working time, in several periods a day: how much lies between two moments, and when so much is over."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = timedelta(days=1)
FARTHEST = 3660  # days that are looked at before it is said that nobody ever works
_LINE = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?(?P<periods>(?:\s+\d{2}:\d{2}-\d{2}:\d{2})+)")
_PERIOD = re.compile(r"(\d{2}:\d{2})-(\d{2}:\d{2})")

Period = tuple[time, time]  # one that ends at midnight ends at 00:00


def read_hours(lines: Sequence[str]) -> dict[int, tuple[Period, ...]]:
    """The periods of each weekday, 0 is Monday, of "mon-fri 09:00-12:00 13:00-18:00". Raises `ValueError`."""
    hours: dict[int, tuple[Period, ...]] = {}
    for line in lines:
        found = _LINE.fullmatch(line.strip().casefold())
        days = found and _days(found["first"], found["last"] or found["first"])
        if not found or not days:
            raise ValueError(f"{line!r} says no hours such as “mon-fri 09:00-12:00 13:00-18:00”")
        periods = [(time.fromisoformat(a), time.fromisoformat(b)) for a, b in _PERIOD.findall(found["periods"])]
        if any(begins >= ends != time() for begins, ends in periods) or not _in_order(periods):
            raise ValueError(f"{line!r}: its periods must follow one another")
        hours |= dict.fromkeys(days, tuple(periods))
    if not hours:
        raise ValueError("somebody must work at some time")
    return hours


def _days(first: str, last: str) -> list[int]:
    if first not in WEEKDAYS or last not in WEEKDAYS:
        return []
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
    return [day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)]


def _in_order(periods: Sequence[Period]) -> bool:
    return all(time() != ends <= begins for (_, ends), (begins, _) in pairwise(periods))


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a team works, by the clocks of `zone`."""

    zone: str = "UTC"
    hours: Mapping[int, tuple[Period, ...]] = field(default_factory=lambda: read_hours(["mon-fri 09:00-18:00"]))
    holidays: frozenset[date] = frozenset()

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one moment to a later one."""
        worked = timedelta()
        for begins, ends in self._periods(start):
            if begins >= end:
                break
            worked += max(timedelta(), min(ends, end) - max(begins, start))
        return worked

    def after(self, start: datetime, worked: timedelta) -> datetime:
        """The first moment at which so much working time is over; of none, the first at which somebody works."""
        for begins, ends in self._periods(start):
            begins = max(begins, start)
            if ends - begins >= worked and ends > begins:
                return begins + worked
            worked -= max(timedelta(), ends - begins)
        raise ValueError("nobody works for ten years")

    def _periods(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From the day before `start` on, as moments: where clocks change, a period is as long as it really was."""
        zone = ZoneInfo(self.zone)
        day = start.astimezone(zone).date() - DAY
        for _ in range(FARTHEST):
            if day not in self.holidays:
                for begins, ends in self.hours.get(day.weekday(), ()):
                    last = day + DAY if ends == time() else day
                    yield _moment(day, begins, zone), _moment(last, ends, zone)
            day += DAY


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)
