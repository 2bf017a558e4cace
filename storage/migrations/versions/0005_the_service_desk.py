"""The service desk: where tickets came from, what was promised, surveys that are asked again."""

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from storage import columns

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=8), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("stopped_at", columns.Moment(), nullable=True))
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("cause", sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column("by_itself", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("respond_by", columns.Moment(), nullable=True))
        batch_op.add_column(sa.Column("resolve_by", columns.Moment(), nullable=True))
        batch_op.add_column(sa.Column("paused_at", columns.Moment(), nullable=True))
        batch_op.add_column(sa.Column("warn_at", columns.Moment(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_ticket_place_id"), "place", ["place_id"], ["id"])
        _index(batch_op, "ticket", "warn_at")
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminded", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("again_at", columns.Moment(), nullable=True))
        batch_op.add_column(sa.Column("better", sa.Boolean(), nullable=True))
        _index(batch_op, "survey", "again_at")
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("desk", sa.String(length=32), nullable=True))
        _index(batch_op, "outgoing", "desk")
    op.execute("UPDATE survey SET send_at = NULL")  # nobody was asked before this program


def _index(batch_op: BatchOperations, table: str, name: str) -> None:
    """Of the rows that have a value there."""
    batch_op.create_index(
        batch_op.f(f"ix_{table}_{name}"),
        [name],
        sqlite_where=sa.text(f"{name} IS NOT NULL"),
        postgresql_where=sa.text(f"{name} IS NOT NULL"),
    )
