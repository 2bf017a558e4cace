"""One reminder for several customers: "remind me to call everyone in segment at-risk next week"."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from crmbot.errors import Refused
from crmbot.intents import Slots, intent
from crmbot.people import Member, Permission
from crmbot.reply import Day, Reply, text
from handlers._asking import ask_first
from handlers._audience import audience
from handlers._time import at, today
from handlers.undo import undo_button
from storage import Customer, Store

MOST = 200
A_DAY = 5  # each is a reminder
DAY, SATURDAY = timedelta(days=1), 5
GROUP = r"(?:segment|group|tag)"
NAMED = re.compile(rf"\b{GROUP}\b|分群|客户群", re.IGNORECASE)
EVERYONE = (  # what is to be done, with whom
    rf"(?P<do>.+?)\s+(?:everyone|everybody|(?:all|each)(?: of)?(?: the| our| my)?(?: customers?| clients?)?)\s+"
    rf"(?:in|of|from|tagged)\s+(?:the\s+)?(?:{GROUP}\s+)?(?P<who>\S.*?)(?:\s+{GROUP})?",
    r"(?P<do>.+?)\s+(?:all|every|each)(?: of)?(?: the| our| my)?\s+(?P<who>\S.*?)\s+(?:customers?|clients?)",
    r"(?P<do>联系|拜访|回访|打给|通知|跟进|看望|走访)(?:分群|客户群)?(?:所有|全部|每个|每位)?(?P<who>\S+?)的?(?:所有|全部|每个|每位)?的?客户",
    r"给(?:分群|客户群)?(?:所有|全部|每个|每位)?(?P<who>\S+?)的?(?:所有|全部|每个|每位)?的?客户(?P<after>\S+)",
)
SEVERAL = tuple(re.compile(each, re.IGNORECASE) for each in EVERYONE)
ALL_OF = re.compile(r"\b(?:all|every|each|everyone|everybody)\b|所有|全部|每个|每位", re.IGNORECASE)


class TaskForEach(Slots):
    subject: str  # with * where the customer's name goes
    query: str
    due: str | None = None
    sure: bool = False


def for_each(subject: str, due: str | None, member: Member, store: Store, now: datetime) -> TaskForEach | None:
    """What is to be done with each of several customers; None where no such customers are known.

    Raises `Refused` where a group is said to be one, and there is none.
    """
    subject = subject.replace("*", "")  # which stands for the customers' names
    found = next((match for each in SEVERAL if (match := each.fullmatch(subject))), None)
    if found is None or not ALL_OF.search(subject):
        return None
    said = found.groupdict()
    query = said["who"].strip()
    try:
        audience(query, member, store, now)
    except Refused:
        if NAMED.search(subject):
            raise
        return None
    between = " " if said.get("do", "").isascii() else ""
    task = f"给*{said['after']}" if said.get("after") else f"{said['do']}{between}*"
    return TaskForEach(subject=task, query=query, due=due)


@intent("task.several", needs=Permission.WRITE_TASKS)
def add_for_each(slots: TaskForEach, member: Member, store: Store, now: datetime) -> Reply:
    """After a look at how many that is: a few a day, on working days, from the day that was said on."""
    customers = audience(slots.query, member, store, now)
    if not customers:
        raise Refused(text("segment-empty", name=slots.query))
    if len(customers) > MOST:
        raise Refused(text("segment-too-many", name=slots.query, count=len(customers), most=MOST))
    day = today(now, member)
    planned = list(_planned(customers, slots, member, day))
    first, last = (Day(each, day) for each in (planned[0][1], planned[-1][1]))
    if not slots.sure:
        what = slots.subject.replace("*", "…")
        words = text("several-sure", what=what, count=len(customers), first=first, last=last, most=A_DAY)
        raise ask_first(words, "task.several", slots.model_dump(exclude={"sure"}, exclude_none=True))
    clock = slots.due[10:] if slots.due else ""
    for customer, on in planned:
        due, all_day = at(f"{on}{clock}", member)
        subject = slots.subject.replace("*", customer.name)
        store.tasks.add(
            subject, owner=member.id, zone=member.zone, now=now, due=due, all_day=all_day, customer=customer
        )
    words = text("segment-tasks-added", name=slots.query, count=len(customers), first=first, last=last)
    return Reply(words, buttons=(undo_button(store),))


def _planned(
    customers: Sequence[Customer], slots: TaskForEach, member: Member, day: date
) -> Iterator[tuple[Customer, date]]:
    on = at(slots.due, member)[0].astimezone(ZoneInfo(member.zone)).date() if slots.due else _working(day + DAY)
    for number, customer in enumerate(customers):
        if number and number % A_DAY == 0:
            on = _working(on + DAY)
        yield customer, max(on, day)


def _working(day: date) -> date:
    while day.weekday() >= SATURDAY:
        day += DAY
    return day
