"""What an import finds in the database already: light entries by every key that a row may be known by."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from crmbot.names import NEAR, fold, is_slip, likeness
from storage.tables import Customer, Handle, MemberRow, Product

CUSTOMER, HANDLE = Customer.__table__, Handle.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
PRODUCT, MEMBER = Product.__table__, MemberRow.__table__  # type: ignore[attr-defined]  # as above
LONG_WORD = 5  # letters of a word of a product that may be misspelt
Owner = int | str


@dataclass(slots=True, eq=False)
class Entry:
    """A record that the database has, or that this import will add; `values` are read when a row means it."""

    id: int | None = None
    values: dict[str, Any] = field(default_factory=dict)
    read: bool = False
    named: bool = False  # added because another row named it
    line: int = 0  # of the row that means it
    ref: int | None = None  # of that row, in an export
    kept: int | None = None  # the id that it is to have

    @property
    def is_new(self) -> bool:
        return self.id is None


@dataclass(slots=True, eq=False)
class Client(Entry):
    name: str = ""
    kind: str = "organisation"
    company: "Client | None" = None
    leads: bool = False  # it is somebody's company
    external_id: str | None = None
    handles: set[bytes] = field(default_factory=set)


class Owners:
    """Members by name; who is none stays a name."""

    def __init__(self, connection: Connection) -> None:
        found: dict[str, list[int]] = defaultdict(list)
        for id, name in connection.execute(select(MEMBER.c.id, MEMBER.c.name).where(MEMBER.c.active)):
            found[_plain(name)].append(id)
        self._ids = {name: ids[0] for name, ids in found.items() if len(ids) == 1}

    def called(self, name: str) -> Owner:
        return self._ids.get(_plain(name), name)


class Clients:
    """All customers, by ref, id of another program, name and handle."""

    def __init__(self, connection: Connection, *, handles: bool = False) -> None:
        self.by_id: dict[int, Client] = {}
        self.by_name: dict[str, list[Client]] = defaultdict(list)
        self.by_external: dict[str, list[Client]] = defaultdict(list)
        self.by_handle: dict[bytes, list[Client]] = defaultdict(list)
        self.added: list[Client] = []  # by their names alone, to be written with the rows at hand
        self.refs: dict[str, int] = {}  # of companies that have a row of their own further down
        self._read(connection)
        if handles:
            self._read_handles(connection)

    def _read(self, connection: Connection) -> None:
        columns = CUSTOMER.c
        query = select(columns.id, columns.name, columns.kind, columns.external_id, columns.company_id)
        above = {}
        for row in connection.execute(query.where(columns.archived_at.is_(None)).order_by(columns.id)):
            self.add(Client(row.id, name=row.name, kind=row.kind, external_id=row.external_id))
            if row.company_id:
                above[row.id] = row.company_id
        for id, company in above.items():
            self.by_id[id].company = self.by_id.get(company)
            if company in self.by_id:
                self.by_id[company].leads = True

    def _read_handles(self, connection: Connection) -> None:
        query = select(HANDLE.c.customer_id, HANDLE.c.value_key).where(HANDLE.c.kind.in_(("phone", "email")))
        for id, key in connection.execute(query.order_by(HANDLE.c.id)):
            if client := self.by_id.get(id):
                self.give(client, key)

    def add(self, client: Client) -> None:
        self.by_name[fold(client.name)].append(client)
        if client.id:
            self.by_id[client.id] = client
        if client.external_id:
            self.by_external[client.external_id].append(client)

    def give(self, client: Client, key: bytes) -> None:
        if key not in client.handles:
            client.handles.add(key)
            self.by_handle[key].append(client)

    def called(self, name: str, kinds: Sequence[str] = ("organisation", "person")) -> Client | None:
        """The customer of that name: a company first, and one under no other."""
        found = [each for each in self.by_name.get(fold(name), []) if each.kind in kinds]
        return min(found, key=lambda each: (not each.leads, each.kind, each.company is not None), default=None)

    def same(self, id: int | None, other: Client | None) -> bool:
        """Whether a record of ours, of the customer `id`, may be meant by a row that names `other`."""
        known = self.by_id.get(id or 0)
        if known is None or other is None:
            return id is None and other is None
        return known is other or fold(known.name) == fold(other.name)

    def company(self, name: str) -> Client:
        """Whom people and subsidiaries belong to."""
        client = self.called(name, ("organisation",)) or self._named(name, None)
        client.leads = True
        return client

    def buyer(self, name: str, external_id: str | None = None) -> Client:
        """Known, or to be added; an id alone is not followed to one of quite another name."""
        for known in self.by_external.get(external_id or "", []):
            if not name or alike(known.name, name):
                return known
        return self.called(name or external_id or "") or self._named(name or external_id or "", external_id)

    def _named(self, name: str, external_id: str | None) -> Client:
        client = Client(name=name, external_id=external_id, named=True, read=True, ref=self.refs.get(fold(name)))
        client.values = {"kind": "organisation", "name": name, "external_id": external_id}
        self.add(client)
        self.added.append(client)
        return client

    def written(self, clients: Iterable[Client]) -> None:
        self.by_id.update((client.id, client) for client in clients if client.id)


class Goods:
    """All products; a name that is nearly a known one means that one."""

    def __init__(self, connection: Connection) -> None:
        self.by_id: dict[int, Entry] = {}
        self.by_name: dict[str, Entry] = {}
        self.added: list[Entry] = []
        self.folded: dict[tuple[str, str], int] = defaultdict(int)  # as written, as known: rows
        self._meant: dict[str, Entry] = {}
        for row in connection.execute(select(PRODUCT.c.id, PRODUCT.c.name, PRODUCT.c.price, PRODUCT.c.currency)):
            self.add(Entry(row.id, {"name": row.name, "price": row.price, "currency": row.currency}, read=True))

    def add(self, entry: Entry) -> None:
        self.by_name[fold(entry.values["name"])] = entry
        if entry.id:
            self.by_id[entry.id] = entry

    def like(self, name: str) -> Entry | None:
        """The one that is written so but for blanks and marks, else but for a typing error in one long word."""
        compact = _compact(name)
        alike = [entry for known, entry in self.by_name.items() if _compact(known) == compact]
        alike = alike or [entry for known, entry in self.by_name.items() if _misspelt(fold(name), known)]
        return alike[0] if len(alike) == 1 else None

    def known(self, name: str) -> Entry | None:
        return self.by_name.get(fold(name)) or self.like(name)

    def called(self, name: str) -> Entry:
        """Known, nearly known, or to be added."""
        if exact := self.by_name.get(fold(name)):
            return exact
        entry = self._meant.get(name) or self.like(name)
        if entry is None:
            entry = Entry(values={"name": name, "price": None, "currency": None}, read=True, named=True)
            self.add(entry)
            self.added.append(entry)
            return entry
        self._meant[name] = entry
        self.folded[name, entry.values["name"]] += 1
        return entry

    def written(self, entries: Iterable[Entry]) -> None:
        self.by_id.update((entry.id, entry) for entry in entries if entry.id)


def alike(one: str, other: str) -> bool:
    return likeness(one, other) >= NEAR or likeness(other, one) >= NEAR


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _compact(name: str) -> str:
    return re.sub(r"[\W_]+", "", fold(name))


def _misspelt(one: str, other: str) -> bool:
    """Whether they differ in one long word, by a slip of the pen."""
    if len(one.split()) != len(other.split()):
        return False
    unlike = [pair for pair in zip(one.split(), other.split(), strict=True) if pair[0] != pair[1]]
    if len(unlike) != 1 or min(map(len, unlike[0])) < LONG_WORD or any(map(str.isdigit, "".join(unlike[0]))):
        return False
    return is_slip(*unlike[0])


def in_parts(ids: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))
