"""The customers of one group: looked at one by one, or each given a follow-up."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from crmbot.errors import Refused
from crmbot.intents import Slots, intent
from crmbot.people import Member, Permission, Scope
from crmbot.reply import Button, Day, Reply, text, verbatim
from crmbot.words import say
from handlers._analysis_words import KINDS, ODD, segment_name
from handlers._asking import ask_first
from handlers._pages import A_PAGE, Paged, paged
from handlers._time import at, today
from handlers.segments import about
from handlers.undo import undo_button
from storage import Customer, Store

MOST = 200  # follow-ups at once
A_DAY = 5  # for one person: each is a reminder


class OneSegment(Paged):
    title: str
    count: int | None = None
    method: Literal["kmeans", "dbscan"] = "kmeans"


class SegmentTasks(Slots):
    title: str
    count: int | None = None
    method: Literal["kmeans", "dbscan"] = "kmeans"
    sure: bool = False


@intent("segments.list", needs=Permission.READ_CUSTOMERS)
def list_segment(slots: OneSegment, member: Member, store: Store, now: datetime) -> Reply:
    """Whom a group of the last report holds, those who are still there."""
    found = _inside(slots, member, store, now)
    shown = store.customers.among(found[slots.skip : slots.skip + A_PAGE], seen_by=member)
    said = slots.model_dump(exclude={"skip"}, exclude_none=True)
    tasks: tuple[Button, ...] = ()
    if found and member.may(Permission.WRITE_TASKS):
        tasks = (Button(text("button-segment-tasks", count=len(found)), "segments.tasks", said),)
    words = text("segment-listed", name=segment_name(slots.title), count=len(found))
    page = Reply(
        words, buttons=tuple(Button(verbatim(each.label), "customer.show", {"ref": each.ref}) for each in shown)
    )
    turned = min(A_PAGE, len(found) - slots.skip)  # some of them may be there no more
    return paged(page, "segments.list", slots, shown=turned, count=len(found), after=tasks)


@intent("segments.tasks", needs=Permission.WRITE_TASKS)
def add_segment_tasks(slots: SegmentTasks, member: Member, store: Store, now: datetime) -> Reply:
    """One for each customer, a few a day, to whoever the customer is looked after by."""
    name, ids = segment_name(slots.title), _inside(slots, member, store, now)
    if len(ids) > MOST:
        raise Refused(text("segment-too-many", name=name, count=len(ids), most=MOST))
    found = store.customers.among(ids, seen_by=member)
    if not found:
        raise Refused(text("segment-empty", name=name))
    day = today(now, member)
    planned = list(_planned(found, member, store, day))
    first, last = (Day(each, day) for each in (planned[0][2], planned[-1][2]))
    if not slots.sure:
        words = text("segment-tasks-sure", name=name, count=len(found), first=first, last=last, most=A_DAY)
        raise ask_first(words, "segments.tasks", slots.model_dump(exclude={"sure"}, exclude_none=True))
    advice = slots.title.replace(" ", "-") if slots.title in KINDS else "other"
    subject = say(text("segment-task", name=name, advice=text("segment-advice", name=advice)), member.language)
    for customer, owner, on in planned:
        due, all_day = at(on.isoformat(), member)
        store.tasks.add(subject, owner=owner, zone=member.zone, now=now, due=due, all_day=all_day, customer=customer)
    words = text("segment-tasks-added", name=name, count=len(found), first=first, last=last)
    return Reply(words, buttons=(undo_button(store),))


def _inside(slots: OneSegment | SegmentTasks, member: Member, store: Store, now: datetime) -> list[int]:
    """By the last report, who bought most first."""
    for kept in store.analyses(about(slots.method, slots.count, member)).before(now, limit=1):
        inside = [int(id) for id, name in kept["members"].items() if name == slots.title]
        return list(kept["odd"]) if slots.title == ODD else inside
    return []


def _planned(
    customers: Sequence[Customer], member: Member, store: Store, day: date
) -> Iterator[tuple[Customer, int, date]]:
    """Each with who has it to do and on which working day."""
    others = member.scope(Permission.WRITE_TASKS) is not Scope.OWN
    here = {row.id for row in store.members.team_of(member)} if others else set()
    given: Counter[int] = Counter()
    for customer in customers:
        owner = customer.owner_id if customer.owner_id in here else None
        owner = owner or member.id
        yield customer, owner, _working_day(day, 1 + given[owner] // A_DAY)
        given[owner] += 1


def _working_day(day: date, ahead: int) -> date:
    while ahead:
        day += timedelta(days=1)
        ahead -= day.weekday() < 5
    return day
