"""What every message asks of the database, compiled once and, on SQLite, run on the driver itself.

Building, caching and executing a Core statement costs several times what SQLite needs to carry it out, and a message
needs a dozen. Elsewhere, where the way to the server costs more than that, the ordinary road is taken.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import IntegrityError

from crmbot.errors import Unavailable

AWAY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}
Values = Mapping[str, Any]


class Statement:
    """One statement of Core; its parameters are the same ones each time."""

    def __init__(self, clause: Executable) -> None:
        self._clause = clause
        self._compiled: _Compiled | None = None

    def first(self, connection: Connection, values: Values) -> Sequence[Any] | None:
        """The first row, in the order of the columns."""
        if connection.dialect.name != "sqlite":
            found = connection.execute(self._clause, values).first()
            return None if found is None else tuple(found)
        ready = self._ready(connection, values)
        row: Sequence[Any] | None = _execute(connection, ready, values).fetchone()
        return None if row is None else ready.read(row)

    def all(self, connection: Connection, values: Values) -> list[Sequence[Any]]:
        if connection.dialect.name != "sqlite":
            return [tuple(row) for row in connection.execute(self._clause, values)]
        ready = self._ready(connection, values)
        return [ready.read(row) for row in _execute(connection, ready, values)]

    def value(self, connection: Connection, values: Values) -> Any:
        """The first column of the first row."""
        row = self.first(connection, values)
        return None if row is None else row[0]

    def run(self, connection: Connection, values: Values) -> None:
        if connection.dialect.name != "sqlite":
            connection.execute(self._clause, values)
        else:
            _execute(connection, self._ready(connection, values), values)

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        if connection.dialect.name != "sqlite":
            connection.execute(self._clause, rows)
            return
        ready = self._ready(connection, rows[0])
        for values in rows:
            _execute(connection, ready, values)

    def insert(self, connection: Connection, values: Values) -> int:
        """The id of the new row."""
        if connection.dialect.name != "sqlite":
            done: Any = connection.execute(self._clause, values)
            return int(done.inserted_primary_key[0])
        return int(_execute(connection, self._ready(connection, values), values).lastrowid or 0)

    def _ready(self, connection: Connection, values: Values) -> "_Compiled":
        if self._compiled is None:
            self._compiled = _Compiled(self._clause, connection, values)
        return self._compiled


class _Compiled:
    """The words of a statement for SQLite, how its parameters are bound and how its columns are read."""

    def __init__(self, clause: Executable, connection: Connection, values: Values) -> None:
        dialect = connection.dialect
        compiled: Any = clause.compile(dialect=dialect, column_keys=list(values))  # type: ignore[attr-defined]  # all clauses do
        self.words = str(compiled)
        self.fixed = {
            name: value for name, value in compiled.construct_params({}, _check=False).items() if name not in values
        }
        processors = compiled._bind_processors
        self.binds = [(name, processors.get(name)) for name in compiled.positiontup or ()]
        self.reads = [column.type._cached_result_processor(dialect, None) for column in compiled._result_columns]

    def read(self, row: Sequence[Any]) -> Sequence[Any]:
        return [read(value) if read else value for read, value in zip(self.reads, row, strict=True)]


def _execute(connection: Connection, ready: _Compiled, values: Values) -> sqlite3.Cursor:
    bound = [
        bind(value) if bind else value
        for name, bind in ready.binds
        for value in (values[name] if name in values else ready.fixed[name],)
    ]
    driver: Any = connection.connection.driver_connection
    try:
        cursor: sqlite3.Cursor = driver.execute(ready.words, bound)
    except sqlite3.IntegrityError as error:
        raise IntegrityError(ready.words, None, error) from error
    except sqlite3.Error as error:
        raise_if_away(error)
        raise
    return cursor


def raise_if_away(error: sqlite3.Error) -> None:
    """A database that is away or busy is no bug: the road must neither save nor acknowledge."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in AWAY:
        raise Unavailable(type(error).__name__) from error
