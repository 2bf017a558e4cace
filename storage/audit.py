"""Who did what to which records, each row sealing the one before it: edited, deleted or reordered rows are found."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage.changes import Acting
from storage.statements import Statement
from storage.tables import Audit as AuditRow
from storage.tables import Setting

AUDIT, SETTING = AuditRow.__table__, Setting.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
HEAD = Statement(select(AUDIT.c.chain).order_by(AUDIT.c.id.desc()).limit(1))
BEGINS = select(SETTING.c.value).where(SETTING.c.name == "audit")  # with the mark of the last row that was let go
LOCK = BEGINS.with_for_update()
ADD = Statement(insert(AUDIT))
LONGEST = 500
MARK = 16  # digits
TOLD = "audit mark"  # the last one that the owners were told
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
        return HEAD.value(self._connection, {}) or _beginning(self._connection)


def broken_at(connection: Connection) -> int | None:
    """The id of the first row that does not fit the one before it; None when the whole chain holds."""
    head = _beginning(connection)
    columns = [AUDIT.c.id, AUDIT.c.chain, *(AUDIT.c[name] for name in Entry.__slots__)]
    for id, chain, *values in connection.execute(select(*columns).order_by(AUDIT.c.id)):
        head = Entry(*values).chained(head)
        if head != chain:
            return int(id)
    return None


def _beginning(connection: Connection) -> bytes:
    return bytes.fromhex(connection.execute(BEGINS).scalar() or "") or FIRST


def mark(connection: Connection) -> tuple[int, str] | None:
    """The last row and the sixteen digits that stand for it and all before; nothing while there is none."""
    row = connection.execute(select(AUDIT.c.id, AUDIT.c.chain).order_by(AUDIT.c.id.desc()).limit(1)).first()
    return (row.id, row.chain.hex()[:MARK]) if row else None


def new_mark(connection: Connection, said: str) -> bool:
    """Whether this is another mark than the one before; then it is noted."""
    known = connection.execute(select(SETTING.c.value).where(SETTING.c.name == TOLD)).scalar()
    if known is None:
        connection.execute(insert(SETTING), {"name": TOLD, "value": said})
    else:
        connection.execute(update(SETTING).where(SETTING.c.name == TOLD).values(value=said))
    return known != said


def holds(connection: Connection, said: str) -> bool:
    """Whether a mark that was told once still is in the chain: then nothing before it was changed or cut off."""
    wanted = said.casefold()
    chains = connection.execute(select(AUDIT.c.chain)).scalars()
    return len(wanted) == MARK and any(chain.hex()[:MARK] == wanted for chain in chains)


def forget_up_to(connection: Connection, first: int | None, most: int) -> int:
    """Let go of the oldest rows before row `first`, all if there is no such row; how many it were."""
    connection.execute(LOCK if connection.dialect.name != "sqlite" else BEGINS)
    old = select(AUDIT.c.id, AUDIT.c.chain).order_by(AUDIT.c.id).limit(most)
    rows = connection.execute(old if first is None else old.where(AUDIT.c.id < first)).all()
    if rows:
        connection.execute(delete(AUDIT).where(AUDIT.c.id <= rows[-1].id))
        connection.execute(update(SETTING).where(SETTING.c.name == "audit").values(value=rows[-1].chain.hex()))
    return len(rows)
