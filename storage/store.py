"""What one message may do inside its transaction. Records go through the ORM, plumbing rows through Core."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crmbot.dialogue import Command, Dialogue, Found, Question
from crmbot.incoming import Incoming, Place, Press, Sender
from crmbot.people import Member, Permission
from crmbot.reply import Button, Reply
from crmbot.sender import Outgoing
from storage import outbox
from storage.audit import Audit, Head
from storage.changes import Acting, Changes
from storage.customers import Customers
from storage.deals import Deals
from storage.interactions import Interactions
from storage.members import Members
from storage.places import Places
from storage.secrets import Keys
from storage.statements import Statement
from storage.tables import Customer, Deal, DialogueRow, Handled
from storage.tickets import Tickets

log = logging.getLogger(__name__)
REMEMBERED, STALE = timedelta(hours=1), timedelta(minutes=55)

HANDLED, DIALOGUE = Handled.__table__, DialogueRow.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
SEEN = Statement(select(HANDLED.c.body).where(HANDLED.c.key == bindparam("key")))
TAKE_IN = Statement(insert(HANDLED))
SOURCE = Statement(
    select(HANDLED.c.id)
    .where(HANDLED.c.source == bindparam("source"), HANDLED.c.id != bindparam("itself"))
    .order_by(HANDLED.c.id.desc())
    .limit(1)
)
DIALOGUE_OF = Statement(
    select(DIALOGUE.c.id, DIALOGUE.c.body, DIALOGUE.c.until).where(
        DIALOGUE.c.member_id == bindparam("member"), DIALOGUE.c.place_id == bindparam("place")
    )
)
REMEMBER = Statement(update(DIALOGUE).where(DIALOGUE.c.id == bindparam("row")))
BEGIN_DIALOGUE = Statement(insert(DIALOGUE))


class Shared:
    """What the stores of one database have in common."""

    def __init__(self, keys: Keys, encrypt_notes: bool) -> None:
        self.keys = keys
        self.encrypt_notes = encrypt_notes
        self.places = Places(keys)


class Store:
    """One for each message."""

    def __init__(self, connection: Connection, shared: Shared, head: Head | None = None) -> None:
        self.connection = connection
        self.keys = shared.keys
        self.encrypt_notes = shared.encrypt_notes
        self.outgoing: list[Outgoing] = []
        self.acting = Acting(shared.keys)
        self.places_seen: dict[Place, int] = {}
        self._places = shared.places
        self._session: Session | None = None
        self._message: int | None = None
        self._audit = Audit(connection, head or Head())
        self._before: tuple[int, bytes, bool] | None = None  # the dialogue row as it was read, and whether it is fresh

    # The records, for handlers

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = Session(
                self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False, autoflush=True
            )
            self._session.info["acting"] = self.acting
        return self._session

    @property
    def customers(self) -> Customers:
        return Customers(self.session, self.keys)

    @property
    def deals(self) -> Deals:
        return Deals(self.session)

    @property
    def interactions(self) -> Interactions:
        return Interactions(self.session, self.keys if self.encrypt_notes else None)

    @property
    def tickets(self) -> Tickets:
        return Tickets(self.session)

    @property
    def members(self) -> Members:
        return Members(self.session)

    @property
    def changes(self) -> Changes:
        return Changes(self.session, self.acting)

    def customer_ids(self, name: str) -> list[int]:
        """Of the customers called so, and of the people who belong to them."""
        return Customers.ids_named(self.session, name)

    def by_ref(self, kind: type[Any], ref: str, member: Member, needs: Permission) -> Sequence[Any]:
        if kind is Customer and ref[:1] == Deal.letter:  # a deal's card points at its customer too
            deals = self.deals.by_ref(ref, member, Permission.READ_DEALS)
            return [
                customer for deal in deals for customer in self.customers.by_ref(f"C{deal.customer_id}", member, needs)
            ]
        found: Sequence[Any] = self._of(kind).by_ref(ref, member, needs)
        return found

    def by_name(
        self, kind: type[Any], said: Mapping[str, str], member: Member, needs: Permission, *, clear_only: bool
    ) -> Found:
        found: Found = self._of(kind).by_name(said, member, needs, clear_only=clear_only)
        return found

    def create(self, kind: type[Any], said: Mapping[str, str], member: Member, now: datetime) -> Any:
        return self._of(kind).create(said, member, now)

    def _of(self, kind: type[Any]) -> Any:
        return self.customers if kind is Customer else self.deals

    # The road

    @property
    def message(self) -> int:
        """The row of the message being handled: what an undo button has to name."""
        assert self._message is not None
        return self._message

    def first_time(self, incoming: Incoming, now: datetime) -> bool:
        """Whether this message is new; then it is noted. The same key with another body is refused and audited."""
        key, body = self.keys.digest("handled.key", incoming.key), self.keys.digest("handled.body", _body(incoming))
        place = self.place_id(incoming.place, now)
        values = {"key": key, "body": body, "place_id": place, "at": now, "source": self._source(incoming)}
        try:
            with self._apart():
                self._message = TAKE_IN.insert(self.connection, values)
        except IntegrityError:  # its key is there already: the database decides, no look beforehand
            before = SEEN.value(self.connection, {"key": key})
            if before is None:
                raise
            if before != body:
                log.warning("a message came again with other words: refused")
                self._audit.add(now, None, "refused: same key, other words")
            return False
        self.acting.message = self._message
        self._places.lock(place, self.connection)
        return True

    def _apart(self) -> AbstractContextManager[object]:
        """PostgreSQL gives up a transaction after an error; the others only the statement."""
        return self.connection.begin_nested() if self.connection.dialect.name == "postgresql" else nullcontext()

    def is_handled(self, incoming: Incoming) -> bool:
        key = self.keys.digest("handled.key", incoming.key)
        return SEEN.value(self.connection, {"key": key}) is not None

    def place_id(self, place: Place, now: datetime) -> int:
        return self._places.id_of(place, self.connection, now, self.places_seen)

    def _source(self, incoming: Incoming) -> bytes | None:
        return self._source_key(incoming.place, incoming.message_id) if incoming.message_id else None

    def _source_key(self, place: Place, message_id: str) -> bytes:
        return self.keys.digest("handled.source", json.dumps([place.channel, place.chat, message_id]))

    def handled(self, place: Place, message_id: str) -> int | None:
        """The row of the message that the platform calls so; an edit is called as what it replaces."""
        source = self._source_key(place, message_id)
        found: int | None = SOURCE.value(self.connection, {"source": source, "itself": self.message})
        return found

    def member(self, sender: Sender) -> Member | None:
        return Members.of(self.connection, sender)

    def introduce(self, member: Member, name: str) -> None:
        """They are called so from now on."""
        Members.introduce(self.connection, member, name)

    def acts(self, member: Member | None, kind: str, now: datetime) -> None:
        """Who changes rows from here on, and at which command."""
        self.acting.by(member, kind, now)

    def audit(self, kind: str) -> None:
        self._audit.add(self.acting.at, self.acting.member_id, f"{kind}: {self.acting.kind}")

    def dialogue(self, member: Member, place: Place, now: datetime) -> Dialogue:
        ids = {"member": member.id, "place": self.place_id(place, now)}
        row = DIALOGUE_OF.first(self.connection, ids)
        if row is None:
            return Dialogue()
        id, sealed, until = row
        body = self.keys.open("dialogue.body", _of_dialogue(ids), sealed)
        self._before = id, body, until - now > STALE
        return _dialogue(json.loads(body)) if until > now else Dialogue()

    def remember(self, dialogue: Dialogue, member: Member, place: Place, now: datetime) -> None:
        """Written outside the handler's savepoint: a question stays asked though nothing else was done."""
        ids = {"member": member.id, "place": self.place_id(place, now)}
        body = json.dumps(asdict(dialogue), ensure_ascii=False).encode()
        if self._before is None and dialogue == Dialogue():
            return
        if self._before is not None and self._before[1:] == (body, True):
            return
        values = {"body": self.keys.seal("dialogue.body", _of_dialogue(ids), body), "until": now + REMEMBERED}
        if self._before is None:
            BEGIN_DIALOGUE.run(self.connection, {"member_id": ids["member"], "place_id": ids["place"], **values})
        else:
            REMEMBER.run(self.connection, {"row": self._before[0], **values})

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Around the handler: unless it ends well, nothing that it changed stays."""
        try:
            yield
            if self._session is not None:
                self._session.commit()
        except BaseException:
            self.abandon()
            raise
        finally:
            if self._session is not None:
                self._session.close()
                self._session = None

    def press(self, press: Press, place: Place) -> Button:
        return outbox.press(self.session.connection(), self.keys, self._places, press, place)

    def about(self, place: Place, message_id: str) -> Mapping[str, str]:
        return outbox.about(self.connection, self._places, place, message_id) if message_id else {}

    def say(
        self,
        reply: Reply,
        place: Place,
        language: str,
        token: str,
        now: datetime,
        *,
        edits: str = "",
        answers: str = "",
    ) -> None:
        place_id = self.place_id(place, now)
        row = outbox.add(
            self.connection,
            self.keys,
            place_id,
            self._message,
            reply,
            language,
            token,
            now,
            edits=edits,
            answers=answers,
        )
        self.outgoing.append(Outgoing(row, token, place, reply, language, edits, answers))

    def take_back(self, member: Member, message: int, now: datetime, *, may_be_nothing: bool = False) -> None:
        """`may_be_nothing`: what it did may have been a slip that changed nothing."""
        if not may_be_nothing or self.changes.any_of(member, message):
            self.changes.take_back(member, message, now)

    def join(self, token: str, sender: Sender, now: datetime) -> Member | None:
        with self.savepoint():
            return self.members.join(token, sender, now)

    def owners(self) -> Sequence[tuple[Sender, str]]:
        return Members.owners(self.connection)

    def hear_stranger(self, incoming: Incoming, now: datetime) -> str:
        """The ref of the ticket that holds what an unknown person wrote; nothing when they write too much."""
        with self.savepoint():
            self.acts(None, "ticket.add", now)
            customer = self.customers.unclaimed(incoming.sender, now)
            return self.tickets.hear(customer, incoming, self.interactions, now)

    def finish(self) -> None:
        """The last thing before the commit."""
        if self._session is not None:
            self._session.commit()
            self._session.close()
            self._session = None
        self._audit.add_changes(self.acting)
        self._audit.write()

    def abandon(self) -> None:
        if self._session is not None:
            self._session.rollback()
        self.acting.forget()


def _body(incoming: Incoming) -> str:
    files = [(file.name, len(file.data)) for file in incoming.files]
    return repr((incoming.said, incoming.contact, files))


def _of_dialogue(ids: Mapping[str, int]) -> bytes:
    return f"{ids['member']}/{ids['place']}".encode()


def _question(raw: dict[str, Any]) -> Question:
    before, after = ([Command(**each) for each in raw[name]] for name in ("before", "after"))
    options = tuple((ref, label) for ref, label in raw["options"])
    return Question(Command(**raw["command"]), raw["asks"], raw["record"], options, tuple(before), tuple(after))


def _dialogue(raw: dict[str, Any]) -> Dialogue:
    question, unconfirmed = raw["question"], raw["unconfirmed"]
    return Dialogue(
        _question(question) if question else None,
        Command(**unconfirmed) if unconfirmed else None,
        raw["about"],
    )
