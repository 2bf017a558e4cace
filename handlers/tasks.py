"""Follow-ups: add one, look at it, list them, put them off, hand them over, be done with them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from crmbot.dialogue import Asked, Command, Question
from crmbot.errors import Refused
from crmbot.incoming import Incoming
from crmbot.intents import Slots, Which, intent
from crmbot.people import Member, Permission
from crmbot.recurrence import Every, Recurrence, beginning
from crmbot.reply import Button, Card, Form, Reply, Text, Told, text, verbatim
from handlers import several
from handlers._owners import heir_id, owner_id
from handlers._pages import A_PAGE, Paged, paged
from handlers._periods import Period, span
from handlers._time import MORNING, at, midnight, say_day, say_due, today
from handlers.undo import undo_button
from storage import Customer, Deal, Store, Task, TaskPage

Priority = Literal["urgent", "high", "normal", "low"]
DAYS_TO_PICK = 5
DAY = timedelta(days=1)
A_DAY = 24 * 60  # minutes
REMIND = re.compile(r"\bremind|\b(?:ping|nudge|poke|buzz|alert|notify) me\b|提醒|叫我|通知我|提示我", re.IGNORECASE)


ELSE = re.compile(
    r"\bevery\s+(?:other|second|third|\d+|two|three|four|six|few)\b|\bevery\s+(?:quarter|year|hour)\b|"
    r"\b(?:bi-?weekly|fortnightly|quarterly|yearly|annually|hourly)\b|"
    r"隔[一两二]?[天周月年日]|每隔|每[两二三四五六\d]+个?(?:天|日|周|星期|月|小时)|每个?季度|每年|每个?小时",
    re.IGNORECASE,
)


class AddTask(Slots):
    subject: str
    name: str | None = None
    ref: str | None = None
    due: str | None = None
    every: Every | None = None
    month_day: int | None = None
    owner: str | None = None
    priority: Priority = "normal"


class OneTask(Slots):
    task: Which[Task]


class ListTasks(Paged):
    task: Which[Task] | None = None
    owner: str | None = None
    name: str | None = None
    due: str | None = None
    period: Period | None = None
    offset: int = 0
    alone: bool = False
    status: Literal["open", "done", "overdue"] = "open"


class UpdateTask(Slots):
    task: Which[Task]
    due: str | None = None
    every: Every | None = None
    month_day: int | None = None
    owner: str | None = None
    priority: Priority | None = None
    reworded: str | None = None
    without: tuple[Literal["due"], ...] = ()  # what is taken away


class PutOff(Slots):
    task: Which[Task]
    by: Literal["hour", "day"] = "hour"
    minutes: int | None = None


class NextStep(Slots):
    customer: Which[Customer]
    due: str
    subject: str | None = None


class AlreadyOver(Refused):
    def __init__(self, task: Task) -> None:
        super().__init__(text("task-over", ref=task.ref, status=task.status))


@intent("task.add", needs=Permission.WRITE_TASKS)
def add_task(slots: AddTask, member: Member, store: Store, now: datetime, incoming: Incoming) -> Reply:
    if _repeats_otherwise(incoming, slots.every):
        raise Refused(text("every-which"))
    each = several.for_each(slots.subject, slots.due, member, store, now) if slots.every is None else None
    if each:
        return several.add_for_each(each, member, store, now)
    due, all_day = at(slots.due, member) if slots.due else (None, False)
    again = _again(slots.every, due, member, now, slots.month_day) if slots.every else None
    if again:
        due, all_day = _first(again, due, now), False
    if _asks_to_be_reminded(incoming) and (due is None or _is_over(due, now, member, all_day=all_day)):
        said = slots.model_dump(mode="json", exclude_defaults=True, exclude={"due"})
        raise Asked(Reply(text("ask", slot="due")), question=Question(Command("task.add", said), "due"))
    deal = _deal(slots, member, store)
    task = store.tasks.add(
        slots.subject,
        owner=heir_id(slots.owner, member, store) or member.id,
        zone=member.zone,
        now=now,
        due=due,
        all_day=all_day,
        again=again,
        priority=slots.priority,
        customer=deal.customer if deal else _customer(slots, member, store),
        deal=deal,
    )
    return replace(
        _told(text("task-added", ref=task.ref), task, member, store, now), told=_heir_told(task, member, now)
    )


@intent("task.next", needs=Permission.WRITE_TASKS)
def add_next_step(slots: NextStep, member: Member, store: Store, now: datetime) -> Reply:
    """The answer to what comes next with a customer, asked after something was noted."""
    due, all_day = at(slots.due, member)
    task = store.tasks.add(
        slots.subject or slots.customer.name,
        owner=member.id,
        zone=member.zone,
        now=now,
        due=due,
        all_day=all_day,
        customer=slots.customer,
    )
    return _told(text("task-added", ref=task.ref), task, member, store, now, in_place=True)


@intent("task.show", needs=Permission.READ_TASKS)
def show_task(slots: OneTask, member: Member, store: Store, now: datetime) -> Reply:
    task = slots.task
    edit = Button(text("button-edit"), "task.update", {"ref": task.ref})
    buttons = (*steps(task), *([edit] if task.status == "open" else [])) if member.may(Permission.WRITE_TASKS) else ()
    return Reply(text("task-shown", ref=task.ref), card(task, member, store, now), buttons=buttons)


@intent("task.list", needs=Permission.READ_TASKS)
def list_tasks(slots: ListTasks, member: Member, store: Store, now: datetime) -> Reply:
    """A bare ref shows that one; today's list begins with what is overdue."""
    if slots.task:
        return show_task(OneTask(task=slots.task), member, store, now)
    everybody = slots.owner is None and slots.name is not None
    since, before = _between(slots, member, now)
    found = store.tasks.listed(
        seen_by=member,
        owner=None if everybody else owner_id(slots.owner or "me", member, store),
        customers=store.customer_ids(slots.name) if slots.name else None,
        status="done" if slots.status == "done" else "open",
        since=since,
        before=before,
        offset=slots.skip,
        limit=A_PAGE,
    )
    page = Reply(_heading(slots, found, member, now), buttons=task_buttons(found.tasks, member, now))
    return paged(page, "task.list", slots, shown=len(found.tasks), count=found.count)


