"""What a message may mean that nobody understood surely enough: readings to choose among, never to act on."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbot.money import find_money
from crmbot.phone import find_phones
from crmbot.understand import Understood, understand
from crmbot.understand.fits import fitting
from crmbot.understand.message import Message
from crmbot.understand.phrases import candidates, flattened
from crmbot.understand.politeness import unframed
from crmbot.understand.sentence import UNSAID, slots_of
from crmbot.understand.spans import EMAIL, read_ref, ref_shape, zone_of
from crmbot.understand.tidy import tidy, without_ends, without_marks
from crmbot.when import find_when, month_first

LEAST = 0.2  # sureness of a phrase that is worth a button
MOST = 3  # guesses offered at once
# What a person may pick, the likelier first: those that people type, and that need no button of ours.
TEACHABLE = (
    "interaction.log", "task.add", "deal.add", "customer.add", "ticket.add", "deal.update", "deal.move", "deal.lose",
    "deal.win", "order.add", "customer.update", "customer.show", "deal.list", "deal.show", "task.list", "task.done",
    "interaction.list", "ticket.list", "ticket.show", "ticket.close", "ticket.update", "customer.find", "task.update",
    "pipeline.report", "forecast.report", "csat.report", "csat.send", "campaign.add", "campaign.log",
    "campaign.report", "segments.report", "schedule.add", "schedule.list", "target.set", "target.report",
    "task.delete", "customer.delete",
)  # fmt: skip
# A sentence behind its command is read as that command.
LEADS = {
    "campaign.add": "/campaign", "csat.send": "/csat", "customer.add": "/customer", "customer.find": "/find",
    "deal.add": "/deal", "deal.lose": "/lost", "deal.move": "/move", "deal.win": "/won", "interaction.log": "/note",
    "order.add": "new order for", "target.set": "/target", "task.add": "/task", "ticket.add": "/ticket",
}  # fmt: skip
SHORT, SHORT_LETTERS = 3, 20
FREE = {"interaction.log": "text", "task.add": "subject", "ticket.add": "subject", "deal.lose": "reason"}
ABOUT = ("interaction.log", "customer.show", "deal.list")  # what may be said of a customer that is named
_EDGES = re.compile(r"^[\s,.:;，、：；。-]+|[\s,.:;，、：；。-]+$")
_LOOSE = re.compile(r"(?:\b(?:by|on|at|for|until|before|due|in)|[在于到前])$", re.I)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a fact stands in a sentence."""

    slot: str
    value: Any
    start: int
    end: int


def spots(text: str, now: datetime, names: Collection[str] = ()) -> list[Spot]:
    """What is told by its shape, or known by its name, in the order of the words; of two in one place the first."""
    found: list[Spot] = []
    for each in sorted(_all_spots(text, now, names), key=lambda spot: (spot.start, -spot.end)):
        if not found or each.start >= found[-1].end:
            found.append(each)
    return found


def _all_spots(text: str, now: datetime, names: Collection[str]) -> Iterator[Spot]:
    for name in names:
        at = text.casefold().find(name.casefold())
        if at >= 0:
            yield Spot("name", text[at : at + len(name)], at, at + len(name))
    for ref in re.finditer(ref_shape(), text, re.I):
        yield Spot("ref", read_ref(ref[0]), ref.start(), ref.end())
    for email in re.finditer(EMAIL, text):
        yield Spot("email", email[0], email.start(), email.end())
    for start, end, phone in find_phones(text, zone_of(now)):
        yield Spot("phone", phone, start, end)
    for figure in find_money(text):
        if figure.sureness:
            yield Spot("amount", dict(figure.said), figure.start, figure.end)
    for told in find_when(text, now=now, past=False, months_first=month_first(text, zone_of(now))):
        if told.sure:
            yield Spot("due", told.iso("due"), told.start, told.end)


def meant_as(
    said: str, intent: str, takes: Collection[str], names: Collection[str], *, now: datetime
) -> Understood | None:
    """What `said` would be as `intent`, whose slots are `takes`; `names` in it are known. None if it cannot be."""
    frames = [each for each in _frames(said, now) if each.intent == intent]
    if frames and (not names or set(names) & set(map(str, frames[0].slots.values()))):
        return frames[0]
    if lead := LEADS.get(intent):
        meant = understand(f"{lead} {_bare(said)}", now=now)
        if meant.intent == intent and (not names or meant.slots.get("name") in names):
            return Understood(intent, _without_a_short_reason(meant.slots))
    slots = _told(said, intent, takes, names, now)
    return Understood(intent, _without_a_short_reason(slots)) if slots or not _is_about_one(intent) else None


