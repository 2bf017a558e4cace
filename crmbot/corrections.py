""" "No, 30k not 3k": which fact of what was just written is put right, and how.

Said of a fact of its own kind it is clear; where it may be several, or one that nobody had spoken of, that is asked.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from crmbot.dialogue import ASKABLE, DAY, POINTERS, Asked, Command, Written, say_fact, say_value
from crmbot.intents import Intent
from crmbot.lessons import SURE
from crmbot.reply import Button, Reply, Text, several, text
from crmbot.turn import Turn
from crmbot.understand import Understood, may_be_name, read
from crmbot.understand.spans import STRICT
from crmbot.understand.tidy import tidy, without_ends

LONGEST = 100
MOST = 4  # ways to choose among
UPDATED = {"C": "customer", "D": "deal", "T": "task", "K": "ticket"}
DATES = ("due", "when", "close_date")
SHAPED = ("amount", *DATES, "phone", "email", "stage", "kind")  # told by what they look like
NAMES = ("name", "company", "owner", "title", "product")
_OOPS = r"(?:no|nope|sorry|oops|wait|actually|correction|wrong|my bad|typo)"
_IS = (
    r"(?:(?:i|we)\s+(?:meant|mean)(?:\s+to\s+say)?|(?:it|that)(?:'s|\s+is|\s+was|\s+should\s+be)|"
    r"should\s+be|make\s+(?:it|that))"
)
_EN_LED = rf"(?P<led>(?:\b{_OOPS}\b[\s,.:;!-]*|\b{_IS}\s+)+)"
_ZH_OOPS = r"(?:不对|不是的|错了|[说写打搞弄输]错了|不好意思|抱歉|对不起|口误|笔误|更正)(?:一?下)?"
_ZH_IS = r"(?:应该是|应该为|应为|是|我是说|我说的是|我的意思是)"
_ZH_LED = rf"(?P<led>(?:{_ZH_OOPS}[\s,，。.!！:：]*)+{_ZH_IS}?|应该是|应为|我是说|我说的是|我的意思是)"
_FORMS = tuple(
    re.compile(form, re.I)
    for form in (
        rf"(?:{_EN_LED})?(?P<right>\S.*?)\s*,?\s+(?:and\s+)?not\s+(?P<wrong>\S.*)",
        rf"(?:{_EN_LED})?not\s+(?P<wrong>\S.*?)\s*(?:,\s*(?:but\s+|it's\s+)?|\s+but\s+)(?P<right>\S.*)",
        rf"{_EN_LED}(?P<right>\S.*)",
        rf"(?:{_ZH_LED}|是)?\s*(?P<right>[^\s是].*?)[\s,，]*(?:而?不是|而非)\s*(?P<wrong>\S.*)",
        rf"(?:{_ZH_LED})?\s*不是\s*(?P<wrong>\S.*?)[\s,，]*(?:而是|应该是|是)\s*(?P<right>\S.*)",
        rf"{_ZH_LED}\s*(?P<right>\S.*)",
    )
)
_HOUR = re.compile(
    r"(?:at\s*)?\d{1,2}(?::\d\d(?:\s*[ap]\.?m\.?)?|\s*[ap]\.?m\.?)|(?:at\s*)?noon|"
    r"(?:早上|上午|中午|下午|晚上)?[\d一二三四五六七八九十两]{1,3}点(?:半|一刻|三刻|[\d一二三四五六七八九十]+分?)?",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What is right, and what it was said not to be, if that was said."""

    right: str
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Mended:
    """One command otherwise: which slots change, and to what. `sure`: there is nothing else that it may mean."""

    at: int
    slots: Mapping[str, Any]
    sure: bool


def correcting(
    meant: Understood, unconfirmed: Command | None, intents: Mapping[str, Intent], turn: Turn
) -> list[Mended]:
    """What a message puts right of what was just written, or of what waits for a yes; mostly nothing."""
    said, written = turn.incoming.said, turn.dialogue.written
    if unconfirmed and unconfirmed.intent != "correct":
        written = Written((), (unconfirmed,)) if unconfirmed.intent in intents else None
    if not isinstance(said, str) or not written:
        return []
    if turn.incoming.forwarded or turn.incoming.edited_of or turn.incoming.overheard:
        return []
    fix = correction_in(said)
    if meant.confidence >= SURE and (POINTERS & meant.slots.keys() or not fix or not fix.wrong):
        return []  # 是3万不是30万 says a new amount by itself, but not of what
    takes = {each.intent: intents[each.intent].slots.model_fields for each in written.commands}
    found = mended(fix, written, takes, now=turn.local, language=turn.member.language) if fix else []
    return [each for each in found if each.sure] if written is not turn.dialogue.written else found


def which(found: Sequence[Mended], written: Written, turn: Turn) -> Asked:
    """What is put right by the press of a button."""
    ways = [
        Command("correct", {"messages": list(written.messages), "at": each.at, "slots": dict(each.slots)})
        for each in found[:MOST]
    ]
    facts = [several(*_facts(each.slots, turn)) for each in found[:MOST]]
    buttons = [Button(fact, way.intent, way.slots, once=True) for fact, way in zip(facts, ways, strict=True)]
    reply = Reply(text("correct-what"), buttons=(*buttons, Button(text("button-no"), "cancel", {})))
    return Asked(reply, unconfirmed=ways[0] if len(ways) == 1 else None)


