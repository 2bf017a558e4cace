"""On SQLite the copies that earlier migrations made of these tables had forgotten that a ref is never used again."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for name in ("member", "ticket", "survey", "outgoing", "change"):
        with op.batch_alter_table(name, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass
