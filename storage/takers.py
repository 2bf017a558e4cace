"""What every kind of record takes from the rows of a file, and products."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Connection, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from crmbot.money import Money
from crmbot.names import fold
from storage.cells import (
    BadCell,
    Order,
    clean,
    clean_note,
    day_orders,
    decimal_mark,
    is_nothing,
    noon,
    read_amount,
    read_currency,
    read_day,
    read_moment,
)
from storage.kept_refs import KeptRefs
from storage.known import Entry, Goods, Owner, in_parts
from storage.mapping import Columns, words
from storage.remarks import Findings
from storage.secrets import Keys
from storage.tables import Product

DAYS = ("created", "close_date", "at", "opened", "answered", "closed", "sent", "due", "when", "starts", "ends")
SUMS = ("amount", "price", "budget")
Said = Mapping[str, Sequence[str]]
Wanted = dict[str, Any]


@dataclass(slots=True)
class Book:
    """A file's columns and how they are written, and what holds where a cell says nothing."""

    columns: Columns
    zone: str
    currency: str
    now: datetime
    keys: Keys
    marks: Mapping[str, str]
    orders: Mapping[str, Order]
    findings: Findings = field(default_factory=Findings)

    @classmethod
    def of(
        cls,
        columns: Columns,
        rows: Iterable[Said],
        zone: str,
        currency: str,
        now: datetime,
        keys: Keys,
    ) -> "Book":
        cells: dict[str, list[str]] = {name: [] for name in (*DAYS, *SUMS) if name in columns.at}
        for said in rows:
            for name, found in cells.items():
                found += said.get(name, ())
        marks: dict[str, str] = {name: decimal_mark(cells[name]) for name in SUMS if name in cells}
        orders = day_orders({name: cells[name] for name in DAYS if name in cells}, zone)
        return cls(columns, zone, columns.currency or currency, now, keys, marks, orders)

    def text(self, said: Said, name: str, line: int) -> str | None:
        whole = clean(said.get(name, [""])[0], 100_000)
        if len(whole) > 191:
            self.findings.note("cut", line, whole)
        return whole[:191] if whole and not is_nothing(whole) else None

    def note(self, said: Said) -> str | None:
        return clean_note("\n".join(said.get("note", ()))) or None

    def money(self, said: Said, name: str) -> Money | None:
        cell = cell_of(said, name)
        if not cell:
            return None
        stated = read_currency(said["currency"][0]) if said.get("currency") else ""
        money, told = read_amount(cell, self.marks.get(name, ""), self.currency, self.columns.scale, stated)
        self.findings.assumed += not told and not self.columns.currency
        return money

    def day(self, said: Said, name: str) -> date | None:
        cell = cell_of(said, name)
        return read_day(cell, self.orders[name]) if cell else None

    def moment(self, said: Said, name: str) -> datetime | None:
        cell = cell_of(said, name)
        return read_moment(cell, self.orders[name], self.zone) if cell else None


def cell_of(said: Said, name: str) -> str:
    cell = said.get(name, [""])[0]
    return "" if is_nothing(cell) else cell


def ref_of(said: Said, letter: str) -> int | None:
    found = re.fullmatch(rf"{letter}(\d{{1,18}})", said.get("ref", [""])[0].strip())
    return int(found[1]) if found else None


def word_in(table: str, said: Said, name: str) -> str | None:
    """What the cell stands for. Raises `BadCell` for a status that nobody knows; other words are of no account."""
    cell = cell_of(said, name)
    plain = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", cell).casefold()).strip()
    meant = words(table).get(plain)
    if meant is None and cell and name == "status":
        raise BadCell("no-status", cell)
    return meant


def owner_of(owner: Owner | None) -> dict[str, Any]:
    member = isinstance(owner, int)
    return {"owner_id": owner if member else None, "owner_name": None if member else owner}


