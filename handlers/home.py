"""The first page: what is due today, my deals, and the way to the rest."""

from datetime import datetime

from crmbot.intents import NoSlots, intent
from crmbot.people import Member, Permission
from crmbot.reply import Button, Reply, text
from handlers import deals, tasks
from handlers._time import today
from storage import Store


@intent("home", needs=Permission.TALK)
def show_home(slots: NoSlots, member: Member, store: Store, now: datetime) -> Reply:
    ways = (
        Button(text("button-overdue"), "task.list", {"status": "overdue"}),
        Button(text("button-my-deals"), "deal.list", {"owner": "me"}),
        Button(text("button-tickets"), "ticket.list", {}),
        Button(text("button-settings"), "settings.set", {}),
    )
    due = tasks.list_tasks(tasks.ListTasks(due=today(now, member).isoformat()), member, store, now)
    mine = deals.list_deals(deals.ListDeals(owner="me"), member, store, now)
    late = tasks.list_tasks(tasks.ListTasks(status="overdue"), member, store, now)
    words = text("home", name=member.name, today=due.text, overdue=late.text, deals=mine.text)
    return Reply(words, buttons=(*due.buttons, *mine.buttons, *ways))
