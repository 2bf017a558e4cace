"""Adding a record the short way: its insert, its change and its grams; a flush of the ORM costs four times as much."""

from functools import cache
from typing import Any, TypeVar

from sqlalchemy import insert, inspect
from sqlalchemy.orm import make_transient_to_detached
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


@cache
def _insert(kind: Any) -> Statement:
    return Statement(insert(kind.__table__))