@intent("task.update", needs=Permission.WRITE_TASKS)
def update_task(slots: UpdateTask, member: Member, store: Store, now: datetime) -> Reply:
    """With nothing said of it: what shall change?"""
    task = slots.task
    _refuse_if_over(task)
    if not (slots.due or slots.every or slots.owner or slots.priority or slots.reworded or slots.without):
        return Reply(text("edit-how", ref=task.ref, kind="task"), form=_form(task, member, store))
    if slots.due and not slots.every:
        due, all_day = _moved(slots.due, task, member)
        task.plan(due, member.zone, all_day=all_day)
    if slots.every:
        begins = at(slots.due, member)[0] if slots.due else task.due_at
        again = _again(slots.every, begins, member, now, slots.month_day)
        task.plan(_first(again, at(slots.due, member)[0] if slots.due else None, now), member.zone, all_day=False)
        task.repeat(again)
    if slots.without:
        task.plan(None, member.zone, all_day=False)
        task.every = task.every_at = task.every_on = None
    task.subject = slots.reworded or task.subject
    before = task.owner_id
    if slots.owner:
        task.owner_id = heir_id(slots.owner, member, store)
    task.priority = slots.priority or task.priority
    changed = _told(text("task-changed", ref=task.ref), task, member, store, now, in_place=True)
    return changed if task.owner_id == before else replace(changed, told=_heir_told(task, member, now))


def _form(task: Task, member: Member, store: Store) -> Form:
    local = task.due_at.astimezone(ZoneInfo(member.zone)) if task.due_at else None
    due = (f"{local:%Y-%m-%d}" if task.all_day else f"{local:%Y-%m-%d %H:%M}") if local else ""
    owner = store.members.name_of(task.owner_id) if task.owner_id else None
    held = {"reworded": task.subject, "due": due, "priority": task.priority, "owner": owner or ""}
    return Form("edit-task", task.ref, held)


@intent("task.put-off", needs=Permission.WRITE_TASKS)
def put_off(slots: PutOff, member: Member, store: Store, now: datetime) -> Reply:
    """By an hour, to the same time of tomorrow, or for as long as was said; what comes again keeps its own times."""
    task = slots.task
    _refuse_if_over(task)
    whole_days = slots.by == "day" or (slots.minutes or 1) % A_DAY == 0
    if slots.minutes:
        later = _later(slots.minutes, task, member, now)
    else:
        later = now + timedelta(hours=1) if slots.by == "hour" else _tomorrow(task, member, now)
    if task.every:
        task.remind_at = later
    else:
        task.plan(later, member.zone, all_day=task.all_day and whole_days)
    words = text("task-put-off", ref=task.ref, due=say_due(later, now, member))
    return _told(words, task, member, store, now, in_place=True)


