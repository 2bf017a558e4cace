"""Why a message means what it means: its spans, the phrases that fit, and how sure each is."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from crmbot.money import find_money
from crmbot.phone import find_phones
from crmbot.understand.fits import fitting
from crmbot.understand.politeness import unframed
from crmbot.understand.sentence import UNSAID, slots_of
from crmbot.understand.spans import EMAIL, one_ref, read_ref, zone_of
from crmbot.understand.tidy import tidy
from crmbot.understand.traditional import simplified
from crmbot.when import find_when, month_first

MOST = 8  # frames shown


def explained(said: str, now: datetime) -> dict[str, Any]:
    """The words that were read, the spans in them that are told by their shape, and the readings, the surest first."""
    text, asked = unframed(simplified(tidy(said)))
    frames: list[tuple[float, dict[str, Any]]] = []
    for surest, _, fit in fitting(text, now, asked) or []:
        slots, doubt = slots_of(fit.phrase, fit.found, text, now)
        confidence = round(surest * (1 - doubt), 2)
        frames.append(
            (
                confidence,
                {
                    "intent": fit.phrase.intent,
                    "phrase": fit.phrase.said,
                    "slots": {slot: value for slot, value in (fit.day | slots).items() if slot not in UNSAID},
                    "confidence": confidence,
                },
            )
        )
    frames.sort(key=lambda frame: -frame[0])
    return {
        "text": text,
        "question": asked,
        "spans": list(_spans(text, now)),
        "frames": [frame for _, frame in frames[:MOST]],
    }


def _spans(text: str, now: datetime) -> Iterator[dict[str, str]]:
    for found in one_ref().finditer(text):
        yield {"ref": read_ref(found[0]) or "", "said": found[0]}
    for found in re.finditer(EMAIL, text):
        yield {"email": found[0], "said": found[0]}
    for start, end, phone in find_phones(text, zone_of(now)):
        yield {"phone": phone, "said": text[start:end]}
    for figure in find_money(text):
        if figure.sureness:
            yield {"amount": " ".join(figure.said.values()), "said": text[figure.start : figure.end]}
    for told in find_when(text, now=now, past=False, months_first=month_first(text, zone_of(now))):
        if told.sure:
            yield {"when": told.iso("due"), "said": text[told.start : told.end]}
