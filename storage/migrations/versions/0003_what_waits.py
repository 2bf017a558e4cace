"""What waits: reminders, agendas, and what is said once for each occasion."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _add("member", "agenda_at", sa.Column("agenda_at", columns.Moment(), nullable=True))
    _add("task", "remind_at", sa.Column("remind_at", columns.Moment(), nullable=True))
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("every_at", sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column("every_on", sa.Integer(), nullable=True))
    _add("outgoing", "occasion", sa.Column("occasion", sa.String(length=64), nullable=True), unique=True)
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("once", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("tried_at", columns.Moment(), nullable=True))
    op.execute("UPDATE member SET agenda_at = created_at WHERE active")
    task = sa.table("task", sa.column("remind_at"), sa.column("due_at"), sa.column("status"))
    ahead = (task.c.status == "open") & (task.c.due_at > sa.func.current_timestamp())
    op.execute(task.update().where(ahead).values(remind_at=task.c.due_at))


def _add(table: str, name: str, column: "sa.Column[object]", *, unique: bool = False) -> None:
    """With an index of the rows that have a value there."""
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.add_column(column)
        batch_op.create_index(
            batch_op.f(f"ix_{table}_{name}"),
            [name],
            unique=unique,
            sqlite_where=sa.text(f"{name} IS NOT NULL"),
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
        )
