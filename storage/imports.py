"""Taking in a spreadsheet: what is known is brought up to date, what is new is added, what is odd is said."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from crmbot.errors import BadInput, Unavailable
from crmbot.reply import Text, text
from storage.cells import BadCell
from storage.database import Database
from storage.files import Sheet, read_sheet
from storage.known import Entry
from storage.mapping import columns_of, known_kind
from storage.remarks import Where, mapping, named, oddities, refusals, summary
from storage.store import Store
from storage.tables import Batch, Handled
from storage.take_campaigns import CampaignTaker
from storage.take_customers import CustomerTaker
from storage.take_sales import NO_ACCOUNT, DealTaker, OrderTaker, SaleTaker
from storage.take_service import SurveyTaker, TicketTaker
from storage.take_work import InteractionTaker, TaskTaker
from storage.takers import Book, ProductTaker, Taker, Wanted

TAKERS: Mapping[str, type[Taker]] = {
    "customers": CustomerTaker,
    "products": ProductTaker,
    "deals": DealTaker,
    "orders": OrderTaker,
    "tickets": TicketTaker,
    "surveys": SurveyTaker,
    "tasks": TaskTaker,
    "interactions": InteractionTaker,
    "campaigns": CampaignTaker,
}
CHUNK = 500  # rows in one transaction
TOLD = 2000  # rows between two lines about the progress
BATCH, HANDLED = Batch.__table__, Handled.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables


@dataclass(slots=True)
class Plan:
    """What some rows come to, before anything is written."""

    new: list[Entry] = field(default_factory=list)
    changed: dict[Entry, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class Rows:
    """The rows that can be taken, with their lines, and why others cannot."""

    good: list[tuple[int, Wanted]] = field(default_factory=list)
    bad: dict[str, Where] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        return sum(map(len, self.bad.values()))


@dataclass(slots=True)
class Run:
    """One import as the database knows it: its batch, and the row that all its changes belong to."""

    kind: str
    digest: bytes
    now: datetime
    handled: int = 0
    batch: int = 0

    def begin(self, store: Store) -> None:
        values = {"key": os.urandom(32), "body": self.digest, "at": self.now}
        self.handled = store.connection.execute(insert(HANDLED), values).inserted_primary_key[0]  # type: ignore[index]
        self.act(store)
        row = Batch(kind=self.kind, body_key=self.digest, at=self.now)
        store.session.add(row)
        store.session.flush()
        assert row.id
        self.batch = row.id

    def act(self, store: Store) -> None:
        store.acting.message = self.handled
        store.acts(None, f"import.{self.kind}", self.now)

    def end(self, store: Store, counts: Mapping[str, int]) -> None:
        self.act(store)
        row = store.session.get(Batch, self.batch)
        assert row
        row.added, row.changed, row.same, row.refused = (counts[name] for name in ("new", "changed", "same", "bad"))


def import_file(
    database: Database, kind: str, file: Path, currency: str, zone: str, now: datetime, dry_run: bool
) -> Iterator[tuple[bool, Text]]:
    """Sentences for the person, and whether each is of the report or only tells how far it is. Raises `BadInput`."""
    known_kind(kind)
    sheet = read_sheet(file, kind)
    with database.reading() as store:
        said, book = _opened(store, kind, sheet, currency, zone, now)
    columns = book.columns
    yield False, text("import-reading", rows=len(said), vendor=columns.vendor or "none", mapping=mapping(columns))
    with database.reading() as store:
        taker = TAKERS[kind](store.connection, book)
        before = _before(store, sheet)
    rows = _read(taker, said)
    run, counts = Run(kind, sheet.digest, now), Counter({"bad": rows.refused})
    if not dry_run:
        _write(database, lambda store: run.begin(store))
    for at in range(0, len(rows.good), CHUNK):
        _take(database, taker, rows.good[at : at + CHUNK], run, counts, dry_run=dry_run)
        if at and at % TOLD == 0:
            yield False, text("import-so-far", done=at, rows=len(rows.good))
    if not dry_run:
        _write(database, lambda store: run.end(store, counts))
    for said_of_it in (*_oddities(taker, before), *refusals(rows.bad)):
        yield True, said_of_it
    yield True, summary(kind, run.batch, counts, dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the import of a sheet would come to: counts of new, same, changed and bad rows, and what is odd."""

    rows: int
    mapping: Text
    counts: Mapping[str, int]
    odd: Sequence[Text]


