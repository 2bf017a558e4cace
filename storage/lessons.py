"""What each team has taught the bot to understand: sealed, for a sentence may be about anybody."""

import json
import os
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from crmbot.lessons import Lesson
from crmbot.people import Member, Permission, Scope
from storage.rows import add_row
from storage.secrets import Keys
from storage.statements import Statement
from storage.tables import LessonRow

LESSON = LessonRow.__table__  # type: ignore[attr-defined]  # SQLModel hides its table
OF_TEAM = Statement(
    select(LESSON.c.seal_id).where(LESSON.c.team == bindparam("team")).order_by(LESSON.c.id.desc())  # the newest holds
)
MOST = 200  # of one team
CACHED = 10_000
COLUMN = "lesson.body"


class Opened:
    """Lessons that were read once, by the random id that each was sealed with: a row never changes."""

    def __init__(self) -> None:
        self._lessons: dict[bytes, Lesson] = {}

    def of(self, connection: Connection, keys: Keys, team: str) -> list[Lesson]:
        """Asked for by every message: mostly that is one look at an index."""
        ids = [bytes(row[0]) for row in OF_TEAM.all(connection, {"team": team})]
        if new := [id for id in ids if id not in self._lessons]:
            if len(self._lessons) > CACHED:
                self._lessons.clear()
            sealed = connection.execute(select(LESSON.c.seal_id, LESSON.c.body).where(LESSON.c.seal_id.in_(new)))
            self._lessons |= {bytes(id): lesson_in(keys, id, body) for id, body in sealed}
        return [self._lessons[id] for id in ids if id in self._lessons]


class Lessons:
    def __init__(self, session: Session, keys: Keys) -> None:
        self._session = session
        self._keys = keys

    def add(self, lesson: Lesson, member: Member, now: datetime) -> bool:
        """In the place of the one of that shape, if there is one; not without end."""
        key = self._keys.digest("lesson.shape", f"{member.team}\n{lesson.shape.casefold()}")
        mine = select_rows(LessonRow).where(LessonRow.team == member.team)
        for row in self._session.exec(mine.where(LessonRow.shape_key == key)):
            self.forget(row)
        if len(self._session.exec(mine.limit(MOST)).all()) == MOST:
            return False
        seal_id = os.urandom(16)
        plain = {"shape": lesson.shape, "intent": lesson.intent, "slots": lesson.slots, "language": lesson.language}
        body = self._keys.seal(COLUMN, seal_id, json.dumps(plain, ensure_ascii=False).encode())
        add_row(
            self._session,
            LessonRow(team=member.team, by=member.id, at=now, shape_key=key, seal_id=seal_id, body=body),
        )
        return True

    def forget(self, row: LessonRow) -> None:
        self._session.delete(row)
        self._session.flush()

    def listed(self, *, seen_by: Member | None = None) -> Sequence[tuple[LessonRow, Lesson]]:
        """The newest first; at the console those of every team."""
        query = select_rows(LessonRow).order_by(col(LessonRow.id).desc())
        if seen_by and seen_by.scope(Permission.READ_LESSONS) is not Scope.ALL:
            query = query.where(LessonRow.team == seen_by.team)
        return [(row, lesson_in(self._keys, row.seal_id, row.body)) for row in self._session.exec(query)]

    def by_id(self, id: int, member: Member) -> LessonRow | None:
        row = self._session.get(LessonRow, id)
        mine = row and (row.team == member.team or member.scope(Permission.WRITE_LESSONS) is Scope.ALL)
        return row if mine else None


def lesson_in(keys: Keys, seal_id: bytes, body: bytes) -> Lesson:
    return Lesson(**json.loads(keys.open(COLUMN, seal_id, body)))
