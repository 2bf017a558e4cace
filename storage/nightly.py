"""A backup each night, as many kept as the settings say; and one before what changes much at once."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from crmbot.errors import BadInput
from storage.backup import ERASED, back_up, restore_from
from storage.database import Database, database_url, erased_path
from storage.store import Store
from storage.tables import Setting
from storage.tombstones import Tombstones

SETTING = Setting.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
NAMED = re.compile(r"crm-(\d{4}-\d\d-\d\d)\.backup")


def folder_of(url: str, folder: str) -> Path | None:
    """Where backups are kept: beside the database, unless it is said whole; nowhere for a server, which has its own."""
    where = database_url(url)
    return Path(str(where.database)).resolve().parent / folder if folder and _is_file(url) else None


def nightly(url: str, folder: Path, day: date, key: str, key_file: Path | None, *, daily: int, weekly: int) -> Path:
    """The backup of that day, which was tried too; older ones than are wanted go. Raises `BadInput`."""
    file = _made(url, folder, f"crm-{day.isoformat()}.backup", key, key_file)
    restore_from(url, file, key, key_file, check=True)
    Tombstones(folder / ERASED).take_over(erased_path(database_url(url)))
    for old in _unwanted((each for each in folder.iterdir()), daily, weekly):
        old.unlink()
        old.with_name(old.name + ".sha256").unlink(missing_ok=True)
    return file


def before(what: str, url: str, folder: Path, key: str, key_file: Path | None) -> Path:
    """A backup that nothing deletes but its owner, and the next one of its name."""
    return _made(url, folder, f"crm-before-{what}.backup", key, key_file)


def _made(url: str, folder: Path, name: str, key: str, key_file: Path | None) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / name
        for each in (file, file.with_name(file.name + ".sha256")):
            each.unlink(missing_ok=True)
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}") from error
    back_up(url, file, key, key_file)
    return file


def _unwanted(files: Iterable[Path], daily: int, weekly: int) -> list[Path]:
    """All but the latest `daily`, and the latest of each of the last `weekly` weeks that have one."""
    found = {date.fromisoformat(named[1]): file for file in files if (named := NAMED.fullmatch(file.name))}
    days = sorted(found, reverse=True)
    weeks: dict[tuple[int, int], date] = {}
    for day in days:
        weeks.setdefault(day.isocalendar()[:2], day)
    wanted = {*days[:daily], *list(weeks.values())[:weekly]}
    return [file for day, file in found.items() if day not in wanted]


def _is_file(url: str) -> bool:
    return database_url(url).get_backend_name() == "sqlite"


def claim(database: Database, chore: str, day: date) -> bool:
    """Whether it is ours to do for that day. On the first day there is nothing to do yet."""
    name, value = f"chore {chore}", day.isoformat()

    def work(store: Store) -> bool:
        known = store.connection.execute(select(SETTING.c.value).where(SETTING.c.name == name)).scalar()
        if known is None:
            store.connection.execute(insert(SETTING), {"name": name, "value": value})
            return False
        mine = update(SETTING).where(SETTING.c.name == name, SETTING.c.value == known, SETTING.c.value < value)
        return store.connection.execute(mine.values(value=value)).rowcount == 1

    try:
        return database.run(work)
    except IntegrityError:  # another process was quicker
        return False
