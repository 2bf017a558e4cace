"""Who calls a customer back who was not content."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.add_column(sa.Column("caller_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_survey_caller_id"), "member", ["caller_id"], ["id"])
