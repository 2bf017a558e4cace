"""Spans of a phrase that are told by a list of words or by their shape."""

import re
from functools import cache

from crmbot.understand.lexicon import any_of, meanings, table, words
from crmbot.understand.periods import named_period_shape, period_shape
from crmbot.understand.spans import EMAIL, PHONE, ref_shape
from crmbot.understand.tidy import HAN

LEXICONS = {
    "stage": "stages", "open_stage": "stages", "kind": "kinds", "kinds": "listed_kinds", "contact": "contacts",
    "priority": "priorities", "status": "statuses", "open_status": "statuses", "report": "reports",
    "metric": "metrics", "role": "roles", "method": "methods", "category": "categories",
    "categories": "listed_categories",
    "campaign_kind": "campaign_kinds", "table": "tables", "language": "languages", "kinds_zh": "contact_kinds",
    "did": "did", "seen": "seen", "seen_zh": "seen_zh", "seen_noun": "seen_noun", "records_of": "records_of",
}  # fmt: skip
_LEFT_OUT = {"open_stage": ("won", "lost"), "open_status": ("closed", "done", "overdue")}
TO_THE_END = {"elsewhere": "elsewhere", "unanswered": "unanswered"}
SHAPES = ("goods", "count", "edition", "email", "phone", "period", "ahead", "when", "quoted", "quiet_hours")


@cache
def exact(slot: str) -> bool:
    """Whether a span is told by its shape, and so speaks for its phrase as its words do."""
    return slot in SHAPES or (len(slot) <= 2 and slot.isupper())


def listed_for(slot: str) -> frozenset[str]:
    if slot in TO_THE_END:
        return words("words", TO_THE_END[slot])
    listed = meanings(LEXICONS[slot])
    return frozenset(word for word, meant in listed.items() if meant not in _LEFT_OUT.get(slot, ()))


@cache
def shape_of(slot: str) -> re.Pattern[str]:
    if slot.isupper():
        return re.compile(ref_shape(slot), re.I)
    shapes = {
        "email": EMAIL,
        "count": r"\d{1,6}(?:\s+(?:seats?|licen[cs]es?|users?|units?|copies|boxes|pieces|pcs|accounts?))?",
        "goods": rf"(?:\d+|[一二两三四五六七八九十百]+)\s*[个套台份席位件箱张条]{HAN}{{0,8}}",
        "edition": rf"(?:\d+\s*[个套台份席位件]+\s*)?(?!了){HAN}{{1,3}}版",
        "phone": PHONE,
        "period": rf"(?:{period_shape()}|{named_period_shape().pattern})",
        "ahead": period_shape(),
        "quoted": r"\"[^\"]{1,80}\"|“[^”]{1,80}”|'[^']{1,80}'|[「『][^」』]{1,80}[」』]|《[^》]{1,80}》",
        "quiet_hours": any_of(words("words", "quiet")) + r".{3,60}$",
    }
    return re.compile(shapes[slot] if slot in shapes else _when_shape(), re.I)


def _when_shape() -> str:
    """A day in the middle of a Chinese sentence; one at its start is read before the phrase."""
    day = any_of([*table("when", "days"), *table("when", "parts")])
    weekday = "上*个?(?:周|星期|礼拜)[一二三四五六日天]"
    return rf"(?:(?:{day}|{weekday})(?:早上|上午|中午|下午|晚上)?(?:[\d一二三四五六七八九十]+点半?)?)"
