"""Adding and loading records the short way: the ORM's own costs four times as much, and every message does both."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import insert, inspect
from sqlalchemy.orm.attributes import instance_state
from sqlmodel import Session

from storage.changes import columns_of, record
from storage.statements import Statement, connection_of
from storage.tables import Tracked

R = TypeVar("R", bound=Tracked)


def add_row(session: Session, row: R) -> R:
    """Insert `row` at once; from then on it is a row of the session like one that was loaded."""
    write_row(session, row)
    _attach(session, row)
    return row


def write_row(session: Session, row: Tracked, *, part: bool = False) -> None:
    """Insert a row that nobody will ask the session for.

    What waits to be flushed is flushed first, so that what `row` points to is there. `part`: the change of the record
    that it belongs to tells of it too.
    """
    if session.new or session.dirty or session.deleted:
        session.flush()
    kind: Any = type(row)
    given = row.__dict__  # whoever tells the ORM of each value pays for it
    values = {key: given.get(key) for key in columns_of(kind) if key != "id"}
    given["id"] = _insert(kind).insert(connection_of(session), values)
    if not part:
        record(session, row)


def load_rows(session: Session, kind: type[R], found: Iterable[Sequence[Any]]) -> list[R]:
    """Rows of `kind`, read with all its columns in their order, as rows of the session."""
    return [_loaded(session, kind, values) for values in found]


def _loaded(session: Session, kind: Any, values: Sequence[Any]) -> Any:
    mapper = inspect(kind)
    known = session.identity_map.get(mapper.identity_key_from_primary_key((values[0],)))
    if known is not None:
        return known
    row = mapper.class_manager.new_instance()
    row.__dict__.update(zip(columns_of(kind), values, strict=True))
    _attach(session, row)
    return row


def _attach(session: Session, row: Any) -> None:
    """As the ORM attaches what it has read itself: its way for objects from elsewhere costs eight times as much."""
    state = instance_state(row)
    state._commit_all(state.dict)
    state.key = state.mapper.identity_key_from_primary_key((row.id,))
    state.session_id = session.hash_key
    session.identity_map.add(state)


@cache
def _insert(kind: Any) -> Statement:
    return Statement(insert(kind.__table__))
