"""Adding and loading records the short way: the ORM's own costs four times as much, and every message does both."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import insert, inspect
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from storage.changes import record
from storage.statements import Statement
from storage.tables import Tracked

R = TypeVar("R", bound=Tracked)


def add_row(session: Session, row: R) -> R:
    """Insert `row` at once; from then on it is a row of the session like one that was loaded.

    What waits to be flushed is flushed first, so that what `row` points to is there.
    """
    if session.new or session.dirty or session.deleted:
        session.flush()
    kind: Any = type(row)
    columns = inspect(kind).column_attrs.keys()
    values = {key: getattr(row, key) for key in columns if key != "id"}
    row.id = _insert(kind).insert(session.connection(), values)
    make_transient_to_detached(row)
    session.add(row)
    record(session, row)
    return row


def load_rows(session: Session, kind: type[R], found: Iterable[Sequence[Any]]) -> list[R]:
    """Rows of `kind`, read with all its columns in their order, as rows of the session."""
    return [_loaded(session, kind, values) for values in found]


def _loaded(session: Session, kind: Any, values: Sequence[Any]) -> Any:
    mapper = inspect(kind)
    known = session.identity_map.get(mapper.identity_key_from_primary_key((values[0],)))
    if known is not None:
        return known
    row = kind()
    for attribute, value in zip(mapper.column_attrs, values, strict=True):
        set_committed_value(row, attribute.key, value)
    make_transient_to_detached(row)
    session.add(row)
    return row


@cache
def _insert(kind: Any) -> Statement:
    return Statement(insert(kind.__table__))
