"""The first tables."""

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("refs", sa.String(length=500), nullable=False),
        sa.Column("fields", sa.String(length=500), nullable=False),
        sa.Column("digest", columns.DIGEST, nullable=False),
        sa.Column("chain", columns.DIGEST, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "delivered",
        sa.Column("key", columns.DIGEST, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_delivered")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "gram",
        sa.Column("gram", columns.EXACT, nullable=False),
        sa.Column("kind", sa.String(length=1), nullable=False),
        sa.Column("row", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("gram", "kind", "row", name=op.f("pk_gram")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("gram", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gram_row_kind"), ["row", "kind"], unique=False)

    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=191), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.CheckConstraint("role IN ('owner', 'manager', 'rep', 'viewer')", name=op.f("ck_member_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_key", columns.DIGEST, nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("body", columns.SEALED, nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("dead", sa.String(length=191), nullable=True),
        sa.Column("seen_at", columns.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("place_key", name=op.f("uq_place_place_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=191), nullable=False),
        sa.Column("name_key", sa.String(length=191), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.CheckConstraint("(price IS NULL) = (currency IS NULL)", name=op.f("ck_product_money")),
        sa.CheckConstraint("price IS NULL OR price >= 0", name=op.f("ck_product_price")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("name_key", name=op.f("uq_product_name_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", columns.LONG, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "waiting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", columns.DIGEST, nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("body", columns.SEALED, nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
        sa.UniqueConstraint("key", name=op.f("uq_waiting_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("channel_id", sa.String(length=191), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_account_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("channel", "channel_id", name=op.f("uq_account_channel_channel_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_member_id"), ["member_id"], unique=False)

    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("body_key", columns.DIGEST, nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_batch_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_body_key"), ["body_key"], unique=False)

    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=191), nullable=False),
        sa.Column("name_key", sa.String(length=191), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=64), nullable=True),
        sa.Column("budget", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.CheckConstraint("category IN ('market', 'product', 'channel')", name=op.f("ck_campaign_category")),
        sa.CheckConstraint("(budget IS NULL) = (currency IS NULL)", name=op.f("ck_campaign_money")),
        sa.CheckConstraint("budget IS NULL OR budget >= 0", name=op.f("ck_campaign_budget")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_campaign_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_name_key"), ["name_key"], unique=False)

    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=191), nullable=False),
        sa.Column("name_key", sa.String(length=191), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_name", sa.String(length=191), nullable=True),
        sa.Column("unclaimed", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(length=191), nullable=True),
        sa.Column("note", columns.LONG, nullable=True),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("archived_at", columns.Moment(), nullable=True),
        sa.CheckConstraint("kind IN ('person', 'organisation')", name=op.f("ck_customer_kind")),
        sa.ForeignKeyConstraint(["company_id"], ["customer.id"], name=op.f("fk_customer_company_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_customer_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_external_id"), ["external_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "dialogue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("body", columns.SEALED, nullable=False),
        sa.Column("until", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dialogue_member_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_dialogue_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dialogue")),
        sa.UniqueConstraint("member_id", "place_id", name=op.f("uq_dialogue_member_id_place_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "handled",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", columns.DIGEST, nullable=False),
        sa.Column("body", columns.DIGEST, nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("source", columns.DIGEST, nullable=True),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_handled_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handled")),
        sa.UniqueConstraint("key", name=op.f("uq_handled_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("handled", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handled_source"), ["source"], unique=False)

    op.create_table(
        "invite",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_key", columns.DIGEST, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("expires_at", columns.Moment(), nullable=False),
        sa.Column("used_at", columns.Moment(), nullable=True),
        sa.Column("used_by", sa.Integer(), nullable=True),
        sa.Column("revoked_at", columns.Moment(), nullable=True),
        sa.CheckConstraint("role IN ('owner', 'manager', 'rep', 'viewer')", name=op.f("ck_invite_role")),
        sa.ForeignKeyConstraint(["made_by"], ["member.id"], name=op.f("fk_invite_made_by")),
        sa.ForeignKeyConstraint(["used_by"], ["member.id"], name=op.f("fk_invite_used_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invite")),
        sa.UniqueConstraint("token_key", name=op.f("uq_invite_token_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "campaign_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("metric", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("count", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "metric IN ('spend', 'revenue', 'sent', 'opens', 'clicks', 'leads', 'orders')",
            name=op.f("ck_campaign_figure_metric"),
        ),
        sa.CheckConstraint("(amount IS NULL) <> (count IS NULL)", name=op.f("ck_campaign_figure_one")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_figure_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_figure")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("campaign_figure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_figure_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handled_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("seal_id", columns.SEAL_ID, nullable=False),
        sa.Column("before", columns.SEALED, nullable=True),
        sa.Column("after", columns.SEALED, nullable=True),
        sa.Column("undoes", sa.Boolean(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_change_by")),
        sa.ForeignKeyConstraint(["handled_id"], ["handled.id"], name=op.f("fk_change_handled_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["handled.id"], name=op.f("fk_change_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_by_handled_id"), ["by", "handled_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_kind_row"), ["kind", "row"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_change_undone_by"),
            ["undone_by"],
            unique=False,
            sqlite_where=sa.text("undone_by IS NOT NULL"),
            postgresql_where=sa.text("undone_by IS NOT NULL"),
        )

    op.create_table(
        "deal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_name", sa.String(length=191), nullable=True),
        sa.Column("title", sa.String(length=191), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("close_date", sa.Date(), nullable=True),
        sa.Column("reason", columns.LONG, nullable=True),
        sa.Column("note", columns.LONG, nullable=True),
        sa.Column("external_id", sa.String(length=191), nullable=True),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("closed_at", columns.Moment(), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (stage NOT IN ('won', 'lost'))", name=op.f("ck_deal_closed")),
        sa.CheckConstraint(
            "stage IN ('lead', 'qualified', 'proposal', 'negotiation', 'won', 'lost')", name=op.f("ck_deal_stage")
        ),
        sa.CheckConstraint("(amount IS NULL) = (currency IS NULL)", name=op.f("ck_deal_money")),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name=op.f("ck_deal_amount")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_deal_campaign_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_deal_customer_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_deal_owner_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_deal_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deal_campaign_id"),
            ["campaign_id"],
            unique=False,
            sqlite_where=sa.text("campaign_id IS NOT NULL"),
            postgresql_where=sa.text("campaign_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_deal_closed_at"),
            ["closed_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_deal_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_deal_external_id"),
            ["external_id"],
            unique=False,
            sqlite_where=sa.text("external_id IS NOT NULL"),
            postgresql_where=sa.text("external_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_deal_owner_id_stage"), ["owner_id", "stage"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_deal_product_id"),
            ["product_id"],
            unique=False,
            sqlite_where=sa.text("product_id IS NOT NULL"),
            postgresql_where=sa.text("product_id IS NOT NULL"),
        )

    op.create_table(
        "handle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("seal_id", columns.SEAL_ID, nullable=False),
        sa.Column("value", columns.SEALED, nullable=False),
        sa.Column("value_key", columns.DIGEST, nullable=False),
        sa.Column("national_key", columns.DIGEST, nullable=True),
        sa.Column("last_four_key", columns.DIGEST, nullable=True),
        sa.CheckConstraint("kind IN ('phone', 'email', 'telegram', 'slack', 'terminal')", name=op.f("ck_handle_kind")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_handle_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handle")),
        sa.UniqueConstraint("customer_id", "kind", "value_key", name=op.f("uq_handle_customer_id_kind_value_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("handle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handle_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handle_last_four_key"), ["last_four_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_handle_national_key"), ["national_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_handle_value_key"), ["value_key"], unique=False)

    op.create_table(
        "job",
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
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outgoing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("handled_id", sa.Integer(), nullable=True),
        sa.Column("token_key", columns.DIGEST, nullable=False),
        sa.Column("body", columns.SEALED, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=True),
        sa.Column("edits", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("used", sa.String(length=191), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("sent_at", columns.Moment(), nullable=True),
        sa.Column("dead", sa.String(length=191), nullable=True),
        sa.ForeignKeyConstraint(["handled_id"], ["handled.id"], name=op.f("fk_outgoing_handled_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_outgoing_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing")),
        sa.UniqueConstraint("token_key", name=op.f("uq_outgoing_token_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outgoing_place_id_message_id"),
            ["place_id", "message_id"],
            unique=False,
            sqlite_where=sa.text("message_id IS NOT NULL"),
            postgresql_where=sa.text("message_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_outgoing_unsent",
            ["id"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL AND dead IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND dead IS NULL"),
        )

    op.create_table(
        "sales_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("external_id", sa.String(length=191), nullable=True),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_sales_order_amount")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sales_order_quantity")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_sales_order_customer_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_sales_order_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_order_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_order_customer_id_at"), ["customer_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_order_external_id"), ["external_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_order_product_id"), ["product_id"], unique=False)

    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_tag_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("customer_id", "tag", name=op.f("uq_tag_customer_id_tag")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tag_tag"), ["tag"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_name", sa.String(length=191), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=True),
        sa.Column("opened_at", columns.Moment(), nullable=False),
        sa.Column("answered_at", columns.Moment(), nullable=True),
        sa.Column("closed_at", columns.Moment(), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (status <> 'closed')", name=op.f("ck_ticket_closed")),
        sa.CheckConstraint("category IN ('enquiry', 'feedback', 'complaint')", name=op.f("ck_ticket_category")),
        sa.CheckConstraint("priority IN ('urgent', 'high', 'normal', 'low')", name=op.f("ck_ticket_priority")),
        sa.CheckConstraint("status IN ('open', 'pending', 'closed')", name=op.f("ck_ticket_status")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_ticket_customer_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_ticket_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ticket_status"), ["status"], unique=False)

    op.create_table(
        "deal_stage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "stage IN ('lead', 'qualified', 'proposal', 'negotiation', 'won', 'lost')", name=op.f("ck_deal_stage_stage")
        ),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_deal_stage_by")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_stage_deal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_stage")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deal_stage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deal_stage_deal_id"), ["deal_id"], unique=False)

    op.create_table(
        "interaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(length=191), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", columns.Moment(), nullable=False),
        sa.Column("text", columns.LONG, nullable=True),
        sa.Column("seal_id", columns.SEAL_ID, nullable=True),
        sa.Column("body", columns.SEALED, nullable=True),
        sa.CheckConstraint("kind IN ('call', 'meeting', 'email', 'note', 'message')", name=op.f("ck_interaction_kind")),
        sa.ForeignKeyConstraint(["by"], ["member.id"], name=op.f("fk_interaction_by")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_interaction_customer_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_interaction_deal_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_interaction_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interaction")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("interaction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interaction_customer_id_at"), ["customer_id", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_interaction_deal_id"),
            ["deal_id"],
            unique=False,
            sqlite_where=sa.text("deal_id IS NOT NULL"),
            postgresql_where=sa.text("deal_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_interaction_ticket_id"),
            ["ticket_id"],
            unique=False,
            sqlite_where=sa.text("ticket_id IS NOT NULL"),
            postgresql_where=sa.text("ticket_id IS NOT NULL"),
        )

    op.create_table(
        "survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", columns.LONG, nullable=True),
        sa.Column("token_key", columns.DIGEST, nullable=True),
        sa.Column("send_at", columns.Moment(), nullable=True),
        sa.Column("sent_at", columns.Moment(), nullable=True),
        sa.Column("answered_at", columns.Moment(), nullable=True),
        sa.Column("expires_at", columns.Moment(), nullable=True),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 1 AND 5", name=op.f("ck_survey_score")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_survey_customer_id")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_survey_ticket_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("token_key", name=op.f("uq_survey_token_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_survey_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_survey_send_at"), ["send_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_survey_ticket_id"), ["ticket_id"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("deal_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("owner_name", sa.String(length=191), nullable=True),
        sa.Column("due_at", columns.Moment(), nullable=True),
        sa.Column("due_zone", sa.String(length=64), nullable=False),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("every", sa.String(length=32), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.String(length=32), nullable=False),
        sa.Column("created_at", columns.Moment(), nullable=False),
        sa.Column("done_at", columns.Moment(), nullable=True),
        sa.CheckConstraint("priority IN ('urgent', 'high', 'normal', 'low')", name=op.f("ck_task_priority")),
        sa.CheckConstraint("status IN ('open', 'done', 'dropped')", name=op.f("ck_task_status")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_task_customer_id")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_task_deal_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["member.id"], name=op.f("fk_task_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_unicode_520_ci",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_deal_id"), ["deal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_owner_id_due_at"), ["owner_id", "due_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_owner_id_due_at"))
        batch_op.drop_index(batch_op.f("ix_task_due_at"))
        batch_op.drop_index(batch_op.f("ix_task_deal_id"))
        batch_op.drop_index(batch_op.f("ix_task_customer_id"))

    op.drop_table("task")
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_survey_ticket_id"))
        batch_op.drop_index(batch_op.f("ix_survey_send_at"))
        batch_op.drop_index(batch_op.f("ix_survey_customer_id"))

    op.drop_table("survey")
    with op.batch_alter_table("interaction", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_interaction_ticket_id"),
            sqlite_where=sa.text("ticket_id IS NOT NULL"),
            postgresql_where=sa.text("ticket_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_interaction_deal_id"),
            sqlite_where=sa.text("deal_id IS NOT NULL"),
            postgresql_where=sa.text("deal_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_interaction_customer_id_at"))

    op.drop_table("interaction")
    with op.batch_alter_table("deal_stage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deal_stage_deal_id"))

    op.drop_table("deal_stage")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_status"))
        batch_op.drop_index(batch_op.f("ix_ticket_owner_id"))
        batch_op.drop_index(batch_op.f("ix_ticket_customer_id"))

    op.drop_table("ticket")
    with op.batch_alter_table("tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tag_tag"))

    op.drop_table("tag")
    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_order_product_id"))
        batch_op.drop_index(batch_op.f("ix_sales_order_external_id"))
        batch_op.drop_index(batch_op.f("ix_sales_order_customer_id_at"))
        batch_op.drop_index(batch_op.f("ix_sales_order_at"))

    op.drop_table("sales_order")
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outgoing_unsent",
            sqlite_where=sa.text("sent_at IS NULL AND dead IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND dead IS NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_outgoing_place_id_message_id"),
            sqlite_where=sa.text("message_id IS NOT NULL"),
            postgresql_where=sa.text("message_id IS NOT NULL"),
        )

    op.drop_table("outgoing")
    op.drop_table("job")
    with op.batch_alter_table("handle", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handle_value_key"))
        batch_op.drop_index(batch_op.f("ix_handle_national_key"))
        batch_op.drop_index(batch_op.f("ix_handle_last_four_key"))
        batch_op.drop_index(batch_op.f("ix_handle_customer_id"))

    op.drop_table("handle")
    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_deal_product_id"),
            sqlite_where=sa.text("product_id IS NOT NULL"),
            postgresql_where=sa.text("product_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_deal_owner_id_stage"))
        batch_op.drop_index(
            batch_op.f("ix_deal_external_id"),
            sqlite_where=sa.text("external_id IS NOT NULL"),
            postgresql_where=sa.text("external_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_deal_customer_id"))
        batch_op.drop_index(
            batch_op.f("ix_deal_closed_at"),
            sqlite_where=sa.text("closed_at IS NOT NULL"),
            postgresql_where=sa.text("closed_at IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_deal_campaign_id"),
            sqlite_where=sa.text("campaign_id IS NOT NULL"),
            postgresql_where=sa.text("campaign_id IS NOT NULL"),
        )

    op.drop_table("deal")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_change_undone_by"),
            sqlite_where=sa.text("undone_by IS NOT NULL"),
            postgresql_where=sa.text("undone_by IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_change_kind_row"))
        batch_op.drop_index(batch_op.f("ix_change_by_handled_id"))

    op.drop_table("change")
    with op.batch_alter_table("campaign_figure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_figure_campaign_id"))

    op.drop_table("campaign_figure")
    op.drop_table("invite")
    with op.batch_alter_table("handled", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handled_source"))

    op.drop_table("handled")
    op.drop_table("dialogue")
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customer_owner_id"))
        batch_op.drop_index(batch_op.f("ix_customer_name_key"))
        batch_op.drop_index(batch_op.f("ix_customer_external_id"))
        batch_op.drop_index(batch_op.f("ix_customer_company_id"))

    op.drop_table("customer")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_name_key"))

    op.drop_table("campaign")
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_body_key"))

    op.drop_table("batch")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_member_id"))

    op.drop_table("account")
    op.drop_table("waiting")
    op.drop_table("setting")
    op.drop_table("product")
    op.drop_table("place")
    op.drop_table("member")
    with op.batch_alter_table("gram", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gram_row_kind"))

    op.drop_table("gram")
    op.drop_table("delivered")
    op.drop_table("audit")
