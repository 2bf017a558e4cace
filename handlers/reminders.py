"""What the bot says by itself when a follow-up falls due."""

from dataclasses import replace
from datetime import datetime

from crmbot.due import Defaults, Occurrence, due
from crmbot.people import Member
from crmbot.reply import Notice, Reply, text
from handlers._time import quiet_until, say_due
from handlers.tasks import card, steps
from storage import Store, Task


@due("reminder")
def remind(task: Task, occurrence: Occurrence, store: Store, defaults: Defaults, now: datetime) -> list[Notice]:
    """The owner is told, in the morning if they want no disturbance now."""
    reached = store.reach(task.owner_id, defaults) if task.owner_id and task.status == "open" else None
    if reached is None:
        return []
    if morning := quiet_until(reached.member, now):
        task.remind_at = morning
        return []
    task.move_on(now)
    if not reached.member.notify:
        return []
    dialogue = store.dialogue(reached.member, reached.place, now)
    dialogue.about = {**dialogue.about, task.letter: task.ref}  # "done" or "snooze it" means this one
    store.remember(dialogue, reached.member, reached.place, now)
    return [Notice(_reminder(task, occurrence, reached.member, store, now), reached.place, reached.member.language)]


def _reminder(task: Task, occurrence: Occurrence, member: Member, store: Store, now: datetime) -> Reply:
    words = text("reminder", subject=task.subject)
    if occurrence.late:
        words = text("reminder-late", subject=task.subject, due=say_due(occurrence.at, now, member))
    shown = replace(card(task, member, store, now), title=task.ref)  # what is to be done is said above it
    return Reply(words, shown, buttons=steps(task))
