"""What each kind of record takes from the rows of a file: how a row is read, which record it means, what is written."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Connection, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from crmbot import phone as phones
from crmbot.money import Money
from crmbot.names import HAS_HAN, fold, is_person
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
    read_emails,
    read_moment,
    read_phones,
    read_quantity,
    read_stage,
    read_tags,
)
from storage.customers import sealed_handle
from storage.known import Client, Clients, Entry, Goods, Owner, Owners, alike, in_parts
from storage.mapping import Columns, words
from storage.secrets import Keys
from storage.tables import OPEN_STAGES, Customer, Deal, DealStage, Product, Tag
from storage.tables import Order as OrderRow

DEAL, ORDER = Deal.__table__, OrderRow.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
CUSTOMER, TAG = Customer.__table__, Tag.__table__  # type: ignore[attr-defined]  # as above
NO_ACCOUNT = "(no account)"
DAYS = ("created", "close_date", "at")
Said = Mapping[str, Sequence[str]]
Wanted = dict[str, Any]


@dataclass(slots=True)
class Findings:
    """What was odd about the rows, for the report: the words, and where."""

    odd: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    assumed: int = 0  # amounts without a currency
    placeholder: int = 0

    def note(self, what: str, line: int, cell: str = "") -> None:
        self.odd[what].append((line, cell))


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
    def of(cls, columns: Columns, rows: Iterable[Said], zone: str, currency: str, now: datetime, keys: Keys) -> "Book":
        cells: dict[str, list[str]] = {name: [] for name in (*DAYS, "amount", "price") if name in columns.at}
        for said in rows:
            for name, found in cells.items():
                found += said.get(name, ())
        marks = {name: decimal_mark(cells[name]) for name in ("amount", "price") if name in cells}
        orders = day_orders({name: cells[name] for name in DAYS if name in cells}, zone)
        return cls(columns, zone, columns.currency or currency, now, keys, marks, orders)

    def text(self, said: Said, name: str, line: int) -> str | None:
        whole = clean(said.get(name, [""])[0], 100_000)
        if len(whole) > 191:
            self.findings.note("longer than 191 letters, cut", line, whole)
        return whole[:191] if whole and not is_nothing(whole) else None

    def note(self, said: Said) -> str | None:
        return clean_note("\n".join(said.get("note", ()))) or None

    def money(self, said: Said, name: str) -> Money | None:
        cell = _cell(said, name)
        if not cell:
            return None
        stated = read_currency(said["currency"][0]) if said.get("currency") else ""
        money, told = read_amount(cell, self.marks.get(name, ""), self.currency, self.columns.scale, stated)
        self.findings.assumed += not told and not self.columns.currency
        return money

    def day(self, said: Said, name: str) -> date | None:
        cell = _cell(said, name)
        return read_day(cell, self.orders[name]) if cell else None

    def moment(self, said: Said, name: str) -> datetime | None:
        cell = _cell(said, name)
        return read_moment(cell, self.orders[name], self.zone) if cell else None


def _cell(said: Said, name: str) -> str:
    cell = said.get(name, [""])[0]
    return "" if is_nothing(cell) else cell


def _ref(said: Said, letter: str) -> int | None:
    found = re.fullmatch(rf"{letter}(\d{{1,18}})", said.get("ref", [""])[0].strip())
    return int(found[1]) if found else None


def _owner(owner: Owner) -> dict[str, Any]:
    member = isinstance(owner, int)
    return {"owner_id": owner if member else None, "owner_name": None if member else owner}


class Taker:
    """The part that is the same for all kinds."""

    table: ClassVar[Any]
    row: ClassVar[type[Any]]
    repeats: ClassVar[str] = "the same as an earlier row, which counts"

    def __init__(self, connection: Connection, book: Book) -> None:
        self.book = book

    def read(self, line: int, said: Said) -> Wanted:
        """What a row says, without what it leaves open. Raises `BadCell`."""
        raise NotImplementedError

    def find(self, wanted: Wanted, line: int) -> Entry | None:
        raise NotImplementedError

    def add(self, wanted: Wanted) -> Entry:
        raise NotImplementedError

    def expect(self, wanted: Sequence[Wanted]) -> None:
        """All rows of the file, before the first is looked up."""

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
        diff = {name: value for name, value in wanted.items() if name in entry.values and value != entry.values[name]}
        diff = {name: value for name, value in diff.items() if not repeated or entry.values[name] is None}
        if isinstance(entry.values.get("owner"), int) and isinstance(diff.get("owner"), str):
            del diff["owner"]  # a member has it by now
        if "amount" in diff or "currency" in diff:
            diff |= {name: wanted[name] for name in ("amount", "currency") if name in wanted}
        return diff

    def _rows(self, session: Session, changed: Mapping[Entry, Any]) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for ids in in_parts([entry.id for entry in changed if entry.id]):
            found |= {row.id: row for row in session.exec(select_rows(self.row).where(col(self.row.id).in_(ids)))}
        return found


class ProductTaker(Taker):
    row = Product
    table = Product.__table__  # type: ignore[attr-defined]  # as above

    def __init__(self, connection: Connection, book: Book) -> None:
        super().__init__(connection, book)
        self._goods = Goods(connection)

    def read(self, line: int, said: Said) -> Wanted:
        name = self.book.text(said, "name", line)
        if not name:
            raise BadCell("no name")
        price = self.book.money(said, "price")
        return {"name": name} | ({"price": price.minor, "currency": price.currency} if price else {})

    def find(self, wanted: Wanted, line: int) -> Entry | None:
        name = wanted["name"]
        entry = self._goods.by_name.get(fold(name))
        if entry is None and (entry := self._goods.like(name)):
            self.book.findings.note(f"taken for the product {entry.values['name']}", line, name)
        return entry

    def add(self, wanted: Wanted) -> Entry:
        entry = Entry(values={"price": None, "currency": None} | wanted, read=True)
        self._goods.add(entry)
        return entry

    def changes(self, entry: Entry, wanted: Wanted, *, repeated: bool) -> dict[str, Any]:
        diff = super().changes(entry, wanted, repeated=repeated)
        if "price" in diff or "currency" in diff:
            diff |= {"price": wanted["price"], "currency": wanted["currency"]}
        return diff

    def write(self, session: Session, new: Sequence[Entry], changed: Mapping[Entry, dict[str, Any]]) -> None:
        _write_products(session, new)
        rows = self._rows(session, changed)
        for entry, diff in changed.items():
            row = rows[entry.id or 0]
            for name, value in diff.items():
                setattr(row, name, value)
            row.name_key = fold(row.name)
        session.flush()

    def written(self, new: Sequence[Entry]) -> None:
        self._goods.written(new)


def _write_products(session: Session, new: Sequence[Entry]) -> None:
    rows = [Product(name_key=fold(entry.values["name"]), **entry.values) for entry in new]
    session.add_all(rows)
    session.flush()
    for entry, row in zip(new, rows, strict=True):
        entry.id = row.id


class CustomerTaker(Taker):
    row = Customer
    table = CUSTOMER

    def __init__(self, connection: Connection, book: Book) -> None:
        super().__init__(connection, book)
        self._clients = Clients(connection, handles=True)
        self._owners = Owners(connection)
        self._names: set[str] = set()
        self._handles: set[bytes] = set()

    # Reading

    def read(self, line: int, said: Said) -> Wanted:
        name, company = self._name(said, line), self.book.text(said, "company", line)
        kind = self._kind(said)
        if not name and company:
            name, company, kind = company, None, "organisation"
        if not name:
            raise BadCell("no name")
        wanted: Wanted = {
            "name": name,
            "handles": self._read_handles(said, line),
            "tags": read_tags(said.get("tags", ())),
        }
        wanted |= {"kind": kind} if kind else {}
        wanted |= {"company": company} if company and fold(company) != fold(name) else {}
        if owner := self.book.text(said, "owner", line):
            wanted["owner"] = self._owners.called(owner)
        if note := self.book.note(said):
            wanted["note"] = note
        if id := self.book.text(said, "id", line):
            wanted["external_id"] = id
        if created := self.book.moment(said, "created"):
            wanted["created_at"] = created
        return wanted | {"ref": _ref(said, "C")}

    def _name(self, said: Said, line: int) -> str | None:
        first, last = self.book.text(said, "first", line), self.book.text(said, "last", line)
        if first and last:
            return f"{last}{first}" if HAS_HAN.search(first + last) else f"{first} {last}"
        return self.book.text(said, "name", line) or first or last

    def _kind(self, said: Said) -> str | None:
        if kind := words("kinds").get(said.get("kind", [""])[0].strip().casefold()):
            return kind
        if said.get("first") or said.get("last"):
            return "person"
        return "organisation" if self.book.columns.organisations else None

    def _read_handles(self, said: Said, line: int) -> dict[bytes, tuple[str, str]]:
        numbers, no_numbers = read_phones(said.get("phones", ()), self.book.zone)
        emails, no_emails = read_emails(said.get("emails", ()))
        for text in no_numbers:
            self.book.findings.note("no phone that can be read, left out", line, text)
        for text in no_emails:
            self.book.findings.note("no email that can be read, left out", line, text)
        keys = self.book.keys
        found = {keys.digest("handle.phone", phones.matching(each)): ("phone", each) for each in numbers}
        return found | {keys.digest("handle.email", each.casefold()): ("email", each) for each in emails}

    def expect(self, wanted: Sequence[Wanted]) -> None:
        for each in wanted:
            self._names.add(fold(each["name"]))
            self._handles.update(each["handles"])

    # Finding

    def find(self, wanted: Wanted, line: int) -> Entry | None:
        return self._by_ids(wanted, line) or self._by_handle(wanted) or self._by_name(wanted)

    def _by_ids(self, wanted: Wanted, line: int) -> Client | None:
        for known in self._clients.by_external.get(wanted.get("external_id", ""), []):
            if not self._is_another(known, wanted):
                return known
            self.book.findings.note(
                f"id of {known.name} and nothing else of it: taken for another", line, wanted["name"]
            )
        known_ref = self._clients.by_id.get(wanted["ref"] or 0)
        return known_ref if known_ref and self._agrees(known_ref, wanted) else None

    def _is_another(self, known: Client, wanted: Wanted) -> bool:
        """Two programs may both have a customer 1: then neither name nor phone nor email is the same."""
        both = known.handles and wanted["handles"]
        return bool(both) and not self._agrees(known, wanted)

    def _agrees(self, known: Client, wanted: Wanted) -> bool:
        return alike(known.name, wanted["name"]) or not known.handles.isdisjoint(wanted["handles"])

    def _by_handle(self, wanted: Wanted) -> Client | None:
        """The one of that phone or email and a like name; colleagues may share a number.

        An email is followed also to another name, where the file does not speak of the one so called.
        """
        id = wanted.get("external_id")
        for key, (kind, _) in wanted["handles"].items():
            found = [each for each in self._clients.by_handle.get(key, []) if _same_id(each, id)]
            if like := [each for each in found if alike(each.name, wanted["name"])]:
                return like[0]
            if kind == "email" and len(found) == 1 and fold(found[0].name) not in self._names and not found[0].line:
                return found[0]
        return None

    def _by_name(self, wanted: Wanted) -> Client | None:
        for known in self._clients.by_name.get(fold(wanted["name"]), []):
            if _same_id(known, wanted.get("external_id")) and self._may_be(known, wanted):
                return known
        return None

    def _may_be(self, known: Client, wanted: Wanted) -> bool:
        company = wanted.get("company")
        if company and known.company and fold(known.company.name) != fold(company):
            return False
        if not known.handles or not wanted["handles"] or known.handles & wanted["handles"].keys():
            return True
        person = wanted.get("kind") != "organisation" and is_person(wanted["name"])
        return not person or not (known.line or known.handles & self._handles)  # two people of one name

    # Adding

    def add(self, wanted: Wanted) -> Entry:
        company = self._clients.organisation(wanted["company"]) if wanted.get("company") else None
        kind = wanted.get("kind") or ("person" if company or is_person(wanted["name"]) else "organisation")
        values = {name: wanted.get(name) for name in ("name", "owner", "note", "external_id", "handles", "tags")}
        values |= {"kind": kind, "company": company, "created_at": wanted.get("created_at") or self.book.now}
        client = Client(
            values=values, read=True, name=wanted["name"], company=company, external_id=wanted.get("external_id")
        )
        self._clients.add(client)
        self._know_handles(client, wanted)
        return client

    def _know_handles(self, client: Client, wanted: Wanted) -> None:
        for key in wanted["handles"]:
            self._clients.give(client, key)

    def values_of(self, row: Any) -> dict[str, Any]:
        client = self._clients.by_id[row.id]
        owner = row.owner_id or row.owner_name
        return {
            "kind": row.kind, "name": row.name, "company": client.company, "owner": owner, "note": row.note,
            "external_id": row.external_id, "tags": [], "created_at": row.created_at,
        }  # fmt: skip

    def fill(self, connection: Connection, entries: Iterable[Entry]) -> None:
        unread = {entry.id: entry for entry in entries if entry.id and not entry.read}
        super().fill(connection, unread.values())
        for ids in in_parts([id for id in unread if id]):
            for row in connection.execute(select(TAG.c.customer_id, TAG.c.tag).where(TAG.c.customer_id.in_(ids))):
                unread[row.customer_id].values["tags"].append(row.tag)

    def changes(self, entry: Entry, wanted: Wanted, *, repeated: bool) -> dict[str, Any]:
        assert isinstance(entry, Client)
        said = {name: wanted[name] for name in ("kind", "owner", "note", "external_id", "created_at") if name in wanted}
        if fold(entry.name) != fold(wanted["name"]):
            said["name"] = wanted["name"]
        if wanted.get("company"):
            company = self._clients.organisation(wanted["company"])
            said |= {"company": company} if company is not entry else {}
        entry.values = dict.fromkeys(("owner", "note", "company", "tags", "created_at")) | entry.values
        diff = super().changes(entry, said, repeated=repeated)
        if tags := [tag for tag in wanted["tags"] if tag not in (entry.values["tags"] or [])]:
            diff["tags"] = [*(entry.values["tags"] or []), *tags]
        if handles := {key: each for key, each in wanted["handles"].items() if key not in entry.handles}:
            diff["handles"] = (entry.values.get("handles") or {}) | handles
        self._know_handles(entry, wanted)
        entry.company = diff.get("company", entry.company)
        if entry.external_id is None and (id := diff.get("external_id")):
            entry.external_id = id
            self._clients.by_external[id].append(entry)
        return diff

    # Writing

    def write(self, session: Session, new: Sequence[Entry], changed: Mapping[Entry, dict[str, Any]]) -> None:
        waiting = [entry for entry in (*self._clients.added, *new) if isinstance(entry, Client)]
        _write_customers(session, waiting, self.book)
        rows = self._rows(session, changed)
        for entry, diff in changed.items():
            self._change(session, rows[entry.id or 0], diff)
        session.flush()

    def _change(self, session: Session, row: Customer, diff: Mapping[str, Any]) -> None:
        for name in ("kind", "name", "note", "external_id", "created_at"):
            if name in diff:
                setattr(row, name, diff[name])
        row.name_key = fold(row.name)
        if "company" in diff:
            row.company_id = diff["company"].id
        if "owner" in diff:
            row.owner_id, row.owner_name = _owner(diff["owner"]).values()
        _give(session, row, diff, self.book.keys)

    def written(self, new: Sequence[Entry]) -> None:
        self._clients.written(each for each in (*self._clients.added, *new) if isinstance(each, Client))
        self._clients.added.clear()


def _same_id(known: Client, id: str | None) -> bool:
    return id is None or known.external_id in (None, id)


def _write_customers(session: Session, new: Sequence[Client], book: Book) -> None:
    """Companies before those who belong to them."""
    for client in new:
        client.id = None  # of a transaction that was tried before
    rest = list(new)
    while rest:
        ready = [each for each in rest if each.company is None or each.company.id] or rest  # a ring: linked afterwards
        rows = [_customer(each, book) for each in ready]
        session.add_all(rows)
        session.flush()
        for client, row in zip(ready, rows, strict=True):
            client.id = row.id
            _give(session, row, client.values, book.keys)
            if client.company and not row.company_id:
                row.company_id = client.company.id
        rest = [each for each in rest if not each.id]
    session.flush()


def _customer(client: Client, book: Book) -> Customer:
    values = client.values
    return Customer(
        kind=values["kind"],
        name=values["name"],
        name_key=fold(values["name"]),
        company_id=client.company.id if client.company else None,
        note=values.get("note"),
        external_id=values.get("external_id"),
        created_at=values.get("created_at") or book.now,
        **_owner(values["owner"]) if values.get("owner") else {},
    )


def _give(session: Session, row: Customer, values: Mapping[str, Any], keys: Keys) -> None:
    """The phones, emails and tags that they do not have yet."""
    assert row.id
    handles = {key: each for key, each in (values.get("handles") or {}).items()}
    session.add_all(sealed_handle(keys, row, kind, value) for kind, value in handles.values())
    known = set(session.exec(select_rows(Tag.tag).where(Tag.customer_id == row.id))) if values.get("tags") else set()
    session.add_all(Tag(customer_id=row.id, tag=tag) for tag in values.get("tags") or () if tag not in known)


class SaleTaker(Taker):
    """Deals and orders: of a customer and a product, and without an id known by what they say."""

    letter: ClassVar[str]
    dated: ClassVar[str]  # the column of the day by which one with a ref is told from another's

    def __init__(self, connection: Connection, book: Book) -> None:
        super().__init__(connection, book)
        self.clients, self.goods, self.owners = Clients(connection), Goods(connection), Owners(connection)
        self._by_id: dict[int, Entry] = {}
        self._by_external: dict[str, list[Entry]] = defaultdict(list)
        self._by_key: dict[tuple[Any, ...], deque[Entry]] = defaultdict(deque)
        for row in connection.execute(select(self.table).order_by(self.table.c.id)):
            entry = Entry(row.id, {"customer": row.customer_id, self.dated: getattr(row, self.dated).date()})
            self._by_id[row.id] = entry
            if row.external_id:
                self._by_external[row.external_id].append(entry)
            for key in self.keys_of_row(row):
                self._by_key[key].append(entry)

    def keys_of_row(self, row: Any) -> Iterable[tuple[Any, ...]]:
        raise NotImplementedError

    def key_of(self, wanted: Wanted) -> tuple[Any, ...]:
        raise NotImplementedError

    def find(self, wanted: Wanted, line: int) -> Entry | None:
        id, ref = wanted.get("external_id"), wanted.get("ref")
        if ref:
            own = [self._by_id[ref]] if ref in self._by_id else []
            theirs = self._by_external.get(f"{self.letter}{ref}", [])
            return next((entry for entry in (*theirs, *own) if self._agrees(entry, wanted)), None)
        if id:
            return next(iter(self._by_external.get(id, ())), None)
        waiting = self._by_key.get(self.key_of(wanted), deque())
        while waiting:
            entry = waiting.popleft()  # one row, one record: two orders may well be alike
            if not entry.line:
                return entry
        return None

    def _agrees(self, entry: Entry, wanted: Wanted) -> bool:
        """Another database's D5 is not ours."""
        known, customer, day = entry.values, wanted.get("customer"), wanted.get(self.dated)
        same = known["customer"] in (customer, customer.id if customer else None)
        if customer is None:
            placeholder = self.clients.called(NO_ACCOUNT)
            same = placeholder is not None and known["customer"] in (placeholder, placeholder.id)
        at = known[self.dated]
        return same and (day is None or day.date() == (at.date() if isinstance(at, datetime) else at))

    def add(self, wanted: Wanted) -> Entry:
        values = self.empty() | {name: value for name, value in wanted.items() if name != "ref"}
        if wanted.get("ref"):
            values["external_id"] = f"{self.letter}{wanted['ref']}"
        if values["customer"] is None:
            values["customer"] = self.clients.organisation(NO_ACCOUNT)
            self.book.findings.placeholder += 1
        entry = Entry(values=values, read=True)
        if values["external_id"]:
            self._by_external[values["external_id"]].append(entry)
        return entry

    def empty(self) -> dict[str, Any]:
        raise NotImplementedError

    def written(self, new: Sequence[Entry]) -> None:
        self.clients.written(self.clients.added)
        self.goods.written(self.goods.added)
        self.clients.added.clear()
        self.goods.added.clear()

    def write_named(self, session: Session) -> None:
        """Customers and products that are new and were only named."""
        _write_customers(session, self.clients.added, self.book)
        _write_products(session, self.goods.added)

    def read_sale(self, line: int, said: Said) -> Wanted:
        wanted: Wanted = {"ref": _ref(said, self.letter)}
        if name := self.book.text(said, "product", line):
            wanted["product"] = self.goods.called(name)
        if id := self.book.text(said, "id", line):
            wanted["external_id"] = id
        if money := self.book.money(said, "amount"):
            wanted |= {"amount": money.minor, "currency": money.currency}
        name, number = self.book.text(said, "customer", line), self.book.text(said, "customer_id", line)
        wanted["customer"] = self.clients.organisation(name or "", number) if name or number else None
        return wanted


