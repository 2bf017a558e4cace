"""Whether a chat is a customer's because it opened a link: of those there are already nobody knows."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """See above."""
    with op.batch_alter_table("handle", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("by_link", sa.Boolean(), nullable=False, server_default=sa.false()))
