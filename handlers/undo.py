"""Taking back what one's last message changed; taking back an undo is redo."""

from collections.abc import Sequence
from datetime import datetime

from crmbot.intents import Slots, intent
from crmbot.people import Member, Permission
from crmbot.reply import Button, Card, Reply, text
from storage import Store


class Undo(Slots):
    message: int | None = None  # the button of a reply names its own message


@intent("undo", needs=Permission.UNDO)
def undo(slots: Undo, member: Member, store: Store, now: datetime) -> Reply:
    taken = store.changes.take_back(member, slots.message, now)
    refs = ", ".join(taken.refs)
    shown = _shown(taken.refs, member, store, now)
    if taken.redone:
        words = text("redone", refs=refs) if refs else text("redone-plain")
        return Reply(words, shown, buttons=(undo_button(store),), in_place=True)
    redo = Button(text("button-redo"), "undo", {"message": store.changes.message}, once=True)
    words = text("undone", refs=refs) if refs else text("undone-plain")  # targets have no ref, for one
    return Reply(words, shown, buttons=(redo,), in_place=True)


def _shown(refs: Sequence[str], member: Member, store: Store, now: datetime) -> Card | None:
    """The one record that it was about, as it is now."""
    from handlers._cards import card_of  # whose cards' own files use the button of this one

    return card_of(refs[0], member, store, now) if len(refs) == 1 else None


def undo_button(store: Store) -> Button:
    """Takes back the message being handled, whatever its sender changes after it."""
    return Button(text("button-undo"), "undo", {"message": store.changes.message}, once=True)
