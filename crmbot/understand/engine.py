"""The engine: of all phrases that fit the whole sentence, the surest says what it means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from crmbot.phone import read_phone
from crmbot.understand.facts import read_facts
from crmbot.understand.lexicon import any_of, words
from crmbot.understand.names import (
    is_colleague,
    is_organisation,
    is_person,
    is_pronoun,
    is_surname,
    read_name,
    read_whom,
)
from crmbot.understand.phrases import Phrase, candidates, flattened
from crmbot.understand.spans import (
    read_amount,
    read_kind,
    read_owner,
    read_period,
    read_ref,
    read_stage,
    ref_shape,
    zone_of,
)
from crmbot.understand.tidy import EMOJI, has_han, tidy, without_ends, without_marks
from crmbot.understand.typos import corrections
from crmbot.when import find_when, month_first, read_when

SURE = 0.97  # a phrase that means one thing
PLAUSIBLE = 0.75  # a phrase that often means something else: the bot asks before it acts
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message means: an intent, its slots as plain JSON values, how surely, and further commands in it."""

    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    also: tuple["Understood", ...] = ()


UNKNOWN = Understood("unknown", confidence=0.0)


def understand(said: str, *, now: datetime, language: str = "en") -> Understood:
    """What `said` means, by the phrases of all languages; `language` is a hint only.

    `now` is aware and in the person's zone: dates are seen from it, and its zone says how phone numbers are written.
    Below a confidence of 0.5 the intent is `unknown` and there are no slots; from 0.9 on the bot may act unasked.
    """
    said = said[:LONGEST]
    text = tidy(said)
    return _in_lines(said, now) or _several(text, now) or _one(text, now)


def _one(text: str, now: datetime) -> Understood:
    bare, asked = _unframed(text)
    if bare.casefold() in words("words", "heard") and _thanks().search(text):
        return UNKNOWN  # "ok, thanks" ends a talk; only "ok" says yes
    if not bare:
        return Understood("confirm", {}, SURE) if _nods(text) else UNKNOWN
    best = _best(bare, now, asked)
    if best is None or (asked and best.intent == "confirm"):
        return UNKNOWN
    if _WHETHER.search(text) and best.intent in ("deal.win", "deal.lose", "deal.move"):
        about = {slot: said for slot, said in best.slots.items() if slot in ("name", "title", "ref")}
        return Understood("deal.show", about, PLAUSIBLE) if about else UNKNOWN
    if best.confidence < 0.5 and len(bare) < 200:
        for corrected in corrections(bare):
            again = _best(corrected, now, asked)
            if again and again.confidence * 0.95 > best.confidence:
                best = Understood(again.intent, again.slots, round(again.confidence * 0.95, 2))
    return best if best.confidence >= 0.5 else UNKNOWN


def _best(text: str, now: datetime, asked: bool) -> Understood | None:
    """The surest reading, of equals the one with most words in its phrase; None when it is known to mean nothing."""
    best, rank = UNKNOWN, (0.0, 0, 0)
    fits = _fitting(text, now, asked)
    if fits is None:
        return None
    for surest, words_of_phrase, fit in fits:
        if (round(surest, 2), words_of_phrase) < rank[:2]:
            break  # what comes now is at most as sure
        slots, doubt = _slots(fit.phrase, fit.found, text, now)
        if _any_word(fit.phrase.intent, slots, text):
            doubt = max(doubt, 0.2)
        slots = fit.day | slots
        if not fit.phrase.needed <= _given(slots):
            continue
        slots.pop("unnamed", None)
        confidence = round(surest * (1 - doubt), 2)
        if (confidence, words_of_phrase, -fit.phrase.at) > rank:
            best = Understood(fit.phrase.intent, slots, confidence)
            rank = (confidence, words_of_phrase, -fit.phrase.at)
    return best


@dataclass(frozen=True, slots=True)
class _Fit:
    phrase: Phrase
    found: re.Match[str]
    day: dict[str, Any]


