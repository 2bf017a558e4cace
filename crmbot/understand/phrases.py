"""Phrases: how the phrase files write what people say, and the patterns that come of it.

`(a|b)` one of them, `[a]` may be missing, `$add` any word of that list, `{slot}` a span, `<slot slot>` facts in any
order at the end, of which `slot!` must be there and `kind=call` is said by the phrase itself. A leading `?` marks words
that often mean something else: the bot asks first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from crmbot.understand.lexicon import LANGUAGES, any_of, lexicon, meanings, table, whole, words
from crmbot.understand.spans import EMAIL, PHONE, period_shape, ref_shape
from crmbot.understand.tidy import MARK, flat, has_han

_GAP = rf"(?:[\s,:;{MARK}]|(?<=\s)-(?=\s))*+"  # possessive: a run of marks is never tried in parts
_CHOICE = re.compile(r"([\[(])([^\[\]()${}<>]+)[\])]")  # a group of plain words
_TOKEN = re.compile(r"\$(\w+)|\{([\w.]+)\}|<([^>]+)>|([\[\]()|])|([^\s\[\]()|${}<]+)")
_NAME = r"(?!#?\d+(?!\w))[^,;:!?\x00]{1,60}?"  # a number alone belongs to the noun before it


@dataclass(frozen=True)
class Phrase:
    """One way to say `intent`: its pattern, the facts that may follow, and the groups of words it needs one each of."""

    at: int  # its place in the files: of equals the first one counts
    intent: str
    said: str
    facts: frozenset[str]
    needed: frozenset[str]
    fixed: dict[str, str]
    groups: tuple[frozenset[str], ...]
    sure: bool

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(_pattern(self.said), re.I | re.S)  # on first use: most are never needed


@cache
def phrases() -> tuple[Phrase, ...]:
    """The phrases of all languages."""
    listed = (
        (intent, said)
        for language in LANGUAGES
        for intent, sayings in lexicon(language)["phrases"].items()
        for said in sayings
    )
    return tuple(_phrase(at, intent, said) for at, (intent, said) in enumerate(listed))


def flattened(text: str) -> str:
    """What patterns are matched against: as long as `text`, so that a span of one is a span of the other."""
    return flat(text, _signs())


HEAD = 300  # the words that make a command stand near its beginning


def candidates(text: str) -> Iterator[Phrase]:
    """The phrases all of whose necessary words are in `text`."""
    index = _index()
    head = text[:HEAD].casefold()
    present = set(_LATIN_WORD.findall(head)) & index.keys()
    present.update(sign for sign in _signs() if sign in head)
    for run in _HAN_RUN.finditer(head):
        present.update(_han_words(run[0]) & index.keys())
    seen: set[int] = set()
    for listed in (*(index[key] for key in present), index[""]):
        for phrase in listed:
            if id(phrase) not in seen:
                seen.add(id(phrase))
                if not any(map(present.isdisjoint, phrase.groups)):
                    yield phrase


_LATIN_WORD = re.compile(r"[a-z0-9]+")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")


@cache
def _index() -> dict[str, list[Phrase]]:
    """Each phrase under the words of its smallest necessary group; under "" those that need no certain word."""
    index: dict[str, list[Phrase]] = {"": []}
    for phrase in phrases():
        for group in phrase.groups:
            for key in group:
                index.setdefault(key, [])
        for key in min(phrase.groups, key=len, default=frozenset({""})):
            index[key].append(phrase)
    return index


@cache
def _signs() -> tuple[str, ...]:
    return tuple(key for key in _index() if key and not _LATIN_WORD.fullmatch(key) and not has_han(key))


@cache
def _longest() -> int:
    return max(len(key) for key in _index() if has_han(key))


def _han_words(run: str) -> set[str]:
    longest = _longest()
    return {run[at:to] for at in range(len(run)) for to in range(at + 1, min(at + longest, len(run)) + 1)}


def _phrase(at: int, intent: str, said: str) -> Phrase:
    sure, said = not said.startswith("?"), said.removeprefix("?").strip()
    bag = re.search(r"<([^>]+)>$", said)
    listed = bag[1].split() if bag else []
    return Phrase(
        at,
        intent,
        said,
        facts=frozenset(each.rstrip("!") for each in listed if "=" not in each),
        needed=frozenset(each[:-1] for each in listed if each.endswith("!")),
        fixed=dict(each.split("=") for each in listed if "=" in each),
        groups=tuple(frozenset(map(_first, group)) for group in _groups(said) if group and "" not in group),
        sure=sure,
    )


def _pattern(said: str) -> str:
    """The phrase as a regular expression; a group of plain words is one short pattern."""
    parts: list[str] = []
    at = 0
    for choice in _CHOICE.finditer(said):
        optional = "?" if choice[1] == "[" else ""
        parts.append(_in_sequence(said[at : choice.start()]))
        parts.append(f"(?:{any_of(each.strip() for each in choice[2].split('|') if each.strip())}{_GAP}){optional}")
        at = choice.end()
    return "".join([*parts, _in_sequence(said[at:])])


def _in_sequence(said: str) -> str:
    parts: list[str] = []
    after_name = False
    for token in _TOKEN.finditer(said):
        listed, slot, bag, mark, word = token.groups()
        if bag and after_name and not _OPEN & set(bag.split()):
            parts.append(rf"(?:$|(?<=[,;:{MARK}]\s)|(?<=[,;:{MARK}])|(?={_fact_begins()}))")
        after_name = slot in ("deal", "whom", "name", "customer")
        if mark:
            parts.append({"[": "(?:", "(": "(?:", "]": f"{_GAP})?", ")": f"){_GAP}", "|": "|"}[mark])
        else:
            parts.append(f"{_element(listed, slot, bag, word)}{_GAP if not bag else ''}")
    return "".join(parts)


_OPEN = frozenset({"story", "tail", "labels", "text", "reason", "note"})


@cache
def _fact_begins() -> str:
    """What may follow a name without a comma: a figure, or a word that introduces a fact."""
    begins = any_of(words("facts", "stops") | words("facts", "closing") | words("money", "about"))
    return rf"[\d~≈(\"“]|[^\W\da-z]|[^\w\s'&.+@-]|{begins}"


def _groups(said: str) -> Iterator[frozenset[str]]:
    """The groups of words of the phrase of which each must occur."""
    depth, options = 0, set[str]()
    for token in _TOKEN.finditer(said):
        listed, slot, _, mark, word = token.groups()
        if mark:
            depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(mark, 0)
            if mark == "(" and depth == 1:
                options = set()
            elif mark == ")" and depth == 0:
                yield frozenset(options)
            continue
        said_words = words("words", listed) if listed else {word.casefold()} if word else frozenset[str]()
        if depth:
            options |= said_words or {""}
        elif said_words:
            yield frozenset(said_words)
        elif slot in ("elsewhere", "unanswered"):
            yield words("words", slot)
        elif slot in _LEXICONS:
            yield frozenset(meanings(_LEXICONS[slot]))


def _element(listed: str | None, slot: str | None, bag: str | None, word: str | None) -> str:
    if listed:
        if not (choices := words("words", listed)):
            raise ValueError(f"no list ${listed}")
        return any_of(choices)
    if slot == "any":
        return f"(?:{shape(slot)})"
    if slot:
        return f"(?P<{slot}>{shape(slot)})"
    if bag:
        return "(?!(?<=[A-Za-z0-9])[A-Za-z0-9])(?P<facts>.*)"
    return whole(word or "")


def _first(word: str) -> str:
    """The part of a word by which its presence is told: its first run of Han, of Latin letters, or of signs."""
    first = re.match(r"[\u3400-\u9fff]+|[a-z0-9]+|[^a-z0-9\s]+", word)
    return first[0] if first else word


_LEXICONS = {"stage": "stages", "open_stage": "stages", "kind": "kinds", "contact": "contacts"}


@cache
def shape(slot: str) -> str:
    """What `slot` looks like in a sentence."""
    if len(slot) <= 2 and slot.isupper():
        return ref_shape(slot)
    if slot == "open_stage":
        return any_of(word for word, stage in meanings("stages").items() if stage not in ("won", "lost"))
    if slot in _LEXICONS:
        return any_of(meanings(_LEXICONS[slot]))
    if slot in ("elsewhere", "unanswered"):
        return any_of(words("words", slot)) + ".{0,100}"
    if slot == "when":
        return _when_shape()
    if slot in ("deal", "customer"):
        return rf"(?:{ref_shape(slot[0].upper())}|{_NAME})"
    return {
        "email": EMAIL,
        "phone": PHONE,
        "period": period_shape(),
        "amount": r"[^,;]{1,30}?",
        "any": r".{0,80}?",
    }.get(slot, _NAME)


def _when_shape() -> str:
    """A day in the middle of a Chinese sentence; one at its start is read before the phrase."""
    day = any_of([*table("when", "days"), *table("when", "parts")])
    weekday = "上*个?(?:周|星期|礼拜)[一二三四五六日天]"
    return rf"(?:(?:{day}|{weekday})(?:早上|上午|中午|下午|晚上)?(?:[\d一二三四五六七八九十]+点半?)?)"
