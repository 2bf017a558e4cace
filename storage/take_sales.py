"""Deals and orders from the rows of a file."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Connection, select
from sqlmodel import Session

from crmbot.names import fold
from storage.cells import BadCell, clean_note, noon, read_quantity, read_stage
from storage.known import Clients, Entry, Goods, Owners
from storage.tables import OPEN_STAGES, Deal, DealStage, Order
from storage.take_customers import write_customers
from storage.takers import Book, Said, Taker, Wanted, cell_of, owner_of, ref_of, to_the_second, write_products

DEAL, ORDER = Deal.__table__, Order.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
NO_ACCOUNT = "(no account)"


class SaleTaker(Taker):
    """Deals and orders: of a customer and a product, and without an id known by what they say."""

    dated: ClassVar[str]  # the column of the day by which one with a ref is told from another's

    def __init__(self, connection: Connection, book: Book) -> None:
        super().__init__(connection, book)
        self.clients, self.goods, self.owners = Clients(connection), Goods(connection), Owners(connection)
        self._by_id: dict[int, Entry] = {}
        self._by_external: dict[str, list[Entry]] = defaultdict(list)
        self._by_key: dict[tuple[Any, ...], deque[Entry]] = defaultdict(deque)
        self.named: dict[str, list[str]] = {"customers": [], "products": []}
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
            theirs = [*self._by_external.get(f"{self.letter}{ref}", []), *self._by_external.get(id or "", [])]
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
        if customer is None:
            customer = self.clients.called(NO_ACCOUNT)
        whose = known["customer"]
        same = customer is not None and (whose is customer or self.clients.same(whose, customer))
        at = known[self.dated]
        return same and (day is None or day.date() == (at.date() if isinstance(at, datetime) else at))

    def add(self, wanted: Wanted) -> Entry:
        values = self.empty() | {name: value for name, value in wanted.items() if name != "ref"}
        if not values["external_id"]:
            values["external_id"] = self.refs.elsewhere(self.letter, wanted.get("ref"))
        if values["customer"] is None:
            values["customer"] = self.clients.buyer(NO_ACCOUNT)
        entry = Entry(values=values, read=True)
        if values["external_id"]:
            self._by_external[values["external_id"]].append(entry)
        return entry

    def empty(self) -> dict[str, Any]:
        raise NotImplementedError

    def written(self, new: Sequence[Entry]) -> None:
        self.named["customers"] += [each.name for each in self.clients.added if each.name != NO_ACCOUNT]
        self.named["products"] += [each.values["name"] for each in self.goods.added]
        self.clients.written(self.clients.added)
        self.goods.written(self.goods.added)
        self.clients.added.clear()
        self.goods.added.clear()

    def write_named(self, session: Session) -> None:
        """Customers and products that are new and were only named."""
        write_customers(session, self.clients.added, self.book)
        write_products(session, self.goods.added)

    def read_sale(self, line: int, said: Said) -> Wanted:
        wanted: Wanted = {"ref": ref_of(said, self.letter)}
        if product := self.book.text(said, "product", line):
            wanted["product"] = product
        if id := self.book.text(said, "id", line):
            wanted["external_id"] = id
        if money := self.book.money(said, "amount"):
            wanted |= {"amount": money.minor, "currency": money.currency}
        name, number = self.book.text(said, "customer", line), self.book.text(said, "customer_id", line)
        wanted["customer"] = (name or "", number) if name or number else None
        return wanted

    def resolve(self, wanted: Wanted) -> Wanted:
        self.book.findings.placeholder += wanted["customer"] is None
        named: Wanted = {"customer": self.clients.buyer(*wanted["customer"])} if wanted["customer"] else {}
        named |= {"product": self.goods.called(wanted["product"])} if "product" in wanted else {}
        return wanted | named


class DealTaker(SaleTaker):
    row, table, letter, dated = Deal, DEAL, "D", "created_at"

    def read(self, line: int, said: Said) -> Wanted:
        book = self.book
        stage, close_date, created = self._stage(said), book.day(said, "close_date"), book.moment(said, "created")
        wanted = self.read_sale(line, said)
        optional: Wanted = {
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
        stage, status = cell_of(said, "stage"), cell_of(said, "status")
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
        return (*key, row.created_at.date()), (*key, None)

    def key_of(self, wanted: Wanted) -> tuple[Any, ...]:
        customer = wanted["customer"] or self.clients.called(NO_ACCOUNT)
        product, title = wanted.get("product"), wanted.get("title")
        whose, created = customer.id if customer else None, wanted.get("created_at")
        return (
            whose or "new", product and (product.id or "new"), title and fold(title), wanted.get("amount"),
            wanted.get("currency"), wanted.get("close_date"), created and created.date(),
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
        self.refs.number(new)
        deals = [self._deal(entry) for entry in new]
        session.add_all(deals)
        session.flush()
        for entry, deal in zip(new, deals, strict=True):
            entry.id = deal.id
        session.add_all(_stage_of(deal) for deal in deals)
        rows = self._rows(session, changed)
        for entry, diff in changed.items():
            self._change(session, rows[entry.id or 0], diff)
        session.flush()
        self.refs.count_on(session)

    def _deal(self, entry: Entry) -> Deal:
        values = entry.values
        closed_at = self._closed_at(values["stage"], values["close_date"])
        product = values["product"]
        return Deal(
            id=entry.kept,
            customer_id=values["customer"].id,
            product_id=product.id if product else None,
            closed_at=closed_at,
            created_at=values["created_at"] or min(self.book.now, closed_at or self.book.now),
            **owner_of(values["owner"]) if values["owner"] else {},
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
            deal.owner_id, deal.owner_name = owner_of(diff["owner"]).values()
        if "stage" in diff or ("close_date" in diff and deal.closed_at):
            deal.closed_at = self._closed_at(deal.stage, deal.close_date)
        if "stage" in diff:
            session.add(DealStage(deal_id=deal.id or 0, stage=deal.stage, at=deal.closed_at or self.book.now))


def _stage_of(deal: Deal) -> DealStage:
    return DealStage(deal_id=deal.id or 0, stage=deal.stage, at=deal.closed_at or deal.created_at)


class OrderTaker(SaleTaker):
    row, table, letter, dated = Order, ORDER, "O", "at"

    def read(self, line: int, said: Said) -> Wanted:
        at = self.book.moment(said, "at")
        if at is None:
            raise BadCell("day-missing")
        quantity = read_quantity(said["quantity"][0]) if cell_of(said, "quantity") else None
        wanted = self.read_sale(line, said) | {"at": at} | ({"quantity": quantity} if quantity else {})
        if wanted["customer"] is None:
            raise BadCell("no-customer")
        return self._with_amount(wanted)

    def _with_amount(self, wanted: Wanted) -> Wanted:
        """Without an amount: that of so many of the product."""
        if "amount" in wanted:
            return wanted
        product = self.goods.known(wanted["product"]) if "product" in wanted else None
        if product is None or product.values["price"] is None:
            raise BadCell("amount-missing")
        price, currency = product.values["price"], product.values["currency"]
        return wanted | {"amount": price * wanted.get("quantity", 1), "currency": currency}

    def empty(self) -> dict[str, Any]:
        return {"product": None, "external_id": None, "quantity": 1}

    def keys_of_row(self, row: Any) -> Iterable[tuple[Any, ...]]:
        return [(row.customer_id, row.product_id, row.amount, row.currency, row.quantity, to_the_second(row.at))]

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
        self.refs.number(new)
        orders = [Order(id=entry.kept, **_ids(entry.values)) for entry in new]
        session.add_all(orders)
        session.flush()
        for entry, order in zip(new, orders, strict=True):
            entry.id = order.id
        rows = self._rows(session, changed)
        for entry, diff in changed.items():
            for name, value in _ids(diff).items():
                setattr(rows[entry.id or 0], name, value)
        session.flush()
        self.refs.count_on(session)


def _ids(values: Mapping[str, Any]) -> dict[str, Any]:
    """With the ids of customer and product in their place."""
    plain = {name: value for name, value in values.items() if name not in ("customer", "product")}
    named = {f"{name}_id": values[name].id for name in ("customer", "product") if values.get(name)}
    return plain | named
