"""What each team has taught the bot to understand."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "lesson",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("shape_key", columns.DIGEST, nullable=False),
        sa.Column("seal_id", columns.SEAL_ID, nullable=False),
        sa.Column("body", columns.SEALED, nullable=False),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_lesson_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("team", "shape_key", name=op.f("uq_lesson_team_shape_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("lesson")
