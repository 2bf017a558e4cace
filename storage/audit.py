"""Who did what to which records, each row sealing the one before it: edited, deleted or reordered rows are found."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from storage.changes import Acting
from storage.statements import Statement
from storage.tables import Audit as AuditRow
from storage.tables import Setting

AUDIT, SETTING = AuditRow.__table__, Setting.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
HEAD = Statement(select(AUDIT.c.chain).order_by(AUDIT.c.id.desc()).limit(1))
LOCK = select(SETTING.c.value).where(SETTING.c.name == "audit").with_for_update()
ADD = Statement(insert(AUDIT))
LONGEST = 500
FIRST = bytes(32)


@dataclass(slots=True)
class Entry:
    at: datetime
    member_id: int | None
    kind: str
    refs: str = ""
    fields: str = ""
    digest: bytes = FIRST

    def chained(self, head: bytes) -> bytes:
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        said = "\x1f".join((at, str(self.member_id), self.kind, self.refs, self.fields))
        return hashlib.sha256(head + said.encode() + self.digest).digest()


class Head:
    """The end of the chain, as one transaction knows it: read once, however many messages share the commit."""

    def __init__(self) -> None:
        self.chain: bytes | None = None


class Audit:
    """Collects what one message did; written at its end, for the head of the chain is locked from then on."""

    def __init__(self, connection: Connection, head: Head) -> None:
        self._connection = connection
        self._head = head
        self._entries: list[Entry] = []

    def add(self, at: datetime, member_id: int | None, kind: str) -> None:
        self._entries.append(Entry(at, member_id, kind[:64]))

    def add_changes(self, acting: Acting) -> None:
        if acting.changed:
            refs, fields = " ".join(dict.fromkeys(acting.refs)), " ".join(dict.fromkeys(acting.fields))
            self._entries.append(
                Entry(acting.at, acting.member_id, acting.kind[:64], refs[:LONGEST], fields[:LONGEST], acting.digest)
            )

    def write(self) -> None:
        if not self._entries:
            return
        head = self._head.chain or self._read()
        rows: list[dict[str, Any]] = []
        for entry in self._entries:
            head = entry.chained(head)
            rows.append({name: getattr(entry, name) for name in Entry.__slots__} | {"chain": head})
        self._head.chain = None  # unless the row is written
        ADD.run_many(self._connection, rows)
        self._head.chain = head
        self._entries.clear()

    def _read(self) -> bytes:
        if self._connection.dialect.name != "sqlite":  # there one writer at a time is the rule anyway
            self._connection.execute(LOCK)
        return HEAD.value(self._connection, {}) or FIRST


def broken_at(connection: Connection) -> int | None:
    """The id of the first row that does not fit the one before it; None when the whole chain holds."""
    head = FIRST
    columns = [AUDIT.c.id, AUDIT.c.chain, *(AUDIT.c[name] for name in Entry.__slots__)]
    for id, chain, *values in connection.execute(select(*columns).order_by(AUDIT.c.id)):
        head = Entry(*values).chained(head)
        if head != chain:
            return int(id)
    return None
