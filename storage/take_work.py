"""Follow-ups and what was said and done, from the rows of a file."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select
from sqlmodel import Session

from crmbot.names import fold
from storage.cells import BadCell, clean_note, is_bare_day, read_day, read_moment
from storage.known import Clients, Entry, Owners
from storage.mapping import words
from storage.tables import Interaction, Task
from storage.take_customers import write_customers
from storage.takers import Book, Said, Taker, Wanted, cell_of, owner_of, ref_of, to_the_second, word_in

TASK, INTERACTION = Task.__table__, Interaction.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
SUBJECT, MORNING = 500, time(9)  # a task without a time is due at the beginning of the working day


class WorkTaker(Taker):
    """Both kinds: with a customer, and without a ref known by what they say."""

    def __init__(self, connection: Connection, book: Book) -> None:
        super().__init__(connection, book)
        self.clients, self.owners = Clients(connection), Owners(connection)
        self._by_id: dict[int, tuple[Entry, int | None]] = {}  # and whose it is
        self._by_key: dict[tuple[Any, ...], deque[Entry]] = defaultdict(deque)
        for row in connection.execute(select(self.table).order_by(self.table.c.id)):
            entry = Entry(row.id)
            self._by_id[row.id] = entry, row.customer_id
            self._by_key[self.key_of_row(row)].append(entry)

    def key_of_row(self, row: Any) -> tuple[Any, ...]:
        raise NotImplementedError

    def key_of(self, wanted: Wanted) -> tuple[Any, ...]:
        raise NotImplementedError

    def resolve(self, wanted: Wanted) -> Wanted:
        return wanted | ({"customer": self.clients.buyer(wanted["customer"])} if wanted.get("customer") else {})

    def find(self, wanted: Wanted, line: int) -> Entry | None:
        """Another database's T5 is not ours: that of another customer."""
        entry, whose = self._by_id.get(wanted["ref"] or 0, (None, None))
        if entry and self.clients.same(whose, wanted.get("customer")) and not entry.line:
            return entry
        waiting = self._by_key.get(self.key_of(wanted), deque())
        while waiting:
            entry = waiting.popleft()  # one row, one record: two may well be alike
            if not entry.line:
                return entry
        return None

    def add(self, wanted: Wanted) -> Entry:
        said = {name: value for name, value in wanted.items() if name != "ref"}
        return Entry(values=self.empty() | said, read=True)

    def empty(self) -> dict[str, Any]:
        raise NotImplementedError

    def write(self, session: Session, new: Sequence[Entry], changed: Mapping[Entry, dict[str, Any]]) -> None:
        write_customers(session, self.clients.added, self.book)
        self.refs.number(new)
        rows = [self.row(id=entry.kept, **self._columns(entry.values)) for entry in new]
        session.add_all(rows)
        session.flush()
        for entry, row in zip(new, rows, strict=True):
            entry.id = row.id
        known = self._rows(session, changed)
        for entry in changed:
            for name, value in self._columns(entry.values).items():
                setattr(known[entry.id or 0], name, value)
        session.flush()
        self.refs.count_on(session)

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def written(self, new: Sequence[Entry]) -> None:
        self.clients.written(self.clients.added)
        self.clients.added.clear()


