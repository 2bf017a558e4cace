"""What each member chooses for themselves: language, time zone, currency, quiet hours, whether to be told things."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from crmbot.dialogue import Asked, Command, Question
from crmbot.errors import NotAllowed, Refused
from crmbot.incoming import Place
from crmbot.intents import Slots, intent
from crmbot.people import Member, Permission
from crmbot.reply import Button, Card, Reply, Text, text, verbatim
from handlers._rooms import room_called
from handlers._wishes import read_currency, read_quiet, read_room, read_wishes, read_zone
from handlers.undo import undo_button
from storage import Store

ALONE = re.compile(r"/?(?:my )?(?:settings?|preferences|设置|我的设置|偏好)", re.I)  # asks for the card
USUAL_QUIET = "21:00-08:00"
READERS = {"zone": read_zone, "currency": read_currency, "quiet": read_quiet}


class Choose(Slots):
    query: str = ""
    language: Literal["en", "zh"] | None = None
    zone: str | None = None
    currency: str | None = None
    quiet: str | None = None
    notify: bool | None = None
    ask: Literal["zone", "currency"] | None = None  # the button [Time zone]: it is asked for


@intent("settings.set", needs=Permission.TALK)
def choose(slots: Choose, place: Place, member: Member, store: Store, now: datetime) -> Reply:
    """Without a wish, the card of what is chosen now."""
    if slots.ask:
        question = Question(Command("settings.set", {}), slots.ask)
        raise Asked(Reply(text("ask", slot=slots.ask)), question=question)
    if name := read_room(slots.query):
        return _of_room(name, slots.query, place, member, store, now)
    wishes = _wishes(slots)
    if not wishes:
        return Reply(text("settings"), _card(member, store, now), buttons=_buttons(member))
    store.members.choose(member, wishes)
    chosen = replace(member, **wishes)
    undo = (undo_button(store),) if member.may(Permission.UNDO) else ()
    buttons = (*_buttons(chosen), *undo)
    return Reply(
        text("settings-chosen"), _card(chosen, store, now), buttons=buttons, in_place=True, language=chosen.language
    )


def _of_room(name: str, said: str, place: Place, member: Member, store: Store, now: datetime) -> Reply:
    """When a group or channel is not to be disturbed by alerts; reports that are scheduled then come all the same."""
    if not member.may(Permission.WRITE_PLACES):
        raise NotAllowed(member.role)
    room = room_called(name, place, member, store, now)
    quiet = read_quiet(said)
    if quiet is None:
        raise Refused(text("settings-not-understood"))
    room.quiet = quiet
    hours = verbatim(quiet.replace("-", "–")) if quiet else text("quiet-none")
    return Reply(text("room-quiet", room=room.name, hours=hours), buttons=(undo_button(store),))


def _wishes(slots: Choose) -> dict[str, Any]:
    """What is to be changed: of the sentence, of a pressed button, or of the answer to a question."""
    wishes: dict[str, Any] = {"language": slots.language, "notify": slots.notify}
    for name, reader in READERS.items():
        said = getattr(slots, name)
        wishes[name] = reader(said) if said else said
        if said and not wishes[name]:
            raise Refused(text("setting-not-known", slot=text("slot", slot=name), words=said))
    wishes = {name: value for name, value in wishes.items() if value is not None}
    if slots.query and not wishes and not ALONE.fullmatch(slots.query.strip()):
        wishes = read_wishes(slots.query)
        if not wishes:
            raise Refused(text("settings-not-understood"))
    return wishes


def _card(member: Member, store: Store, now: datetime) -> Card:
    here, accounts = now.astimezone(ZoneInfo(member.zone)), store.members.accounts_of(member)
    facts: list[tuple[Text, Text]] = [
        (text("slot", slot="language"), text("language", language=member.language)),
        (text("slot", slot="zone"), verbatim(f"{member.zone} ({here:%H:%M})")),
        (text("slot", slot="currency"), verbatim(member.currency)),
        (text("slot", slot="quiet"), verbatim(member.quiet.replace("-", "–")) if member.quiet else text("quiet-none")),
        (text("slot", slot="notify"), text("notify", notify="on" if member.notify else "off")),
        (text("slot", slot="role"), text("role-in-team", role=member.role, team=member.team)),
        (text("slot", slot="accounts"), verbatim(", ".join(each.channel.title() for each in accounts))),
    ]
    return Card("", member.name, tuple(facts))


def _buttons(member: Member) -> tuple[Button, ...]:
    other = "en" if member.language == "zh" else "zh"
    group = Button(text("button-link-group"), "place.link", {})
    quiet = Button(text("button-quiet", hours=USUAL_QUIET.replace("-", "–")), "settings.set", {"quiet": USUAL_QUIET})
    if member.quiet:
        quiet = Button(text("button-no-quiet"), "settings.set", {"quiet": ""})
    return (
        Button(text("button-language", language=other), "settings.set", {"language": other}),
        Button(text("slot", slot="zone"), "settings.set", {"ask": "zone"}),
        Button(text("slot", slot="currency"), "settings.set", {"ask": "currency"}),
        quiet,
        Button(
            text("button-notify", notify="off" if member.notify else "on"),
            "settings.set",
            {"notify": not member.notify},
        ),
        Button(text("button-link-app"), "account.link", {}),
        *((group,) if member.may(Permission.WRITE_PLACES) else ()),
    )
