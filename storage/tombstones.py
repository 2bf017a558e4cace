"""Who was erased, as keyed digests in a file beside the database: an older backup that is put back holds them again."""

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from storage.secrets import Keys
from storage.tables import Customer, Setting

if TYPE_CHECKING:
    from storage.database import Database
    from storage.store import Store

SETTING, CUSTOMER = Setting.__table__, Customer.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
NOTED = "erased."  # and so many digits: that it was done in this very database
DIGITS = 48


class Tombstones:
    """The file: a digest and a time a line. Without the key it tells nobody anything."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def all(self) -> dict[str, datetime]:
        if not self.file.exists():
            return {}
        lines = (line.split() for line in self.file.read_text("ascii", "replace").splitlines())
        return {line[0]: datetime.fromisoformat(line[1]) for line in lines if len(line) == 2}

    def add(self, digest: str, at: datetime) -> None:
        descriptor = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(f"{digest} {at.isoformat()}\n")
            out.flush()
            os.fsync(out.fileno())

    def take_over(self, other: Path) -> None:
        """Those of a file that lies beside a backup."""
        known = self.all()
        for digest, at in Tombstones(other).all().items():
            if digest not in known:
                self.add(digest, at)


def digest_of(keys: Keys, id: int, created_at: datetime) -> str:
    """With the moment, for in a database that was put back the same number may be given again."""
    return keys.digest("erased", f"{id} {created_at.isoformat()}").hex()[:DIGITS]


def note(connection: Connection, digest: str, at: datetime) -> None:
    connection.execute(delete(SETTING).where(SETTING.c.name == NOTED + digest))
    connection.execute(insert(SETTING), {"name": NOTED + digest, "value": at.isoformat()})


def replay(database: "Database") -> int:
    """Erase again whoever was erased after this database was copied; how many. Before anybody talks to the bot."""
    with database.reading() as store:
        query = select(SETTING.c.name, SETTING.c.value).where(SETTING.c.name.like(f"{NOTED}%"))
        done = {name.removeprefix(NOTED): value for name, value in store.connection.execute(query)}
    written = database.tombstones.all()
    for digest in done.keys() - written.keys():  # the file was lost, or is not here yet
        database.tombstones.add(digest, datetime.fromisoformat(done[digest]))
    missing = {digest: at for digest, at in written.items() if digest not in done}
    return database.run(lambda store: _erase_all(store, missing)) if missing else 0


def _erase_all(store: "Store", missing: dict[str, datetime]) -> int:
    from storage.erasure import erase  # which knows the store

    count = 0
    rows = store.connection.execute(select(CUSTOMER.c.id, CUSTOMER.c.created_at)).all()
    for digest, id in [(digest_of(store.keys, row.id, row.created_at), row.id) for row in rows]:
        customer = store.session.get(Customer, id) if digest in missing else None
        if customer is not None:
            store.acts(None, "data.forget", missing[digest])
            erase(store, customer, missing[digest])
            count += 1
    for digest, at in missing.items():
        note(store.connection, digest, at)
    return count