def _without_a_short_reason(slots: Mapping[str, Any]) -> Mapping[str, Any]:
    """ "Hooli is toast" is how it is said, not why."""
    short = len(str(slots.get("reason", "")).split()) <= SHORT and len(str(slots.get("reason", ""))) <= SHORT_LETTERS
    return {slot: value for slot, value in slots.items() if slot != "reason" or not short}


def says_something(meant: Understood) -> bool:
    """Whether there is more to it than whom it is about, where more is wanted."""
    if meant.intent == "interaction.log":
        return "text" in meant.slots
    return not meant.intent.endswith(".update") or bool(meant.slots.keys() - {"name", "ref", "title", "subject"})


def _told(said: str, intent: str, takes: Collection[str], names: Collection[str], now: datetime) -> dict[str, Any]:
    """Facts of the sentence that the intent takes, and the longest rest of it for the slot that takes words."""
    text, slots = _bare(said), dict[str, Any]()
    at, rests = 0, list[str]()
    date_slot = next((slot for slot in ("due", "close_date", "when") if slot in takes), "")
    for spot in spots(text, now, names):
        slot = date_slot if spot.slot == "due" else spot.slot
        if intent == "task.add" and slot == "name":
            slots[slot] = spot.value  # what is to be done holds whom it is for
            continue
        if slot and (slot in takes or slot in ("name", "ref")) and slot not in slots:
            slots[slot] = spot.value[:10] if slot == "close_date" else spot.value
            rests.append(text[at : spot.start])
            at = spot.end
    free = FREE.get(intent)
    words = _trimmed(max([*rests, text[at:]], key=len))
    if free and words:
        slots[free] = words
    return slots


def _trimmed(words: str) -> str:
    """Without the marks and the little words that led to the next fact."""
    while (shorter := _LOOSE.sub("", _EDGES.sub("", words))) != words:
        words = shorter
    return words


def _is_about_one(intent: str) -> bool:
    """Whether the intent says nothing without naming something."""
    return not intent.endswith((".list", ".report", ".find"))


def guesses(
    said: str, takes: Mapping[str, Collection[str]], names: Sequence[str], *, now: datetime
) -> list[Understood]:
    """The likeliest readings of what was not understood, one of each intent, among the intents of `takes`."""
    text, asked = unframed(tidy(said))
    if fitting(text, now, asked) is None:
        return []  # known to mean nothing
    ranked = list(dict.fromkeys([*(each.intent for each in _frames(said, now)), *_hinted(text), *(names and ABOUT)]))
    meant = [meant_as(said, intent, takes[intent], names, now=now) for intent in ranked if intent in takes]
    return [each for each in meant if each and says_something(each)][:MOST]


def _frames(said: str, now: datetime) -> list[Understood]:
    """What the phrases that fit would say, the surest first, however unsure."""
    text, asked = unframed(tidy(said))
    frames = []
    for surest, _, fit in fitting(text, now, asked) or []:
        slots, doubt = slots_of(fit.phrase, fit.found, text, now)
        slots = {slot: value for slot, value in (fit.day | slots).items() if slot not in UNSAID}
        confidence = round(surest * (1 - doubt), 2)
        if confidence >= LEAST and fit.phrase.needed <= {*slots, "whom", "reach", "unnamed"}:
            frames.append(Understood(fit.phrase.intent, slots, confidence))
    return sorted(frames, key=lambda each: (-each.confidence, -len(each.slots)))


def _hinted(text: str) -> list[str]:
    """Intents whose words stand in the sentence though none of their phrases fits, those with most words first."""
    weights: dict[str, int] = {}
    for phrase in candidates(Message(flattened(text))):
        words = [group for group in phrase.groups if not all(word[0] in "#^" for word in group)]
        if words and phrase.intent != "unknown":
            weights[phrase.intent] = max(weights.get(phrase.intent, 0), len(words))
    return sorted(
        weights, key=lambda intent: (-weights[intent], TEACHABLE.index(intent) if intent in TEACHABLE else 99)
    )


def _bare(said: str) -> str:
    return without_marks(without_ends(tidy(said)))
