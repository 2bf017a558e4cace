"""The campaign whose link brought a customer."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # a copy of the table would lose AUTOINCREMENT, and take its time
        op.execute(
            "ALTER TABLE customer ADD COLUMN campaign_id INTEGER CONSTRAINT fk_customer_campaign_id REFERENCES campaign (id)"
        )
    else:
        op.add_column("customer", sa.Column("campaign_id", sa.Integer(), nullable=True))
        op.create_foreign_key("fk_customer_campaign_id", "customer", "campaign", ["campaign_id"], ["id"])
    op.create_index("ix_customer_campaign_id", "customer", ["campaign_id"], unique=False)
