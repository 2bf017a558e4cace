"""Reading phrases as they are written: the elements that a message is matched against."""

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from crmbot.understand.lexicon import words
from crmbot.understand.message import Keyed, keyed
from crmbot.understand.shapes import LEXICONS, TO_THE_END, listed_for


class Element(NamedTuple):
    """One place of a phrase: some words or spans, or the facts after them."""

    words: Keyed
    slots: tuple[str, ...]
    optional: bool
    bag: bool = False
    open: bool = True  # whether the facts may begin with any word
    next: frozenset[str] | None = None  # with what the element after this one may begin; None: with anything


_TOKEN = re.compile(r"&\$(\w+)\??|\$(\w+)|\{([\w.]+)\}|<([^>]+)>|([\[\]()|])|([^\s\[\]()|${}<&]+)")
_OPEN = frozenset({"story", "tail", "labels", "text", "reason", "note", "subject", "fault", "named", "text_all", "any"})


@dataclass(slots=True)
class _Group:
    """What stands within one pair of brackets: alternatives, each a sequence of lists of words, or a span."""

    optional: bool
    alternatives: list[list[frozenset[str]]]
    slots: list[str]


def compiled(said: str) -> tuple[Element, ...]:
    """The elements of a phrase. Raises ValueError when it is written in a way that nobody understands."""
    elements: list[Element] = []
    stack: list[_Group] = []
    named = False
    for beside, listed, slot, bag, mark, word in _TOKEN.findall(said):
        if beside:
            continue
        if mark in ("[", "("):
            stack.append(_Group(mark == "[", [[]], []))
        elif mark in ("]", ")"):
            group = stack.pop()
            if stack:  # brackets within brackets: their words are words of the outer ones
                stack[-1].alternatives[-1].append(_sayings(group))
                stack[-1].slots += group.slots
                continue
            elements.append(_element(group, said))
            named = named and group.optional
        elif mark == "|":
            stack[-1].alternatives.append([])
        elif bag:
            open_ = not named or bool(_OPEN & {each.rstrip("!") for each in bag.split()})
            elements.append(Element({}, (), optional=False, bag=True, open=open_))
        elif stack:
            if slot:
                stack[-1].slots.append(slot)
            else:
                stack[-1].alternatives[-1].append(_words(listed, word))
        elif slot:
            elements.append(Element({}, (slot,), optional=False))
            named = slot in ("deal", "whom", "name", "customer", "campaign")
        else:
            elements.append(Element(keyed(_words(listed, word)), (), optional=False))
            named = False
    return _with_next(elements)


def _words(listed: str, word: str) -> frozenset[str]:
    if listed and not words("words", listed):
        raise ValueError(f"no list ${listed}")
    said = words("words", listed) if listed else frozenset({word.casefold()})
    return said | {each.replace(one, other) for one, other in _ALIKE for each in said if one in each}


_ALIKE = (("啥", "什么"), ("咋样", "怎么样"), ("如何", "怎么样"))  # 说法 are written with one of them


def _element(group: _Group, said: str) -> Element:
    listed = _sayings(group) - {""}
    if not listed and not group.slots:
        raise ValueError(f"empty brackets in {said}")
    return Element(keyed(listed), tuple(group.slots), group.optional)


def _sayings(group: _Group) -> frozenset[str]:
    """All that may be said for the brackets; "" among it when that may be nothing."""
    listed = {""} if group.optional else set[str]()
    for alternative in group.alternatives:
        sequence = [""]
        for each in alternative:
            sequence = [f"{before} {word}".strip() for before in sequence for word in each]
        listed.update(sequence)
    return frozenset(listed)


def is_necessary(element: Element) -> bool:
    told = all(slot in LEXICONS or slot in TO_THE_END or slot in _TELLTALE for slot in element.slots)
    return told and not (element.optional or element.bag)


def is_ref(slots: tuple[str, ...]) -> bool:
    return len(slots) == 1 and len(slots[0]) <= 2 and slots[0].isupper()


def words_of(element: Element) -> frozenset[str]:
    """The words of which one stands at the place of the element."""
    listed = frozenset(word for each in element.words.values() for word in each)
    return listed.union(*map(_telltale, element.slots))


_TELLTALE = ("email", "quiet_hours")


def _telltale(slot: str) -> frozenset[str]:
    if slot in _TELLTALE:
        return frozenset("@") if slot == "email" else words("words", "quiet")
    return listed_for(slot)


@cache
def keyed_slot(slot: str) -> Keyed:
    return keyed(listed_for(slot))


def begins(elements: tuple[Element, ...]) -> frozenset[str] | None:
    """With what a message may begin that the elements fit; None: with anything."""
    found: set[str] = set()
    for element in elements:
        if element.bag or any(slot not in LEXICONS for slot in element.slots):
            return None
        found |= set(element.words).union(*(keyed_slot(slot) for slot in element.slots))
        if not element.optional:
            return frozenset(found)
    return None


def _with_next(elements: list[Element]) -> tuple[Element, ...]:
    """Each with what may come after it."""
    found: list[Element] = []
    follows: set[str] | None = {""}
    for element in reversed(elements):
        found.append(element._replace(next=None if follows is None else frozenset(follows)))
        if element.bag or any(slot not in LEXICONS for slot in element.slots):
            follows = None
            continue
        firsts = set(element.words).union(*(keyed_slot(slot) for slot in element.slots))
        follows = firsts if not element.optional else None if follows is None else follows | firsts
    return tuple(reversed(found))
