"""Buttons for what a message may have meant: each says in words what it would do, and none does it unpressed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from crmbot.dialogue import Command, in_place_of
from crmbot.guesses import TEACHABLE, guesses, meant_as
from crmbot.money import Money
from crmbot.people import Member
from crmbot.reply import Button, Reply, Text, text
from crmbot.understand import Understood

LOOKS_UP = (".show", ".list", ".find", ".report")
A_PAGE, LONGEST = 6, 40
NAMED_BY = ("ref", "name", "title", "subject", "text", "query", "owner")


def would(meant: Understood, currency: str) -> Text:
    """What it would do, and with what."""
    doing = text("would", doing=meant.intent.replace(".", "-"))
    told = [str(meant.slots[slot]) for slot in NAMED_BY if slot in meant.slots]
    if isinstance(amount := meant.slots.get("amount"), Mapping):
        told.insert(1, str(Money.of(amount, currency)))
    about = " · ".join(part for part in told if not any(part in other and part != other for other in told))
    about = about if len(about) <= LONGEST else about[: LONGEST - 1] + "…"
    return text("would-of", doing=doing, about=about) if about else doing


def guessed(
    said: str, takes: Mapping[str, Collection[str]], names: Sequence[str], member: Member, now: datetime
) -> Reply:
    """The likeliest readings of what was not understood; none of them is done by itself."""
    found = guesses(said, takes, names, now=now)
    if not found:
        return Reply(text("not-understood"))
    none = Button(text("button-none-of-these"), "help", {})
    return Reply(text("guesses"), buttons=(*(_guess(each, said, member) for each in found), none))


def _guess(meant: Understood, said: str, member: Member) -> Button:
    """Who looks something up has not said that the words mean that."""
    if meant.intent.endswith(LOOKS_UP):
        return Button(would(meant, member.currency), meant.intent, meant.slots)
    return choice(meant, said, (), member)


def choice(meant: Understood, said: str, messages: Sequence[int], member: Member) -> Button:
    """Take back what `messages` did, do this, and remember that `said` means it."""
    done = in_place_of({"messages": list(messages), "taught": said}, Command(meant.intent, meant.slots))
    return Button(would(meant, member.currency), done.intent, done.slots, once=True)


def choices(
    slots: Mapping[str, Any],
    takes: Mapping[str, Collection[str]],
    names: Sequence[str],
    member: Member,
    now: datetime,
) -> Reply:
    """All that the sentence may have meant instead, a page at a time, the likelier first."""
    said, skip = str(slots["said"]), int(slots.get("skip", 0))
    likely = [each.intent for each in guesses(said, takes, names, now=now)]
    order = [name for name in dict.fromkeys([*likely, *TEACHABLE]) if name in takes and name != slots["wrong"]]
    buttons = [
        choice(meant_as(said, name, takes[name], names, now=now) or Understood(name), said, slots["messages"], member)
        for name in order[skip : skip + A_PAGE]
    ]
    if skip + A_PAGE < len(order):
        more = {**slots, "skip": skip + A_PAGE}
        buttons.append(Button(text("button-more", count=len(order) - skip - A_PAGE), "not-this", more))
    buttons.append(Button(text("button-no"), "cancel", {}))
    return Reply(text("meant-what", said=said), buttons=tuple(buttons), in_place=skip > 0)


def not_this(said: str, wrong: str, message: int) -> Button:
    """Under what may have been misread: what else it may have meant."""
    return Button(text("button-not-this"), "not-this", {"messages": [message], "said": said, "wrong": wrong})
