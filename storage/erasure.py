"""Erasing a customer: nothing that is theirs stays, in clear or sealed; figures and the audit stay without them."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlmodel import select as select_rows

from crmbot.errors import BadInput
from crmbot.incoming import Place
from crmbot.reply import Reply, verbatim
from storage import outbox
from storage.changes import TRACKED
from storage.columns import Note
from storage.customers import CHATS
from storage.database import Database
from storage.lessons import lesson_in
from storage.outbox import OUTGOING, REPLY
from storage.store import DIALOGUE, Store
from storage.tables import (
    Analysis,
    Change,
    Customer,
    Deal,
    DealStage,
    Gram,
    Handle,
    Interaction,
    JobRow,
    LessonRow,
    Order,
    PlaceRow,
    Recipient,
    Survey,
    Tag,
    Task,
    Ticket,
    Waiting,
)
from storage.tombstones import digest_of, note
from storage.waiting import INCOMING

THEIRS: tuple[Any, ...] = (Deal, Task, Ticket, Interaction, Survey, Order, Handle, Tag, Recipient)
BLANK: dict[Any, dict[str, Any]] = {  # what people wrote of them; what was sold, rated and when stays
    Deal: {"title": None, "note": None, "reason": None, "external_id": None},
    Task: {"subject": "…"},
    Ticket: {"subject": "…", "cause": None},
    Interaction: {"text": None, "author": None},
    Survey: {"comment": None, "token_key": None},
}
NOBODY = "…"
CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)"
NOTES = [(kind, column) for kind in TRACKED for column in kind.__table__.c if isinstance(column.type, Note)]  # type: ignore[attr-defined]  # as above
A_NAME = 4  # letters of a first or last name that are hardly another word


def erase(store: Store, customer: Customer, now: datetime) -> None:
    """Within the transaction; `clean` makes the file forget too."""
    assert customer.id
    store.session.flush()
    connection, words = store.session.connection(), _words(store, customer)
    ids = {kind: _ids(connection, kind, customer.id) for kind in THEIRS} | {Customer: [customer.id]}
    stages = _table(DealStage)
    reached = connection.execute(select(stages.c.id).where(stages.c.deal_id.in_(ids[Deal])))
    ids[DealStage] = list(reached.scalars())
    refs = {f"{kind.letter}{id}" for kind, each in ids.items() if kind.letter for id in each}
    chats = _forget_chats(store, connection, customer)
    for kind, blank in BLANK.items():
        _of(connection, update(_table(kind)).values(blank), kind, ids[kind])
    for kind in (Handle, Tag, Recipient):
        _of(connection, delete(_table(kind)), kind, ids[kind])
    messages: set[int] = set()
    for kind, each in ids.items():
        changes, grams = _table(Change), _table(Gram)
        did = select(changes.c.handled_id).where(changes.c.kind == kind.__name__, changes.c.row.in_(each))
        messages.update(connection.execute(did).scalars())
        connection.execute(delete(changes).where(changes.c.kind == kind.__name__, changes.c.row.in_(each)))
        if kind.letter:
            connection.execute(delete(grams).where(grams.c.kind == kind.letter, grams.c.row.in_(each)))
    nobody = {"name": NOBODY, "name_key": "", "note": None, "external_id": None, "owner_name": None, "archived_at": now}
    nobody |= {"agreed_at": None, "agreed_how": ""}
    _of(connection, update(_table(Customer)).values(nobody), Customer, [customer.id])
    _forget_what_was_said(store, connection, words, refs, messages, chats)
    _forget_in_others(connection, customer, words)
    digest = digest_of(store.keys, customer.id, customer.created_at)
    if digest not in store.tombstones.all():  # before the commit: who was to be forgotten is so after a crash too
        store.tombstones.add(digest, now)
    note(connection, digest, now)
    store.session.expire_all()
    store.audit(f"erased {customer.ref}")


def preview(database: Database, ref: str) -> str:
    """What there is of a customer, in a line. Raises `BadInput` when there is none."""

    def look(store: Store) -> str:
        load = store.customers.load(_customer(store, ref))
        return f"{ref}: " + ", ".join(f"{kind}s {count}" for kind, count in load.items())

    return database.run(look)


def erase_by_ref(database: Database, ref: str, now: datetime) -> None:
    def work(store: Store) -> None:
        store.acts(None, "data.forget", now)
        erase(store, _customer(store, ref), now)

    database.run(work)


def _customer(store: Store, ref: str) -> Customer:
    id = int(ref[1:]) if ref[:1] == "C" and ref[1:].isdecimal() and len(ref) < 19 else 0
    customer = store.session.get(Customer, id)
    if customer is None or customer.name == NOBODY:
        raise BadInput(f"there is no customer {ref}")
    return customer


def clean(database: Database) -> None:
    """What SQLite keeps of deleted rows in its file and its log; a server does so by itself."""
    _run_alone(database, CHECKPOINT, "VACUUM", CHECKPOINT)


def settle(database: Database) -> None:
    """The same of its log alone, in a moment: in the file itself what is deleted is overwritten."""
    _run_alone(database, CHECKPOINT)


def _run_alone(database: Database, *statements: str) -> None:
    if database.url.get_backend_name() != "sqlite":
        return
    with database.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        connection.exec_driver_sql("COMMIT")
        for statement in statements:
            driver.execute(statement)
        connection.exec_driver_sql("BEGIN")


def _words(store: Store, customer: Customer) -> list[str]:
    """By which they are told in what was said: a person by a long enough part of the name too."""
    contacts = store.customers.contacts(customer)
    parts = [part for part in customer.name.split() if len(part) >= A_NAME] if customer.kind == "person" else []
    words = (customer.name, *parts, *contacts.phones, *contacts.emails)
    return [word.casefold() for word in words if len(word) > 1]


def _forget_chats(store: Store, connection: Connection, customer: Customer) -> dict[int, Place]:
    """Their own chats, which are called nothing any more, by what were their rows."""
    chats: dict[int, Place] = {}
    handles, places = _table(Handle), _table(PlaceRow)
    rows = connection.execute(select(handles).where(handles.c.customer_id == customer.id, handles.c.kind.in_(CHATS)))
    for row in rows.all():
        chat = store.keys.open(f"handle.{row.kind}", row.seal_id, row.value).decode()
        known = store.place_of(Place(row.kind, chat))
        if known is not None:
            chats[known] = Place(row.kind, chat)
            key = os.urandom(32)
            body = store.keys.seal("place.body", key, json.dumps([row.kind, "", "", True]).encode())
            gone = {"place_key": key, "body": body, "dead": "erased"}
            connection.execute(update(places).where(places.c.id == known).values(gone))
    store.places.forget()
    return chats


def _forget_what_was_said(
    store: Store,
    connection: Connection,
    words: list[str],
    refs: set[str],
    messages: set[int],
    chats: Mapping[int, Place],
) -> None:
    """Replies, dialogues, messages that wait and results of slow work that name them, or are about what was theirs.

    `messages` are those that changed it: what was answered to them may repeat what they said.
    """
    words = [json.dumps(word, ensure_ascii=False)[1:-1] for word in words]  # as they stand in JSON
    for row in connection.execute(select(OUTGOING)).all():
        if not row.body:
            continue
        raw = store.keys.open("outgoing.body", row.token_key, row.body).decode()  # as it is: to read it takes longer
        theirs = {row.about, row.desk} & refs or row.handled_id in messages or row.place_id in chats
        if theirs or _names(raw, words):
            token, _ = outbox.opened(store.keys, row.token_key, row.body)
            nothing = json.dumps([token]).encode() + b"\n" + REPLY.dump_json(Reply(verbatim(NOBODY)))
            body = store.keys.seal("outgoing.body", row.token_key, nothing)
            connection.execute(update(OUTGOING).where(OUTGOING.c.id == row.id).values(body=body, about=None))
            unsent = (OUTGOING.c.id == row.id) & OUTGOING.c.sent_at.is_(None) & OUTGOING.c.dead.is_(None)
            connection.execute(update(OUTGOING).where(unsent).values(dead="erased"))
    for row in connection.execute(select(DIALOGUE)).all():
        talk = store.keys.open("dialogue.body", f"{row.member_id}/{row.place_id}".encode(), row.body).decode()
        if _names(talk, words) or any(f'"{ref}"' in talk for ref in refs):
            connection.execute(delete(DIALOGUE).where(DIALOGUE.c.id == row.id))
    for lesson in store.session.exec(select_rows(LessonRow)).all():
        if _names(json.dumps(asdict(lesson_in(store.keys, lesson.seal_id, lesson.body)), ensure_ascii=False), words):
            connection.execute(delete(_table(LessonRow)).where(_table(LessonRow).c.id == lesson.id))
    waiting, jobs, analyses = _table(Waiting), _table(JobRow), _table(Analysis)
    for row in connection.execute(select(waiting.c.id, waiting.c.key, waiting.c.body)).all():
        raw = store.keys.open("waiting.body", row.key, row.body).decode()
        if _names(raw, words) or INCOMING.validate_json(raw).place in chats.values():
            connection.execute(delete(waiting).where(waiting.c.id == row.id))
    connection.execute(update(jobs).where(jobs.c.finished_at.is_not(None)).values(body=b""))
    connection.execute(update(analyses).values(reply=None))


def _forget_in_others(connection: Connection, customer: Customer, words: list[str]) -> None:
    """Where they are named in full in what was written of others; not by a name that another customer has too."""
    customers, changes = _table(Customer), _table(Change)
    alike = select(customers.c.id).where(customers.c.name == customer.name, customers.c.id != customer.id).limit(1)
    own = customer.name.casefold()
    whole = [word for word in words if word != own and not own.startswith(word) and word not in own.split()]
    if len(own) > 1 and connection.execute(alike).first() is None:
        whole.append(own)
    if not whole:
        return
    told = re.compile("|".join(re.escape(word) for word in sorted(whole, key=len, reverse=True)), re.I)
    for kind, column in NOTES:
        table = _table(kind)
        for id, said in connection.execute(select(table.c.id, column).where(column.is_not(None))).all():
            if told.search(said):
                connection.execute(update(table).where(table.c.id == id).values({column.name: told.sub(NOBODY, said)}))
                gone = delete(changes).where(changes.c.kind == kind.__name__, changes.c.row == id)
                connection.execute(gone)  # whose images hold it too


def _names(said: str, words: Iterable[str]) -> bool:
    folded = said.casefold()
    return any(word in folded for word in words)


def _ids(connection: Connection, kind: Any, customer: int) -> list[int]:
    table = _table(kind)
    return list(connection.execute(select(table.c.id).where(table.c.customer_id == customer)).scalars())


def _of(connection: Connection, statement: Any, kind: Any, ids: list[int]) -> None:
    if ids:
        connection.execute(statement.where(_table(kind).c.id.in_(ids)))


def _table(kind: Any) -> Any:
    return kind.__table__
