"""Customers from the rows of a file."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import Session
from sqlmodel import select as select_rows

from crmbot import phone as phones
from crmbot.names import HAS_HAN, fold, is_person
from storage.cells import BadCell, read_emails, read_phones, read_tags
from storage.customers import sealed_handle
from storage.known import Client, Clients, Entry, Owners, alike, in_parts
from storage.mapping import words
from storage.secrets import Keys
from storage.tables import Customer, Handle, Tag
from storage.takers import Book, Said, Taker, Wanted, owner_of, ref_of

CUSTOMER, TAG = Customer.__table__, Tag.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables


class CustomerTaker(Taker):
    row, table, letter = Customer, CUSTOMER, "C"

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
            raise BadCell("no-name")
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
        return wanted | {"ref": ref_of(said, "C")}

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
            self.book.findings.note("no-phone", line, text)
        for text in no_emails:
            self.book.findings.note("no-email", line, text)
        keys = self.book.keys
        found = {keys.digest("handle.phone", phones.matching(each)): ("phone", each) for each in numbers}
        return found | {keys.digest("handle.email", each.casefold()): ("email", each) for each in emails}

    def expect(self, wanted: Sequence[Wanted]) -> None:
        super().expect(wanted)
        for each in reversed(wanted):
            if each["ref"] and each.get("kind") != "person":
                self._clients.refs[fold(each["name"])] = each["ref"]
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
            self.book.findings.note("other-id", line, wanted["name"])
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
            found = [each for each in found if _same_ref(each, wanted["ref"])]
            if like := [each for each in found if alike(each.name, wanted["name"])]:
                return like[0]
            if kind == "email" and len(found) == 1 and fold(found[0].name) not in self._names and not found[0].line:
                return found[0]
        return None

    def _by_name(self, wanted: Wanted) -> Client | None:
        """The one of that name, of that company first."""
        company, id = wanted.get("company"), wanted.get("external_id")
        found = [each for each in self._clients.by_name.get(fold(wanted["name"]), []) if _same_id(each, id)]
        found = [each for each in found if self._may_be(each, wanted)]
        return min(found, key=lambda each: (bool(company) and each.company is None, bool(each.line)), default=None)

    def _may_be(self, known: Client, wanted: Wanted) -> bool:
        company = wanted.get("company")
        if not _same_ref(known, wanted["ref"]):
            return False
        if company and known.company and fold(known.company.name) != fold(company):
            return False
        if known.kind == "person" and known.company and wanted.get("kind") == "organisation":
            return False
        if known.leads and (wanted.get("kind") == "person" or (company and wanted.get("kind") is None)):
            return False
        if not known.handles or not wanted["handles"] or known.handles & wanted["handles"].keys():
            return True
        person = wanted.get("kind") != "organisation" and is_person(wanted["name"])
        return not person or not (known.line or known.handles & self._handles)  # two people of one name

    # Adding

    def add(self, wanted: Wanted) -> Entry:
        company = self._clients.company(wanted["company"]) if wanted.get("company") else None
        kind = wanted.get("kind") or ("person" if company or is_person(wanted["name"]) else "organisation")
        values = {name: wanted.get(name) for name in ("name", "owner", "note", "external_id", "handles", "tags")}
        values |= {"kind": kind, "company": company, "created_at": wanted.get("created_at") or self.book.now}
        client = Client(
            values=values,
            read=True,
            name=wanted["name"],
            kind=kind,
            company=company,
            external_id=wanted.get("external_id"),
        )
        self._clients.add(client)
        for key in wanted["handles"]:
            self._clients.give(client, key)
        return client

    def meet(self, entry: Entry, wanted: Wanted) -> None:
        """What a row tells of a known customer, for the rows further down that may mean them too."""
        assert isinstance(entry, Client)
        wanted["added"] = {key: each for key, each in wanted["handles"].items() if key not in entry.handles}
        for key in wanted["handles"]:
            self._clients.give(entry, key)
        if company := wanted.get("company"):
            wanted["of"] = self._clients.company(company)
            if wanted["of"] is not entry and entry.company is None:
                entry.company = wanted["of"]
            if entry.kind == "organisation" and not entry.leads and "kind" not in wanted:
                wanted["kind"] = "person"
        entry.kind = wanted.get("kind", entry.kind)
        if entry.external_id is None and (id := wanted.get("external_id")):
            entry.external_id = id
            self._clients.by_external[id].append(entry)

    def values_of(self, row: Any) -> dict[str, Any]:
        company = self._clients.by_id.get(row.company_id)
        owner = row.owner_id or row.owner_name
        return {
            "kind": row.kind, "name": row.name, "company": company, "owner": owner, "note": row.note,
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
        said: Wanted = {
            name: wanted[name] for name in ("kind", "owner", "note", "external_id", "created_at") if name in wanted
        }
        if fold(entry.name) != fold(wanted["name"]) or (wanted.get("external_id") and entry.name != wanted["name"]):
            said["name"] = wanted["name"]
        if "of" in wanted and wanted["of"] is not entry:
            said["company"] = wanted["of"]
        entry.values = dict.fromkeys(("owner", "note", "company", "tags", "created_at")) | entry.values
        diff = super().changes(entry, said, repeated=repeated)
        if tags := [tag for tag in wanted["tags"] if tag not in (entry.values["tags"] or [])]:
            diff["tags"] = [*(entry.values["tags"] or []), *tags]
        if wanted["added"]:
            diff["handles"] = (entry.values.get("handles") or {}) | wanted["added"]
        entry.company = diff.get("company", entry.company)
        if "name" in diff:
            entry.name = diff["name"]
            self._clients.by_name[fold(entry.name)].append(entry)
        return diff

    # Writing

    def write(self, session: Session, new: Sequence[Entry], changed: Mapping[Entry, dict[str, Any]]) -> None:
        waiting = [entry for entry in (*self._clients.added, *new) if isinstance(entry, Client)]
        self.refs.number(waiting)
        waiting.sort(key=lambda client: client.line or sys.maxsize)  # refs in the order of the file
        write_customers(session, waiting, self.book)
        rows = self._rows(session, changed)
        for entry, diff in changed.items():
            self._change(session, rows[entry.id or 0], diff)
        session.flush()
        self.refs.count_on(session)

    def _change(self, session: Session, row: Customer, diff: Mapping[str, Any]) -> None:
        for name in ("kind", "name", "note", "external_id", "created_at"):
            if name in diff:
                setattr(row, name, diff[name])
        row.name_key = fold(row.name)
        if "company" in diff:
            row.company_id = diff["company"].id
        if "owner" in diff:
            row.owner_id, row.owner_name = owner_of(diff["owner"]).values()
        _give(session, row, diff, self.book.keys)

    def written(self, new: Sequence[Entry]) -> None:
        self._clients.written(each for each in (*self._clients.added, *new) if isinstance(each, Client))
        self._clients.added.clear()


def _same_id(known: Client, id: str | None) -> bool:
    return id is None or known.external_id in (None, id)


def _same_ref(known: Client, ref: int | None) -> bool:
    """Two rows of an export are two records, however alike."""
    return ref is None or known.ref in (None, ref)


def write_customers(session: Session, new: Sequence[Client], book: Book) -> None:
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
            _give(session, row, client.values, book.keys, fresh=True)
        for client, row in zip(ready, rows, strict=True):
            row.company_id = client.company.id if client.company else None
        rest = [each for each in rest if not each.id]
    session.flush()


def _customer(client: Client, book: Book) -> Customer:
    values = client.values
    return Customer(
        id=client.kept,
        kind=values["kind"],
        name=values["name"],
        name_key=fold(values["name"]),
        company_id=client.company.id if client.company else None,
        note=values.get("note"),
        external_id=values.get("external_id"),
        created_at=values.get("created_at") or book.now,
        **owner_of(values["owner"]) if values.get("owner") else {},
    )


def _give(session: Session, row: Customer, values: Mapping[str, Any], keys: Keys, *, fresh: bool = False) -> None:
    """The phones, emails and tags that they do not have yet."""
    assert row.id
    handles, tags = values.get("handles") or {}, values.get("tags") or ()
    known: set[Any] = set()
    if not fresh:
        known |= set(session.exec(select_rows(Handle.value_key).where(Handle.customer_id == row.id)))
        known |= set(session.exec(select_rows(Tag.tag).where(Tag.customer_id == row.id)))
    session.add_all(sealed_handle(keys, row, *each) for key, each in handles.items() if key not in known)
    session.add_all(Tag(customer_id=row.id, tag=tag) for tag in tags if tag not in known)
