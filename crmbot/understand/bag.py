"""Words still to be read, and what they have said so far."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from crmbot.understand.spans import one_ref, read_ref, zone_of
from crmbot.when import Told, find_when, month_first

FAR = 600  # facts stand near the beginning; what is longer is prose
GONE = "\x00"  # stands for what has been read already


@dataclass(slots=True)
class Facts:
    """The words still to be read, what they have said so far, and how much doubt there is about it."""

    said: str
    now: datetime
    found: dict[str, Any] = field(default_factory=dict)
    doubt: float = 0.0
    apart: bool = False
    wanted: frozenset[str] = frozenset()
    months_first: bool = False  # the whole message says so, though these words alone would not

    def take(self, slot: str, value: Any, start: int, end: int) -> None:
        self.found.setdefault(slot, value)
        self.said = self.said[:start] + GONE * (end - start) + self.said[end:]

    def doubtful(self, doubt: float) -> None:
        self.doubt = 1 - (1 - self.doubt) * (1 - doubt)


def days(facts: Facts, *, past: bool) -> tuple[Told, ...]:
    return _days_in(facts.said[:FAR], facts.now, zone_of(facts.now), past, facts.months_first)


@lru_cache(maxsize=16)  # asked for several times within one message
def _days_in(said: str, now: datetime, zone: str, past: bool, months_first: bool) -> tuple[Told, ...]:
    """By `zone` too: one moment is equal in all zones, but not the same day."""
    return tuple(find_when(said, now=now, past=past, months_first=months_first or month_first(said, zone)))


def take_ref(facts: Facts, letters: str) -> None:
    if found := one_ref(letters).search(facts.said):
        facts.take("ref", read_ref(found[0], letters), found.start(), found.end())
