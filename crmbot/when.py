"""Days and times: how people say them in English and Chinese, and how the bot prints them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmbot.understand.seen import Atom, Reading


@dataclass(frozen=True, slots=True)
class Told:
    """A day, period or time in a text from `start` to `end`; `sure` unless its words often mean something else."""

    start: int
    end: int
    first: date
    last: date
    clock: time | None = None
    sure: bool = True

    def iso(self, slot: str) -> str:
        """`close_date` is the last day of a period; `due` and `when` are its first, with the time if told."""
        if slot == "close_date":
            return self.last.isoformat()
        if self.clock is None:
            return self.first.isoformat()
        return datetime.combine(self.first, self.clock).isoformat(timespec="minutes")


def month_first(text: str, zone: str) -> bool:
    """Whether 3/4 is the fourth of March: in Chinese sentences and in the Americas."""
    return zone.startswith("America/") or _HAN.search(text) is not None


_HAN = re.compile("[\u4e00-\u9fff]")


def read_when(text: str, slot: str, *, now: datetime, zone: str) -> str | None:
    """The day or time that is the whole of `text`, as an ISO string of local wall-clock time, or None."""
    text = text.strip()
    for told in find_when(text, now=now, past=slot == "when", months_first=month_first(text, zone), alone=True):
        if told.start == 0 and told.end == len(text):
            return told.iso(slot)
    return None


def find_when(text: str, *, now: datetime, past: bool, months_first: bool, alone: bool = False) -> Iterator[Told]:
    """Every day or time in `text`, in order; `past` looks back where the words leave it open ("friday").

    `now` is aware and in the person's zone. With `alone` the text is the answer to a question, so that bare numbers
    such as 15.12 are days too.
    """
    # Here, since the package that keeps the words reads dates with this module.
    from crmbot.understand.dates import atoms
    from crmbot.understand.seen import Reading

    reading = Reading(now, past, months_first)
    group: list[Atom] = []
    for atom in _with_bare_hours(text, atoms(text, reading, alone=alone)):
        if group and not _joins(group, atom, text):
            if told := _told(group, text, reading, alone):
                yield told
            group = []
        group.append(atom)
    if group and (told := _told(group, text, reading, alone)):
        yield told


_BARE_HOUR = re.compile(r"\s(\d{1,2})(?=\s*(?:[,;]|$))")


def _with_bare_hours(text: str, found: Iterator[Atom]) -> Iterator[Atom]:
    """ "tomorrow 9": a number alone after a day is an hour."""
    from crmbot.understand.seen import Atom

    for atom in found:
        yield atom
        hour = _BARE_HOUR.match(text, atom.end) if atom.kind in ("day", "weekday") and atom.first == atom.last else None
        if hour and text[atom.end - 1].isalpha() and 1 <= int(hour[1]) <= 23:
            yield Atom("clock", hour.start(1), hour.end(1), clock=time(int(hour[1])))


# Putting day, part of the day and hour together


_GAP = re.compile(r"[\s,]*(?:at|on|in the|the|in|of|around|from|@|的|T)?[\s,]*", re.I)
_AFTER = re.compile(r"\s*(?:之前|以前|前|latest|at the latest)(?![天台任])")


def _joins(group: list[Atom], atom: Atom, text: str) -> bool:
    kinds = {each.kind for each in group}
    if not _GAP.fullmatch(text, group[-1].end, atom.start) or "moment" in kinds or atom.kind == "moment":
        return False
    if {atom.kind, *kinds} <= {"day", "weekday"}:
        apart = text[group[-1].end : atom.start].strip()
        return len(kinds) == 1 and kinds != {atom.kind} and not (apart and atom.kind == "weekday")  # Tue 24 Nov
    return atom.kind not in kinds and not ("clock" in kinds and atom.kind == "close")


def _told(group: list[Atom], text: str, reading: Reading, alone: bool) -> Told | None:
    from crmbot.understand.dates import BEFORE

    by_kind = {atom.kind: atom for atom in group}
    start, end = group[0].start, group[-1].end
    cue = BEFORE.search(text, max(0, start - 20), start)
    if after := _AFTER.match(text, end):
        end = after.end()
    sure = bool(alone or cue or after or any(atom.sure for atom in group))
    start = cue.start() if cue else start
    day = by_kind.get("day") or by_kind.get("weekday") or by_kind.get("moment")
    clock = _clock(by_kind)
    if day and day.first and day.last:
        return Told(start, end, day.first, day.last, clock or day.clock, sure)
    if clock is None:
        return None
    first = reading.day_of(clock, this_day="close" in by_kind or _this_part(by_kind))
    return Told(start, end, first, first, clock, sure)


def _this_part(by_kind: dict[str, Atom]) -> bool:
    return "part" in by_kind and by_kind["part"].first is not None


def _clock(by_kind: dict[str, Atom]) -> time | None:
    clock, part = by_kind.get("clock"), by_kind.get("part")
    if not clock or not clock.clock:
        told = by_kind.get("close") or part
        return told.clock if told else None
    named = part or by_kind.get("day")
    return _in_half(clock.clock, clock.half or (named.half if named else ""))


def _in_half(clock: time, half: str) -> time:
    if half == "pm" and clock.hour < 12:
        return clock.replace(hour=clock.hour + 12)
    if half == "am" and clock.hour == 12:
        return clock.replace(hour=0)
    if not half and 1 <= clock.hour <= 7:
        return clock.replace(hour=clock.hour + 12)
    return clock


# Printing

_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh": tuple(f"周{day}" for day in "一二三四五六日"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_day(day: date, language: str, today: date) -> str:
    """`Tue 24 Nov`, `11月24日 周二`; with its year when that is another one."""
    weekday = _WEEKDAYS["zh" if language == "zh" else "en"][day.weekday()]
    year = "" if day.year == today.year else str(day.year)
    if language == "zh":
        return f"{year + '年' if year else ''}{day.month}月{day.day}日 {weekday}"
    return f"{weekday} {day.day} {_MONTHS[day.month - 1]} {year}".rstrip()


def say_moment(moment: datetime, language: str, now: datetime) -> str:
    """A day and its time, `Tue 24 Nov 15:00`, in the zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    return f"{say_day(local.date(), language, now.date())} {local:%H:%M}"
