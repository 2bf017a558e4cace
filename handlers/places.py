"""Groups and channels: the bot answers in those that were linked to a team."""

from dataclasses import replace
from datetime import datetime

from crmbot.errors import Refused
from crmbot.incoming import Incoming, Place, Sender
from crmbot.intents import NoSlots, Slots, intent
from crmbot.people import Member, Permission, Scope
from crmbot.reply import Button, Reply, text
from handlers.undo import undo_button
from storage import Store


class LinkPlace(Slots):
    code: str = ""
    channel: str = ""  # as people call it: where reports are posted


@intent("place.link", needs=Permission.WRITE_PLACES)
def link_place(
    slots: LinkPlace, place: Place, said: Incoming, sender: Sender, member: Member, store: Store, now: datetime
) -> Reply:
    """Said in the group it links it; in a private chat it gives the code to say there."""
    if place.private and slots.channel:
        raise Refused(text("link-in-the-group"))
    if place.private:
        return _code(member, store, now)
    if slots.code:
        _use(slots.code, sender, store, now)
    if store.team_of(place) not in (None, member.team) and member.scope(Permission.WRITE_PLACES) is not Scope.ALL:
        raise Refused(text("place-of-another-team"))
    store.link_place(place, member, now)
    if slots.channel:
        whole = replace(place, thread="") if place.thread == said.message_id else place  # not the thread it begins
        room = store.rooms.link(store.place_id(whole, now), slots.channel.lstrip("#@"), member, now)
        return Reply(text("room-named", room=room.name, zone=room.zone), buttons=(undo_button(store),))
    part = Button(text("button-part"), "place.unlink", {}, once=True)
    return Reply(text("place-linked", team=member.team), buttons=(part,))


def _code(member: Member, store: Store, now: datetime) -> Reply:
    code, address = store.codes.make("group", member, now), store.codes.address("telegram")
    if address:
        return Reply(text("place-code-by-link", link=f"{address}?startgroup={code}", code=f"/link {code}"))
    return Reply(text("place-code", code=f"/link {code}"))


def _use(code: str, sender: Sender, store: Store, now: datetime) -> None:
    """Who says it may link the group anyway; but an old link that somebody finds again does nothing."""
    if store.codes.locked(sender, now):
        raise Refused(text("too-many-tries"))
    if store.codes.take("group", code, now) is None:
        raise Refused(text("invitation-void"))


@intent("place.unlink", needs=Permission.WRITE_PLACES)
def part_place(slots: NoSlots, place: Place, store: Store) -> Reply:
    """At once: the bot falls silent there."""
    if place.private or store.team_of(place) is None:
        raise Refused(text("place-not-linked"))
    store.unlink_place(place)
    return Reply(text("place-parted"), in_place=True)