def _fitting(text: str, now: datetime, asked: bool) -> list[tuple[float, int, _Fit]] | None:
    """The phrases that fit the whole of `text`, each with how sure it may be and how many of the letters are its own.

    The surest first: reading the spans of a phrase costs more than finding that it fits.
    """
    fits = []
    led: tuple[dict[str, Any], int] | None = None
    plain = flattened(text)
    for phrase in candidates(text):
        if "when" in phrase.facts and led is None:
            led = _led_by_day(text, now)
        day, at = led if led and "when" in phrase.facts else ({}, 0)
        if found := phrase.pattern.fullmatch(plain, at):
            if phrase.intent == "unknown":
                return None
            surest = (SURE if phrase.sure else PLAUSIBLE) * (
                _ASKED[phrase.sure] if asked and _acts(phrase.intent) else 1
            )
            words_of_phrase = len(text) - sum(len(span) for span in found.groups() if span)
            fits.append((surest, words_of_phrase, _Fit(phrase, found, day)))
    return sorted(fits, key=lambda fit: (-fit[0], -fit[1], fit[2].phrase.at))


_ASKED = {True: 0.8, False: 0.6}  # a question seldom is a command, and one by half a guess is none


def _any_word(intent: str, slots: Mapping[str, Any], text: str) -> bool:
    """查一下航班: two characters that are nobody's name for certain."""
    name = slots.get("name", "")
    return (
        intent in ("customer.show", "customer.find")
        and f"{name}的" not in text
        and bool(re.fullmatch(r"[\u3400-\u9fff]{2}", name))
        and not is_person(name)
        and not is_organisation(name)
    )


def _led_by_day(text: str, now: datetime) -> tuple[dict[str, Any], int]:
    """ "Yesterday met Ann": the day at the start of what took place, and where the words after it begin."""
    for told in find_when(text[:40], now=now, past=True, months_first=month_first(text, zone_of(now))):
        if told.start == 0 and told.sure and told.first <= now.date():
            gap = re.compile(r"[\s,:;]*").match(text, told.end)
            return {"when": told.iso("when")}, gap.end() if gap else told.end
        break
    return {}, 0


def _acts(intent: str) -> bool:
    return not intent.endswith((".show", ".find", ".list", "help", ".report", ".history"))


_FRAME_CACHE: dict[str, re.Pattern[str]] = {}


def _unframed(text: str) -> tuple[str, bool]:
    """Without politeness and punctuation around it, and whether it was put as a question."""
    asked = bool(re.search(rf"\?[\s!.{EMOJI}]*$", text)) or bool(
        re.search("(?:吗|没有|什么|谁|为什么|怎么办|多少)了?$", text)
    )
    text = re.sub(r"^/crm\s+(?=\w)", "/", text, flags=re.I)
    text = re.sub(r"^(/\w+)@\w+", r"\1", text)
    if not _FRAME_CACHE:
        before, after = any_of(words("frame", "before")), any_of(words("frame", "after"))
        _FRAME_CACHE["before"] = re.compile(rf"^(?:{before})[\s,:;!.~-]*(?=\S)", re.I)
        _FRAME_CACHE["after"] = re.compile(rf"(?<=\S)[\s,;!.~-]*(?:{after})$", re.I)
    while True:
        shorter = without_ends(text)
        shorter = _FRAME_CACHE["after"].sub("", _FRAME_CACHE["before"].sub("", shorter))
        if shorter == text:
            return text, asked
        text = shorter


_WHETHER = re.compile(r"(?:吗|没有|了没|没)\s*[?？!]*$|^(?:did|has|have|is|are|do|does|was|were|will)\s", re.I)


@cache
def _thanks() -> re.Pattern[str]:
    return re.compile(any_of(words("words", "thanks")), re.I)


def _nods(text: str) -> bool:
    return bool(re.fullmatch(r"[\s👍✅👌\ufe0f\U0001f3fb-\U0001f3ff!.]+", text)) and any(
        sign in text for sign in "👍✅"
    )


