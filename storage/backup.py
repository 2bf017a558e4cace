"""Copying a SQLite database while it is in use, sealed with its key, and putting such a copy back in its place."""

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from crmbot.errors import BadInput
from storage.audit import broken_at
from storage.database import database_url, erased_path
from storage.migrate import HEAD, revisions, version
from storage.opening import KEY, SETTING, key_path
from storage.secrets import Keys, load_keys
from storage.tombstones import Tombstones

PAGES = 1000  # copied at a time
BLOCK = 1 << 20
SEALED, PLAIN = b"crmbot backup 1\n", b"SQLite format 3"
DUMPS = {
    "postgresql": "pg_dump",
    "mysql": "mysqldump --single-transaction",
    "mariadb": "mariadb-dump --single-transaction",
}
ERASED = "crm.erased"  # beside the nightly backups: who was erased
SIDES = ("-wal", "-shm", "-journal")
BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def back_up(url: str, file: Path, key: str = "", key_file: Path | None = None) -> str:
    """A consistent copy of the database at `url` as `file`, its checksum beside it; what the person should know."""
    database = _sqlite_file(url)
    if not database.is_file():
        raise BadInput(f"there is no database at {database}")
    if file.exists():
        raise BadInput(f"{file} is there already: a backup overwrites nothing")
    keys = load_keys(key, key_file or key_path(url), may_make=False)
    with _draft(file) as draft, _draft(file) as plain:
        _copy_live(database, plain)
        seal_file(plain, draft, keys)
        _write(_checksum_file(file), f"{_digest(draft)}  {file.name}\n".encode())
        _put(draft, file)
    beside = key_path(url)
    where = f"it is {beside}" if beside.exists() else "it is where privacy.key_file or CRMBOT_PRIVACY__KEY says"
    return (
        f"{file}: {_size(file)}, checksum in {_checksum_file(file).name}. The key is not in it: {where}. "
        "Keep a copy of the key apart from the backups: without it they cannot be read again."
    )


def restore_from(url: str, file: Path, key: str, key_file: Path | None, *, check: bool) -> str:
    """Put the backup `file` in the place of the database, or with `check` only say that it could be."""
    database = _sqlite_file(url)
    if not file.is_file():
        raise BadInput(f"there is no {file}")
    if database.exists() and file.samefile(database):
        raise BadInput(f"{file} is the database itself")
    keys = load_keys(key, key_file or key_path(url), may_make=False)
    if check:
        with _draft(database if database.parent.exists() else file) as draft:
            _take_out(file, draft, keys)
        return f"{file} can be restored: its checksum, tables, version, key and audit chain are right."
    database.parent.mkdir(parents=True, exist_ok=True)
    with _draft(database) as draft:
        _take_out(file, draft, keys)
        with _to_itself(database):
            kept = _set_aside(database)
            _put(draft, database)
    Tombstones(erased_path(database_url(url))).take_over(file.with_name(ERASED))
    said = f"{database} is now what {file} holds." + (f" The one before is kept as {kept}." if kept else "")
    return said + " Who was erased since is erased again when it is opened."


# Copying


def _copy_live(database: Path, draft: Path) -> None:
    """One read transaction all along: a writer neither waits for the copy nor makes it begin anew."""
    try:
        with closing(_open(database, "mode=rw")) as source, closing(_open(draft, "mode=rw")) as copy:
            source.execute("BEGIN")
            source.execute("SELECT 1 FROM sqlite_master").fetchone()
            source.backup(copy, pages=PAGES)
            copy.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file
            said = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise BadInput(f"{database} cannot be copied: {error}") from error
    if said != "ok":
        raise BadInput(f"{database} is damaged, nothing was written: {said}")


