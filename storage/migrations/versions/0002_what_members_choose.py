"""What members choose: currency, quiet hours, notices."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("currency", sa.String(length=3), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("quiet", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("notify", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_column("notify")
        batch_op.drop_column("quiet")
        batch_op.drop_column("currency")