class Taker:
    """The part that is the same for all kinds."""

    table: ClassVar[Any]
    row: ClassVar[type[Any]]
    letter: ClassVar[str]
    repeats: ClassVar[str] = "repeats"  # the oddity of a row that means a record of an earlier one

    def __init__(self, connection: Connection, book: Book) -> None:
        self.book = book
        self.refs = KeptRefs(connection, self.row)

    def read(self, line: int, said: Said) -> Wanted:
        """What a row says, without what it leaves open. Raises `BadCell`."""
        raise NotImplementedError

    def resolve(self, wanted: Wanted) -> Wanted:
        """With the records that are only named in it."""
        return wanted

    def find(self, wanted: Wanted, line: int) -> Entry | None:
        raise NotImplementedError

    def add(self, wanted: Wanted) -> Entry:
        raise NotImplementedError

    def meet(self, entry: Entry, wanted: Wanted) -> None:
        """A row means a record that is known."""

    def expect(self, wanted: Sequence[Wanted]) -> None:
        """All rows of the file, before the first is looked up."""
        self.refs.expect(each.get("ref") for each in wanted)

    def values_of(self, row: Any) -> dict[str, Any]:
        raise NotImplementedError

    def write(self, session: Session, new: Sequence[Entry], changed: Mapping[Entry, dict[str, Any]]) -> None:
        raise NotImplementedError

    def written(self, new: Sequence[Entry]) -> None:
        """After the commit, or where it would be."""

    def fill(self, connection: Connection, entries: Iterable[Entry]) -> None:
        """Read the values of records that rows mean."""
        by_id = {entry.id: entry for entry in entries if entry.id and not entry.read}
        for ids in in_parts([id for id in by_id if id]):
            for row in connection.execute(select(self.table).where(self.table.c.id.in_(ids))):
                by_id[row.id].values = self.values_of(row)
                by_id[row.id].read = True

    def changes(self, entry: Entry, wanted: Wanted, *, repeated: bool) -> dict[str, Any]:
        """What of the record is to become what the row says; a row that repeats an earlier one only adds."""
        known = entry.values
        diff = {name: value for name, value in wanted.items() if name in known and value != to_the_second(known[name])}
        diff = {name: value for name, value in diff.items() if not repeated or entry.values[name] is None}
        customer = known.get("customer")
        if "customer" in diff and customer and fold(customer.name) == fold(diff["customer"].name):
            del diff["customer"]  # another of that name
        if isinstance(entry.values.get("owner"), int) and isinstance(diff.get("owner"), str):
            del diff["owner"]  # a member has it by now
        if "created_at" in diff and _same_day(diff["created_at"], entry.values["created_at"]):
            del diff["created_at"]
        if "amount" in diff or "currency" in diff:
            diff |= {name: wanted[name] for name in ("amount", "currency") if name in wanted}
        return diff

    def _rows(self, session: Session, changed: Mapping[Entry, Any]) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for ids in in_parts([entry.id for entry in changed if entry.id]):
            found |= {row.id: row for row in session.exec(select_rows(self.row).where(col(self.row.id).in_(ids)))}
        return found


def to_the_second(value: Any) -> Any:
    """What an export says of a moment."""
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def _same_day(bare: datetime, known: datetime | None) -> bool:
    """Whether a bare day says no more than what is known."""
    return known is not None and bare == noon(bare.date()) == noon(known.date())


class ProductTaker(Taker):
    row, letter = Product, "P"
    table = Product.__table__  # type: ignore[attr-defined]  # as above

    def __init__(self, connection: Connection, book: Book) -> None:
        super().__init__(connection, book)
        self._goods = Goods(connection)

    def read(self, line: int, said: Said) -> Wanted:
        name = self.book.text(said, "name", line)
        if not name:
            raise BadCell("no-name")
        price = self.book.money(said, "price")
        return {"name": name, "ref": ref_of(said, "P")} | (
            {"price": price.minor, "currency": price.currency} if price else {}
        )

    def find(self, wanted: Wanted, line: int) -> Entry | None:
        name = wanted["name"]
        entry = self._goods.by_name.get(fold(name))
        if entry is None and (entry := self._goods.like(name)):
            self.book.findings.note("product", line, name, entry.values["name"])
        return entry

    def add(self, wanted: Wanted) -> Entry:
        said = {name: value for name, value in wanted.items() if name != "ref"}
        entry = Entry(values={"price": None, "currency": None} | said, read=True)
        self._goods.add(entry)
        return entry

    def changes(self, entry: Entry, wanted: Wanted, *, repeated: bool) -> dict[str, Any]:
        """The name stays as it is known: another spelling is what brought the row here."""
        said = {name: value for name, value in wanted.items() if name != "name"}
        diff = super().changes(entry, said, repeated=repeated)
        if "price" in diff or "currency" in diff:
            diff |= {"price": wanted["price"], "currency": wanted["currency"]}
        return diff

    def write(self, session: Session, new: Sequence[Entry], changed: Mapping[Entry, dict[str, Any]]) -> None:
        self.refs.number(new)
        write_products(session, new)
        rows = self._rows(session, changed)
        for entry, diff in changed.items():
            row = rows[entry.id or 0]
            for name, value in diff.items():
                setattr(row, name, value)
        session.flush()
        self.refs.count_on(session)

    def written(self, new: Sequence[Entry]) -> None:
        self._goods.written(new)


def write_products(session: Session, new: Sequence[Entry]) -> None:
    rows = [Product(id=entry.kept, name_key=fold(entry.values["name"]), **entry.values) for entry in new]
    session.add_all(rows)
    session.flush()
    for entry, row in zip(new, rows, strict=True):
        entry.id = row.id
