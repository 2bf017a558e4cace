"""Run by alembic: on the connection that storage/migrate.py hands over, inside its transaction."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, Table, event
from sqlmodel import SQLModel

import storage.tables  # noqa: F401  # the tables are known once it is imported

connection = context.config.attributes["connection"]


@event.listens_for(Table, "before_create")
def _keep_all_letters(table: Table, connection: Connection, **_: Any) -> None:
    """MySQL and MariaDB both have this collation. Named on the tables, it would load their dialect everywhere."""
    if connection.dialect.name in ("mysql", "mariadb"):
        table.dialect_kwargs.setdefault("mysql_charset", "utf8mb4")
        table.dialect_kwargs.setdefault("mysql_collate", "utf8mb4_unicode_520_ci")


context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="columns.",
)
with context.begin_transaction():
    context.run_migrations()
event.remove(Table, "before_create", _keep_all_letters)
