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
    taken = store.changes.take_back(member, slots.message, now)
    refs = ", ".join(taken.refs)
    if taken.redone:
        return Reply(text("redone", refs=refs), buttons=(undo_button(store),), in_place=True)
    redo = Button(text("button-redo"), "undo", {"message": store.changes.message}, once=True)
    return Reply(text("undone", refs=refs), buttons=(redo,), in_place=True)


def undo_button(store: Store) -> Button:
    """Takes back the message being handled, whatever its sender changes after it."""
    return Button(text("button-undo"), "undo", {"message": store.changes.message}, once=True)
