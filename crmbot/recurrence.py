"""Things that happen again: every day, weekday, week or month at a local time, once for each local day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Every = Literal["day", "weekday", "week", "month", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
assert set(WEEKDAYS) < set(get_args(Every))


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`every` week: on the weekday `on`, 0 is Monday; every month: on day `on`, or the last of a shorter month.

    A local time that the clocks leap over is taken as long after midnight as on other days; one that comes twice is
    its first.
    """

    every: Every
    at: time
    zone: str
    on: int = 0

    def after(self, moment: datetime) -> datetime:
        """The first occurrence later than `moment`, in UTC."""
        local = moment.astimezone(ZoneInfo(self.zone))
        day = self._on_or_after(local.date() - timedelta(days=1))  # a leap of the clocks may carry it past midnight
        while (found := self._moment(day)) <= moment:
            day = self._on_or_after(day + timedelta(days=1))
        return found

    def _moment(self, day: date) -> datetime:
        return datetime.combine(day, self.at, ZoneInfo(self.zone)).astimezone(UTC)

    def _on_or_after(self, day: date) -> date:
        match self.every:
            case "day":
                return day
            case "weekday":
                return day + timedelta(days=7 - day.weekday()) if day.weekday() > 4 else day
            case "month":
                return self._in_month(day)
            case "week":
                weekday = self.on
            case _:
                weekday = WEEKDAYS.index(self.every)
        return day + timedelta(days=(weekday - day.weekday()) % 7)

    def _in_month(self, day: date) -> date:
        found = _day_of_month(day.year, day.month, self.on)
        if found >= day:
            return found
        return _day_of_month(day.year + day.month // 12, day.month % 12 + 1, self.on)


def beginning(every: Every, first: datetime, zone: str, *, on: int | None = None) -> Recurrence:
    """At the local time of `first` and on its day of the week or the month; of a month `on` that day, if given."""
    local = first.astimezone(ZoneInfo(zone))
    day = (on or local.day) if every == "month" else local.weekday()
    return Recurrence(every, local.time().replace(second=0, microsecond=0), zone, day)


def _day_of_month(year: int, month: int, day: int) -> date:
    return date(year, month, min(max(day, 1), monthrange(year, month)[1]))
