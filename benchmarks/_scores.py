"""How answers are compared with labels: the measures of the understanding benchmark."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SURE = 0.9
BY_WORDS = frozenset({"text", "subject", "reason", "title"})  # compared by the words they share
# Slots younger than the first labels: compared only where a label has them.
YOUNGER = {
    "customer.add": {"tags"}, "customer.update": {"tags"}, "deal.add": {"product"}, "deal.update": {"product"},
    "task.add": {"every"}, "ticket.add": {"category"}, "ticket.list": {"category"},
    "campaign.add": {"category", "product", "source"}, "forecast.report": {"product", "subject"},
    "csat.report": {"owner", "category"}, "segments.report": {"method"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    intent: str
    slots: Mapping[str, Any]
    confidence: float


@dataclass(frozen=True, slots=True)
class Case:
    text: str
    lang: str
    now: str
    tz: str
    intent: str
    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares from 0 to 1; `behind` is by how much the exact share of Chinese is below that of English."""

    messages: int
    intent: float
    slot_f1: float
    exact: float
    false_accepts: float
    behind: float
    sure: float
    sure_exact: float


def scored(cases: Sequence[Case], answers: Sequence[Answer]) -> Scores:
    judged = [_judged(case, answer) for case, answer in zip(cases, answers, strict=True)]
    exact = [each.exact for each in judged]
    found, wrong, missed = (sum(getattr(each, name) for each in judged) for name in ("found", "wrong", "missed"))
    unknown = [answer for case, answer in zip(cases, answers, strict=True) if case.intent == "unknown"]
    sure = [each for each, answer in zip(exact, answers, strict=True) if answer.confidence >= SURE]
    of = {lang: [each for each, case in zip(exact, cases, strict=True) if case.lang == lang] for lang in ("en", "zh")}
    return Scores(
        messages=len(cases),
        intent=_share([each.intent for each in judged]),
        slot_f1=2 * found / max(1, 2 * found + wrong + missed),
        exact=_share(exact),
        false_accepts=_share([answer.intent != "unknown" for answer in unknown]),
        behind=_share(of["en"]) - _share(of["zh"]) if all(of.values()) else 0.0,
        sure=len(sure) / max(1, len(cases)),
        sure_exact=_share(sure),
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    intent: bool
    exact: bool
    found: int
    wrong: int
    missed: int


def _judged(case: Case, answer: Answer) -> _Judged:
    ignored = YOUNGER.get(case.intent, set()) - set(case.slots)
    slots = {slot: value for slot, value in answer.slots.items() if slot not in ignored}
    right = answer.intent == case.intent
    found = sum(slot in slots and same(slot, value, slots[slot]) for slot, value in case.slots.items()) if right else 0
    exact = right and found == len(case.slots) == len(slots)
    return _Judged(right, exact, found, len(slots) - found, len(case.slots) - found)


def same(slot: str, wanted: Any, given: Any) -> bool:
    """NFKC, case and spaces folded, outer punctuation off; notes, subjects, reasons and titles by token F1 >= 0.75."""
    if _plain(wanted) == _plain(given):
        return True
    if slot not in BY_WORDS:
        return False
    one, other = _tokens(str(wanted)), _tokens(str(given))
    common = sum((one & other).values())
    return 2 * common >= 0.75 * (sum(one.values()) + sum(other.values())) and common > 0


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return json.dumps({key: _plain(each) for key, each in sorted(value.items())}, ensure_ascii=False)
    if isinstance(value, list):
        return json.dumps(sorted(map(_plain, value)), ensure_ascii=False)
    folded = " ".join(unicodedata.normalize("NFKC", str(value)).casefold().split())
    return re.sub(r"^[\W_]+|[\W_]+$", "", folded) or folded


def _tokens(said: str) -> Counter[str]:
    folded = unicodedata.normalize("NFKC", said).casefold()
    return Counter(re.findall(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", folded))


def _share(given: Sequence[bool]) -> float:
    return sum(given) / max(1, len(given))