# Several commands in one message


def _in_lines(said: str, now: datetime) -> Understood | None:
    lines = [line for line in said.splitlines() if line.strip()]
    return _together([tidy(line) for line in lines], now) if 2 <= len(lines) <= MOST else None


def _several(text: str, now: datetime) -> Understood | None:
    """Commands side by side, each of which is surely one by itself; else the message is one."""
    if len(text) > 500:
        return None
    if several := _of_refs(text, now):
        return several
    for separator, needs_lead in _SEPARATORS:
        parts = [part for part in separator.split(text) if re.search(r"\w", part)]
        if not 2 <= len(parts) <= MOST or (needs_lead and not all(map(_leads, parts))):
            continue
        if several := _together(parts, now):
            return several
    return None


def _of_refs(text: str, now: datetime) -> Understood | None:
    """ "won D12 and D13": the same of every record named."""
    listed = _ref_list().search(text)
    refs = [found[0] for found in _any_ref().finditer(listed[0])] if listed else []
    if not listed or not 2 <= len(refs) <= MOST:
        return None
    return _together([f"{text[: listed.start()]}{ref}{text[listed.end() :]}" for ref in refs], now)


def _leads(part: str) -> bool:
    """Whether a command begins here, or names its record: else it goes on with what was said before."""
    return bool(_any_ref().search(part) or _command().match(part))


@cache
def _command() -> re.Pattern[str]:
    nouns = any_of(words("words", "deal") | words("words", "customer"))
    between = any_of(words("words", "one") | words("words", "new_") | words("names", "articles"))
    adding = rf"{any_of(words('words', 'add') | words('words', 'new_'))}\s*(?:{between}\s*)*{nouns}"
    return re.compile(rf"\s*(?:/\w+\s|{adding}|{any_of(words('words', 'leads'))})", re.I)


def _together(parts: list[str], now: datetime) -> Understood | None:
    each_part = [_of_refs(part, now) or _one(part, now) for part in parts]
    meant = [each for part in each_part for each in (Understood(part.intent, part.slots, part.confidence), *part.also)]
    if all(each.confidence >= 0.9 and each.slots and _acts(each.intent) for each in meant):
        first, *others = meant
        return Understood(first.intent, first.slots, first.confidence, tuple(others))
    return None