def look(store: Store, kind: str, sheet: Sheet, currency: str, zone: str, now: datetime) -> Looked:
    """Nothing is written. Raises `BadInput`."""
    said, book = _opened(store, kind, sheet, currency, zone, now)
    taker = TAKERS[kind](store.connection, book)
    rows = _read(taker, said)
    counts = Counter({"bad": rows.refused})
    for at in range(0, len(rows.good), CHUNK):
        taker.written(_plan(store, taker, rows.good[at : at + CHUNK], counts).new)
    odd = [*refusals(rows.bad), *_oddities(taker, _before(store, sheet))]
    return Looked(len(said), mapping(book.columns), counts, odd)


def take(store: Store, kind: str, sheet: Sheet, currency: str, zone: str, now: datetime) -> None:
    """All of it in this very transaction, as part of the message that asked for it; to be taken back for a week."""
    said, book = _opened(store, kind, sheet, currency, zone, now)
    taker = TAKERS[kind](store.connection, book)
    rows = _read(taker, said)
    counts = Counter({"bad": rows.refused})
    for at in range(0, len(rows.good), CHUNK):
        plan = _plan(store, taker, rows.good[at : at + CHUNK], counts)
        taker.write(store.session, plan.new, plan.changed)
        taker.written(plan.new)
    batch = Batch(kind=kind, body_key=sheet.digest, at=now)
    batch.added, batch.changed, batch.same, batch.refused = (counts[name] for name in ("new", "changed", "same", "bad"))
    store.session.add(batch)
    store.changes.lasts_a_week()


def _opened(
    store: Store, kind: str, sheet: Sheet, currency: str, zone: str, now: datetime
) -> tuple[Sequence[tuple[int, Mapping[str, Sequence[str]]]], Book]:
    columns = columns_of(kind, sheet.headers)
    said = [(line, columns.cells(cells)) for line, cells in sheet.rows]
    cells = (each for _, each in said)
    return said, Book.of(columns, cells, zone, currency, now, store.keys)


def _before(store: Store, sheet: Sheet) -> Sequence[int]:
    """The batches that were this very file."""
    return store.connection.execute(select(BATCH.c.id).where(BATCH.c.body_key == sheet.digest)).scalars().all()


def _oddities(taker: Taker, before: Sequence[int]) -> Iterator[Text]:
    book, findings = taker.book, taker.book.findings
    yield from oddities(findings, book.columns, book.orders, book.currency, before)
    if isinstance(taker, SaleTaker):
        yield from named(findings.placeholder, NO_ACCOUNT, taker.goods.folded, taker.named)


def _read(taker: Taker, said: Sequence[tuple[int, Mapping[str, Sequence[str]]]]) -> Rows:
    rows = Rows()
    for line, cells in said:
        try:
            rows.good.append((line, taker.read(line, cells)))
        except BadCell as error:
            rows.bad.setdefault(error.why, []).append((line, error.cell))
    taker.expect([wanted for _, wanted in rows.good])
    return rows


def _take(
    database: Database,
    taker: Taker,
    rows: Sequence[tuple[int, Wanted]],
    run: Run,
    counts: Counter[str],
    *,
    dry_run: bool,
) -> None:
    with database.reading() as store:
        plan = _plan(store, taker, rows, counts)

    def write(store: Store) -> None:
        run.act(store)
        taker.write(store.session, plan.new, plan.changed)

    if not dry_run:
        _write(database, write)
    taker.written(plan.new)


def _plan(store: Store, taker: Taker, rows: Sequence[tuple[int, Wanted]], counts: Counter[str]) -> Plan:
    plan, meant = Plan(), []
    for line, said in rows:
        wanted = taker.resolve(said)
        entry = taker.find(wanted, line)
        if entry is None:
            entry = taker.add(wanted)
            plan.new.append(entry)
        else:
            taker.meet(entry, wanted)
        taker.refs.claim(entry, wanted.get("ref"))
        meant.append((line, wanted, entry, bool(entry.line)))
        entry.line = entry.line or line
    taker.fill(store.connection, (entry for _, _, entry, _ in meant))
    fresh = set(plan.new)
    for line, wanted, entry, repeated in meant:
        diff = {} if entry in fresh and entry.line == line else taker.changes(entry, wanted, repeated=repeated)
        entry.values |= diff
        if diff and entry.id:
            plan.changed[entry] = plan.changed.get(entry, {}) | diff
        if repeated:
            taker.book.findings.note(taker.repeats, line)
        first = not repeated and (entry in fresh or entry.named)
        counts["new" if first else "changed" if diff else "same"] += 1
    return plan


def _write(database: Database, work: Any) -> None:
    try:
        database.run(work)
    except Unavailable as away:
        raise BadInput("the database went away: import the file again, nothing will be doubled") from away
