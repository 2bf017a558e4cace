"""From a message to what it means: one command, or several side by side."""

from dataclasses import replace
from datetime import datetime
from functools import cache
from unicodedata import normalize

from crmbot.understand.meaning import Patience, Understood
from crmbot.understand.sentence import understand_one
from crmbot.understand.several import in_lines, side_by_side
from crmbot.understand.tidy import LONGEST, tidy
from crmbot.understand.traditional import as_typed, simplified


def understand(said: str, *, now: datetime, language: str = "en") -> Understood:
    """What `said` means, by the phrases of all languages; `language` is a hint only.

    `now` is aware and in the person's zone: dates are seen from it, and its zone says how phone numbers are written.
    Below a confidence of 0.5 the intent is `unknown` and there are no slots; from 0.9 on the bot may act unasked.
    """
    typed = said[:LONGEST]
    said = simplified(typed)
    text, patience = tidy(said), Patience()  # for its parts; the whole has its own
    meant = in_lines(said, now, patience) or side_by_side(text, now, patience) or understand_one(text, now, Patience())
    return _spelt(meant if said == typed else as_typed(meant, tidy(typed)), typed)


_WORDS = frozenset(["text", "subject", "reason"])


def _spelt(meant: Understood, typed: str) -> Understood:
    """What is kept word for word, with the punctuation that was typed: ，and not a comma."""
    plain = "".join(map(_plain, typed))
    if plain == typed:
        return meant
    slots = {slot: _found(said, plain, typed) if slot in _WORDS else said for slot, said in meant.slots.items()}
    return replace(meant, slots=slots, also=tuple(_spelt(each, typed) for each in meant.also))


def _found(said: str, plain: str, typed: str) -> str:
    start = plain.find(said)
    return typed[start : start + len(said)] if start >= 0 else said


@cache
def _plain(sign: str) -> str:
    """A wide sign as tidying makes it, where that is one sign too."""
    plain = normalize("NFKC", sign)
    return plain if len(plain) == 1 else sign
