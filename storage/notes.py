"""Notes, in clear or sealed: what people wrote of others, in whichever table it stands.

A sealed note carries its own random id: it cannot be read as a note of another column, nor be searched.
"""

import base64
import os
from typing import Any

from sqlalchemy import Engine, bindparam, delete, insert, select, update
from sqlmodel import SQLModel

from storage.columns import Note
from storage.search import GRAM, NAMED
from storage.secrets import Keys
from storage.tables import Setting

MARK = "sealed:1:"
ID = 16
AT_ONCE = 500  # rows
SETTING = Setting.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
SEALED = "notes"  # all that is in the database was sealed


class Notes:
    """How the notes of one database are kept."""

    def __init__(self, keys: Keys, *, sealed: bool) -> None:
        self._keys = keys
        self.sealed = sealed

    def kept(self, column: str, words: str) -> str:
        """What begins as a sealed note does is sealed anyway: nobody can write what would be taken for one."""
        if not self.sealed and not words.startswith(MARK):
            return words
        of = os.urandom(ID)
        body = self._keys.seal(column, of, words.encode("utf-8", "replace"))
        return MARK + base64.b64encode(of + body).decode()

    def said(self, column: str, kept: str) -> str:
        """However it is kept: what was written before notes were sealed is in clear."""
        if not kept.startswith(MARK):
            return kept
        body = base64.b64decode(kept[len(MARK) :])
        return self._keys.open(column, body[:ID], body[ID:]).decode()


def seal_notes(engine: Engine, notes: Notes) -> bool:
    """Seal what is in clear, if notes are to be sealed from now on; whether there was anything to do.

    What was sealed stays sealed when the switch is put back: only new notes are in clear then.
    """
    with engine.begin() as connection:
        done = connection.execute(select(SETTING.c.value).where(SETTING.c.name == SEALED)).scalar() == "yes"
        if notes.sealed == done:
            return False
        if not notes.sealed:
            connection.execute(delete(SETTING).where(SETTING.c.name == SEALED))
            return False
    for table in SQLModel.metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, Note):
                _seal_all(engine, column)
    hidden = [kind.letter for kind, name in NAMED.items() if isinstance(kind.__table__.c[name].type, Note)]
    with engine.begin() as connection:
        connection.execute(delete(GRAM).where(GRAM.c.kind.in_(hidden)))
        connection.execute(insert(SETTING), {"name": SEALED, "value": "yes"})
    return True


def _seal_all(engine: Engine, column: Any) -> None:
    """A page at a time: whatever ends it, it goes on where it was."""
    table, last = column.table, 0
    put = update(table).where(table.c.id == bindparam("of")).values({column.name: bindparam("words")})
    clear = select(table.c.id, column).where(column.is_not(None)).order_by(table.c.id).limit(AT_ONCE)
    while True:
        with engine.begin() as connection:
            page = connection.execute(clear.where(table.c.id > last)).all()
            if not page:
                return
            connection.execute(put, [{"of": id, "words": words} for id, words in page])
            last = page[-1][0]
