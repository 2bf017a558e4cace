"""The answer to one question: what it says for the slot that was asked for."""

import re
from datetime import datetime
from functools import cache
from typing import Any

from crmbot.understand.lexicon import any_of, words
from crmbot.understand.names import clean, read_name
from crmbot.understand.spans import STRICT, one_ref, read_ref, zone_of
from crmbot.understand.tidy import tidy, without_ends, without_marks
from crmbot.understand.traditional import simplified
from crmbot.when import read_when

DOUBTFUL = 0.9  # of a name: "power" may be one, "call her" is none


def read(slot: str, said: str, *, now: datetime, language: str = "en") -> Any | None:
    """What `said`, the answer to a question about `slot`, says for it; None when it does not say it.

    Words around the answer ("it's Hooli", "by friday please", 是华为) are no part of it, and a bare word of command
    ("show", 撤销) is no answer.
    """
    if slot == "words":
        return said.strip() or None  # others will read it as it was typed
    typed = tidy(said)
    told = without_ends(typed)
    if slot in ("text", "reason", "subject"):
        return told or None
    if slot not in STRICT and slot not in ("ref", "close_date", "due", "when"):
        return None if typed.startswith("/") else _name(_unframed(typed))
    if (value := _value(slot, told, now)) is not None:
        return value
    return _value(slot, without_ends(_unframed(told)), now)


def may_be_name(said: str) -> bool:
    """Whether the words may be somebody's name, and not "call her tomorrow"."""
    return read_name(said)[1] < DOUBTFUL


def _value(slot: str, told: str, now: datetime) -> Any | None:
    told = simplified(told)
    if slot == "ref":
        return read_ref(told)
    if slot in STRICT:
        return STRICT[slot](told, now)
    return read_when(told, slot, now=now, zone=zone_of(now))


def _name(said: str) -> str | None:
    """A name or title. "New Balance" is written with a capital, "new customer" is not."""
    name = without_marks(said)
    bare = " ".join(name.casefold().split())
    if not re.search(r"\w", name) or simplified(bare) in _commands() or one_ref().fullmatch(name):
        return None
    return name if name[0].isupper() and name[0].isascii() else clean(name) or None


def _unframed(said: str) -> str:
    before, after = _frame()
    while (shorter := after.sub("", before.sub("", without_marks(said)))) != said:
        said = shorter
    return said


@cache
def _frame() -> tuple[re.Pattern[str], re.Pattern[str]]:
    before, after = any_of(words("answers", "before")), any_of(words("frame", "after"))
    return re.compile(rf"^{before}[\s,:]*(?=\S)", re.I), re.compile(rf"(?<=\S)(?<![酒网])[\s,;!.~-]*{after}$", re.I)


@cache
def _commands() -> frozenset[str]:
    """Words that are a command, or the beginning of one, and nobody's name."""
    lists = ("yes", "no", "heard", "thanks", "add", "new_", "show", "find", "deal", "deals", "customer", "customers")
    listed = frozenset(word for name in lists for word in words("words", name))
    return listed | words("answers", "never") | words("names", "pronouns") | words("names", "pointers")
