"""Whether all is well with a database: what `doctor` says, a sentence for each thing that it looked at."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from crmbot.signs import LATE as DUE_LATE
from storage.audit import broken_at, holds
from storage.audit import mark as mark_of
from storage.database import Database
from storage.due import first_due
from storage.migrate import HEAD, version
from storage.opening import key_path
from storage.outbox import OUTGOING, PLACE
from storage.tables import Audit, MemberRow, Waiting

LATE = timedelta(minutes=15)  # a reply that is older and not sent is a sign of trouble
ON_THEIR_WAY = (
    select(func.count(), func.min(OUTGOING.c.created_at))
    .join_from(OUTGOING, PLACE)
    .where(OUTGOING.c.sent_at.is_(None), OUTGOING.c.dead.is_(None), PLACE.c.dead.is_(None))
)
GIVEN_UP = select(func.count()).where(OUTGOING.c.dead.is_not(None))
LEAVE_AT = 10_000_000_000  # bytes; a backup of more takes minutes
SPARE = 200_000_000  # bytes that should be free beside a second copy of the database


@dataclass(frozen=True, slots=True)
class Finding:
    words: str
    bad: bool


@dataclass(frozen=True, slots=True)
class Lags:
    """How long the oldest row waits that is due, and the oldest reply; how many wait, how many never will be sent."""

    due: timedelta
    unsent: timedelta
    waiting: int
    given_up: int


def lags(connection: Connection, now: datetime) -> Lags:
    waiting, oldest = connection.execute(ON_THEIR_WAY).one()
    given_up = connection.execute(GIVEN_UP).scalar() or 0
    first = first_due(connection)
    return Lags(_since(first, now), _since(oldest, now), waiting, given_up)


def _since(moment: datetime | None, now: datetime) -> timedelta:
    return max(timedelta(), now - moment) if moment else timedelta()


def findings(database: Database, owners: Sequence[str], now: datetime, mark: str = "") -> list[Finding]:
    """All that was looked at, the file first. `owners` are those of the settings, as in telegram:1001.

    `mark`: of the audit chain, as the owners were told it once.
    """
    outgoing, due = partial(_outgoing, now=now), partial(_due, now=now)
    looks: list[Callable[[Connection], Iterator[Finding]]] = [_version, _audit, _waiting, outgoing, due, _places]
    with database.reading() as store:
        connection = store.connection
        found = [*_file(database, connection)] if connection.dialect.name == "sqlite" else []
        found += [finding for look in looks for finding in look(connection)]
        found += _owners(connection, owners)
        found += _mark(connection, mark) if mark else []
    return [*found, *_key(database)]


def _file(database: Database, connection: Connection) -> Iterator[Finding]:
    said = connection.execute(text("PRAGMA quick_check(3)")).scalars().all()
    sound = said == ["ok"]
    yield Finding(
        "The file is sound." if sound else f"The file is damaged: {'; '.join(said)}. Restore a backup.", not sound
    )
    orphans = len(connection.execute(text("PRAGMA foreign_key_check")).all())
    yield Finding(f"Rows that point nowhere: {orphans}.", bool(orphans))
    journal, flush, keys = (
        connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
    )
    durable = (journal, flush, keys) == ("wal", 2, 1)
    words = f"Journal {journal}, synchronous {flush}, foreign keys {keys}"
    yield Finding(f"{words}." if durable else f"{words}: should be wal, 2 and 1.", not durable)
    yield from _room(Path(str(database.url.database)))


def _room(file: Path) -> Iterator[Finding]:
    log = Path(f"{file}-wal")
    size, free = file.stat().st_size + (log.stat().st_size if log.exists() else 0), shutil.disk_usage(file.parent).free
    big = size > LEAVE_AT
    words = f"The database has {_megabytes(size)}"
    leave = f"leave SQLite for PostgreSQL at about {LEAVE_AT // 1_000_000_000} GB, or when two machines are to serve"
    yield Finding(f"{words}: it is time to move to PostgreSQL." if big else f"{words}; {leave}.", big)
    short = free < size + SPARE
    wanted = f", fewer than a second copy and {_megabytes(SPARE)}: make room" if short else ""
    yield Finding(f"{_megabytes(free)} are free on its disk{wanted}.", short)


def _version(connection: Connection) -> Iterator[Finding]:
    found = version(connection)
    yield Finding(f"The tables are of version {found}; this program knows {HEAD}.", found != HEAD)


def _audit(connection: Connection) -> Iterator[Finding]:
    broken = broken_at(connection)
    if broken is not None:
        yield Finding(f"The audit chain is broken at row {broken}: it or a row before it was changed.", True)
        return
    rows, last = connection.execute(select(func.count()).select_from(Audit)).scalar(), mark_of(connection)
    yield Finding(
        f"The audit chain holds, rows: {rows}, the last one's mark: {last[1] if last else 'none yet'}.", False
    )


def _mark(connection: Connection, mark: str) -> Iterator[Finding]:
    stands = holds(connection, mark)
    words = (
        "stands: nothing up to it was changed or cut off"
        if stands
        else "is not in the audit chain any more: rows were cut off, or it is older than two years"
    )
    yield Finding(f"The mark {mark} {words}.", not stands)


def _waiting(connection: Connection) -> Iterator[Finding]:
    counts = select(Waiting.parked, func.count(), func.min(Waiting.at)).group_by(Waiting.parked)  # type: ignore[call-overload]  # columns
    rows = {bool(parked): (count, oldest) for parked, count, oldest in connection.execute(counts)}
    waiting, parked = rows.get(False, (0, None)), rows.get(True, (0, None))
    since = f", the oldest since {_said(waiting[1])}" if waiting[1] else ""
    yield Finding(f"Messages that wait to be handled: {waiting[0]}{since}.", False)
    yield Finding(f"Messages put aside because they ended the bot three times: {parked[0]}.", bool(parked[0]))


def _outgoing(connection: Connection, now: datetime) -> Iterator[Finding]:
    count, oldest = connection.execute(ON_THEIR_WAY).one()
    if oldest is None:
        yield Finding("Replies that wait to be sent: 0.", False)
        return
    age = now - oldest
    yield Finding(f"Replies that wait to be sent: {count}, the oldest for {_age(age)}.", age > LATE)


def _due(connection: Connection, now: datetime) -> Iterator[Finding]:
    found = lags(connection, now)
    late = found.due > DUE_LATE
    words = "Nothing is due that was not said."
    if late:
        words = f"Something was due {_age(found.due)} ago and is not said: does the bot run?"
    yield Finding(words, late)


def _places(connection: Connection) -> Iterator[Finding]:
    dead = connection.execute(select(func.count()).where(PLACE.c.dead.is_not(None))).scalar()
    given_up = connection.execute(GIVEN_UP).scalar()
    yield Finding(f"Chats that cannot be reached any more: {dead}. Replies given up: {given_up}.", False)


def _owners(connection: Connection, owners: Sequence[str]) -> Iterator[Finding]:
    for owner in owners:
        channel, _, id = owner.partition(":")
        if not channel or not id:
            yield Finding(f"access.owners: {owner!r} is none; write telegram:1001.", True)
    query = select(func.count()).where(MemberRow.role == "owner", MemberRow.active.is_(True))  # type: ignore[attr-defined,arg-type]  # columns
    count = connection.execute(query).scalar() or 0
    told = f", in the settings: {len(owners)}" if owners else ""
    nobody = not count and not owners
    hint = ": start the bot and send it the code that it prints" if nobody else ""
    yield Finding(f"Owners among the members: {count}{told}{hint}.", nobody)


def _key(database: Database) -> Iterator[Finding]:
    file = key_path(database.url.render_as_string(hide_password=False))
    if not file.exists():
        yield Finding("The key fits; it is not beside the database.", False)
        return
    mode = file.stat().st_mode & 0o777
    open_to_others = os.name == "posix" and bool(mode & 0o077)
    words = f"can be read by others: chmod 600 {file}" if open_to_others else "keep a copy of it apart from the backups"
    yield Finding(f"The key fits. {file} has mode {mode:o}; {words}.", open_to_others)


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _age(age: timedelta) -> str:
    minutes = max(0, int(age / timedelta(minutes=1)))
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 2880 else f"{minutes // 1440} days"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size < 100_000_000 else f"{size / 1e6:,.0f} MB"