@intent("task.pick", needs=Permission.WRITE_TASKS)
def pick_day(slots: OneTask, member: Member, store: Store, now: datetime) -> Reply:
    """Asks for when, with the next days to choose from."""
    _refuse_if_over(slots.task)
    days = [today(now, member) + ahead * DAY for ahead in range(1, DAYS_TO_PICK + 1)]
    buttons = tuple(
        Button(say_day(day, now, member), "task.update", {"ref": slots.task.ref, "due": day.isoformat()})
        for day in days
    )
    reply = Reply(text("task-pick", ref=slots.task.ref), buttons=buttons)
    raise Asked(reply, question=Question(Command("task.update", {"ref": slots.task.ref}), "due"))


@intent("task.done", needs=Permission.WRITE_TASKS)
def finish_task(slots: OneTask, member: Member, store: Store, now: datetime) -> Reply:
    task = slots.task
    _refuse_if_over(task)
    task.finish(now)
    if task.status == "open" and task.due_at:
        words = text("task-done-again", label=task.label, due=say_due(task.due_at, now, member))
    else:
        words = text("task-done", label=task.label)
    return Reply(words, buttons=(undo_button(store),), in_place=True)


@intent("task.delete", needs=Permission.WRITE_TASKS)
def drop_task(slots: OneTask, store: Store) -> Reply:
    """The row stays, so that undo brings it back and its ref is not used again."""
    task = slots.task
    _refuse_if_over(task)
    task.status, task.remind_at = "dropped", None
    return Reply(text("task-dropped", label=task.label), buttons=(undo_button(store),), in_place=True)


# When it is due


def _again(every: Every, begins: datetime | None, member: Member, now: datetime, on: int | None) -> Recurrence:
    """At the hour of what it `begins` with, else in the morning; of a month on the day that is named."""
    first = begins or at(today(now, member).isoformat(), member)[0]
    return beginning(every, first, member.zone, on=on)


def _first(again: Recurrence, due: datetime | None, now: datetime) -> datetime:
    return again.after(due - timedelta(microseconds=1) if due else now)


def _asks_to_be_reminded(incoming: Incoming) -> bool:
    """ "Todo: send the offer" may be without a time; what is to ring may not."""
    return isinstance(incoming.said, str) and bool(REMIND.search(incoming.said))


def _repeats_otherwise(incoming: Incoming, every: Every | None) -> bool:
    """Every second week, each quarter: what cannot be, and must not silently come only once."""
    return every is None and isinstance(incoming.said, str) and bool(ELSE.search(incoming.said))


def _is_over(due: datetime, now: datetime, member: Member, *, all_day: bool) -> bool:
    return due.astimezone(ZoneInfo(member.zone)).date() < today(now, member) if all_day else due < now


def _moved(said: str, task: Task, member: Member) -> tuple[datetime, bool]:
    """A day alone keeps the time that it had."""
    due, all_day = at(said, member)
    if not all_day or task.all_day or task.due_at is None:
        return due, all_day
    zone = ZoneInfo(member.zone)
    clock = task.due_at.astimezone(zone).time()
    return at(datetime.combine(due.astimezone(zone), clock).isoformat(), member)


def _tomorrow(task: Task, member: Member, now: datetime) -> datetime:
    zone = ZoneInfo(member.zone)
    clock = task.due_at.astimezone(zone).time() if task.due_at else MORNING
    return at(datetime.combine(today(now, member) + DAY, clock).isoformat(), member)[0]


def _later(minutes: int, task: Task, member: Member, now: datetime) -> datetime:
    """Than it is due, or than now when that is over; days are those of the calendar."""
    begin = max(now, task.due_at or now)
    if minutes % A_DAY:
        return begin + timedelta(minutes=minutes)
    local = begin.astimezone(ZoneInfo(member.zone)).replace(tzinfo=None) + timedelta(minutes=minutes)
    return at(local.isoformat(), member)[0]


def _between(slots: ListTasks, member: Member, now: datetime) -> tuple[datetime | None, datetime | None]:
    if slots.status == "overdue":
        return None, now
    if slots.due:
        day = at(slots.due, member)[0].astimezone(ZoneInfo(member.zone)).date()
        with_late = day == today(now, member) and slots.status != "done"
        since = None if with_late else midnight(day, member)
        return since, midnight(day + DAY, member)
    if slots.period:
        first, last = span(slots.period, slots.offset, today(now, member), slots.alone)
        return midnight(first, member), midnight(last + DAY, member)
    return None, None


