"""Column types that are the same on SQLite, PostgreSQL and MySQL. Migrations import them: they do not change."""

from typing import Any

from sqlalchemy import DateTime, LargeBinary, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import UTCDateTime

MYSQL = ("mysql", "mariadb")


class Moment(UTCDateTime):
    """`UTCDateTime` that keeps microseconds on MySQL too."""

    cache_ok = True

    def __repr__(self) -> str:
        return "Moment()"

    def load_dialect_impl(self, dialect: Any) -> Any:
        kind = _mysql("DATETIME", fsp=6) if dialect.name in MYSQL else DateTime(timezone=True)
        return dialect.type_descriptor(kind)


class Otherwise(TypeDecorator[Any]):
    """A type that MySQL calls otherwise; its dialect, 2 MB, is loaded only where it is spoken."""

    impl: Any = LargeBinary
    cache_ok = True

    def __init__(self, usual: TypeEngine[Any], name: str, **given: Any) -> None:
        super().__init__()
        self.impl = usual
        self.usual, self.name, self.given = usual, name, tuple(given.items())

    def load_dialect_impl(self, dialect: Any) -> Any:
        kind = _mysql(self.name, **dict(self.given)) if dialect.name in MYSQL else self.usual
        return dialect.type_descriptor(kind)


class Note(TypeDecorator[str]):
    """What somebody wrote of somebody: in clear or sealed, as the engine's `notes` decide (storage/notes.py)."""

    impl = Text
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def __repr__(self) -> str:
        return f"Note({self.column!r})"

    def load_dialect_impl(self, dialect: Any) -> Any:
        return dialect.type_descriptor(_mysql("MEDIUMTEXT") if dialect.name in MYSQL else Text())

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        notes = getattr(dialect, "notes", None)
        return value if value is None or notes is None else notes.kept(self.column, value)

    def process_result_value(self, value: Any, dialect: Any) -> str | None:
        notes: Any = getattr(dialect, "notes", None)
        said: str | None = value if value is None or notes is None else notes.said(self.column, value)
        return said


def are_sealed(dialect: Any, column: Any) -> bool:
    """Whether nothing can be searched in a column of a database."""
    notes = getattr(dialect, "notes", None)
    return isinstance(column.type, Note) and notes is not None and notes.sealed


def is_binary(kind: Any) -> bool:
    return isinstance(kind.usual if isinstance(kind, Otherwise) else kind, LargeBinary)


def _mysql(name: str, **given: Any) -> Any:
    from sqlalchemy.dialects import mysql

    return getattr(mysql, name)(**given)


DIGEST = Otherwise(LargeBinary(32), "BINARY", length=32)
SEALED = Otherwise(LargeBinary(), "LONGBLOB")
LONG = Otherwise(Text(), "MEDIUMTEXT")
SEAL_ID = Otherwise(LargeBinary(16), "BINARY", length=16)
EXACT = Otherwise(String(8), "VARCHAR", length=8, collation="utf8mb4_bin")
