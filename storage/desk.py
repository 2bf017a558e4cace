"""Where a ticket is spoken of, its customer's chat and those of who looks after it; and where deals are posted."""

import base64
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from sqlalchemy import bindparam, func, select, update

from crmbot.audience import is_loud, open_card, without_contacts
from crmbot.incoming import TICKET, Place, Sender
from crmbot.people import Permission
from crmbot.reply import Post, Reply
from storage import outbox
from storage.members import Members
from storage.statements import Statement
from storage.tables import Customer, Deal, Handle, OutgoingRow, PlaceRow, Ticket

if TYPE_CHECKING:
    from storage.store import Store

TICKET_ROWS = Ticket.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
OUTGOING, PLACE, HANDLE = OutgoingRow.__table__, PlaceRow.__table__, Handle.__table__  # type: ignore[attr-defined]  # as above
DOOR = struct.Struct(">QL")  # a ticket's id, and until when
LIVE = Statement(
    select(OUTGOING.c.id, OUTGOING.c.message_id, OUTGOING.c.edits)
    .where(
        OUTGOING.c.desk == bindparam("ref"),
        OUTGOING.c.about == bindparam("ref"),
        OUTGOING.c.place_id == bindparam("place"),
    )
    .order_by(OUTGOING.c.id.desc())
    .limit(1)
)
SHOWN = Statement(
    select(PLACE.c.place_key, PLACE.c.body, OUTGOING.c.language)
    .join_from(OUTGOING, PLACE)
    .where(OUTGOING.c.desk == bindparam("ref"), OUTGOING.c.about == bindparam("ref"), PLACE.c.dead.is_(None))
    .order_by(OUTGOING.c.id)
)
PLACE_OF = Statement(
    select(PLACE.c.place_key, PLACE.c.body).where(PLACE.c.id == bindparam("place"), PLACE.c.dead.is_(None))
)
PURGE = Statement(
    update(OUTGOING)
    .where(OUTGOING.c.place_id == bindparam("place"), OUTGOING.c.once.is_(True))
    .where(OUTGOING.c.sent_at.is_(None), OUTGOING.c.dead.is_(None))
    .values(dead="stopped")
)
CHATS_OF = Statement(
    select(HANDLE.c.kind, HANDLE.c.seal_id, HANDLE.c.value)
    .where(HANDLE.c.customer_id == bindparam("customer"), HANDLE.c.kind != "phone", HANDLE.c.kind != "email")
    .order_by(HANDLE.c.id.desc())
)


class Desk:
    """For the handlers."""

    def __init__(self, store: "Store") -> None:
        self._store = store

    def chat_of(self, customer: Customer, ticket: Ticket | None = None) -> Place | None:
        return chat_of(self._store, customer, ticket)

    def door(self, ticket: Ticket, until: datetime) -> str:
        """What a link says that connects a chat with the ticket: sealed, so that nothing is kept for it."""
        assert ticket.id
        sealed = self._store.keys.seal("ticket.door", b"", DOOR.pack(ticket.id, int(until.timestamp())))
        return TICKET + base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def behind(self, door: str, now: datetime) -> Ticket | None:
        """The ticket of a link that is none of somebody else's making, and not too old."""
        code = door.removeprefix(TICKET)
        try:
            sealed = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
            id, until = DOOR.unpack(self._store.keys.open("ticket.door", b"", sealed))
        except (ValueError, InvalidTag, struct.error):
            return None
        return self._store.session.get(Ticket, id) if now.timestamp() < until else None

    def has_chat_on(self, customer: Customer, channel: str) -> bool:
        return any(kind == channel for kind, _, _ in CHATS_OF.all(self._store.connection, {"customer": customer.id}))

    def is_theirs(self, place: Place, customer: Customer) -> bool:
        """Whether that is a chat of this customer."""
        return self._store.place_of(place) in places_of(self._store, customer)

    def waiting_files(self, ticket: Ticket) -> int:
        """How many wait to be sent."""
        waits = OUTGOING.c.sent_at.is_(None) & OUTGOING.c.dead.is_(None) & outbox.CARRIES
        query = select(func.count()).select_from(OUTGOING).where(OUTGOING.c.desk == ticket.ref, waits)
        return self._store.connection.execute(query).scalar() or 0

    def stop(self, customer: Customer, now: datetime) -> None:
        """They want no surveys and no news: what waits for them is not said any more."""
        customer.stopped_at, customer.agreed_at = now, None
        store = self._store
        store.surveys.silence(customer)
        store.mailings.silence(customer)
        for place in places_of(store, customer):
            PURGE.run(store.connection, {"place": place})


def post(
    store: "Store", post: Post, token: Callable[[], str], now: datetime, language: str, *, shown: Place | None
) -> None:
    """Say it where it belongs; in `shown` it has just been said."""
    if post.to == "groups":
        _in_groups(store, post, token, now, language, shown)
        return
    ticket = store.session.get(Ticket, int(post.ref[1:]))
    if ticket is None:  # it was taken back
        return
    reply = Reply(post.text, post.card, buttons=post.buttons, desk=post.ref, file=post.file)
    if post.to == "customer":
        if place := chat_of(store, ticket.customer, ticket):
            store.say(reply, place, ticket.customer.language or language, token(), now)
        return
    if post.to == "room":
        reply = without_contacts(reply)
    for place, reads in _readers(store, ticket).items():
        if place != shown and place.private == (post.to == "team"):
            _say_to_team(store, reply, post, place, reads or language, token(), now)


