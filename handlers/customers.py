"""Customers: add one, look at one, find some."""

from datetime import datetime

from crmbot.errors import NotFound
from crmbot.intents import Slots, Which, intent
from crmbot.people import Member, Permission
from crmbot.phone import read_phone, say_phone
from crmbot.reply import Button, Card, Reply, Text, text, verbatim
from handlers._time import say_day, today
from handlers.deals import deal_buttons, owner_id
from handlers.undo import undo_button
from storage import Customer, NewCustomer, Store, Wanted, words_of

A_PAGE = 8


class AddCustomer(Slots):
    name: str
    company: str = ""
    phone: str = ""
    email: str = ""
    tags: tuple[str, ...] = ()
    text: str = ""
    anyway: bool = False  # [New one]: it was asked whether it is one that is known
    same: str = ""  # [Same as C12]: the ref of the one it is


class OneCustomer(Slots):
    customer: Which[Customer]


class FindCustomers(Slots):
    name: str = ""
    company: str = ""
    phone: str = ""
    email: str = ""
    query: str = ""
    owner: str = ""
    skip: int = 0


@intent("customer.add", needs=Permission.WRITE_CUSTOMERS)
def add_customer(slots: AddCustomer, member: Member, store: Store, now: datetime) -> Reply:
    """Asks before it makes somebody who is likely there already."""
    phone = (read_phone(slots.phone, member.zone) or slots.phone) if slots.phone else ""
    new = NewCustomer(
        slots.name,
        slots.company,
        phones=(phone,) if phone else (),
        emails=(slots.email,) if slots.email else (),
        tags=slots.tags,
        note=slots.text,
    )
    if slots.same:
        return _complete(new, slots.same, member, store, now)
    if not slots.anyway and (same := store.customers.duplicates(new, seen_by=member)):
        return _maybe_same(same, slots)
    customer = store.customers.add(new, owner=member, now=now)
    deal = Button(text("button-new-deal"), "deal.add", {"customer": customer.ref}, once=True)
    words = text("customer-added", ref=customer.ref, name=customer.name)
    return Reply(words, card(customer, store, now, member), buttons=(deal, undo_button(store)))


def _maybe_same(same: list[Customer], slots: AddCustomer) -> Reply:
    said = slots.model_dump(mode="json")
    use = tuple(
        Button(text("button-same-as", label=each.label), "customer.add", said | {"same": each.ref}, once=True)
        for each in same
    )
    new = Button(text("button-new"), "customer.add", said | {"anyway": True}, once=True)
    return Reply(text("customer-maybe-same", name=slots.name), buttons=(*use, new))


def _complete(new: NewCustomer, ref: str, member: Member, store: Store, now: datetime) -> Reply:
    """The one that is known gets what was said of it and is not known yet."""
    found = store.customers.by_ref(ref, member, Permission.WRITE_CUSTOMERS)
    if not found:
        raise NotFound("customer", ref)
    [customer] = found
    store.customers.complete(customer, new, owner=member, now=now)
    words = text("customer-completed", ref=customer.ref)
    return Reply(words, card(customer, store, now, member), buttons=(undo_button(store),), in_place=True)


@intent("customer.show", needs=Permission.READ_CUSTOMERS)
def show_customer(slots: OneCustomer, member: Member, store: Store, now: datetime) -> Reply:
    customer = slots.customer
    deals = store.deals.open_of(customer, seen_by=member, needs=Permission.READ_DEALS)[:4]
    return Reply(
        text("customer-shown", ref=customer.ref), card(customer, store, now, member), buttons=deal_buttons(deals)
    )


@intent("customer.find", needs=Permission.READ_CUSTOMERS)
def find_customers(slots: FindCustomers, member: Member, store: Store, now: datetime) -> Reply:
    wanted = Wanted(
        slots.name,
        slots.company,
        (read_phone(slots.phone, member.zone) or slots.phone) if slots.phone else "",
        slots.email,
        slots.query,
        owner_id(slots.owner or None, member, store),
    )
    found, count = store.customers.find(wanted, seen_by=member, limit=A_PAGE, offset=slots.skip)
    if count == 1:
        return show_customer(OneCustomer(customer=found[0]), member, store, now)
    buttons = [Button(verbatim(each.label), "customer.show", {"ref": each.ref}) for each in found]
    shown = slots.skip + len(found)
    if shown < count:
        more = slots.model_dump(exclude_defaults=True) | {"skip": shown}
        buttons.append(Button(text("button-more", count=count - shown), "customer.find", more))
    return Reply(text("customers-found", count=count), buttons=tuple(buttons), in_place=slots.skip > 0)


def card(customer: Customer, store: Store, now: datetime, member: Member) -> Card:
    """At most a dozen lines: who it is, how to reach them, what is going on."""
    facts: list[tuple[Text, Text]] = []
    contacts = store.customers.contacts(customer)
    if company := store.customers.company(customer):
        facts.append((text("slot", slot="company"), verbatim(company.name)))
    if people := store.customers.people(customer, seen_by=member)[:5]:
        facts.append((text("people"), verbatim(", ".join(each.name for each in people))))
    if contacts.phones:
        facts.append((text("slot", slot="phone"), verbatim(", ".join(map(say_phone, contacts.phones)))))
    if contacts.emails:
        facts.append((text("slot", slot="email"), verbatim(", ".join(contacts.emails))))
    if tags := store.customers.tags(customer):
        facts.append((text("slot", slot="tags"), verbatim(" ".join(f"#{tag}" for tag in tags))))
    if customer.note:
        facts.append((text("slot", slot="text"), verbatim(customer.note)))
    if last := store.interactions.last(customer):
        words = words_of(last, store.keys)
        facts.append(
            (
                text("last-touch"),
                text("touched", kind=last.kind, at=say_day(today(last.at, member), now, member), words=words),
            )
        )
    return Card(customer.ref, customer.label, tuple(facts))