class TaskTaker(WorkTaker):
    row, table, letter = Task, TASK, "T"

    def read(self, line: int, said: Said) -> Wanted:
        subject = " ".join(cell_of(said, "subject").split())
        if not subject:
            raise BadCell("no-subject")
        wanted: Wanted = {
            "subject": subject[:SUBJECT],
            "customer": self.book.text(said, "customer", line),
            "due": self._due(cell_of(said, "due")),
            "status": word_in("task_status", said, "status"),
            "priority": word_in("ticket_priority", said, "priority"),
            "created_at": self.book.moment(said, "created"),
        }
        if owner := self.book.text(said, "owner", line):
            wanted["owner"] = self.owners.called(owner)
        return {name: value for name, value in wanted.items() if value is not None} | {"ref": ref_of(said, "T")}

    def _due(self, cell: str) -> tuple[datetime, bool, str] | None:
        """When, whether that is a whole day, and in which zone: ours, or one that keeps the hours of the cell."""
        if not cell:
            return None
        zone, order = self.book.zone, self.book.orders["due"]
        if is_bare_day(cell, order):
            return datetime.combine(read_day(cell, order), MORNING, ZoneInfo(zone)).astimezone(UTC), True, zone
        at = read_moment(cell, order, zone)
        return at, False, _zone_of(cell, at, zone)

    def empty(self) -> dict[str, Any]:
        names = ("customer", "due", "owner", "created_at", "done_at")
        return dict.fromkeys(names) | {"status": "open", "priority": "normal"}

    def key_of_row(self, row: Any) -> tuple[Any, ...]:
        return fold(row.subject), row.customer_id, to_the_second(row.due_at)

    def key_of(self, wanted: Wanted) -> tuple[Any, ...]:
        customer, due = wanted.get("customer"), wanted.get("due")
        return fold(wanted["subject"]), customer and (customer.id or "new"), due and due[0]

    def values_of(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ("subject", "status", "priority", "created_at", "done_at")} | {
            "customer": self.clients.by_id.get(row.customer_id),
            "owner": row.owner_id or row.owner_name,
            "due": (row.due_at, row.all_day, row.due_zone) if row.due_at else None,
        }

    def changes(self, entry: Entry, wanted: Wanted, *, repeated: bool) -> dict[str, Any]:
        """The same moment, said in another zone, is no change."""
        due, known = wanted.get("due"), entry.values.get("due")
        if due and known and due[:2] == (to_the_second(known[0]), known[1]):
            wanted = {name: value for name, value in wanted.items() if name != "due"}
        return super().changes(entry, wanted, repeated=repeated)

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Nobody is reminded of what was due before it came here."""
        due_at, all_day, zone = values["due"] or (None, False, self.book.zone)
        open_ = values["status"] == "open"
        return {
            "subject": values["subject"],
            "customer_id": values["customer"].id if values["customer"] else None,
            "due_at": due_at,
            "all_day": all_day,
            "due_zone": zone,
            "remind_at": due_at if open_ and due_at and due_at > self.book.now else None,
            "status": values["status"],
            "priority": values["priority"],
            "created_at": values["created_at"] or min(self.book.now, due_at or self.book.now),
            "done_at": None if open_ else values["done_at"] or min(self.book.now, due_at or self.book.now),
            **owner_of(values["owner"]),
        }


def _zone_of(cell: str, at: datetime, zone: str) -> str:
    """`zone`, unless the cell names another offset from UTC in whole hours."""
    stated = _stated_offset(cell)
    if stated is None or stated == at.astimezone(ZoneInfo(zone)).utcoffset():
        return zone
    hours, rest = divmod(stated.total_seconds(), 3600)
    return zone if rest else f"Etc/GMT{-int(hours):+d}" if hours else "UTC"


def _stated_offset(cell: str) -> Any:
    try:
        return datetime.fromisoformat(cell).utcoffset()
    except ValueError:
        return None


class InteractionTaker(WorkTaker):
    row, table, letter = Interaction, INTERACTION, "I"

    def read(self, line: int, said: Said) -> Wanted:
        customer, said_then = self.book.text(said, "customer", line), clean_note("\n".join(said.get("text", ())))
        if not customer or not said_then:
            raise BadCell("no-words" if customer else "no-customer")
        wanted: Wanted = {
            "customer": customer,
            "kind": _kind_of(cell_of(said, "kind")),
            "at": self.book.moment(said, "when"),
            "text": said_then,
        }
        if by := self.book.text(said, "by", line):
            wanted["owner"] = self.owners.called(by)
        return {name: value for name, value in wanted.items() if value is not None} | {"ref": ref_of(said, "I")}

    def empty(self) -> dict[str, Any]:
        return {"kind": "note", "at": self.book.now, "owner": None}

    def key_of_row(self, row: Any) -> tuple[Any, ...]:
        return row.customer_id, to_the_second(row.at), row.text

    def key_of(self, wanted: Wanted) -> tuple[Any, ...]:
        return wanted["customer"].id or "new", wanted.get("at"), wanted["text"]

    def values_of(self, row: Any) -> dict[str, Any]:
        return {
            "customer": self.clients.by_id.get(row.customer_id),
            "kind": row.kind,
            "at": row.at,
            "text": row.text,
            "owner": row.by or row.author,
        }

    def _columns(self, values: Mapping[str, Any]) -> dict[str, Any]:
        by = owner_of(values["owner"])
        columns = {"customer_id": values["customer"].id, "kind": values["kind"], "at": values["at"]}
        return columns | {"text": values["text"], "by": by["owner_id"], "author": by["owner_name"]}


def _kind_of(cell: str) -> str | None:
    """By a word in it: "Outbound call", 电话拜访."""
    said = cell.casefold()
    return next((kind for word, kind in words("interaction_kinds").items() if word in said), "note" if said else None)
