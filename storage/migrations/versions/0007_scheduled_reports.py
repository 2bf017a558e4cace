"""Rooms that the bot may write to, and reports that come by themselves."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0007"
down_revision = "0006"
KIND: dict[str, Any] = {
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_unicode_520_ci",
    "sqlite_autoincrement": True,
}


def upgrade() -> None:
    op.create_table(
        "room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=191), nullable=False),
        sa.Column("name_key", sa.String(length=191), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("linked_by", sa.Integer(), nullable=True),
        sa.Column("linked_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["linked_by"], ["member.id"], name=op.f("fk_room_linked_by")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_room_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("place_id", name=op.f("uq_room_place_id")),
        sa.UniqueConstraint("team", "name_key", name=op.f("uq_room_team_name_key")),
        **KIND,
    )
    op.create_table(
        "schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("report", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=32), nullable=True),
        sa.Column("every", sa.String(length=32), nullable=False),
        sa.Column("every_at", sa.String(length=5), nullable=False),
        sa.Column("every_on", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("next_at", columns.Moment(), nullable=True),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("said", columns.DIGEST, nullable=True),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_schedule_owner_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_schedule_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        **KIND,
    )
    op.create_index(op.f("ix_schedule_owner_id"), "schedule", ["owner_id"])
    op.create_index(op.f("ix_schedule_room_id"), "schedule", ["room_id"])
    where = sa.text("next_at IS NOT NULL")
    op.create_index(op.f("ix_schedule_next_at"), "schedule", ["next_at"], sqlite_where=where, postgresql_where=where)
