"""Codes that link accounts and groups, and a count of wrong ones."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_key", columns.DIGEST, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", columns.Moment(), nullable=False),
        sa.CheckConstraint("kind IN ('link', 'group')", name=op.f("ck_code_kind")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_code_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
        sa.UniqueConstraint("code_key", name=op.f("uq_code_code_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_code_member_id"), "code", ["member_id"])
    op.create_table(
        "guess",
        sa.Column("sender_key", columns.DIGEST, nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("until", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("sender_key", name=op.f("pk_guess")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("guess")
    op.drop_index(op.f("ix_code_member_id"), "code")
    op.drop_table("code")
