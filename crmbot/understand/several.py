"""Several commands in one message, each of which is surely one by itself."""

import re
from datetime import datetime
from functools import cache
from itertools import islice

from crmbot.understand.lexicon import any_of, words
from crmbot.understand.meaning import Patience, Understood, acts
from crmbot.understand.sentence import understand_one
from crmbot.understand.spans import one_ref
from crmbot.understand.tidy import tidy


def in_lines(said: str, now: datetime, patience: Patience) -> Understood | None:
    lines = [line for line in said.splitlines() if line.strip()]
    return _together([tidy(line) for line in lines], now, patience) if 2 <= len(lines) <= MOST else None


def side_by_side(text: str, now: datetime, patience: Patience) -> Understood | None:
    """Commands side by side, each of which is surely one by itself; else the message is one."""
    if len(text) > 500 or not _PARTED.search(text):
        return None
    if several := _of_refs(text, now, patience):
        return several
    for separator, needs_lead in _SEPARATORS:
        if not separator.search(text):
            continue
        parts = [part for part in separator.split(text) if _WORDS_IN.search(part)]
        if not 2 <= len(parts) <= MOST or (needs_lead and not all(map(_leads, parts))):
            continue
        if several := _together(parts, now, patience):
            return several
    return None


def _of_refs(text: str, now: datetime, patience: Patience) -> Understood | None:
    """ "won D12 and D13": the same of every record named."""
    lists = list(islice(_ref_list().finditer(text), 2))
    if len(lists) != 1:
        return None
    listed = lists[0]
    refs = [found[0] for found in one_ref().finditer(listed[0])]
    if not 2 <= len(refs) <= MOST:
        return None
    return _together([f"{text[: listed.start()]}{ref}{text[listed.end() :]}" for ref in refs], now, patience)


def _leads(part: str) -> bool:
    """Whether a command begins here, or names its record: else it goes on with what was said before."""
    return bool(one_ref().search(part) or _command().match(part))


@cache
def _command() -> re.Pattern[str]:
    nouns = any_of(words("words", "deal") | words("words", "customer"))
    between = any_of(words("words", "one") | words("words", "new_") | words("names", "articles"))
    adding = rf"{any_of(words('words', 'add') | words('words', 'new_'))}\s*(?:{between}\s*)*{nouns}"
    return re.compile(rf"\s*(?:/\w+\s|{adding}|{any_of(words('words', 'leads'))})", re.I)


def _together(parts: list[str], now: datetime, patience: Patience) -> Understood | None:
    meant: list[Understood] = []
    for part in parts:
        first = _of_refs(part, now, patience) or understand_one(part, now, patience)
        each_of_it = (Understood(first.intent, first.slots, first.confidence), *first.also)
        if not all(each.confidence >= 0.9 and each.slots and acts(each.intent) for each in each_of_it):
            return None
        meant += each_of_it
    if meant[0].intent == "interaction.log" and any(each.intent == "task.add" for each in meant[1:]):
        return None  # "Spoke to Ann. Send offer by Monday": a next step
    first, *others = meant
    return Understood(first.intent, first.slots, first.confidence, tuple(others))


_WORDS_IN = re.compile(r"\w")
MOST = 8  # commands in one message
# A comma or "and" also stands within one command, so then each part must begin one or name its own record.
_SEPARATORS = (
    (re.compile(r"\s*[;。]\s*|(?<=[a-z0-9!])[.!]+\s+|,?\s+and then\s+|,?\s*(?:然后|接着|另外)\s*", re.I), False),
    (re.compile(r"\s*,\s*(?:and\s+)?", re.I), True),
    (re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*(?:并且|同时|以及)\s*", re.I), True),
)


_PARTED = re.compile(r"[;。,.!、&+/]|\s(?:and|n)\s|然后|接着|另外|并且|同时|以及|和|与|跟|还有", re.I)


@cache
def _ref_list() -> re.Pattern[str]:
    ref = r"[CD]-?\d{1,9}"
    # White space belongs to the sign after it, never to either of two: "+ + + …" would be parted in every way.
    between = rf"(?:\s*(?:{any_of(words('words', 'and'))}|[,、&+/])){{1,3}}\s*"
    return re.compile(rf"(?<![A-Za-z0-9]){ref}(?:{between}(?=[CD]-?\d){ref})+(?![A-Za-z0-9])", re.I)
