"""Jobs that are leased and answered, what analyses said, targets, and an index that holds all segments ask."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0004"
down_revision = "0003"
KIND: dict[str, Any] = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_520_ci",
    "sqlite_autoincrement": True,
}


def upgrade() -> None:
    op.drop_table("job")  # nothing ever wrote a row there
    op.create_table(
        "job",
        *_job(),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=32), nullable=True),
        sa.Column("leased_until", columns.Moment(), nullable=True),
        sa.Column("progress_id", sa.Integer(), nullable=True),
        sa.Column("reply_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["progress_id"], ["outgoing.id"], name=op.f("fk_job_progress_id")),
        sa.ForeignKeyConstraint(["reply_id"], ["outgoing.id"], name=op.f("fk_job_reply_id")),
        **KIND,
    )
    for name, column, where in (
        ("ix_job_unfinished", "id", "finished_at IS NULL"),
        (op.f("ix_job_reply_id"), "reply_id", "reply_id IS NOT NULL"),
    ):
        op.create_index(name, "job", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table(
        "analysis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", columns.DIGEST, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("reply", columns.SEALED, nullable=True),
        sa.Column("figures", columns.SEALED, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analysis")),
        **KIND,
    )
    op.create_index(op.f("ix_analysis_key_at"), "analysis", ["key", "at"])
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("period", sa.String(length=32), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("period IN ('month', 'quarter', 'year')", name=op.f("ck_target_period")),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_target_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint(
            "team", "owner_id", "period", "starts_on", name=op.f("uq_target_team_owner_id_period_starts_on")
        ),
        **KIND,
    )
    wide = op.f("ix_sales_order_customer_id_at_currency_amount")
    op.create_index(wide, "sales_order", ["customer_id", "at", "currency", "amount"])
    op.drop_index(op.f("ix_sales_order_customer_id_at"), "sales_order")


def downgrade() -> None:
    op.create_index(op.f("ix_sales_order_customer_id_at"), "sales_order", ["customer_id", "at"])
    op.drop_index(op.f("ix_sales_order_customer_id_at_currency_amount"), "sales_order")
    op.drop_table("target")
    op.drop_table("analysis")
    op.drop_table("job")
    op.create_table("job", *_job(), **KIND)


def _job() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("handled_id", sa.Integer(), nullable=True),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("body", columns.SEALED, nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("finished_at", columns.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["handled_id"], ["handled.id"], name=op.f("fk_job_handled_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_job_member_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_job_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
