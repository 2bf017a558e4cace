"""Customers: add one, look at one, find some, bring one up to date, delete one."""

import re
from datetime import datetime

from crmbot.errors import NotFound, Refused
from crmbot.intents import Slots, Which, intent
from crmbot.people import Member, Permission
from crmbot.phone import read_phone, say_phone
from crmbot.reply import Button, Card, Form, Reply, Text, Told, text, verbatim
from handlers._asking import ask_first
from handlers._load import said_load
from handlers._owners import heir_id, owner_id
from handlers._pages import A_PAGE, Paged, paged
from handlers._time import say_day, today
from handlers.deals import deal_buttons
from handlers.tickets import ticket_buttons
from handlers.undo import undo_button
from storage import Customer, NewCustomer, Store, Wanted

REF = re.compile(r"[CDTKM]\d+", re.IGNORECASE)


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


class UpdateCustomer(Slots):
    customer: Which[Customer]
    company: str = ""
    phone: str = ""
    email: str = ""
    owner: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    renamed: str = ""


class DeleteCustomer(Slots):
    customer: Which[Customer]
    sure: bool = False


class FindCustomers(Paged):
    name: str = ""
    company: str = ""
    phone: str = ""
    email: str = ""
    query: str = ""
    owner: str = ""


@intent("customer.add", needs=Permission.WRITE_CUSTOMERS)
def add_customer(slots: AddCustomer, member: Member, store: Store, now: datetime) -> Reply:
    """Asks before it makes somebody who is likely there already."""
    if REF.fullmatch(slots.name):
        raise Refused(text("name-is-ref", ref=slots.name.upper()))
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
    tickets = store.tickets.open_of(customer, seen_by=member)[:4]
    buttons = (*deal_buttons(deals), *ticket_buttons(tickets), *_claim(customer, member), *_edit(customer, member))
    return Reply(text("customer-shown", ref=customer.ref), card(customer, store, now, member), buttons=buttons)


def _edit(customer: Customer, member: Member) -> tuple[Button, ...]:
    if not member.may(Permission.WRITE_CUSTOMERS):
        return ()
    return (Button(text("button-edit"), "customer.update", {"ref": customer.ref}),)


def _claim(customer: Customer, member: Member) -> tuple[Button, ...]:
    """Of somebody who wrote by themselves."""
    if not customer.unclaimed or not member.may(Permission.WRITE_CUSTOMERS):
        return ()
    return (Button(text("button-my-contact"), "customer.claim", {"ref": customer.ref}),)


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
    page = Reply(text("customers-found", count=count), buttons=tuple(buttons))
    return paged(page, "customer.find", slots, shown=len(found), count=count)


@intent("customer.update", needs=Permission.WRITE_CUSTOMERS)
def update_customer(slots: UpdateCustomer, member: Member, store: Store, now: datetime) -> Reply:
    """A new phone or email takes the place of the only one; of several it is one more."""
    customer = slots.customer
    heir = heir_id(slots.owner, member, store)
    phone = (read_phone(slots.phone, member.zone) or slots.phone) if slots.phone else ""
    if not (slots.company or phone or slots.email or heir or slots.text or slots.tags or slots.renamed):
        return Reply(text("edit-how", ref=customer.ref, kind="customer"), form=_form(customer, store))
    customer.name = slots.renamed[:191] or customer.name
    new = NewCustomer(
        customer.name,
        slots.company,
        phones=(phone,) if phone else (),
        emails=(slots.email,) if slots.email else (),
        tags=slots.tags,
        note=slots.text,
    )
    store.customers.update(customer, new, owner=heir, by=member, now=now)
    told = (
        (Told(heir, text("customer-yours", who=member.name, label=customer.label)),)
        if heir not in (None, member.id)
        else ()
    )
    words = text("record-changed", ref=customer.ref)
    return Reply(words, card(customer, store, now, member), buttons=(undo_button(store),), told=told)


def _form(customer: Customer, store: Store) -> Form:
    """Of several phones or emails none is offered to be changed: one that is filled in is one more."""
    contacts, company = store.customers.contacts(customer), store.customers.company(customer)
    owner = store.members.name_of(customer.owner_id) if customer.owner_id else None
    held = {
        "renamed": customer.name,
        "company": company.name if company else "",
        "phone": say_phone(contacts.phones[0]) if len(contacts.phones) == 1 else "",
        "email": contacts.emails[0] if len(contacts.emails) == 1 else "",
        "owner": owner or "",
    }
    return Form("edit-customer", customer.ref, held)


@intent("customer.delete", needs=Permission.WRITE_CUSTOMERS)
def delete_customer(slots: DeleteCustomer, member: Member, store: Store, now: datetime) -> Reply:
    """It is found no more and its follow-ups are dropped; what was sold stays in the figures."""
    customer = slots.customer
    load = store.customers.load(customer)
    moved = said_load(load)
    if not slots.sure:
        words = text("delete-sure", label=customer.label, moved=moved)
        raise ask_first(words, "customer.delete", {"customer": customer.ref})
    store.customers.archive(customer, now)
    return Reply(text("customer-deleted", label=customer.label), buttons=(undo_button(store),), in_place=True)


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
    if count := len(store.tickets.open_of(customer, seen_by=member)):
        facts.append((text("slot", slot="ticket"), text("tickets-listed", count=count, status="unclosed")))
    if (rated := store.surveys.of_customer(customer)).mean is not None:
        facts.append((text("csat-fact"), text("csat-mean", mean=f"{rated.mean:.1f}", count=rated.answered)))
    if last := store.interactions.last(customer):
        words = last.text or ""
        facts.append(
            (
                text("last-touch"),
                text("touched", kind=last.kind, at=say_day(today(last.at, member), now, member), words=words),
            )
        )
    return Card(customer.ref, customer.label, tuple(facts))
