"""Two customers that are one: all that was of the one is the other's, and can be parted again for a week."""

from datetime import datetime

from crmbot.errors import Refused
from crmbot.intents import Slots, Which, intent
from crmbot.people import Member, Permission
from crmbot.reply import Reply, text
from handlers._asking import ask_first
from handlers._load import said_load
from handlers.customers import card
from handlers.undo import undo_button
from storage import Customer, Store


class Merge(Slots):
    customer: Which[Customer]
    into: Which[Customer]
    sure: bool = False


@intent("customer.merge", needs=Permission.WRITE_CUSTOMERS)
def merge_customers(slots: Merge, member: Member, store: Store, now: datetime) -> Reply:
    """The first goes into the second, which keeps what it has and takes what it lacks."""
    gone, stays = slots.customer, slots.into
    if gone.id == stays.id:
        raise Refused(text("merge-which"))
    moved = said_load(store.customers.load(gone))
    if not slots.sure:
        words = text("merge-sure", gone=gone.label, stays=stays.label, moved=moved)
        raise ask_first(
            words, "customer.merge", {"customer": gone.ref, "into": stays.ref}, card=card(stays, store, now, member)
        )
    store.customers.merge(gone, stays, now)
    store.changes.lasts_a_week()
    words = text("merged", gone=gone.label, stays=stays.label, moved=moved)
    return Reply(words, card(stays, store, now, member), buttons=(undo_button(store),), in_place=True)
