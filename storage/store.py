"""What one message may do inside its transaction. Records go through the ORM, plumbing rows through Core."""

import json
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from sqlmodel import select as select_rows

from crmbot.dialogue import Command, Dialogue, Found, Last, Question, Written
from crmbot.due import Defaults
from crmbot.incoming import INVITATION, Incoming, Place, Press, Sender
from crmbot.lessons import Lesson
from crmbot.people import Member, Permission
from crmbot.reply import Button, Later, Post, Reply
from crmbot.sender import Outgoing
from crmbot.work import Started
from storage import desk as desks
from storage import engine, figures, outbox
from storage.alerts import Alerts
from storage.analyses import Analyses
from storage.audit import Audit, Head
from storage.campaigns import Campaigns
from storage.changes import Acting, Changes, Done
from storage.codes import Codes
from storage.customers import Customers
from storage.deals import Deals
from storage.interactions import Interactions
from storage.lessons import Lessons, Opened
from storage.mailings import Mailings
from storage.members import Members
from storage.orders import Orders
from storage.pipeline import Pipeline
from storage.places import Places
from storage.reach import Reached, reach
from storage.rooms import Rooms
from storage.schedules import Schedules
from storage.secrets import Keys
from storage.statements import Statement, connection_of, held
from storage.surveys import Surveys
from storage.tables import (
    Campaign,
    Customer,
    Deal,
    DialogueRow,
    Handled,
    LinkedPlace,
    MemberRow,
    Schedule,
    Task,
    Ticket,
)
from storage.targets import Targets
from storage.tasks import Tasks
from storage.tickets import Tickets
from storage.tombstones import Tombstones

log = logging.getLogger(__name__)
STORES: dict[type[Any], str] = {
    Campaign: "campaigns",
    Customer: "customers",
    Deal: "deals",
    MemberRow: "members",
    Schedule: "schedules",
    Task: "tasks",
    Ticket: "tickets",
}
REMEMBERED, STALE = timedelta(hours=1), timedelta(minutes=55)