# What it is about


def _deal(slots: AddTask, member: Member, store: Store) -> Deal | None:
    found = store.by_ref(Deal, slots.ref, member, Permission.READ_DEALS) if slots.ref else []
    return found[0] if found else None


def _customer(slots: AddTask, member: Member, store: Store) -> Customer | None:
    """Whom the action is for, if exactly one customer is called so: a reminder makes nobody a customer."""
    if slots.ref:
        found = store.by_ref(Customer, slots.ref, member, Permission.READ_CUSTOMERS)
        return found[0] if found else None
    said = {"name": slots.name} if slots.name else {}
    sure = store.by_name(Customer, said, member, Permission.READ_CUSTOMERS, clear_only=True).sure if said else []
    return sure[0] if len(sure) == 1 and isinstance(sure[0], Customer) else None


# What is said of it


def _told(words: Text, task: Task, member: Member, store: Store, now: datetime, *, in_place: bool = False) -> Reply:
    buttons = (*steps(task), undo_button(store))
    return Reply(words, card(task, member, store, now), buttons=buttons, in_place=in_place)


def _heir_told(task: Task, by: Member, now: datetime) -> tuple[Told, ...]:
    """Whoever has it to do now hears of it at once, not only when it is due."""
    if task.owner_id is None or task.owner_id == by.id:
        return ()
    due = say_due(task.due_at, now, by) if task.due_at else ""
    words = text("task-yours", who=by.name, label=task.label, timed="yes" if task.due_at else "no", due=due)
    return (Told(task.owner_id, words, (Button(text("button-done"), "task.done", {"ref": task.ref}, once=True),)),)


def card(task: Task, member: Member, store: Store, now: datetime) -> Card:
    facts: list[tuple[Text, Text]] = []
    if task.due_at:
        facts.append((text("slot", slot="due"), say_due(task.due_at, now, member)))
    if task.every:
        facts.append((text("slot", slot="every"), text("every", every=task.every, day=task.every_on or 0)))
    if task.customer:
        facts.append((text("slot", slot="customer"), verbatim(task.customer.label)))
    if task.priority != "normal":
        facts.append((text("slot", slot="priority"), text("priority", priority=task.priority)))
    if task.owner_id and task.owner_id != member.id and (owner := store.members.name_of(task.owner_id)):
        facts.append((text("slot", slot="owner"), verbatim(owner)))
    if task.status != "open":
        facts.append((text("slot", slot="status"), text("task-status", status=task.status)))
    return Card(task.ref, task.label, tuple(facts))


def steps(task: Task) -> tuple[Button, ...]:
    """Done, later, tomorrow, another day, while it is open."""
    if task.status != "open":
        return ()
    return (
        Button(text("button-done"), "task.done", {"ref": task.ref}, once=True),
        Button(text("button-in-an-hour"), "task.put-off", {"ref": task.ref, "by": "hour"}),
        Button(text("button-tomorrow"), "task.put-off", {"ref": task.ref, "by": "day"}),
        Button(text("button-pick"), "task.pick", {"ref": task.ref}),
    )


def task_buttons(tasks: Sequence[Task], member: Member, now: datetime) -> tuple[Button, ...]:
    return tuple(Button(_line(task, member, now), "task.show", {"ref": task.ref}) for task in tasks)


def _line(task: Task, member: Member, now: datetime) -> Text:
    if task.due_at is None:
        return verbatim(task.label)
    local = task.due_at.astimezone(ZoneInfo(member.zone))
    if local.date() == today(now, member):
        return verbatim(f"{local:%H:%M} {task.label}")
    return text("task-line", label=task.label, day=say_day(local.date(), now, member))


def _heading(slots: ListTasks, found: TaskPage, member: Member, now: datetime) -> Text:
    if slots.status == "done" and (slots.due or slots.period):
        return text("tasks-listed", count=found.count, which="done-then")
    if slots.status != "open":
        return text("tasks-listed", count=found.count, which=slots.status)
    if slots.due:
        day = at(slots.due, member)[0].astimezone(ZoneInfo(member.zone)).date()
        if day == today(now, member):
            return text("tasks-listed", count=found.count, which="today")
        return text("tasks-of-day", count=found.count, day=say_day(day, now, member))
    return text("tasks-listed", count=found.count, which="period" if slots.period else "open")


def _refuse_if_over(task: Task) -> None:
    if task.status != "open":
        raise AlreadyOver(task)