class DealTaker(SaleTaker):
    row, table, letter, dated = Deal, DEAL, "D", "created_at"

    def read(self, line: int, said: Said) -> Wanted:
        book = self.book
        stage, close_date, created = self._stage(said), book.day(said, "close_date"), book.moment(said, "created")
        wanted = self.read_sale(line, said)
        optional = {
            "title": book.text(said, "title", line),
            "stage": stage,
            "close_date": close_date,
            "created_at": created,
        }
        optional |= {"note": book.note(said), "reason": clean_note("\n".join(said.get("reason", ()))) or None}
        if owner := book.text(said, "owner", line):
            optional["owner"] = self.owners.called(owner)
        return wanted | {name: value for name, value in optional.items() if value is not None}

    def _stage(self, said: Said) -> str | None:
        """A status that says won or lost counts more than a stage."""
        stage, status = _cell(said, "stage"), _cell(said, "status")
        try:
            by_status = read_stage(status) if status else None
        except BadCell:
            if not stage:
                raise
            by_status = None
        if not stage or by_status in ("won", "lost"):
            return by_status
        return read_stage(stage)

    def empty(self) -> dict[str, Any]:
        names = ("customer", "product", "title", "amount", "currency", "close_date", "reason", "note", "owner")
        return dict.fromkeys((*names, "external_id", "created_at")) | {"stage": "lead"}

    def keys_of_row(self, row: Any) -> Iterable[tuple[Any, ...]]:
        title = fold(row.title) if row.title else None
        key = (row.customer_id, row.product_id, title, row.amount, row.currency, row.close_date)
        return (*key, row.created_at), (*key, None)

    def key_of(self, wanted: Wanted) -> tuple[Any, ...]:
        customer = wanted["customer"] or self.clients.called(NO_ACCOUNT)
        product, title = wanted.get("product"), wanted.get("title")
        whose = customer.id if customer else None
        return (
            whose or "new", product and (product.id or "new"), title and fold(title), wanted.get("amount"),
            wanted.get("currency"), wanted.get("close_date"), wanted.get("created_at"),
        )  # fmt: skip

    def values_of(self, row: Any) -> dict[str, Any]:
        values = {
            name: getattr(row, name)
            for name in ("title", "amount", "currency", "stage", "close_date", "reason", "note")
        }
        values |= {
            "external_id": row.external_id,
            "created_at": row.created_at,
            "owner": row.owner_id or row.owner_name,
        }
        return values | {
            "customer": self.clients.by_id.get(row.customer_id),
            "product": self.goods.by_id.get(row.product_id),
        }

    def changes(self, entry: Entry, wanted: Wanted, *, repeated: bool) -> dict[str, Any]:
        said = wanted if wanted["customer"] else {name: each for name, each in wanted.items() if name != "customer"}
        return super().changes(entry, said, repeated=repeated)

    def write(self, session: Session, new: Sequence[Entry], changed: Mapping[Entry, dict[str, Any]]) -> None:
        self.write_named(session)
        deals = [self._deal(entry.values) for entry in new]
        session.add_all(deals)
        session.flush()
        for entry, deal in zip(new, deals, strict=True):
            entry.id = deal.id
        session.add_all(_stage_of(deal) for deal in deals)
        rows = self._rows(session, changed)
        for entry, diff in changed.items():
            self._change(session, rows[entry.id or 0], diff)
        session.flush()

    def _deal(self, values: Mapping[str, Any]) -> Deal:
        closed_at = self._closed_at(values["stage"], values["close_date"])
        product = values["product"]
        return Deal(
            customer_id=values["customer"].id,
            product_id=product.id if product else None,
            closed_at=closed_at,
            created_at=values["created_at"] or min(self.book.now, closed_at or self.book.now),
            **_owner(values["owner"]) if values["owner"] else {},
            **{
                name: values[name]
                for name in ("title", "amount", "currency", "stage", "close_date", "reason", "note", "external_id")
            },
        )

    def _closed_at(self, stage: str, close_date: date | None) -> datetime | None:
        if stage in OPEN_STAGES:
            return None
        return min(noon(close_date), self.book.now) if close_date else self.book.now

    def _change(self, session: Session, deal: Deal, diff: Mapping[str, Any]) -> None:
        for name in (
            "title",
            "amount",
            "currency",
            "stage",
            "close_date",
            "reason",
            "note",
            "external_id",
            "created_at",
        ):
            if name in diff:
                setattr(deal, name, diff[name])
        if "customer" in diff:
            deal.customer_id = diff["customer"].id
        if "product" in diff:
            deal.product_id = diff["product"].id
        if "owner" in diff:
            deal.owner_id, deal.owner_name = _owner(diff["owner"]).values()
        if "stage" in diff or ("close_date" in diff and deal.closed_at):
            deal.closed_at = self._closed_at(deal.stage, deal.close_date)
        if "stage" in diff:
            session.add(DealStage(deal_id=deal.id or 0, stage=deal.stage, at=deal.closed_at or self.book.now))