HANDLED, DIALOGUE = Handled.__table__, DialogueRow.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
SEEN = Statement(select(HANDLED.c.body).where(HANDLED.c.key == bindparam("key")))
TAKE_IN = Statement(insert(HANDLED))
FORMS = (
    select(HANDLED.c.id)
    .where(HANDLED.c.source == bindparam("source"), HANDLED.c.id != bindparam("itself"))
    .order_by(HANDLED.c.id.desc())
    .limit(20)
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

    def __init__(self, keys: Keys, tombstones: Tombstones) -> None:
        self.keys = keys
        self.tombstones = tombstones
        self.places = Places(keys)
        self.lessons = Opened()


class Store:
    """One for each message."""

    def __init__(self, connection: Connection, shared: Shared, head: Head | None = None) -> None:
        self.connection = connection
        self.keys = shared.keys
        self.tombstones = shared.tombstones
        self.outgoing: list[Outgoing] = []
        self.started: list[Started] = []
        self.acting = Acting(shared.keys)
        self.places_seen: dict[Place, int] = {}
        self.places = self._places = shared.places
        self._shared = shared
        self._session: Session | None = None
        self._message: int | None = None
        self._audit = Audit(connection, head or Head())
        self._before: dict[int, tuple[int, bytes, bool]] = {}  # each place's dialogue as read, and whether it is fresh

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

    def analyses(self, about: str) -> Analyses:
        """What was said before about this, by whoever sees the same."""
        return Analyses(self.connection, self.keys, about)

    def sold(self, seen_by: Member, owner: int | None = None, product: int | None = None) -> figures.Sold:
        return figures.Sold(self.session, seen_by, owner, product)

    def opened(self, seen_by: Member, owner: int | None = None) -> Iterator[datetime]:
        return figures.opened(self.session, seen_by, owner)

    def product_called(self, name: str) -> int | None:
        return figures.product_called(self.session, name)

    def buyers(self, seen_by: Member, currency: str) -> Iterator[figures.Buyer]:
        return figures.buyers(self.session, seen_by, currency)

    def service(self, seen_by: Member) -> dict[int, figures.Service]:
        return figures.service(self.session, seen_by)

    def main_currency(self) -> str | None:
        return figures.main_currency(self.session)

    def names(self, customers: Collection[int]) -> dict[int, str]:
        return figures.names(self.session, customers)

    def satisfaction(
        self,
        seen_by: Member,
        owner: int | None = None,
        category: str | None = None,
        channel: str | None = None,
        customers: Collection[int] | None = None,
    ) -> figures.Scores:
        return figures.Scores(self.session, seen_by, owner, category, channel, customers)

    def pipeline(self, seen_by: Member, owner: int | None = None, product: int | None = None) -> Pipeline:
        return Pipeline(self.session, seen_by, owner, product)

    @property
    def campaigns(self) -> Campaigns:
        return Campaigns(self.session)

    @property
    def mailings(self) -> Mailings:
        return Mailings(self.session)

    @property
    def interactions(self) -> Interactions:
        return Interactions(self.session)

    @property
    def orders(self) -> Orders:
        return Orders(self.session)

    @property
    def targets(self) -> Targets:
        return Targets(self.session)

    @property
    def tasks(self) -> Tasks:
        return Tasks(self.session)

    @property
    def rooms(self) -> Rooms:
        return Rooms(self.session, self._places)

    @property
    def schedules(self) -> Schedules:
        return Schedules(self.session, self.keys)

    @property
    def alerts(self) -> Alerts:
        return Alerts(self.session)

    @property
    def surveys(self) -> Surveys:
        return Surveys(self.session)

    @property
    def tickets(self) -> Tickets:
        return Tickets(self.session)

    @property
    def desk(self) -> "desks.Desk":
        return desks.Desk(self)

    @property
    def taught(self) -> Lessons:
        return Lessons(self.session, self.keys)

    @property
    def members(self) -> Members:
        return Members(self.session)

    @property
    def codes(self) -> Codes:
        return Codes(connection_of(self.session), self.keys)

    @property
    def changes(self) -> Changes:
        return Changes(self.session, self.acting)

    def reach(self, member: int, defaults: Defaults) -> Reached | None:
        """Where a member is written to; nothing for one who has left."""
        return reach(self.connection, self._places, member, defaults)

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
        return getattr(self, STORES[kind])

    # The road

    @property
    def soonest(self) -> datetime | None:
        """When the first of the rows that were changed here falls due."""
        return self.acting.soonest

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

    def forms(self, place: Place, message_id: str) -> Sequence[int]:
        """The rows of a message and its edits, the newest first: the platform calls them all the same."""
        source = self._source_key(place, message_id)
        return self.connection.execute(FORMS, {"source": source, "itself": self.message}).scalars().all()

    def member(self, sender: Sender) -> Member | None:
        return Members.of(self.connection, sender)

    def introduce(self, member: Member, name: str) -> None:
        """They are called so from now on."""
        Members.introduce(self.connection, member, name)

    def acts(self, member: Member | None, kind: str, now: datetime) -> None:
        """Who changes rows from here on, and at which command."""
        self.acting.by(member, kind, now)

    def changed(self, letter: str) -> list[str]:
        """The refs of the records of that kind which this message changed."""
        return [ref for ref in dict.fromkeys(self.acting.refs) if ref[0] == letter]

    def is_new(self, ref: str) -> bool:
        """Whether it was added by this message: nothing stands anywhere of it yet."""
        return ref in self.acting.new

    def audit(self, kind: str) -> None:
        self._audit.add(self.acting.at, self.acting.member_id, f"{kind}: {self.acting.kind}")

    def dialogue(self, member: Member, place: Place, now: datetime) -> Dialogue:
        ids = {"member": member.id, "place": self.place_id(place, now)}
        row = DIALOGUE_OF.first(self.connection, ids)
        if row is None:
            return Dialogue()
        id, sealed, until = row
        body = self.keys.open("dialogue.body", _of_dialogue(ids), sealed)
        self._before[ids["place"]] = id, body, until - now > STALE
        return _dialogue(json.loads(body)) if until > now else Dialogue()

    def remember(self, dialogue: Dialogue, member: Member, place: Place, now: datetime) -> None:
        """Written outside the handler's savepoint: a question stays asked though nothing else was done."""
        ids = {"member": member.id, "place": self.place_id(place, now)}
        body, before = _written(dialogue), self._before.get(ids["place"])
        if before is None and dialogue == Dialogue():
            return
        if before is not None and before[1:] == (body, True):
            return
        values = {"body": self.keys.seal("dialogue.body", _of_dialogue(ids), body), "until": now + REMEMBERED}
        if before is None:
            BEGIN_DIALOGUE.run(self.connection, {"member_id": ids["member"], "place_id": ids["place"], **values})
        else:
            REMEMBER.run(self.connection, {"row": before[0], **values})

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Around the handler: unless it ends well, nothing that it changed stays."""
        with held(self.connection):
            try:
                yield
                self._commit()
            except BaseException:
                self.abandon()
                raise
            finally:
                if self._session is not None:
                    self._session.close()
                    self._session = None

    def lessons(self, team: str) -> Sequence[Lesson]:
        """What the team has taught the bot to understand."""
        return self._shared.lessons.of(self.connection, self.keys, team)

    def learn(self, lesson: Lesson, member: Member, now: datetime) -> bool:
        return self.taught.add(lesson, member, now)

    def named_in(self, words: str, member: Member) -> Sequence[str]:
        """The customers' names that stand in the words, as they stand there."""
        return self.customers.named_in(words, member) if member.may(Permission.READ_CUSTOMERS) else []

    def colleagues_in(self, words: str, member: Member) -> Sequence[str]:
        """The members' names that stand in the words."""
        names = {part for row in self.members.team_of(member) for part in (row.name, *row.name.split())}
        return [name for name in names if len(name) > 1 and name.casefold() in words.casefold()]

    def use(self, token: str) -> None:
        """No button of that reply that works once works any more."""
        outbox.use_up(self.connection, token)

    def press(self, press: Press, place: Place) -> Button:
        return outbox.press(connection_of(self.session), self.keys, self._places, press, place)

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
        occasion: str | None = None,
        once: bool = False,
        follows: int = 0,
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
            occasion=occasion,
            once=once,
        )
        said = Outgoing(row, token, place, reply, language, edits, answers, False, once, follows, self._message is None)
        self.outgoing.append(said)

    def post(
        self, post: Post, token: Callable[[], str], now: datetime, language: str, *, shown: Place | None = None
    ) -> None:
        desks.post(self, post, token, now, language, shown=shown)

    def stands(self, ref: str, place: Place) -> bool:
        return desks.stands(self, ref, place)

    def later(self, later: Later, member: Member, place: Place, now: datetime, *, answers: str = "") -> None:
        """Slow work, to be answered there."""
        self.started.append(engine.add(self, later, member, place, self._message, answers, now))

    def is_posted(self, ref: str, chat: Place | None = None) -> bool:
        """Whether the record has its post anywhere in that chat, or anywhere at all."""
        return desks.is_posted(self, ref, chat)

    def continues(self, message: int | None, member: int, kind: str, now: datetime) -> None:
        """What is done from here on belongs to a message that was handled before."""
        self._message = self.acting.message = message
        self.acting.member_id, self.acting.kind, self.acting.at = member, kind, now

    @contextmanager
    def as_message(self, message: int | None) -> Iterator[None]:
        """Meanwhile is changed what belongs to that message, if one is named."""
        now = self.acting.message
        self.acting.message = message or now
        try:
            yield
            if message and self._session is not None:
                self._session.flush()
        finally:
            self.acting.message = now

    def last_done(self, member: Member, now: datetime) -> Done | None:
        """What a typed undo would take back."""
        return self.changes.last(member, now)

    def take_back(self, member: Member, message: int, now: datetime, *, may_be_nothing: bool = False) -> None:
        """`may_be_nothing`: what it did may have been a slip that changed nothing."""
        if not may_be_nothing or self.changes.any_of(member, message):
            self.changes.take_back(member, message, now)

    def join(self, code: str, sender: Sender, now: datetime) -> Member | None:
        """Whom a stranger is from now on, by an invitation or by the code of another account of theirs."""
        if self.codes.locked(sender, now):
            return None
        with self.savepoint():
            member = (
                self.members.join(code, sender, now) if code.startswith(INVITATION) else self._link(code, sender, now)
            )
        if member is None:
            self.codes.wrong(sender, now)
        return member

    def locked(self, sender: Sender, now: datetime) -> bool:
        """Whether they said so many wrong codes that they are not heard for a while."""
        return self.codes.locked(sender, now)

    def _link(self, code: str, sender: Sender, now: datetime) -> Member | None:
        maker = self.codes.take("link", code, now)
        if maker is None or not self.accounts(maker):  # who made it is no member any more
            return None
        self.codes.join_account(sender, maker)
        self.audit("linked")
        return self.member(sender)

    def team_of(self, place: Place) -> str | None:
        """The team of the group or channel; nothing if none was linked to it."""
        return self._places.team_of(place, self.connection)

    def reached(self, place: Place) -> bool:
        """Whether somebody has written from there before."""
        return self.place_of(place) is not None

    def place_of(self, place: Place) -> int | None:
        """Its row, if anybody ever wrote from there."""
        return self._places.find(place, self.connection)

    def exported(self, kind: str, member: Member) -> tuple[str, bytes, int]:
        from storage.exports import exported  # which knows the store

        return exported(self, kind, member)

    def held_on(self, customer: Customer) -> bytes:
        """All that is held on them, as a file of JSON."""
        from storage.person import as_file  # which knows the store

        return as_file(self, customer)

    def erase(self, customer: Customer, now: datetime) -> None:
        from storage.erasure import erase  # which knows the store

        erase(self, customer, now)

    def link_place(self, place: Place, member: Member, now: datetime) -> None:
        key = self._places.chat_key(place)
        row = self.session.exec(select_rows(LinkedPlace).where(LinkedPlace.chat_key == key)).first()
        row = row or LinkedPlace(chat_key=key, team=member.team, by=member.id, at=now)
        row.team, row.by = member.team, member.id
        self.session.add(row)
        self.session.flush()

    def unlink_place(self, place: Place) -> None:
        key = self._places.chat_key(place)
        for row in self.session.exec(select_rows(LinkedPlace).where(LinkedPlace.chat_key == key)):
            self.session.delete(row)
        self.session.flush()

    def owners(self) -> Sequence[tuple[Sender, str]]:
        return Members.owners(self.connection)

    def accounts(self, member: int) -> Sequence[tuple[Sender, str]]:
        return Members.accounts(self.connection, member)

    def finish(self) -> None:
        """The last thing before the commit."""
        self._commit()
        if self._session is not None:
            self._session.close()
            self._session = None
        self._audit.add_changes(self.acting)
        self._audit.write()

    def _commit(self) -> None:
        session = self._session
        if session is not None and (session.in_transaction() or session.new or session.dirty or session.deleted):
            session.commit()  # of what was only read and added the short way it has nothing to write

    def abandon(self) -> None:
        if self._session is not None:
            self._session.rollback()
        self.acting.forget()


