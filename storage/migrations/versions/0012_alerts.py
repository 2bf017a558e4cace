"""What is told when something happens, and hours in which a room is left alone."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0012"
down_revision = "0011"
KIND: dict[str, Any] = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_520_ci",
    "sqlite_autoincrement": True,
}


def upgrade() -> None:
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quiet", sa.String(length=32), nullable=False, server_default=""))
    with op.batch_alter_table("schedule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("amount", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("currency", sa.String(length=3), nullable=True))
        batch_op.add_column(sa.Column("days", sa.Integer(), nullable=True))
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("say_at", columns.Moment(), nullable=True),
        sa.Column("told_at", columns.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedule.id"], name=op.f("fk_alert_schedule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("schedule_id", "about", "at", name=op.f("uq_alert_schedule_id_about_at")),
        **KIND,
    )
    where = sa.text("say_at IS NOT NULL")
    op.create_index(op.f("ix_alert_say_at"), "alert", ["say_at"], sqlite_where=where, postgresql_where=where)