def _open(file: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?{how}", uri=True, timeout=5, isolation_level=None)


def seal_file(plain: Path, sealed: Path, keys: Keys) -> None:
    """In blocks that know their number, and whether they are the last one."""
    of = os.urandom(16)
    with plain.open("rb") as source, sealed.open("wb") as out:
        out.write(SEALED + of)
        number, block = 0, source.read(BLOCK)
        while True:
            following = source.read(BLOCK)
            body = keys.seal("backup", _place(of, number, last=not following), block)
            out.write(len(body).to_bytes(4) + body)
            if not following:
                return
            number, block = number + 1, following


def open_file(sealed: Path, plain: Path, keys: Keys) -> None:
    """Raises `BadInput` for what was sealed with another key, and for what is no backup."""
    with sealed.open("rb") as source, plain.open("wb") as out:
        head = source.read(len(SEALED))
        if head.startswith(PLAIN):  # as they were made once
            source.seek(0)
            while block := source.read(BLOCK):
                out.write(block)
            return
        if head != SEALED:
            raise BadInput("the backup cannot be read: it is none of this program")
        of, number, size = source.read(16), 0, source.read(4)
        while size:
            body, size = source.read(int.from_bytes(size)), source.read(4)
            try:
                out.write(keys.open("backup", _place(of, number, last=not size), body))
            except InvalidTag as error:
                raise BadInput("the key does not fit the backup: it was sealed with another one") from error
            number += 1


def _place(of: bytes, number: int, *, last: bool) -> bytes:
    return of + number.to_bytes(8) + bytes([last])


@contextmanager
def _draft(file: Path) -> Iterator[Path]:
    """An empty file beside the one that it may become; nobody else can read it."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.resolve().parent)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}") from error
    os.close(descriptor)
    try:
        yield Path(name)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}") from error
    finally:
        Path(name).unlink(missing_ok=True)


def _write(file: Path, content: bytes) -> None:
    with _draft(file) as draft:
        draft.write_bytes(content)
        _put(draft, file)


def _put(draft: Path, file: Path) -> None:
    """Whatever happens, there is the whole of the one or the whole of the other."""
    _sync(draft)
    draft.replace(file)
    if os.name == "posix":
        _sync(file.resolve().parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# Examining


def _checksum_file(file: Path) -> Path:
    return file.with_name(file.name + ".sha256")


def _checksum(file: Path) -> str:
    try:
        return _checksum_file(file).read_text("utf-8", "replace").partition(" ")[0]
    except OSError as error:
        raise BadInput(f"{_checksum_file(file)} is not there: it was made with the backup") from error


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _take_out(file: Path, draft: Path, keys: Keys) -> None:
    """What the backup holds, once all about it is right."""
    checksum = _checksum(file)
    try:
        if _digest(file) != checksum:
            raise BadInput("the backup is damaged: its checksum is another one")
        open_file(file, draft, keys)
    except OSError as error:
        raise BadInput(f"{file} cannot be copied: {error.strerror}") from error
    _examine(draft, keys.fingerprint)


def _examine(file: Path, fingerprint: str) -> None:
    engine = create_engine("sqlite://", creator=lambda: _open(file, "mode=ro&immutable=1"), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            _examine_rows(connection, fingerprint)
    except DatabaseError as error:
        raise BadInput(f"the backup cannot be read: {error.orig}") from error


def _examine_rows(connection: Connection, fingerprint: str) -> None:
    if (said := connection.execute(text("PRAGMA integrity_check(1)")).scalar()) != "ok":
        raise BadInput(f"the backup is damaged: {said}")
    if connection.execute(text("PRAGMA foreign_key_check")).first():
        raise BadInput("the backup is damaged: it has rows that point nowhere")
    found = version(connection)
    if found is None:
        raise BadInput("this is no backup of this program's database")
    if found != HEAD and found not in revisions():
        raise BadInput(f"the backup is of a newer program ({found}); this one knows {HEAD}")
    if connection.execute(select(SETTING.c.value).where(SETTING.c.name == KEY)).scalar() != fingerprint:
        raise BadInput("the key does not fit the backup: it was sealed with another one")
    if row := broken_at(connection):
        raise BadInput(f"the backup's audit chain is broken at row {row}: somebody has changed it")


# Putting in place


@contextmanager
def _to_itself(database: Path) -> Iterator[None]:
    """Nobody else has the database open, and all that it holds is in its one file."""
    if not database.exists():
        yield
        return
    with closing(_open(database, "mode=rw")) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")  # refused as long as anybody has it open
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF not in BROKEN:
                raise BadInput(f"{database} is in use: stop the bot first") from error
        yield


def _set_aside(database: Path) -> Path | None:
    """Keep the database under another name too. What lies beside it would be played into the new one: it goes along."""
    sides = [side for side in SIDES if Path(f"{database}{side}").exists()]
    if not database.exists() and not sides:
        return None
    number = 1
    while any(Path(f"{database}.before-restore-{number}{side}").exists() for side in ("", *SIDES)):
        number += 1
    kept = Path(f"{database}.before-restore-{number}")
    for side in sides:
        Path(f"{database}{side}").rename(f"{kept}{side}")
    if not database.exists():
        return None
    with suppress(OSError):
        kept.hardlink_to(database)
        return kept
    database.rename(kept)  # where files cannot have two names
    return kept


def _sqlite_file(url: str) -> Path:
    where = database_url(url)
    name = where.get_backend_name()
    if name != "sqlite":
        raise BadInput(
            f"{name} has its own tools for this: use {DUMPS[name]}, and keep the key apart from what it writes"
        )
    return Path(str(where.database))


def _size(file: Path) -> str:
    size = file.stat().st_size
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size / 1e3:,.0f} kB"
