"""One command: of all phrases that fit the whole sentence, the surest says what it means."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import chain, islice
from typing import Any

from crmbot.understand.facts import read_facts
from crmbot.understand.fits import Fit, fitting, may_be_ahead
from crmbot.understand.lexicon import any_of, words
from crmbot.understand.matcher import Spans
from crmbot.understand.meaning import PLAUSIBLE, SURE, UNKNOWN, Patience, Understood
from crmbot.understand.mixed import as_typed, in_chinese
from crmbot.understand.names import is_organisation, is_person
from crmbot.understand.otherwise import otherwise
from crmbot.understand.periods import in_the_past
from crmbot.understand.phrases import Phrase
from crmbot.understand.politeness import unframed
from crmbot.understand.slots import read_span
from crmbot.understand.spans import zone_of
from crmbot.understand.tidy import has_han
from crmbot.understand.typos import corrections
from crmbot.when import find_when, month_first

MOST_READ = 12  # phrases of one message; only a heap of sentences needs more
A_READING = 30  # letters: what it takes to begin one
LONGEST_MISTYPED = 80
MOST_OTHERWISE = 7  # plainer wordings tried


def understand_one(text: str, now: datetime, patience: Patience) -> Understood:
    """What the whole of `text` means as one command."""
    bare, asked = unframed(text)
    if bare.casefold() in words("words", "heard") and _thanks().search(text):
        return UNKNOWN  # "ok, thanks" ends a talk; only "ok" says yes
    if not bare:
        return Understood("confirm", {}, SURE) if _nods(text) else UNKNOWN
    best = _best(bare, now, asked, patience)
    if best is None or (asked and best.intent == "confirm"):
        return UNKNOWN
    best = _in_chinese(bare, best, now, asked, patience)
    if best.intent in ("deal.win", "deal.lose", "deal.move") and _WHETHER.search(text):
        about = {slot: said for slot, said in best.slots.items() if slot in ("name", "title", "ref")}
        return Understood("deal.show", about, PLAUSIBLE) if about else UNKNOWN
    if best.intent == "task.add" and _A_NOT_A.search(text):
        return UNKNOWN  # 去不去？ asks, and orders nothing
    if best.intent == "ticket.close" and _WHETHER.search(text):
        return Understood("ticket.show", {"ref": best.slots["ref"]}, SURE)
    if best.confidence < 0.9 and len(bare) < LONGEST_MISTYPED:
        for again, as_sure in chain(
            ((each, 0.95) for each in corrections(bare)),
            ((each, 0.96) for each in islice(otherwise(bare), MOST_OTHERWISE)),
        ):
            meant = _best(again, now, asked, patience)
            if meant is None:
                return UNKNOWN
            if meant.confidence * as_sure > best.confidence:
                best = _as_mistyped(replace(meant, confidence=round(meant.confidence * as_sure, 2)), again, bare)
    if best.intent in ("deal.win", "deal.lose") and _unsure().search(text):
        return replace(best, confidence=min(best.confidence, PLAUSIBLE))  # 估计黄了
    return best if best.confidence >= 0.5 else UNKNOWN


def _as_mistyped(meant: Understood, again: str, typed: str) -> Understood:
    """What is kept word for word, in the words that were `typed` where only their letters were put right."""
    right, wrong = again.split(), typed.split()
    if len(right) != len(wrong):
        return meant
    slots = {key: _in_words(said, right, wrong) if key in _QUOTED else said for key, said in meant.slots.items()}
    return replace(meant, slots=slots)


def _in_words(said: str, right: list[str], wrong: list[str]) -> str:
    words_said = [each.strip(",.;:!?") for each in said.split()]
    count = len(words_said)
    for start in range(len(right) - count + 1):
        if [each.strip(",.;:!?") for each in right[start : start + count]] == words_said:
            return " ".join(wrong[start : start + count]).strip(",.;:!?")
    return said


@cache
def _unsure() -> re.Pattern[str]:
    outcomes = any_of(words("words", "won_") | words("words", "lost_") | words("words", "signed_"))
    return re.compile(rf"{any_of(words('names', 'unsure'))}(?={outcomes})")


def _in_chinese(bare: str, best: Understood, now: datetime, asked: bool, patience: Patience) -> Understood:
    """The reading of a Chinese sentence without its English, when that is sure and says something else.

    "ticket 9 assign给小唐" would open a ticket about "9 assign给小唐". What is quoted stays as typed.
    """
    said = in_chinese(bare)
    if said == bare:
        return best
    before = best
    more = islice(otherwise(said), 0 if best.confidence >= 0.9 else MOST_OTHERWISE)
    for again in chain((said,), more):
        meant = _best(again, now, asked, patience)
        if meant is None:
            return before
        slots = {key: as_typed(said, bare) if key in _QUOTED else said for key, said in meant.slots.items()}
        meant = replace(meant, slots=slots, confidence=round(meant.confidence * 0.97, 2))
        if meant.confidence >= 0.9:
            same = meant.intent == before.intent and before.confidence >= 0.9 and bare[:3] == said[:3]
            return before if same else meant
        best = max(best, meant, key=lambda each: each.confidence)
    return best


_A_NOT_A = re.compile(r"([\u3400-\u9fff])[不没]\1[\s?。!~]*$")
_QUOTED = frozenset(["subject", "text", "reason", "title"])


def _best(text: str, now: datetime, asked: bool, patience: Patience) -> Understood | None:
    """The surest reading, of equals the one with most words in its phrase; None when it is known to mean nothing."""
    best, rank = UNKNOWN, (0.0, 0, 0, 0)
    patience.spend(len(text) // 4)
    fits = fitting(text, now, asked) if patience.left > 0 else []
    if fits is None:
        return None
    read: set[_Reading] = set()
    for surest, words_of_phrase, fit in fits:
        if (round(surest, 2), words_of_phrase) < rank[:2]:
            break  # what comes now is at most as sure
        if (reading := _reading(fit)) in read:
            continue  # the same words in another order of optional ones
        read.add(reading)
        if len(read) > MOST_READ or patience.left <= 0:
            break
        patience.spend(A_READING + sum(end - start for start, end in fit.found.values()))
        slots, doubt = slots_of(fit.phrase, fit.found, text, now)
        if fit.phrase.intent == "interaction.log" and _still_to_come(slots, now):
            doubt = max(doubt, 0.5)
        if _any_word(fit.phrase.intent, slots, text):
            doubt = max(doubt, 0.2)
        if fit.phrase.intent == "pipeline.report" and _OUT_OF_ORDER.search(text):
            doubt = max(doubt, 0.5)  # "Ann's dashboard is down"
        slots = _joined(fit.day, slots)
        if not _BARE_TASK.isdisjoint(fit.phrase.facts) and _OF_A_TASK.isdisjoint(slots):
            doubt = max(doubt, 0.4)  # "send the contract": nobody says when or to whom
        if not all(_given(slot, slots) for slot in fit.phrase.needed):
            continue
        impossible = {kind: slots[f"impossible_{kind}"] for kind in ("day", "amount") if f"impossible_{kind}" in slots}
        slots = {slot: said for slot, said in slots.items() if slot not in UNSAID}
        intent, slots = _asked_for(fit.phrase.intent, slots, text, now)
        if not fit.phrase.sure and fit.phrase.beside and not fit.phrase.by_ref and words_of_phrase == 0 and doubt > 0.3:
            continue  # a guess by one word, and there are words that speak against it
        confidence = round(surest * (1 - doubt), 2)
        if (confidence, words_of_phrase, len(slots), -fit.phrase.at) > rank:
            best = Understood(intent, slots, confidence, impossible=impossible)
            rank = (confidence, words_of_phrase, len(slots), -fit.phrase.at)
    return best


def _asked_for(intent: str, slots: dict[str, Any], text: str, now: datetime) -> tuple[str, dict[str, Any]]:
    """The same in the terms of whoever carries it out."""
    if intent == "settings.set":
        return intent, {"query": text}  # the handler reads the words
    if intent == "pipeline.report" and slots.get("offset", 0) > 0:
        others = {slot: said for slot, said in slots.items() if slot != "offset"}
        return "forecast.report", others | {"horizon": slots["offset"]}  # what is to come is forecast
    if intent == "task.list" and slots.get("period") == "day":
        day = now.date() + timedelta(days=slots.get("offset", 0))
        others = {slot: said for slot, said in slots.items() if slot not in ("period", "offset")}
        return intent, others | {"due": day.isoformat()}
    if intent == "task.list" and slots.get("status") in ("done", "overdue"):
        return intent, in_the_past(slots)
    return intent, slots


_OUT_OF_ORDER = re.compile(r"\b(?:is down|broken|crash\w*|not working|doesn't work|won't)\b|坏了|打不开|崩了", re.I)
UNSAID = frozenset(["unnamed", "impossible_day", "impossible_amount"])  # what is known of a sentence, and is no slot
_BARE_TASK = frozenset(["imperative", "activity"])
_OF_A_TASK = frozenset(["due", "every", "name", "ref"])


_Reading = tuple[object, ...]


def _reading(fit: Fit) -> _Reading:
    """What the slots of a phrase depend on, and how surely they are taken."""
    phrase = fit.phrase
    said = frozenset([*fit.found.items(), *phrase.fixed.items()])
    return phrase.intent, phrase.facts, phrase.needed, phrase.sure, phrase.own, said


def _still_to_come(slots: Mapping[str, Any], now: datetime) -> bool:
    """给赵磊打电话,明天下午: all that is told of it is a day ahead."""
    text = str(slots.get("text", ""))
    if "due" not in slots or "when" in slots or len(text) > 16:
        return False
    return any(
        told.start == 0 and told.end == len(text)
        for told in find_when(text, now=now, past=False, months_first=has_han(text))
    )


def _any_word(intent: str, slots: Mapping[str, Any], text: str) -> bool:
    """查一下航班: two characters that are nobody's name for certain."""
    name = slots.get("name", "")
    return (
        intent in ("customer.show", "customer.find")
        and f"{name}的" not in text
        and bool(_TWO_HAN.fullmatch(name))
        and not is_person(name)
        and not is_organisation(name)
    )


