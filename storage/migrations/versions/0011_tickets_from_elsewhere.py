"""Tickets that come from another program, by their id there."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("external_id", sa.String(length=191), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_ticket_external_id"),
            ["external_id"],
            sqlite_where=sa.text("external_id IS NOT NULL"),
            postgresql_where=sa.text("external_id IS NOT NULL"),
        )
