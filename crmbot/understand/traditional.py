"""Chinese in traditional characters is read as if it were in simplified ones, and kept as it was typed."""

import re
from dataclasses import replace
from functools import cache
from typing import Any

from crmbot.understand.lexicon import any_of, table
from crmbot.understand.meaning import Understood
from crmbot.understand.tidy import has_han


def simplified(said: str) -> str:
    """As long as `said`: signs that phrases hold in their simplified form, words in that of the mainland."""
    plain = said.translate(_simplified())
    return _alike().sub(lambda found: table("alike")[found[0]], plain) if has_han(plain) else plain


@cache
def _simplified() -> dict[int, str]:
    return {
        ord(sign): plain
        for signs, plains in table("traditional").items()
        for sign, plain in zip(signs, plains, strict=True)
    }


@cache
def _alike() -> re.Pattern[str]:
    return re.compile(any_of(table("alike")))


def as_typed(meant: Understood, typed: str) -> Understood:
    """With the words of `typed` in place of its simplified ones, from which it was understood."""
    plain = simplified(typed)
    if plain == typed:
        return meant
    slots = {name: _typed(value, typed, plain) for name, value in meant.slots.items()}
    impossible = {_typed(words, typed, plain): kind for words, kind in meant.impossible.items()}
    also = tuple(as_typed(each, typed) for each in meant.also)
    return replace(meant, slots=slots, impossible=impossible, also=also)


def _typed(value: Any, typed: str, plain: str) -> Any:
    if not isinstance(value, str):
        return value
    if (start := plain.find(value)) >= 0:
        return typed[start : start + len(value)]
    signs, start = [], 0
    for sign in value:  # pieces of the message put together: sign by sign
        found = plain.find(sign, start)
        signs.append(typed[found] if found >= 0 else sign)
        start = max(start, found + 1)
    return "".join(signs)