def _body(incoming: Incoming) -> str:
    files = [(file.name, len(file.data)) for file in incoming.files]
    return repr((incoming.said, incoming.contact, files))


def _of_dialogue(ids: Mapping[str, int]) -> bytes:
    return f"{ids['member']}/{ids['place']}".encode()


def _written(dialogue: Dialogue) -> bytes:
    question, unconfirmed = dialogue.question, dialogue.unconfirmed
    plain = {
        "question": question and asdict(question),  # mostly there is none, and to walk through all of it takes time
        "unconfirmed": unconfirmed and asdict(unconfirmed),
        "about": dialogue.about,
        "asked": dialogue.asked,
        "missed": dialogue.missed,
        "written": dialogue.written and _with_commands(dialogue.written),
        "last": dialogue.last and _fields(dialogue.last),
    }
    return to_json(plain)


def _with_commands(written: Written) -> dict[str, Any]:
    return _fields(written) | {"commands": [_fields(each) for each in written.commands]}


def _fields(flat: Last | Written | Command) -> dict[str, Any]:
    """As `asdict`, which copies all that is in them: every message has one of each."""
    return {name: getattr(flat, name) for name in flat.__slots__}


def _question(raw: dict[str, Any]) -> Question:
    before, after = ([Command(**each) for each in raw[name]] for name in ("before", "after"))
    options = tuple((ref, label) for ref, label in raw["options"])
    command, instead = Command(**raw["command"]), raw.get("instead")
    return Question(command, raw["asks"], raw["record"], options, tuple(before), tuple(after), instead)


def _dialogue(raw: dict[str, Any]) -> Dialogue:
    question, unconfirmed, last = raw["question"], raw["unconfirmed"], raw.get("last")
    return Dialogue(
        _question(question) if question else None,
        Command(**unconfirmed) if unconfirmed else None,
        raw["about"],
        raw.get("asked", ""),
        raw.get("missed", False),
        Last(**last) if last else None,
        _what_was_written(raw["written"]) if raw.get("written") else None,
    )


def _what_was_written(raw: dict[str, Any]) -> Written:
    commands = tuple(Command(**each) for each in raw["commands"])
    return Written(tuple(raw["messages"]), commands, raw["ref"], raw["at_once"])
