"""Which phrases fit a whole sentence, and how sure each may be."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from crmbot.understand.dates import may_begin
from crmbot.understand.matcher import Spans, match
from crmbot.understand.meaning import PLAUSIBLE, SURE, acts
from crmbot.understand.message import Message
from crmbot.understand.phrases import Phrase, candidates, flattened
from crmbot.understand.shapes import exact
from crmbot.understand.spans import zone_of
from crmbot.understand.subjects import leading_every
from crmbot.understand.tidy import has_han
from crmbot.when import find_when, month_first

WORDY = 800  # what is longer can only be a note
_WORDS = frozenset({"text", "reason", "text_all"})


_OF_ONESELF = frozenset({"data.mine", "data.forget"})  # "erase everything about me" is no order to delete everything


class Fit(NamedTuple):
    phrase: Phrase
    found: Spans
    day: dict[str, Any]


def fitting(text: str, now: datetime, asked: bool) -> list[tuple[float, int, Fit]] | None:
    """The phrases that fit the whole of `text`, each with how sure it may be and how many of the letters are its own.

    The surest first: reading the spans of a phrase costs more than finding that it fits.
    """
    fits: list[tuple[float, int, Fit]] = []
    refused = False
    led: dict[str, tuple[dict[str, Any], int]] = {}
    message = Message(flattened(text))
    for phrase in candidates(message):
        if refused and phrase.intent not in _OF_ONESELF:
            continue
        if len(text) > WORDY and not phrase.facts & _WORDS:
            continue
        slot = phrase.led
        if slot and slot not in led:
            led[slot] = _led_by_day(text, now, slot)
        day, at = led[slot] if slot else ({}, 0)
        found = match(phrase.elements, message, at)
        if found is None and at and slot == "due":
            day, found = {}, match(phrase.elements, message, 0)
        if found is None or (at and "noun" in phrase.facts and not _surely_past(text[:at], now)):
            continue  # "2pm call with Ann" is still to come
        if phrase.intent == "unknown":
            refused = True
            fits = [each for each in fits if each[2].phrase.intent in _OF_ONESELF]
            continue
        surest = SURE if phrase.sure else PLAUSIBLE
        if asked and acts(phrase.intent):
            surest *= _ASKED[phrase.sure]
        words_of_phrase = len(text)
        for slot, (start, end) in found.items():
            if not exact(slot):
                words_of_phrase -= end - start
        fits.append((surest, words_of_phrase, Fit(phrase, found, day)))
    fits.sort(key=lambda fit: (-fit[0], -fit[1]))  # phrases come in their order
    return None if refused and not fits else fits


_ASKED = {True: 0.8, False: 0.6}  # a question seldom is a command, and one by half a guess is none


def _led_by_day(text: str, now: datetime, slot: str) -> tuple[dict[str, Any], int]:
    """ "Yesterday met Ann", "friday 3pm remind me": the time at the start, and where the words after it begin."""
    found: dict[str, Any] = {}
    at = 0
    if slot == "due" and (every := leading_every(text)):
        found, at = {"every": every[0]}, every[1]
    past = slot == "when"
    if self_said := _I.match(text):
        at = self_said.end()  # 我昨天拜访了
    if not (found or may_begin(text, at)):
        return {}, 0
    for told in find_when(text[:40], now=now, past=past, months_first=month_first(text, zone_of(now))):
        if told.start == at and told.sure and (told.first <= now.date() if past else told.last >= now.date()):
            found[slot], at = told.iso(slot), told.end
        break
    if self_said and not found:
        return {}, 0
    if past and at and may_be_ahead(text, text[:at], now):
        return {}, 0
    gap = _GAP.match(text, at)
    return found, gap.end() if gap and found else 0


_I = re.compile("我们?(?=.)")
_GAP = re.compile(r"[\s,:;]*")
_TOOK_PLACE = re.compile("了|过|完|刚|[见访去聊谈打开]的|[聊谈]得|[聊谈提]到|答应|同意|没接")


def may_be_ahead(text: str, time: str, now: datetime) -> bool:
    """周一跟张总开会: nothing in it tells that it took place, and the time named in it need not have been."""
    return has_han(text) and not _TOOK_PLACE.search(text) and not _surely_past(time, now)


def _surely_past(time: str, now: datetime) -> bool:
    ahead = next(iter(find_when(time, now=now, past=False, months_first=month_first(time, zone_of(now)))), None)
    if ahead and ahead.clock and ahead.first == now.date():
        return ahead.clock < now.time()
    return ahead is None or ahead.first <= now.date()
