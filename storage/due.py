"""Rows that fall due, in the tables that say so by `falls_due`."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, inspect, select, update

from crmbot.due import Fallen
from crmbot.reply import Notice
from storage import outbox
from storage.changes import TRACKED
from storage.rows import load_rows
from storage.statements import Statement
from storage.store import Store
from storage.tables import Tracked


@dataclass(frozen=True, slots=True)
class _Kind:
    """One column with times in one table."""

    table: type[Tracked]
    first: Statement
    fallen: Statement
    claim: Statement
    row: Statement
    put_off: Any


class DueRows:
    """Of the kinds that somebody speaks for."""

    def __init__(self, kinds: Collection[str]) -> None:
        known = _kinds()
        if unknown := set(kinds) - set(known):
            raise ValueError(f"no table says when these fall due: {', '.join(sorted(unknown))}")
        self._kinds = {name: known[name] for name in kinds}

    def fallen(self, store: Store, now: datetime, most: int) -> Sequence[Fallen]:
        """What is due, the oldest first, and no more than so many of each kind."""
        return [
            Fallen(name, row, at)
            for name, kind in self._kinds.items()
            for row, at in kind.fallen.all(store.connection, {"now": now, "most": most})
        ]

    def next_at(self, store: Store) -> datetime | None:
        times = [kind.first.value(store.connection, {}) for kind in self._kinds.values()]
        return min((at for at in times if at), default=None)

    def claim(self, fallen: Fallen, store: Store, now: datetime) -> Tracked | None:
        """The row, now without that time; nothing if somebody else has claimed, moved or deleted it."""
        kind = self._kinds[fallen.kind]
        if kind.claim.changed(store.connection, {"one": fallen.row, "was": fallen.at}) != 1:
            return None
        store.acts(None, fallen.kind, now)
        found = kind.row.all(store.connection, {"one": fallen.row})
        return next(iter(load_rows(store.session, kind.table, found)), None)

    def say(
        self, notices: Iterable[Notice], fallen: Fallen, store: Store, token: Callable[[], str], now: datetime
    ) -> None:
        """Unless it was said before: an undo may have put the row back to where it was."""
        for number, each in enumerate(notices):
            occasion = f"{fallen.kind}/{fallen.row}/{fallen.at.isoformat()}/{number}"
            if not outbox.was_said(store.connection, occasion):
                store.say(each.reply, each.place, each.language, token(), now, occasion=occasion, once=each.once)

    def put_off(self, fallen: Fallen, store: Store, until: datetime) -> None:
        values = {"one": fallen.row, "was": fallen.at, "until": until}
        store.connection.execute(self._kinds[fallen.kind].put_off, values)


def first_due(connection: Connection) -> datetime | None:
    """The earliest time of any kind."""
    times = [kind.first.value(connection, {}) for kind in _kinds().values()]
    return min((at for at in times if at), default=None)


@cache
def _kinds() -> dict[str, _Kind]:
    return {name: _kind(table, column) for table in TRACKED for name, column in table.falls_due.items()}


def _kind(table: type[Tracked], name: str) -> _Kind:
    rows: Any = table.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
    at = rows.c[name]
    mine = update(rows).where(rows.c.id == bindparam("one"), at == bindparam("was"))
    columns = [rows.c[each.key] for each in inspect(table).column_attrs]
    fallen = select(rows.c.id, at).where(at <= bindparam("now")).order_by(at).limit(bindparam("most"))
    return _Kind(
        table,
        Statement(select(func.min(at)).where(at.is_not(None))),
        Statement(fallen),
        Statement(mine.values({name: None})),
        Statement(select(*columns).where(rows.c.id == bindparam("one"))),
        mine.values({name: bindparam("until")}),
    )
