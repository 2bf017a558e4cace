"""Finding the words for days and times in a text, by the rules of all languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from crmbot.understand.dates_en import EnglishDates
from crmbot.understand.dates_zh import ChineseDates
from crmbot.understand.lexicon import words
from crmbot.understand.seen import Atom, Build, Reading
from crmbot.understand.tidy import has_han

# Words before a day that tell that one follows.
BEFORE = re.compile(
    r"(?<![A-Za-z0-9])(?:by|on|before|until|till|til|due|for|from|since|around|in|@)(?:\s+the)?\s+$|(?:在|于|到|截止到?)\s*$",
    re.I,
)
_WITHIN_A_NAME = re.compile(r"\.[a-z]{2}|\s?&\s?[A-Za-z]", re.I)  # Monday.com, May & Co


def atoms(text: str, reading: Reading, *, alone: bool) -> Iterator[Atom]:
    """Each word group of `text` that says a day or time, in order."""
    grammar = _grammar(has_han(text))
    at = 0
    for start in grammar.starts.finditer(text):
        if start.start() < at or not (found := grammar.atoms.match(text, start.start())):
            continue
        if _WITHIN_A_NAME.match(text, found.end()) and found[0][-1].isalpha():
            continue
        name = found.lastgroup or ""
        if name == "bare" and not alone and not BEFORE.search(text, max(0, found.start() - 20), found.start()):
            continue
        pattern, build = grammar.rules[name]
        again = _compiled(pattern).match(text, found.start())
        if again and (atom := build(again, reading)):
            at = found.end()
            yield atom


@dataclass(frozen=True, slots=True)
class _Grammar:
    starts: re.Pattern[str]
    atoms: re.Pattern[str]
    rules: dict[str, tuple[str, Build]]


@cache
def _grammar(han: bool) -> _Grammar:
    """The rules; those that need Han only when the text has any, for compiling them takes its time."""
    english, chinese = EnglishDates(), ChineseDates()
    rules = english.rules()
    sources = {"iso": rules["iso"]} | (chinese.rules() if han else {}) | rules  # the sooner, the surer
    found = re.compile("|".join(f"(?P<{name}>{_bare(pattern)})" for name, (pattern, _) in sources.items()), re.I)
    firsts = {word.split()[0] for word in (*english.starts(), *words("when", "starts"))}
    latin = "|".join(
        sorted((re.escape(word) for word in firsts if word[0].isascii() and word[0].isalpha()), key=len, reverse=True)
    )
    signs = "".join(sorted({word[0] for word in firsts if not word.isascii()}))
    starts = re.compile(rf"(?<![A-Za-z])(?:{latin})|(?<!\d)\d|(?<=\d)[ap]m{f'|[{signs}]' if han else ''}", re.I)
    return _Grammar(starts, found, sources)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


def _bare(pattern: str) -> str:
    """The pattern without group names, which many rules share."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)
