"""The morning's agenda: what is due and overdue, and which deals nobody has touched for long."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crmbot.due import Defaults, Occurrence, due
from crmbot.people import Member
from crmbot.recurrence import Recurrence
from crmbot.reply import Button, Notice, Reply, text
from handlers._pages import more_button
from handlers._time import midnight, quiet_until, say_day, today
from handlers.deals import deal_buttons
from handlers.tasks import ListTasks, task_buttons
from storage import Deal, MemberRow, Store, TaskPage

MORNING = time(8, 30)
QUIET = timedelta(days=14)  # without a word or a move, and a deal is spoken of
DAY, SATURDAY = timedelta(days=1), 5
TASKS, DEALS = 5, 3  # that are listed; the rest is counted


@due("agenda")
def say_agenda(row: MemberRow, occurrence: Occurrence, store: Store, defaults: Defaults, now: datetime) -> list[Notice]:
    """Once a morning, and on a later morning not for the one that was missed; silent when there is nothing to say.

    Whoever is new or has moved to another zone has no time of theirs yet: then only the next one is set.
    """
    reached = store.reach(row.id, defaults) if row.id else None
    if reached is None:
        return []
    member = reached.member
    again = Recurrence("day", _hour(member, now), member.zone)
    row.agenda_at = again.after(now)
    theirs = again.after(occurrence.at - timedelta(microseconds=1)) == occurrence.at
    if not (theirs and member.notify and _local_day(occurrence.at, member) == today(now, member)):
        return []
    reply = _agenda(member, store, now, late=occurrence.late)
    return [Notice(reply, reached.place, member.language)] if reply else []


def _agenda(member: Member, store: Store, now: datetime, *, late: bool) -> Reply | None:
    day = today(now, member)
    tonight = midnight(day + DAY, member)
    mine = store.tasks.listed(seen_by=member, owner=member.id, before=tonight, limit=TASKS)
    overdue = store.tasks.listed(seen_by=member, owner=member.id, before=midnight(day, member), limit=0).count
    quiet = store.deals.quiet_since(now - QUIET, owner=member.id)
    if not _worth_saying(day, mine, overdue, quiet):
        return None
    words = text(
        "agenda",
        day=say_day(day, now, member),
        due=mine.count - overdue,
        overdue=overdue,
        quiet=len(quiet),
        days=QUIET.days,
        late="yes" if late else "no",
    )
    buttons = (*task_buttons(mine.tasks, member, now), *_more(mine, day), *deal_buttons(quiet[:DEALS]))
    return Reply(words, buttons=buttons)


def _worth_saying(day: date, mine: TaskPage, overdue: int, quiet: Sequence[Deal]) -> bool:
    """At the weekend only what is due that very day."""
    if day.weekday() >= SATURDAY:
        return mine.count > overdue
    return bool(mine.count or quiet)


def _more(mine: TaskPage, day: date) -> tuple[Button, ...]:
    return more_button("task.list", ListTasks(due=day.isoformat()), len(mine.tasks), mine.count)


def _hour(member: Member, now: datetime) -> time:
    """Half past eight, or the end of quiet hours that last longer."""
    usual = Recurrence("day", MORNING, member.zone).after(now)
    until = quiet_until(member, usual)
    return until.astimezone(ZoneInfo(member.zone)).time() if until else MORNING


def _local_day(moment: datetime, member: Member) -> date:
    return moment.astimezone(ZoneInfo(member.zone)).date()
