"""Phrases: how the phrase files write what people say.

`(a|b)` one of them, `[a]` may be missing, `$add` any word of that list, `&$add` one of them anywhere (`&$add?`: or
none), `{slot}` a span, `<slot slot>` facts in any order at the end, of which `slot!` must be there and `kind=call` is
said by the phrase itself, `<%task>` the facts that the table of bags lists under that name. A leading `?` marks words
that often mean something else: the bot asks first.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from crmbot.understand.elements import Element, begins, compiled, is_necessary, is_ref, words_of
from crmbot.understand.lexicon import LANGUAGES, lexicon, table, words
from crmbot.understand.message import Keyed, Message, keyed
from crmbot.understand.tidy import flat

_BAG = re.compile(r"%(\w+)")  # a bag by its name


@dataclass(frozen=True)
class Phrase:
    """One way to say `intent`: its pattern, the facts that may follow, and the groups of words it needs one each of."""

    at: int  # its place in the files: of equals the first one counts
    intent: str
    said: str
    facts: frozenset[str]
    needed: frozenset[str]
    fixed: dict[str, str | bool]
    beside: tuple[frozenset[str], ...]  # words that tell of it wherever they stand, one of each
    perhaps: frozenset[str]  # words that may stand anywhere too
    sure: bool

    @property
    def groups(self) -> tuple[frozenset[str], ...]:
        """The groups of words of which each must occur; #D is a ref of a deal, ^new what the message begins with."""
        elements = compiled(self.said)  # not kept: of most phrases nothing else is ever asked
        listed = [*self.beside, *(words_of(each) for each in elements if is_necessary(each))]
        listed += [frozenset(f"#{kind}" for kind in kinds) for kinds in self._refs(elements)]
        first = begins(elements)
        if first is not None and not self.led:
            listed.append(frozenset(f"^{key}" for key in first))
        return tuple(listed)

    @cached_property
    def led(self) -> str:
        """What a day before the words of the phrase says: when it took place, or when it is due."""
        return "when" if "when" in self.facts else "due" if "subject" in self.facts else ""

    @cached_property
    def by_ref(self) -> bool:
        return bool(self._refs(self.elements))

    def _refs(self, elements: tuple[Element, ...]) -> list[frozenset[str]]:
        """The kinds of record of which it needs a ref, one of each group."""
        needed = [frozenset(each.slots[0]) for each in elements if not each.optional and is_ref(each.slots)]
        letters = self.facts & frozenset("CDTKMR")
        return [*needed, letters] if "ref" in self.needed and len(letters) == 1 else needed

    @cached_property
    def own(self) -> frozenset[str]:
        return self.perhaps.union(*self.beside)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        return compiled(self.said)  # on first use: most are never needed


@cache
def slash_words() -> frozenset[str]:
    """The words that are commands behind a slash."""
    begun = (re.match(r"\??/\(?([\w|]+)", phrase.said) for phrase in phrases())
    return frozenset(word for found in begun if found for word in found[1].split("|"))


@cache
def phrases() -> tuple[Phrase, ...]:
    """The phrases of all languages."""
    listed = dict.fromkeys(
        (intent, said)
        for language in LANGUAGES
        for intent, sayings in lexicon(language)["phrases"].items()
        for said in sayings
    )
    return tuple(_phrase(at, intent, said) for at, (intent, said) in enumerate(listed))


def flattened(text: str) -> str:
    """What patterns are matched against: as long as `text`, so that a span of one is a span of the other."""
    return flat(text, _signs())


# The slot by which it is told that these facts were there.
_SAID_BY = {
    "fault": "subject", "figure": "metric", "figure_for": "metric", "spend": "metric", "spend_on": "metric",
    "revenue": "metric", "C": "ref", "D": "ref", "T": "ref", "K": "ref", "M": "ref", "R": "ref", "owner_to": "owner",
    "open_stage": "stage", "text_all": "text", "tag_words": "tags", "tag_add": "tags", "named": "title",
}  # fmt: skip


def candidates(message: Message) -> Iterator[Phrase]:
    """The phrases all of whose necessary words are in the message, in the order of the files."""
    index = _index()
    present = [*message.among(index.entries), f"^{message.keys[message.after[0]]}"]
    present += [f"#{kind}" for kind in message.refs()]
    fit = -1
    for having, told in index.groups:
        for bits in map(having.get, present):
            if bits:
                told |= bits
        fit &= told
    while fit:
        lowest = fit & -fit
        yield index.phrases[lowest.bit_length() - 1]
        fit ^= lowest


@dataclass(frozen=True, slots=True)
class _Index:
    """Which phrases a word speaks for, as numbers with a bit for each phrase.

    `groups`: of the first necessary group of words of each phrase, of the second and so on, the phrases that each word
    stands in, and those that have no such group.
    """

    phrases: tuple[Phrase, ...]
    entries: Keyed
    groups: tuple[tuple[Mapping[str, int], int], ...]


@cache
def _index() -> _Index:
    listed = phrases()
    groups: list[dict[str, int]] = []
    without: list[int] = []
    for at, phrase in enumerate(listed):
        needed = phrase.groups  # of one phrase after the other: those of all would take 8 MB
        for number, words_of_one in enumerate(needed):
            if number == len(groups):
                groups.append({})
                without.append((1 << at) - 1)
            having, same = groups[number], dict[int, int]()  # the words of a list are in the same phrases: one number
            for word in words_of_one:
                before = having.get(word, 0)
                having[word] = same.setdefault(before, before | 1 << at)
        for number in range(len(needed), len(groups)):
            without[number] |= 1 << at
    told = frozenset[str]().union(*groups)
    entries = keyed(frozenset(word for word in told if word[0] not in "#^" or len(word) == 1))
    return _Index(listed, entries, tuple(zip(groups, without, strict=True)))


@cache
def _signs() -> tuple[str, ...]:
    """What phrases are told by besides words: arrows, ticks."""
    return tuple(key for key in _index().entries if not key.isalnum())


_TRUTH: dict[str, str | bool] = {"true": True, "false": False}


def _phrase(at: int, intent: str, said: str) -> Phrase:
    sure, said = not said.startswith("?"), said.removeprefix("?").strip()
    said = _BAG.sub(lambda bag: table("bags")[bag[1]], said)
    bag = re.search(r"<([^>]+)>$", said)
    listed = bag[1].split() if bag else []
    return Phrase(
        at,
        intent,
        said,
        facts=_same(frozenset(each.rstrip("!") for each in listed if "=" not in each)),
        needed=_same(frozenset(_SAID_BY.get(each[:-1], each[:-1]) for each in listed if each.endswith("!"))),
        fixed={
            slot: _TRUTH.get(value, value) for slot, _, value in (each.partition("=") for each in listed if "=" in each)
        },
        beside=tuple(words("words", name) for name in re.findall(r"&\$(\w+)(?!\w|\?)", said)),
        perhaps=frozenset[str]().union(*(words("words", name) for name in re.findall(r"&\$(\w+)\?", said))),
        sure=sure,
    )


@cache
def _same(listed: frozenset[str]) -> frozenset[str]:
    """Many phrases end in the same bag of facts: one set for all of them."""
    return listed
