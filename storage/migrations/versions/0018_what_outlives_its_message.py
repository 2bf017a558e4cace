"""A handled message is kept for a month, what came of it longer: no foreign key holds it back."""

from alembic import op

revision = "0018"
down_revision = "0017"
POINT = {"outgoing": ["handled_id"], "job": ["handled_id"], "change": ["handled_id", "undone_by"]}


def upgrade() -> None:
    on_mysql = op.get_bind().dialect.name in ("mysql", "mariadb")
    for table, columns in POINT.items():
        with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
            for column in columns:
                batch_op.drop_constraint(f"fk_{table}_{column}", type_="foreignkey")
                if on_mysql and column == "handled_id":
                    batch_op.drop_index(f"fk_{table}_{column}")  # which came with the key
