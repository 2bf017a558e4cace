"""Matching a phrase against a whole message: words in order, spans between them, and facts at the end.

By hand, for a regular expression for each of a thousand phrases takes longer to compile than all messages to read.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from crmbot.understand.elements import Element, keyed_slot
from crmbot.understand.lexicon import any_of, meanings, table, words
from crmbot.understand.message import Message, keyed
from crmbot.understand.shapes import LEXICONS, SHAPES, TO_THE_END
from crmbot.understand.tidy import MARK

Spans = dict[str, tuple[int, int]]
Ends = Callable[[str, Element, Message, int], Iterable[int]]

STEPS = 5_000  # of one message, so that junk cannot keep us busy
LONGEST_NAME = 60
LONGEST_ANY = 80
LONGEST_TAIL = 100


def match(elements: tuple[Element, ...], message: Message, at: int) -> Spans | None:
    """Where the spans of the phrase are, when it fits all of the message from `at` on."""
    spans: Spans = {}
    return spans if _fits(elements, 0, message, message.after[at], spans) else None


def _fits(elements: tuple[Element, ...], index: int, message: Message, at: int, spans: Spans) -> bool:
    message.steps += 1
    if message.steps > STEPS:
        return False
    key, after = message.keys[at], message.after
    while index < len(elements):
        listed, slots, optional, bag, _, _ = element = elements[index]
        index += 1
        if bag:
            return _takes_facts(element, message, at, spans)
        for word in listed.get(key, ()):
            if message.says(word, at) and _fits(elements, index, message, after[at + len(word)], spans):
                return True
        for slot in slots:
            for end in _finder(slot)(slot, element, message, at):
                if _fits(elements, index, message, after[end], spans):
                    spans[slot] = (at, end)
                    return True
        if not optional:
            return False
    return at == message.end


def _takes_facts(element: Element, message: Message, at: int, spans: Spans) -> bool:
    inside = at < message.end and message.keys[at] == ""
    if inside or not (element.open or at == message.end or _facts_may_begin(message, at)):
        return False
    spans["facts"] = (at, message.end)
    return True


def _facts_may_begin(message: Message, at: int) -> bool:
    """After a name without a comma: a figure, or a word that introduces a fact; Blue Monday is all name."""
    if message.said[at].isupper() and not message.said.isupper():
        return False
    return message.text[:at].rstrip(" ")[-1:] in (",", ";", ":", MARK) or bool(_fact_begins().match(message.text, at))


@cache
def _fact_begins() -> re.Pattern[str]:
    begins = any_of(
        words("facts", "stops")
        | words("facts", "closing")
        | words("money", "about")
        | frozenset([*table("periods", "which"), *table("periods", "fixed"), *table("when", "days")])
        | frozenset([*meanings("when", "months"), *meanings("when", "weekdays"), *table("when", "parts")])
    )
    return re.compile(rf"[\d~≈(\"“]|[^\W\da-z]|[^\w\s'&.+@-]|{begins}")


# Where a span that begins here may end, the likeliest first


@cache
def _finder(slot: str) -> Ends:
    if len(slot) <= 2 and slot.isupper():
        return _ref_end
    if slot in SHAPES:
        return _shape_end
    if slot in LEXICONS:
        return _listed_ends
    if slot in TO_THE_END:
        return _to_the_end
    if slot == "any":
        return _any_ends
    if slot in ("colleague", "rep", "member"):
        return _colleague_ends
    return _record_ends if slot in ("deal", "customer", "campaign") else _name_ends


def _ref_end(slot: str, element: Element, message: Message, at: int) -> Iterable[int]:
    return _shape_end(slot, element, message, at) if message.digits else ()


def _shape_end(slot: str, element: Element, message: Message, at: int) -> Iterable[int]:
    end = message.shaped(slot, at) if at < message.end else 0
    return (end,) if end else ()


def _listed_ends(slot: str, element: Element, message: Message, at: int) -> Iterable[int]:
    listed = keyed_slot(slot).get(message.keys[at], ())
    return [at + len(word) for word in listed if message.says(word, at)]


def _to_the_end(slot: str, element: Element, message: Message, at: int) -> Iterable[int]:
    """What begins with one of these words, to the end of the message."""
    listed = keyed_slot(slot).get(message.keys[at], ())
    near = message.end - at - LONGEST_TAIL
    return (message.end,) if any(message.says(word, at) for word in listed if near <= len(word)) else ()


def _any_ends(slot: str, element: Element, message: Message, at: int) -> Iterable[int]:
    if at >= message.end:
        return (at,)
    return (at, *_before_next(element, message, at, min(at + LONGEST_ANY, message.end)))


def _record_ends(slot: str, element: Element, message: Message, at: int) -> Iterable[int]:
    named = _name_ends(slot, element, message, at)
    ref = message.shaped(slot[0].upper(), at) if message.digits and at < message.end else 0
    return (ref, *named) if ref else named


def _name_ends(slot: str, element: Element, message: Message, at: int) -> Sequence[int]:
    """Ends of a name, the shortest first, before what may follow it."""
    if message.keys[at] == "" or _NUMBER_ALONE.match(message.text, at):
        return ()
    last = min(at + LONGEST_NAME, message.end)
    stop = _STOPS.get(slot, _ENDS_A_NAME).search(message.text, at, last)
    found = _before_next(element, message, at, stop.start() if stop else last)
    return found[::-1] if slot in _LONG else found


_NUMBER_ALONE = re.compile(r"#?\d+(?!\w|-[a-z])")  # belongs to the noun before it
_LONG = frozenset(["activity", "task_words", "doing"])  # "the visit to Acme to friday": the last "to" counts
_ENDS_A_NAME = re.compile(r"[,;:!?\x00]")
_STOPS = {"amount": re.compile("[,;]")}


def _before_next(element: Element, message: Message, at: int, last: int) -> list[int]:
    ends, keys, after = message.ends, message.keys, message.after
    found = ends[bisect_right(ends, at) : bisect_right(ends, last)]
    if element.next is None:
        return found
    return [end for end in found if end == message.end or keys[after[end]] in element.next]


def _colleague_ends(slot: str, element: Element, message: Message, at: int) -> Iterable[int]:
    """小林 and 老陈 first, then what stands before a verb or a day: 王伟 and 王伟交 look alike."""
    if at >= message.end or not _is_han(message.text[at]):
        return _name_ends(slot, element, message, at)
    ends = [end for end in (at + 2, at + 3, at + 4) if end <= message.end and _is_han(message.text[end - 1])]
    likeliest = ends[:1] if message.text[at] in "小老阿" else []
    return likeliest + sorted(ends, key=lambda end: not _goes_on(message, message.after[end]))


def _goes_on(message: Message, at: int) -> bool:
    words_here = keyed(words("words", "do")).get(message.keys[at], ())
    return any(message.text.startswith(word, at) for word in words_here) or message.keys[at] in _DAY_BEGINS


_DAY_BEGINS = frozenset("今明后周本这下月早上中晚")


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"
