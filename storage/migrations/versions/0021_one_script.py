"""Names in traditional and in simplified Chinese characters have the same key, and are found by the same grams."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from crmbot.names import fold, grams, in_one_script  # as they are when it runs: keys are compared with theirs
from storage import columns

revision = "0021"
down_revision = "0020"
PAGE = 500  # rows that are looked at together
NAMES = (("customer", "name", "C"), ("product", "name", "P"), ("campaign", "title", "M"), ("room", "name", ""))
TITLES = (("deal", "title", "D"), ("ticket", "subject", "K"), ("task", "subject", "T"))
GRAM = sa.table("gram", sa.column("gram", columns.EXACT), sa.column("kind", sa.String), sa.column("row", sa.BigInteger))


def upgrade() -> None:
    """See above."""
    for table, column, letter in (*NAMES, *TITLES):
        for id, name in list(_in_two_scripts(table, column)):
            if (table, column, letter) in NAMES:
                _key_anew(table, id, fold(name.lstrip("#@ ") if table == "room" else name))
            if letter:
                _index_anew(letter, id, sorted(grams(name)))


def _in_two_scripts(table: str, column: str) -> Iterator[tuple[int, str]]:
    """Sealed ones are none: there is nothing of what they say."""
    found = sa.table(table, sa.column("id", sa.BigInteger), sa.column(column, sa.Text))
    rows = sa.select(found.c.id, found.c[column]).order_by(found.c.id).limit(PAGE)
    last = 0
    while page := op.get_bind().execute(rows.where(found.c.id > last)).all():
        yield from ((id, name) for id, name in page if name and in_one_script(name) != name)
        last = page[-1][0]


def _key_anew(table: str, id: int, key: str) -> None:
    """Unless another is called so, where no two may be: then it is still found by how it was typed."""
    keyed = sa.table(
        table, sa.column("id", sa.BigInteger), sa.column("name_key", sa.String), sa.column("team", sa.String)
    )
    connection, c = op.get_bind(), keyed.c
    same: Any = c.name_key == key
    if table == "room":
        same &= c.team == sa.select(c.team).where(c.id == id).scalar_subquery()
    if table in ("product", "room") and connection.execute(sa.select(c.id).where(same)).first():
        return
    connection.execute(sa.update(keyed).where(c.id == id).values(name_key=key))


def _index_anew(letter: str, id: int, found: Sequence[str]) -> None:
    """Only what is found at all: of what is put away there are none."""
    connection = op.get_bind()
    if connection.execute(sa.delete(GRAM).where(GRAM.c.kind == letter, GRAM.c.row == id)).rowcount:
        connection.execute(sa.insert(GRAM), [{"gram": gram, "kind": letter, "row": id} for gram in found])
