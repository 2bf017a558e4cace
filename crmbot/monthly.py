"""On which day of the month: "the last day of every month", 每月15号. `every` says only that it comes each month."""

import re
import unicodedata
from dataclasses import replace
from typing import Any

from crmbot.understand import Understood

SLOT = "month_day"  # of what may come each month

LAST = 31  # a shorter month ends earlier
LAST_DAY = re.compile(r"\b(?:last day|end of)\b|月底|月末|最后一天", re.IGNORECASE)
A_DAY = re.compile(r"\b([12]?\d|3[01])(?:st|nd|rd|th)\b|(?<!\d)([12]?\d|3[01])[号日]", re.IGNORECASE)


def with_month_day(meant: Understood, slots: type[Any], said: str) -> Understood:
    """With the day that is named, where something is to come each month: a [Yes] pressed later names none."""
    fields, given = slots.model_fields, meant.slots
    comes = given.get("every", "month" if "schedule" in fields else "") == "month"  # it may come monthly already
    day = day_of_month(said) if comes and SLOT in fields and SLOT not in given else None
    return replace(meant, slots={**given, SLOT: day}) if day else meant


def day_of_month(said: str) -> int | None:
    """None where no day is named."""
    said = unicodedata.normalize("NFKC", said)
    if LAST_DAY.search(said):
        return LAST
    found = A_DAY.search(said)
    return int(found[1] or found[2]) or None if found else None
