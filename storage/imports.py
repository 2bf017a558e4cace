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
from storage.cells import BadCell
from storage.database import Database
from storage.files import Sheet, read_sheet
from storage.known import Entry
from storage.mapping import Columns, columns_of, known_kind
from storage.store import Store
from storage.tables import Batch, Handled
from storage.take_customers import CustomerTaker
from storage.take_sales import NO_ACCOUNT, DealTaker, OrderTaker, SaleTaker
from storage.takers import Book, ProductTaker, Taker, Wanted

TAKERS: Mapping[str, type[Taker]] = {
    "customers": CustomerTaker,
    "products": ProductTaker,
    "deals": DealTaker,
    "orders": OrderTaker,
}
CHUNK = 500  # rows in one transaction
TOLD = 2000  # rows between two lines about the progress
EXAMPLES = 5
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
    bad: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

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
) -> Iterator[str]:
    """Lines for the person: progress begins with "…", the last ones are the report. Raises `BadInput`."""
    known_kind(kind)
    sheet = read_sheet(file)
    columns = columns_of(kind, sheet.headers)
    said = [(line, columns.cells(cells)) for line, cells in sheet.rows]
    book = Book.of(columns, (cells for _, cells in said), zone, currency, now, database.keys)
    yield f"… {len(said)} rows{f' of a {columns.vendor} export' if columns.vendor else ''}: {_mapping(columns)}"
    with database.reading() as store:
        taker = TAKERS[kind](store.connection, book)
        before = store.connection.execute(select(BATCH.c.id).where(BATCH.c.body_key == sheet.digest)).scalars().all()
    rows = _read(taker, said)
    run, counts = Run(kind, sheet.digest, now), Counter({"bad": rows.refused})
    if not dry_run:
        _write(database, lambda store: run.begin(store))
    for at in range(0, len(rows.good), CHUNK):
        _take(database, taker, rows.good[at : at + CHUNK], run, counts, dry_run=dry_run)
        if at and at % TOLD == 0:
            yield f"… {at} of {len(rows.good)}"
    if not dry_run:
        _write(database, lambda store: run.end(store, counts))
    yield from _oddities(taker, sheet, columns, before)
    yield from _refusals(rows)
    yield _summary(run, counts, dry_run=dry_run)


def _read(taker: Taker, said: Sequence[tuple[int, Mapping[str, Sequence[str]]]]) -> Rows:
    rows = Rows()
    for line, cells in said:
        try:
            rows.good.append((line, taker.read(line, cells)))
        except BadCell as error:
            rows.bad.setdefault(error.reason, []).append((line, error.cell))
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


# The report


def _mapping(columns: Columns) -> str:
    return ", ".join(
        f"{columns.headers[at]} → {name.replace('_', ' ')}" for name, places in columns.at.items() for at in places
    )


def _oddities(taker: Taker, sheet: Sheet, columns: Columns, before: Sequence[int]) -> Iterator[str]:
    findings, book = taker.book.findings, taker.book
    if before:
        yield f"this very file was imported before, as B{before[-1]}"
    if columns.unused:
        yield f"columns not used: {', '.join(columns.unused)}"
    if findings.assumed:
        yield f"{findings.assumed} amounts without a currency were taken as {book.currency}"
    for name, order in book.orders.items():
        if order.why in ("zone", "other"):
            read = "3 April" if order.day_first else "March 4"
            yield f"{columns.header(name)}: 3/4 was read as {read}, for {_why(order.why)}"
    if isinstance(taker, SaleTaker):
        yield from _named(taker)
    for what, where in findings.odd.items():
        yield f"{what}: {_examples(where)}"


def _why(why: str) -> str:
    return "another column is written so" if why == "other" else "no day tells and the time zone has it so"


def _named(taker: SaleTaker) -> Iterator[str]:
    if taker.book.findings.placeholder:
        yield f"{taker.book.findings.placeholder} rows name no customer: they are under the customer {NO_ACCOUNT}"
    for (written, known), times in taker.goods.folded.items():
        yield f"product {written} was taken for {known}: {times} rows"
    for what, names in taker.named.items():
        if names:
            yield f"{len(names)} {what} were not known and have been added: {_some(names)}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:EXAMPLES]) + (" …" if len(names) > EXAMPLES else "")


def _refusals(rows: Rows) -> Iterator[str]:
    for reason, where in rows.bad.items():
        yield f"not taken, {reason}: {_examples(where)}"


def _examples(where: Sequence[tuple[int, str]]) -> str:
    shown = [f"line {line}" + (f" “{_short(cell)}”" if cell else "") for line, cell in where[:EXAMPLES]]
    return f"{len(where)} rows ({', '.join(shown)}{' …' if len(where) > EXAMPLES else ''})"


def _short(cell: str) -> str:
    plain = "".join(letter if letter.isprintable() else " " for letter in cell).strip()
    return plain if len(plain) <= 40 else plain[:39] + "…"


def _summary(run: Run, counts: Counter[str], *, dry_run: bool) -> str:
    """`212 new, 14 same, 3 bad`."""
    told = ("new", "same", *(name for name in ("changed", "bad") if counts[name]))
    said = [f"{counts[name]} {name}" for name in told]
    return f"{run.kind}{' (dry run, nothing was written)' if dry_run else f' B{run.batch}'}: {', '.join(said)}"
