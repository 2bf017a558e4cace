"""Who agreed to news, and what was written to many at once."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0014"
down_revision = "0013"
KIND: dict[str, Any] = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_520_ci",
    "sqlite_autoincrement": True,
}


def upgrade() -> None:
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("agreed_at", columns.Moment(), nullable=True))
        batch_op.add_column(sa.Column("agreed_how", sa.String(length=191), nullable=False, server_default=""))
    op.create_table(
        "mailing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("text", columns.LONG, nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_mailing_campaign_id")),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_mailing_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
        **KIND,
    )
    op.create_index(op.f("ix_mailing_campaign_id"), "mailing", ["campaign_id"])
    op.create_table(
        "recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailing_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("send_at", columns.Moment(), nullable=True),
        sa.Column("sent_at", columns.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailing.id"], name=op.f("fk_recipient_mailing_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_recipient_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("mailing_id", "customer_id", name=op.f("uq_recipient_mailing_id_customer_id")),
        **KIND,
    )
    op.create_index(op.f("ix_recipient_customer_id"), "recipient", ["customer_id"])
    where = sa.text("send_at IS NOT NULL")
    op.create_index(op.f("ix_recipient_send_at"), "recipient", ["send_at"], sqlite_where=where, postgresql_where=where)