def _in_groups(
    store: "Store", post: Post, token: Callable[[], str], now: datetime, language: str, shown: Place | None
) -> None:
    """A deal is spoken of where it was posted, as long as that group is its team's."""
    deal = store.session.get(Deal, int(post.ref[1:]))
    team = Members.team(store.connection, deal.owner_id) if deal else None
    for place, reads in _shown(store, post.ref).items():
        linked = None if place.private else store.team_of(place)
        if place != shown and linked and team in (None, linked):
            card = open_card(post.card) if post.card else None
            said = Reply(post.text, card, desk=post.ref, loud=post.news and is_loud(post.text))
            _say_to_team(store, said, post, place, reads or language, token(), now)


def _say_to_team(
    store: "Store", reply: Reply, post: Post, place: Place, language: str, token: str, now: datetime
) -> None:
    live = LIVE.first(store.connection, {"ref": post.ref, "place": store.place_id(place, now)})
    row, message, edits = live or (0, None, "")
    standing = message or edits
    follows = 0 if standing else row
    if post.news and not live:
        return
    if post.card:
        store.say(reply, place, language, token, now, edits=standing, follows=follows)
    else:
        store.say(reply, place, language, token, now, answers=standing, follows=follows)


def stands(store: "Store", ref: str, place: Place) -> bool:
    """Whether the ticket has its post there."""
    id = store.place_of(replace(place, thread="")) if place.thread else None
    ids = [each for each in (store.place_of(place), id) if each]
    return any(LIVE.first(store.connection, {"ref": ref, "place": each}) for each in ids)


def is_posted(store: "Store", ref: str, chat: Place | None) -> bool:
    """Whether the record has its post anywhere in that chat, or anywhere at all."""
    places = _shown(store, ref)
    return any((place.channel, place.chat) == (chat.channel, chat.chat) for place in places) if chat else bool(places)


def _shown(store: "Store", ref: str) -> dict[Place, str]:
    """Where its post stands, and in which language."""
    found = SHOWN.all(store.connection, {"ref": ref})
    return {store.places.open(key, body): language for key, body, language in found}


def _readers(store: "Store", ticket: Ticket) -> dict[Place, str]:
    """Where its post stands already, and the room of the team; without one the private chats of its owner, else of
    all owners; their languages.
    """
    shown = _shown(store, ticket.ref)
    readers = {place: language for place, language in shown.items() if _may_read(store, place, ticket)}
    room = store.rooms.for_service(_team(store, ticket))
    if room and (place := store.rooms.place(room)):
        return readers | {place: room.language}
    owner = ticket.owner_id or ticket.customer.owner_id
    accounts = Members.accounts(store.connection, owner) if owner else []
    for sender, language in accounts or Members.owners(store.connection):
        readers.setdefault(Place(sender.channel, sender.id), language)
    return readers


def _may_read(store: "Store", place: Place, ticket: Ticket) -> bool:
    """A group that is linked to its team, or the private chat of somebody who still may."""
    if not place.private:
        return store.team_of(place) == _team(store, ticket)
    member = store.member(Sender(place.channel, place.chat, ""))
    return member is not None and bool(store.tickets.by_ref(ticket.ref, member, Permission.READ_TICKETS))


def _team(store: "Store", ticket: Ticket) -> str:
    """That of whoever has the customer, else the ticket; of neither, that of the first owner."""
    return Members.team(store.connection, ticket.customer.owner_id or ticket.owner_id)


def places_of(store: "Store", customer: Customer) -> set[int]:
    """Wherever they were ever written to: their chats, and the threads in which they wrote."""
    wrote = select(TICKET_ROWS.c.place_id).where(
        TICKET_ROWS.c.customer_id == customer.id, TICKET_ROWS.c.place_id.is_not(None)
    )
    chats = CHATS_OF.all(store.connection, {"customer": customer.id})
    opened = (Place(kind, store.keys.open(f"handle.{kind}", seal, value).decode()) for kind, seal, value in chats)
    known = (store.place_of(each) for each in opened)
    return {*store.connection.execute(wrote).scalars(), *(each for each in known if each)}


def chat_of(store: "Store", customer: Customer, ticket: Ticket | None = None) -> Place | None:
    """The chat in which this ticket was written, else the last one from which the customer wrote."""
    if ticket and ticket.place_id and (row := PLACE_OF.first(store.connection, {"place": ticket.place_id})):
        return store.places.open(*row)
    for kind, seal_id, value in CHATS_OF.all(store.connection, {"customer": customer.id}):
        return Place(kind, store.keys.open(f"handle.{kind}", seal_id, value).decode())
    return None