_TWO_HAN = re.compile(r"[\u3400-\u9fff]{2}")


def _joined(led: Mapping[str, Any], slots: dict[str, Any]) -> dict[str, Any]:
    """A day before the words and an hour after them are one time."""
    before, after = str(led.get("due", "")), str(slots.get("due", ""))
    if before and after and ("T" in before) != ("T" in after):
        day, hour = (before, after) if "T" in after else (after, before)
        return {**led, **slots, "due": f"{day}T{hour[11:]}"}
    return {**led, **slots}


_WHETHER = re.compile(r"(?:吗|没有|了没|没)\s*[?？!]*$|^(?:did|has|have|is|are|do|does|was|were|will)\s", re.I)


@cache
def _thanks() -> re.Pattern[str]:
    return re.compile(any_of(words("words", "thanks")), re.I)


def _nods(text: str) -> bool:
    return bool(re.fullmatch(r"[\s👍✅👌\ufe0f\U0001f3fb-\U0001f3ff!.]+", text)) and any(
        sign in text for sign in "👍✅"
    )


# Slots of one phrase

_RECORDS = {"deal": "deals", "customer": "customers", "interaction": "customers"}


def slots_of(phrase: Phrase, found: Spans, text: str, now: datetime) -> tuple[dict[str, Any], float]:
    """What the sentence says for each slot, and the doubt: 1 when a span does not say what its place asks for."""
    slots: dict[str, Any] = dict(phrase.fixed)
    sure = 1.0
    records = _RECORDS.get(phrase.intent.split(".")[0], "customers")
    for slot, (start, end) in found.items():
        if slot in ("any", "did"):
            if slot == "any" and phrase.intent == "task.update" and _tells_a_time(text[start:end], now):
                sure *= 0.6  # "T5 to friday and make it urgent": no words to skip
            continue
        if slot == "facts":
            start = min(start, found.get("did", (start, 0))[0])
            apart = text[:start].rstrip().endswith(",")
            months_first = month_first(text, zone_of(now))  # in D15改到7/8 the Chinese stands before the day
            read, doubt = read_facts(
                text[start:end], phrase.facts, now, records, apart=apart, own=phrase.own, months_first=months_first
            )
            if not found.keys().isdisjoint(("campaign", "M")):
                read.pop("title", None)  # "M6 got 40 leads from linkedin": named already
        else:
            read, doubt = read_span(slot, text[start:end], now, records, ahead=phrase.intent == "target.set")
            if slot == "when" and may_be_ahead(text, text[start:end], now):
                doubt = 1.0
        slots |= {key: value for key, value in read.items() if value is not None}
        sure *= 1 - doubt
    if "other" in slots:
        one, other = slots.pop("ref", None) or slots.pop("name", None), slots.pop("other")
        slots["refs"] = [one, other]
    return slots, 1 - sure


def _tells_a_time(said: str, now: datetime) -> bool:
    return any(told.sure for told in find_when(said, now=now, past=False, months_first=month_first(said, zone_of(now))))


def _given(slot: str, slots: Mapping[str, Any]) -> bool:
    """Whether what a phrase needs was said: `reach` is any way to reach somebody, `whom` anybody at all."""
    return slot in slots or not _SAYS.get(slot, frozenset()).isdisjoint(slots)


_SAYS = {
    "amount": frozenset(["impossible_amount"]),
    "close_date": frozenset(["impossible_day"]),
    "due": frozenset(["impossible_day"]),
    "reach": frozenset(["phone", "email"]),
    "whom": frozenset(["name", "ref", "refs", "company", "unnamed"]),
}
