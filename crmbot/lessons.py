"""Local rules: what a team has taught the bot to understand, as the shape of a sentence without its facts.

"hooli is toast, they chose Acme" is kept as `{name} is toast, {reason}`: `{slot}` stands for a fact, `{slot:word}` for
words that begin so, `{slot~word}` for words with that one among them, `{any}` for what belongs to no slot. A shape
needs a word of its own, or it would fit everything; names, figures and words with a capital are none.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from crmbot.guesses import Spot, spots
from crmbot.understand import Understood, read
from crmbot.understand.tidy import has_han, tidy, without_ends

SURE = 0.97  # as a phrase that somebody has confirmed
ASKING = 0.75
LONGEST, MOST_FACTS, LONGEST_NAME = 200, 4, 40
WORDS = frozenset({"text", "subject", "reason", "title", "query"})
CHOSEN = frozenset(  # said by the choice of words rather than by a fact
    {"stage", "kind", "priority", "status", "report", "every", "metric", "period", "offset", "horizon", "category"}
)
DELETES_OR_SENDS = (".delete", ".remove", ".forget", ".merge", ".send", ".export")
DAYS = ("due", "when", "close_date")
ASIDE = frozenset({"amount", "phone", "email", "ref", *DAYS})  # told by their shape
_CAPITAL = re.compile(r"^[A-Z][\w'-]+(?:\s[A-Z][\w'-]+)+|(?<=\s)[A-Z][\w'-]+(?:\s[A-Z][\w'-]+)*")
OPEN, CLOSE = "\x02", "\x03"
HAN = "\u3400"
MARKS = " ,.:;，、：；。"
ANY_MARKS = f"[{MARKS}]*"
_ASIDE = re.compile(f"{OPEN}(\\d+){CLOSE}")
_PART = re.compile(r"(\{[^{}]*\})")
_WEIGHTY = re.compile(r"[^\W\d_]{3,}|(?![的了是吧吗呢啊在和])[\u3400-\u9fff]")
_COMMON = frozenset(
    {
        "the",
        "and",
        "for",
        "was",
        "with",
        "you",
        "are",
        "has",
        "had",
        "our",
        "his",
        "her",
        "that",
        "this",
        "they",
        "them",
    }
)
SAMPLES = {
    "en": {
        "name": "Acme",
        "company": "Hooli",
        "amount": "30k",
        "owner": "Maria",
        "any": "Bob",
        "product": "Pro",
        "text": "they are happy",
    },
    "zh": {
        "name": "腾讯",
        "company": "华为",
        "amount": "8万",
        "owner": "小陈",
        "any": "小王",
        "product": "企业版",
        "text": "他们很满意",
    },
}
SAMPLE_NOW = "2026-11-23T09:00:00"
SAMPLE_DAY, SAMPLE_PHONE, SAMPLE_EMAIL = "2027-03-31", "+14155552671", "ann@example.com"
LETTERS = {
    "deal": "D",
    "customer": "C",
    "interaction": "C",
    "task": "T",
    "ticket": "K",
    "campaign": "M",
    "schedule": "R",
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """A rule of one team: sentences of this shape are this intent, with these slots besides those of the shape."""

    shape: str
    intent: str
    slots: Mapping[str, Any]
    language: str

    @property
    def shown(self) -> str:
        """The shape as a person reads it: … is toast."""
        return _PART.sub(_dots, self.shape)


def _dots(part: re.Match[str]) -> str:
    _, sign, word = _slot_of(part[0][1:-1])
    return f"…{word}…" if sign == "~" else f"{word}…"


def lesson_of(said: str, meant: Understood, names: Collection[str], *, now: datetime) -> Lesson | None:
    """What there is to learn from a sentence and its meaning; nothing, where all of it is facts.

    `names` are those of records that are named in it: none of them is kept.
    """
    text = _bare(said)
    if len(text) > LONGEST:
        return None
    marked = _marked(text, meant, names, now)
    if len(marked) > MOST_FACTS:
        return None
    shape, literals = _shape(text, marked)
    if not _tells(literals, marked):
        told = [*spots(text, now, names), *_capitals(text)]
        marked = [_anchored(text, spot, told) if spot.slot in WORDS else spot for spot in marked]
        shape, literals = _shape(text, marked)
        if not _tells(literals, marked):
            return None
    fixed = {slot: value for slot, value in meant.slots.items() if slot in CHOSEN and f"{{{slot}" not in shape}
    return Lesson(shape, meant.intent, fixed, "zh" if has_han(text) else "en")


def _marked(text: str, meant: Understood, names: Collection[str], now: datetime) -> list[Spot]:
    """The facts of the sentence, each as the slot that it is; those of no slot as `any`. Longer ones hold shorter."""
    told = spots(text, now, names)
    found = [each for slot, value in meant.slots.items() if (each := _placed(slot, value, text, told))]
    found += [Spot("any", each.value, each.start, each.end) for each in (*told, *_capitals(text))]
    kept: list[Spot] = []
    for each in sorted(found, key=lambda spot: (spot.slot == "any", spot.start - spot.end)):
        if all(each.end <= other.start or each.start >= other.end for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda spot: spot.start)


def _placed(slot: str, value: Any, text: str, told: Iterable[Spot]) -> Spot | None:
    for each in told:
        same = str(each.value)[:10] == str(value)[:10] if slot in DAYS and each.slot == "due" else each.value == value
        if same and slot not in WORDS:
            return Spot(slot, value, each.start, each.end)
    at = text.casefold().find(value.casefold()) if isinstance(value, str) and value else -1
    return Spot(slot, value, at, at + len(value)) if at >= 0 and slot not in CHOSEN else None


def _capitals(text: str) -> list[Spot]:
    """What is written with a capital within a sentence is likely a name."""
    return [Spot("any", found[0], found.start(), found.end()) for found in _CAPITAL.finditer(text)]


def _anchored(text: str, spot: Spot, told: Sequence[Spot]) -> Spot:
    """Free words, of which the first one with some weight that is no fact is always there."""
    for word in _WEIGHTY.finditer(text[: spot.end], spot.start):
        end = min(word.end() + (word[0] >= HAN), spot.end)
        is_fact = any(word.start() < each.end and each.start < end for each in told)
        if not is_fact and word[0].casefold() not in _COMMON:
            begins = not any(spot.start <= each.start < word.start() for each in told)
            sign, start = (":", spot.start) if begins else ("~", word.start())
            return Spot(f"{spot.slot}{sign}{_plain(text[start:end])}", spot.value, spot.start, spot.end)
    return spot


def _shape(text: str, marked: Iterable[Spot]) -> tuple[str, str]:
    """The shape, and the words in it that every such sentence has."""
    shape, literals, at = "", "", 0
    for spot in marked:
        plain = _plain(text[at : spot.start])
        shape += f"{plain}{{{spot.slot}}}"
        literals += f"{plain} {_slot_of(spot.slot)[2]} "
        at = spot.end
    rest = _plain(text[at:])
    return shape + rest, literals + rest


def _slot_of(part: str) -> tuple[str, str, str]:
    """The slot, and the sign and the word that it begins with or holds."""
    slot, sign, word = re.fullmatch(r"(\w+)(?:([:~])(.*))?", part, re.S).groups("")  # type: ignore[union-attr]  # ours
    return slot, sign, word


def _plain(words: str) -> str:
    return re.sub(r"[{}]", " ", words)


def _tells(literals: str, marked: Iterable[Spot]) -> bool:
    """Whether the words that stay are enough to know such a sentence by."""
    if any(word.casefold() not in _COMMON for word in _WEIGHTY.findall(literals)):
        return True
    return len(literals.split()) > 1 and not any(spot.slot in WORDS | {"any"} for spot in marked)


def taught(said: str, lessons: Iterable[Lesson], *, now: datetime, language: str) -> Understood | None:
    """What the team's rules say that `said` means, by the first that fits."""
    text = _bare(said)
    if len(text) > LONGEST or text.startswith("/"):
        return None
    for lesson in lessons:
        if (slots := _read(text, lesson, now, language)) is not None:
            deletes = lesson.intent.endswith(DELETES_OR_SENDS)
            return Understood(lesson.intent, {**lesson.slots, **slots}, ASKING if deletes else SURE)
    return None


