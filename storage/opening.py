"""Opening a database: its key, its tables, and whether the two belong together."""

from pathlib import Path

from sqlalchemy import Select, insert, select
from sqlalchemy.engine import Engine

from crmbot.errors import BadInput, Unavailable
from storage.database import Database, connect, database_url
from storage.migrate import HEAD, migrate, version
from storage.notes import seal_notes
from storage.secrets import Keys, load_keys
from storage.tables import Setting
from storage.tombstones import replay

SETTING = Setting.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
KEY, AUDIT = "key", "audit"


def open_database(url: str, *, key: str = "", key_file: Path | None = None, encrypt_notes: bool = False) -> Database:
    """Ready to be used: made or migrated if need be. Raises `BadInput` when it or its key cannot be had."""
    where = database_url(url)
    engine = connect(where)
    try:
        with engine.connect() as connection:
            was = version(connection)
            connection.rollback()
            known = None if was is None else connection.execute(_setting(KEY)).scalar()
        keys = load_keys(key, key_file or key_path(url), may_make=known is None)
        if known is not None and known != keys.fingerprint:
            raise BadInput("the key does not fit this database: it was sealed with another one")
        if was is not None and was < HEAD and where.get_backend_name() == "sqlite":
            _copy_before(url, key, key_file)
        migrate(engine, keys)
        if known is None:
            _remember(keys, engine)
    except Unavailable as away:
        raise BadInput(f"the database cannot be reached: {away}") from away
    finally:
        engine.dispose()
    database = Database(url, keys, encrypt_notes=encrypt_notes)
    if replay(database) + seal_notes(database.engine, database.notes):
        from storage.erasure import clean  # which knows all tables, and is seldom needed

        clean(database)
    return database


def _copy_before(url: str, key: str, key_file: Path | None) -> None:
    """As it was before it is migrated, sealed, beside it."""
    from storage.backup import back_up  # which knows this module, and is seldom needed

    file = Path(f"{database_url(url).database}.before-{HEAD}")
    if not file.exists():
        back_up(url, file, key, key_file)


def key_path(url: str) -> Path:
    """Beside a SQLite file; for a server, where the bot is started."""
    where = database_url(url)
    return Path(f"{where.database}.key") if where.get_backend_name() == "sqlite" else Path("crm.key")


def _remember(keys: Keys, engine: Engine) -> None:
    with engine.begin() as connection:
        if connection.execute(_setting(KEY)).first() is None:
            connection.execute(
                insert(SETTING), [{"name": KEY, "value": keys.fingerprint}, {"name": AUDIT, "value": ""}]
            )


def _setting(name: str) -> Select[str]:
    return select(SETTING.c.value).where(SETTING.c.name == name)
