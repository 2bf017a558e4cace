"""What the team has taught the bot to understand: to be looked at, and to be taken out again."""

from datetime import datetime

from crmbot.errors import Refused
from crmbot.intents import Slots, intent
from crmbot.people import Member, Permission
from crmbot.reply import Button, Reply, Table, text, verbatim
from handlers._pages import A_PAGE, Paged, paged
from handlers._time import say_day, today
from handlers.undo import undo_button
from storage import LessonRow, Store


class ListLessons(Paged):
    pass


class OneLesson(Slots):
    lesson: int = 0


@intent("lesson.list", needs=Permission.READ_LESSONS)
def list_lessons(slots: ListLessons, member: Member, store: Store, now: datetime) -> Reply:
    found = store.taught.listed(seen_by=member)
    page = found[slots.skip : slots.skip + A_PAGE]
    rows = tuple(
        (
            verbatim(str(number)),
            text("lesson-shape", shape=lesson.shown),
            text("would", doing=lesson.intent.replace(".", "-")),
            text("lesson-by", who=_who(row, store), day=say_day(today(row.at, member), now, member)),
        )
        for number, (row, lesson) in enumerate(page, slots.skip + 1)
    )
    buttons = [
        Button(text("button-forget", number=number), "lesson.forget", {"lesson": row.id}, once=True)
        for number, (row, _) in enumerate(page, slots.skip + 1)
    ]
    columns = (verbatim("#"), *(text("slot", slot=each) for each in ("sentence", "meaning", "by")))
    table = Table(columns, rows) if rows else None
    shown = Reply(text("lessons", count=len(found)), table=table, buttons=tuple(buttons))
    return paged(shown, "lesson.list", slots, shown=len(page), count=len(found))


@intent("lesson.forget", needs=Permission.WRITE_LESSONS)
def forget_lesson(slots: OneLesson, member: Member, store: Store) -> Reply:
    row = store.taught.by_id(slots.lesson, member)
    if row is None:
        raise Refused(text("lesson-gone"))
    store.taught.forget(row)
    return Reply(text("lesson-forgotten"), buttons=(undo_button(store),))


def _who(row: LessonRow, store: Store) -> str:
    return (store.members.name_of(row.by) if row.by else None) or "–"
