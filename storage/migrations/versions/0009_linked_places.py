"""The groups in which the bot answers."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "linked_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_key", columns.DIGEST, nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_linked_place_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_place")),
        sa.UniqueConstraint("chat_key", name=op.f("uq_linked_place_chat_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("linked_place")
