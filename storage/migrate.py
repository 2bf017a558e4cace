"""Takes a database to the tables that this program knows, all or nothing of the way."""

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Select, inspect, select, table
from sqlalchemy import column as column_of
from sqlalchemy.engine import Engine

from crmbot.errors import BadInput
from storage.secrets import Keys

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0021"  # the last migration; a test compares it with the files
VERSION: Select[str] = select(column_of("version_num")).select_from(table("alembic_version"))


def version(connection: Connection) -> str | None:
    """The last migration that this database has seen; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(VERSION).scalar()


def migrate(engine: Engine, keys: Keys | None = None) -> bool:
    """Whether there was anything to do. Raises `BadInput` for a database of a newer program."""
    with engine.connect() as connection:
        was = version(connection)
        connection.rollback()
    if was == HEAD:
        return False
    if was is not None and was not in revisions():
        raise BadInput(f"the database is of a newer program ({was}); this one knows {HEAD}")
    _upgrade(engine, keys)
    return True


def revisions() -> list[str]:
    from alembic.script import ScriptDirectory  # half a second to import, and needed once in a blue moon

    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _upgrade(engine: Engine, keys: Keys | None) -> None:
    from alembic import command

    from storage.views import drop_views, make_views  # seldom needed

    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":  # a table that is made anew would take the rows that point to it along
            driver = connection.connection.dbapi_connection
            assert driver is not None
            driver.cursor().execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            config = _config()
            config.attributes |= {"connection": connection, "keys": keys}
            drop_views(connection)
            command.upgrade(config, "head")
            make_views(connection)
            if engine.dialect.name == "sqlite" and (
                orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            ):
                raise BadInput(f"the database holds {len(orphans)} rows that point nowhere: nothing was migrated")
    engine.dispose()  # every connection begins with its foreign keys on


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("storage.migrations")))
    return config
