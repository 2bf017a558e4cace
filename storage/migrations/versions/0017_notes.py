"""What people wrote of others may be sealed, wherever it stands: there is room for it, and one way to do it."""

import base64
import os
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from storage import columns

revision = "0017"
down_revision = "0016"
AGAIN: dict[str, Any] = {"recreate": "auto", "table_kwargs": {"sqlite_autoincrement": True}}
INTERACTION = sa.table(
    "interaction",
    sa.column("id", sa.Integer),
    sa.column("text", columns.LONG),
    sa.column("seal_id", columns.SEAL_ID),
    sa.column("body", columns.SEALED),
)


def upgrade() -> None:
    _reseal()
    with op.batch_alter_table("interaction", **AGAIN) as batch_op:
        batch_op.drop_column("seal_id")
        batch_op.drop_column("body")
    with op.batch_alter_table("task", **AGAIN) as batch_op:
        batch_op.alter_column("subject", existing_type=sa.String(500), type_=columns.LONG, existing_nullable=False)
    with op.batch_alter_table("ticket", **AGAIN) as batch_op:
        batch_op.alter_column("subject", existing_type=sa.String(500), type_=columns.LONG, existing_nullable=False)
        batch_op.alter_column("cause", existing_type=sa.String(500), type_=columns.LONG, existing_nullable=True)


def _reseal() -> None:
    """What was sealed in a column of its own; storage/notes.py reads what is written here."""
    keys: Any = context.config.attributes.get("keys")
    connection, c = op.get_bind(), INTERACTION.c
    put = sa.update(INTERACTION).where(c.id == sa.bindparam("of")).values(text=sa.bindparam("said"))
    sealed = sa.select(c.id, c.seal_id, c.body).where(c.body.is_not(None)).order_by(c.id).limit(500)
    last = 0
    while page := connection.execute(sealed.where(c.id > last)).all():
        again = []
        for row in page:
            of, words = os.urandom(16), keys.open("interaction.body", row.seal_id, row.body)
            body = of + keys.seal("interaction.text", of, words)
            again.append({"of": row.id, "said": "sealed:1:" + base64.b64encode(body).decode()})
        connection.execute(put, again)
        last = page[-1].id