def _stage_of(deal: Deal) -> DealStage:
    return DealStage(deal_id=deal.id or 0, stage=deal.stage, at=deal.closed_at or deal.created_at)


class OrderTaker(SaleTaker):
    row, table, letter, dated = OrderRow, ORDER, "O", "at"

    def read(self, line: int, said: Said) -> Wanted:
        at = self.book.moment(said, "at")
        if at is None:
            raise BadCell("no day")
        quantity = read_quantity(said["quantity"][0]) if _cell(said, "quantity") else None
        wanted = self.read_sale(line, said) | {"at": at} | ({"quantity": quantity} if quantity else {})
        if wanted["customer"] is None:
            raise BadCell("no customer")
        return self._with_amount(wanted)

    def _with_amount(self, wanted: Wanted) -> Wanted:
        """Without an amount: that of so many of the product."""
        if "amount" in wanted:
            return wanted
        price = wanted["product"].values if "product" in wanted else {}
        if price.get("price") is None:
            raise BadCell("no amount")
        return wanted | {"amount": price["price"] * wanted.get("quantity", 1), "currency": price["currency"]}

    def empty(self) -> dict[str, Any]:
        return {"product": None, "external_id": None, "quantity": 1}

    def keys_of_row(self, row: Any) -> Iterable[tuple[Any, ...]]:
        return [(row.customer_id, row.product_id, row.amount, row.currency, row.quantity, row.at)]

    def key_of(self, wanted: Wanted) -> tuple[Any, ...]:
        customer, product = wanted["customer"], wanted.get("product")
        return (
            customer.id or "new", product and (product.id or "new"), wanted["amount"], wanted["currency"],
            wanted.get("quantity", 1), wanted["at"],
        )  # fmt: skip

    def values_of(self, row: Any) -> dict[str, Any]:
        values = {name: getattr(row, name) for name in ("amount", "currency", "quantity", "at", "external_id")}
        return values | {
            "customer": self.clients.by_id.get(row.customer_id),
            "product": self.goods.by_id.get(row.product_id),
        }

    def write(self, session: Session, new: Sequence[Entry], changed: Mapping[Entry, dict[str, Any]]) -> None:
        self.write_named(session)
        orders = [OrderRow(**_ids(entry.values)) for entry in new]
        session.add_all(orders)
        session.flush()
        for entry, order in zip(new, orders, strict=True):
            entry.id = order.id
        rows = self._rows(session, changed)
        for entry, diff in changed.items():
            for name, value in _ids(diff).items():
                setattr(rows[entry.id or 0], name, value)
        session.flush()


def _ids(values: Mapping[str, Any]) -> dict[str, Any]:
    """With the ids of customer and product in their place."""
    plain = {name: value for name, value in values.items() if name not in ("customer", "product")}
    named = {f"{name}_id": values[name].id for name in ("customer", "product") if values.get(name)}
    return plain | named


TAKERS: Mapping[str, type[Taker]] = {
    "customers": CustomerTaker,
    "products": ProductTaker,
    "deals": DealTaker,
    "orders": OrderTaker,
}