def _read(text: str, lesson: Lesson, now: datetime, language: str) -> dict[str, Any] | None:
    """Facts told by their shape are put aside first: a date is one whatever stands around it."""
    told = spots(text, now)
    marked, at = "", 0
    for number, spot in enumerate(told):
        marked += f"{text[at : spot.start]}{OPEN}{number}{CLOSE}"
        at = spot.end
    pattern, slots = _pattern(lesson.shape)
    found = pattern.fullmatch(marked + text[at:])
    if not found:
        return None
    values: dict[str, Any] = {}
    for slot, group in zip(slots, found.groups(), strict=True):
        words = _ASIDE.sub(lambda aside: text[told[int(aside[1])].start : told[int(aside[1])].end], group)
        value = _value(slot, words.strip(MARKS), now, language)
        if value is None:
            return None
        if slot != "any":
            values[slot] = value
    return values


def _value(slot: str, words: str, now: datetime, language: str) -> Any | None:
    if slot == "any" or slot in WORDS:
        return words or None
    if len(words) > LONGEST_NAME:
        return None
    return read(slot, words, now=now, language=language)


@lru_cache(maxsize=1000)
def _pattern(shape: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    pattern, slots = "", list[str]()
    for part in _PART.split(shape):
        if not part.startswith("{"):
            pattern += _literal(part)
            continue
        slot, sign, word = _slot_of(part[1:-1])
        slots.append(slot)
        if slot in ASIDE:
            pattern += f"({OPEN}\\d+{CLOSE})"
        else:
            before = f".*?{_edge(word[:1])}" if sign == "~" else ""
            pattern += f"({before}{re.escape(word)}{_edge(word[-1:])}.*?)" if word else "(.+?)"
    return re.compile(pattern, re.I | re.S), tuple(slots)


def _literal(words: str) -> str:
    """Words as they stand, however they are spaced; marks between them may be others."""
    said = words.strip(MARKS)
    if not said:
        return ANY_MARKS if words else ""
    core = ANY_MARKS.join(re.escape(part) for part in re.split(rf"[{MARKS}]+", said))
    before, after = (ANY_MARKS if words[at] in MARKS else "" for at in (0, -1))
    return f"{before}{_edge(said[:1])}{core}{_edge(said[-1:])}{after}"


def _edge(letter: str) -> str:
    return r"\b" if letter.isascii() and letter.isalnum() else ""


def labelled(lesson: Lesson) -> dict[str, Any]:
    """A sentence of that shape with names of ours, and what it means: a line of a labelled test set."""
    samples = SAMPLES[lesson.language] | dict.fromkeys(DAYS, SAMPLE_DAY)
    ref = f"{LETTERS.get(lesson.intent.split('.')[0], 'D')}12"
    samples |= {"phone": SAMPLE_PHONE, "email": SAMPLE_EMAIL, "ref": ref}

    def filled(part: re.Match[str]) -> str:
        slot, _, word = _slot_of(part[0][1:-1])
        if word:
            return f"{word}{'' if has_han(word) else ' '}{samples['text']}"
        return samples["text"] if slot in WORDS else samples.get(slot, samples["any"])

    text = _PART.sub(filled, lesson.shape)
    now = datetime.fromisoformat(SAMPLE_NOW)
    meant = taught(text, [lesson], now=now.replace(tzinfo=UTC), language=lesson.language)
    slots = dict(meant.slots if meant else lesson.slots)
    said = {"text": text, "lang": lesson.language, "now": SAMPLE_NOW, "tz": "UTC"}
    return {**said, "intent": lesson.intent, "slots": slots}


def _bare(said: str) -> str:
    return without_ends(tidy(said))
