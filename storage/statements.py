"""What every message asks of the database, compiled once and, on SQLite, run on the driver itself.

Building, caching and executing a Core statement costs several times what SQLite needs to carry it out, and a message
needs a dozen. Elsewhere, where the way to the server costs more than that, the ordinary road is taken.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from crmbot.errors import Unavailable
from storage.columns import Moment, Note

AWAY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}
Values = Mapping[str, Any]


class Statement:
    """One statement of Core; its parameters are the same ones each time."""

    def __init__(self, clause: Executable) -> None:
        self._clause = clause
        self._compiled: _Compiled | None = None
        self._dialect: Any = None

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

    def changed(self, connection: Connection, values: Values) -> int:
        """How many rows it changed."""
        if connection.dialect.name != "sqlite":
            return int(connection.execute(self._clause, values).rowcount)
        return _execute(connection, self._ready(connection, values), values).rowcount

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
        ready = self._compiled
        if ready is None or (ready.has_notes and self._dialect is not connection.dialect):
            self._dialect = connection.dialect
            self._compiled = ready = _Compiled(self._clause, connection, values)
        return ready


class _Compiled:
    """The words of a statement for SQLite, how its parameters are bound and how its columns are read."""

    def __init__(self, clause: Executable, connection: Connection, values: Values) -> None:
        dialect = connection.dialect
        compiled: Any = clause.compile(dialect=dialect, column_keys=list(values))  # type: ignore[attr-defined]  # all clauses do
        self.words = str(compiled)
        self._fixed = {
            name: value for name, value in compiled.construct_params({}, _check=False).items() if name not in values
        }
        processors = compiled._bind_processors
        moments = {name for name, bind in compiled.binds.items() if isinstance(bind.type, Moment)}
        self._binds = [
            (name, _moment if name in moments else processors.get(name)) for name in compiled.positiontup or ()
        ]
        kinds = [column.type for column in compiled._result_columns]
        self._reads = [kind._cached_result_processor(dialect, None) for kind in kinds]
        kinds += [bind.type for bind in compiled.binds.values()]
        self.has_notes = any(isinstance(kind, Note) for kind in kinds)  # which each database seals with its own key

    def bound(self, values: Values) -> list[Any]:
        """The parameters as the driver takes them, in their order."""
        given = {**self._fixed, **values} if self._fixed else values
        return [given[name] if bind is None else bind(given[name]) for name, bind in self._binds]

    def read(self, row: Sequence[Any]) -> Sequence[Any]:
        return [value if read is None else read(value) for read, value in zip(self._reads, row, strict=True)]


def _moment(value: datetime | None) -> str | None:
    """As SQLAlchemy writes a `Moment` for SQLite, in a fifth of the time: a message has eight of them."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a time without a zone")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]  # without +00:00


def _execute(connection: Connection, ready: _Compiled, values: Values) -> sqlite3.Cursor:
    driver: Any = connection.connection.dbapi_connection  # SQLite's is the driver's own
    try:
        cursor: sqlite3.Cursor = driver.execute(ready.words, ready.bound(values))
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


@contextmanager
def held(connection: Connection) -> Iterator[None]:
    """On SQLite a savepoint by the driver itself; elsewhere the session opens one, when it is first used."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT held")
    try:
        yield
    except BaseException:
        driver.execute("ROLLBACK TO held")
        raise
    finally:
        driver.execute("RELEASE held")


def connection_of(session: Session) -> Connection:
    """The connection of a store's session, for statements of our own.

    To ask the session for it makes it open its savepoint, which on SQLite is there already: see `held`.
    """
    bind = session.bind
    return bind if isinstance(bind, Connection) and bind.dialect.name == "sqlite" else session.connection()