MOST = 8  # commands in one message
# A comma or "and" also stands within one command, so then each part must begin one or name its own record.
_SEPARATORS = (
    (re.compile(r"\s*[;。]\s*|(?<=[a-z0-9!])[.!]+\s+|,?\s+and then\s+|,?\s*(?:然后|接着|另外)\s*", re.I), False),
    (re.compile(r"\s*,\s*(?:and\s+)?", re.I), True),
    (re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*(?:并且|同时|以及)\s*", re.I), True),
)


@cache
def _ref_list() -> re.Pattern[str]:
    ref = r"[CD]-?\d{1,9}"
    between = rf"\s*(?:{any_of(words('words', 'and'))}|[,、&+/])\s*"
    return re.compile(rf"(?<![A-Za-z0-9]){ref}(?:(?:{between})+(?=[CD]-?\d){ref})+(?![A-Za-z0-9])", re.I)


@cache
def _any_ref() -> re.Pattern[str]:
    return re.compile(ref_shape(), re.I)


# Slots of one phrase

_RECORDS = {"deal": "deals", "customer": "customers", "interaction": "customers"}


def _slots(phrase: Phrase, found: re.Match[str], text: str, now: datetime) -> tuple[dict[str, Any], float]:
    """What the sentence says for each slot, and the doubt: 1 when a span does not say what its place asks for."""
    slots: dict[str, Any] = dict(phrase.fixed)
    sure = 1.0
    records = _RECORDS.get(phrase.intent.split(".")[0], "customers")
    for slot in found.re.groupindex:
        start, end = found.span(slot)
        if start < 0:
            continue
        if slot == "facts":
            apart = text[:start].rstrip().endswith(",")
            read, doubt = read_facts(text[start:end], phrase.facts, now, records, apart=apart)
        else:
            read, doubt = _span(slot, text[start:end], now, records)
        slots |= {key: value for key, value in read.items() if value is not None}
        sure *= 1 - doubt
    return slots, 1 - sure


def _given(slots: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(slots) | ({"whom"} if {"name", "ref", "company", "unnamed"} & set(slots) else set())


def _span(slot: str, said: str, now: datetime, records: str) -> tuple[dict[str, Any], float]:
    if slot in ("deal", "customer"):
        return _record(slot, said, records)
    if len(slot) <= 2 and slot.isupper():
        ref = read_ref(said, slot)
        return {"ref": ref}, float(ref is None)
    if slot == "whom":
        return ({"unnamed": True}, 0.0) if is_pronoun(said) else read_whom(said, records)
    if slot in ("name", "company"):
        name, doubt = read_name(said, records)
        if re.fullmatch(ref_shape(), name, re.I):
            return {}, 1.0
        return {slot: name}, doubt
    if slot == "query":
        query, doubt = read_name(said, records)
        return {"query": query}, 0.0 if len(query) == 1 and is_surname(query) else doubt
    if slot == "period":
        period = read_period(said)
        return period or {}, float(period is None)
    if slot in ("text", "reason", "title", "elsewhere", "unanswered"):
        words_said = without_marks(said)
        return {{"elsewhere": "reason", "unanswered": "text"}.get(slot, slot): words_said}, float(not words_said)
    if slot == "place":
        return _place(said)
    if slot == "person":
        return {"owner": said}, 0.0 if is_colleague(said) else 0.1 if is_person(said) else 0.6
    if slot in ("stage", "open_stage"):
        return {"stage": read_stage(said)}, 0.0
    if slot in ("kind", "contact"):
        return {"kind": read_kind(said)}, 0.0
    value = _value(slot, said, now)
    if slot == "when" and value and value[:10] > now.date().isoformat():
        value = None  # a contact still to come is no contact yet
    return {slot: value}, float(value is None)


def _place(said: str) -> tuple[dict[str, Any], float]:
    """小陈的客户 are his; those of a place are searched for by its name."""
    if is_person(said):
        return {"owner": said}, 0.0
    query, doubt = read_name(said)
    return {"query": query}, doubt


def _value(slot: str, said: str, now: datetime) -> Any | None:
    if slot == "amount":
        return read_amount(said, now)
    if slot == "owner":
        return read_owner(said)
    if slot == "phone":
        return read_phone(said, zone_of(now))
    if slot in ("close_date", "when", "due"):
        return read_when(said, slot, now=now, zone=zone_of(now))
    return said


def _record(slot: str, said: str, records: str) -> tuple[dict[str, Any], float]:
    """A record by its ref or by name; a quoted name of a deal is its title."""
    if ref := read_ref(without_marks(said), slot[0].upper()):
        return {"ref": ref}, 0.0
    if slot == "deal" and (title := re.fullmatch(r"(?:the\s+)?[\"“「『《](.+)[\"”」』》](?:\s*\w+)?", said.strip())):
        return {"title": title[1]}, 0.0
    if re.fullmatch(ref_shape(), said.strip(), re.I):
        return {}, 1.0  # a ref of another kind of record
    if slot == "deal" and is_pronoun(said):
        pointed = said.strip().casefold()  # "she signed" is about something else more often than not
        return {}, 0.0 if pointed in words("names", "pointers") else 0.2 if pointed in words("names", "buyers") else 0.6
    whom, doubt = read_whom(said, records)
    doubt = max(doubt, 0.05 if is_colleague(whom.get("name", "")) else 0.0)
    if slot == "deal" and "company" in whom:
        doubt = max(doubt, 0.3 if not has_han(said) else 0.1)
    return dict(whom), doubt
