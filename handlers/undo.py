"""Taking back what one's last message changed; taking back an undo is redo."""

from datetime import datetime

from crmbot.intents import Slots, intent
from crmbot.people import Member, Permission
from crmbot.reply import Button, Reply, text
from storage import Store


class Undo(Slots):
    message: int | None = None  # the button of a reply names its own message


@intent("undo", needs=Permission.UNDO)
def undo(slots: Undo, member: Member, store: Store, now: datetime) -> Reply:
    refs = store.changes.take_back(member, slots.message, now)
    redo = Button(text("button-redo"), "undo", {"message": store.changes.message}, once=True)
    return Reply(text("undone", refs=", ".join(refs)), buttons=(redo,), in_place=True)


def undo_button(store: Store) -> Button:
    """Takes back the message being handled, whatever its sender changes after it."""
    return Button(text("button-undo"), "undo", {"message": store.changes.message}, once=True)