def _facts(slots: Mapping[str, Any], turn: Turn) -> list[Text]:
    return [say_fact(slot, value, turn.member, turn.now) for slot, value in slots.items()]


def with_changes(new: Mapping[str, Any], old: Mapping[str, Any], reply: Reply, turn: Turn) -> Reply:
    """What was changed, and from what; then what came of it."""
    changes = [
        text(
            "fact-not",
            fact=say_fact(slot, value, turn.member, turn.now),
            was=say_value(slot, old[slot], turn.member, turn.now),
        )
        if slot in old
        else say_fact(slot, value, turn.member, turn.now)
        for slot, value in new.items()
        if not any(str(other) in str(value) and other != value for other in new.values())  # a name within a subject
    ]
    return replace(reply, text=text("corrected", what=several(*changes), now=reply.text))


def updating(command: Command, slots: Mapping[str, Any], ref: str, intents: Mapping[str, Intent]) -> Understood | None:
    """The record as it stands is changed, where a command does that; else what was done is done again otherwise."""
    kind = command.intent.partition(".")[0]
    spec = intents.get(f"{kind}.update")
    if spec is None or UPDATED.get(ref[:1]) != kind or not slots.keys() <= spec.slots.model_fields.keys() - POINTERS:
        return None
    return Understood(spec.name, {"ref": ref, **slots})


def correction_in(said: str) -> Correction | None:
    words = without_ends(tidy(said))
    if len(words) > LONGEST or "\n" in said.strip():
        return None
    for form in _FORMS:
        if found := form.fullmatch(words):
            parts = found.groupdict()
            return Correction(without_ends(parts["right"]), without_ends(parts.get("wrong") or ""))
    return None


def mended(
    fix: Correction, written: Written, takes: Mapping[str, Collection[str]], *, now: datetime, language: str
) -> list[Mended]:
    """All that it may mean, of which one that is sure is alone. `takes`: the slots of each intent."""
    found = [
        Mended(at, slots, sure)
        for at, command in enumerate(written.commands)
        for slots, sure in _ways(fix, command, takes.get(command.intent, ()), now, language)
    ]
    sure = [each for each in found if each.sure]
    if not written.at_once:
        found = [each for each in found if each.slots.keys() <= set(SHAPED)]
    if len(sure) == 1 and written.at_once:
        return sure
    return [replace(each, sure=False) for each in (sure or found)]


def _ways(
    fix: Correction, command: Command, takes: Collection[str], now: datetime, language: str
) -> Iterator[tuple[Mapping[str, Any], bool]]:
    if fix.wrong and (slots := _replaced(fix, command.slots, now, language)):
        yield slots, True
        return
    read_as = {slot: value for slot in SHAPED if (value := _read(slot, fix.right, command.slots, now, language))}
    there = {slot: value for slot, value in read_as.items() if slot in command.slots and command.slots[slot] != value}
    if there and not fix.wrong:
        yield from (({slot: value}, True) for slot, value in there.items())
    elif read_as:
        yield from (({slot: value}, False) for slot, value in read_as.items() if slot in takes or slot in command.slots)
    elif not fix.wrong and may_be_name(fix.right) and (name := read("name", fix.right, now=now, language=language)):
        yield from (({slot: name}, False) for slot in NAMES if slot in command.slots and command.slots[slot] != name)


def _replaced(fix: Correction, slots: Mapping[str, Any], now: datetime, language: str) -> dict[str, Any]:
    """Every fact that is what it was said not to be, and every word of it in the others."""
    new: dict[str, Any] = {}
    word = _word(fix.wrong)
    for slot, value in slots.items():
        if slot in SHAPED:
            was = read(slot, fix.wrong, now=now, language=language)
            right = _read(slot, fix.right, slots, now, language)
            if was and right and _same(slot, value, was) and right != value:
                new[slot] = right
        elif isinstance(value, str) and slot in ASKABLE | POINTERS and slot != "ref" and word.search(value):
            new[slot] = word.sub(lambda _: fix.right, value)
    return new


def _read(slot: str, said: str, slots: Mapping[str, Any], now: datetime, language: str) -> Any:
    """An hour alone leaves the day as it was, a day alone the hour; a figure alone the currency."""
    was = slots.get(slot)
    if slot not in DATES:
        if slot not in STRICT or (slot == "amount" and said.isdecimal() and was is None):
            return None
        value = read(slot, said, now=now, language=language)
        if slot == "amount" and value and was and "currency" in was and "currency" not in value:
            return {**value, "currency": was["currency"]}
        return value
    was = str(was or "")
    if _HOUR.fullmatch(said) and was:
        if slot == "close_date":
            return None
        now = datetime.fromisoformat(was[:DAY]).replace(tzinfo=now.tzinfo)
        return read(
            slot, said, now=now.replace(hour=0) if slot == "due" else now.replace(hour=23, minute=59), language=language
        )
    value = read(slot, said, now=now, language=language)
    return f"{value}{was[DAY:]}" if value and len(value) == DAY else value


def _same(slot: str, value: Any, other: Any) -> bool:
    if slot == "amount":
        return isinstance(value, Mapping) and value.get("value") == other.get("value")
    return str(value)[:DAY] == str(other)[:DAY] if slot in DATES else bool(value == other)


@cache
def _word(words: str) -> re.Pattern[str]:
    edge = r"(?<![A-Za-z0-9]){}(?![A-Za-z0-9])"
    return re.compile(edge.format(re.escape(words)), re.I)
