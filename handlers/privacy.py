"""What is held on a person, and forgetting them."""

from datetime import datetime

from crmbot.errors import Refused
from crmbot.intents import NoSlots, Slots, Which, intent
from crmbot.people import Member, Permission
from crmbot.reply import Card, Reply, text, verbatim
from handlers._asking import ask_first
from handlers._load import said_load
from handlers._own_data import all_on
from storage import Customer, Store


class Forget(Slots):
    customer: Which[Customer] | None = None
    sure: bool = False


@intent("data.forget", needs=Permission.ERASE)
def forget_customer(slots: Forget, store: Store, now: datetime) -> Reply:
    """For good: not even undo brings it back."""
    if slots.customer is None:
        raise Refused(text("forget-whom"))
    customer = slots.customer
    load = store.customers.load(customer)
    if not slots.sure:
        moved = said_load(load)
        raise ask_first(
            text("forget-sure", label=customer.label, moved=moved), "data.forget", {"customer": customer.ref}
        )
    ref = customer.ref
    store.erase(customer, now)
    return Reply(text("forgotten", ref=ref), in_place=True)


class Held(Slots):
    customer: Which[Customer]


@intent("data.held", needs=Permission.ERASE)
def held_on_customer(slots: Held, store: Store, now: datetime) -> Reply:
    """All of it, for an owner who passes it on in a way that reaches the customer and nobody else."""
    return Reply(text("held-on", label=slots.customer.label), file=all_on(slots.customer, store, now))


@intent("data.mine", needs=Permission.TALK)
def data_of_mine(slots: NoSlots, member: Member, store: Store) -> Reply:
    """Of a member, who is a colleague and no customer."""
    load = store.members.load(store.members.row(member))
    accounts = ", ".join(f"{each.channel.title()} {each.channel_id}" for each in store.members.accounts_of(member))
    facts = (
        (text("slot", slot="name"), verbatim(member.name)),
        (text("slot", slot="role"), text("role-in-team", role=member.role, team=member.team)),
        (text("slot", slot="accounts"), verbatim(accounts)),
        (text("slot", slot="language"), text("language", language=member.language)),
        (text("slot", slot="zone"), verbatim(member.zone)),
        (
            text("records"),
            text("work", deals=load["deal"], tasks=load["task"], tickets=load["ticket"], customers=load["customer"]),
        ),
    )
    return Reply(text("data-mine"), Card("", member.name, facts))
