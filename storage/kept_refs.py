"""Refs of a file that records keep: those of an export, where no record of its kind has ever been."""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy import text as sql
from sqlmodel import Session

from storage.known import Entry
from storage.tables import Change

LARGEST = 99_999_999
CHANGE = Change.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables


class KeptRefs:
    """A ref is never used again: where there was a record before, the rows of a file get new ones."""

    def __init__(self, connection: Connection, row: type[Any]) -> None:
        table = row.__table__
        self._table = table
        past = select(CHANGE.c.id).where(CHANGE.c.kind == row.__name__).limit(1)
        self._first = connection.execute(select(table.c.id).limit(1)).first() is None
        self._first = self._first and connection.execute(past).first() is None
        self._taken: set[int] = set()
        self._others: Iterator[int] = count(1)

    def expect(self, refs: Iterable[int | None]) -> None:
        """All refs of the file: what has none gets one beyond them."""
        most = max((ref or 0 for ref in refs), default=0)
        self._first = self._first and 0 < most <= LARGEST
        self._others = count(most + 1)

    def claim(self, entry: Entry, ref: int | None) -> None:
        """A row with this ref means `entry`; a ref that stands there twice is that of the first."""
        if ref and ref not in self._taken and entry.ref is None:
            entry.ref = ref
        self._taken.add(ref or 0)

    def elsewhere(self, letter: str, ref: int | None) -> str | None:
        """What a row is known by where it comes from, when it gets a new ref here."""
        return f"{letter}{ref}" if ref and not self._first else None

    def number(self, entries: Iterable[Entry]) -> None:
        if self._first:
            for entry in entries:
                entry.kept = entry.kept or entry.ref or next(self._others)

    def count_on(self, session: Session) -> None:
        """PostgreSQL counts by itself, and would come to the numbers that were given here."""
        if self._first and session.connection().dialect.name == "postgresql":
            name = self._table.name
            of = f"pg_get_serial_sequence('\"{name}\"', 'id')"
            session.connection().execute(sql(f'SELECT setval({of}, (SELECT max(id) FROM "{name}"))'))
