"""What was said and done with a customer: noted in one message, with the deal and the next step it speaks of."""

from datetime import date, datetime, timedelta
from typing import Literal

from crmbot.intents import Amount, Slots, Which, WhichOrNew, intent
from crmbot.people import Member, Permission
from crmbot.reply import Button, Card, Reply, Table, Text, text, verbatim
from handlers._pages import A_PAGE, Paged, paged
from handlers._periods import Period, span
from handlers._time import at, midnight, say_day, say_moment, today
from handlers.undo import undo_button
from storage import Customer, Deal, Store

NEXT = (1, 3, 7)  # days ahead
LONGEST = 120  # characters of a contact in a list


class ListInteractions(Paged):
    customer: Which[Customer] | None = None
    kind: Literal["call", "meeting", "email", "note"] | None = None
    when: str | None = None
    period: Period | None = None
    offset: int = 0
    alone: bool = False


class LogInteraction(Slots):
    customer: WhichOrNew[Customer]
    text: str = ""
    kind: Literal["call", "meeting", "email", "note"] = "note"
    when: str | None = None
    amount: Amount | None = None
    close_date: date | None = None
    due: str | None = None


class NoNextStep(Slots):
    customer: Which[Customer]


@intent("interaction.log", needs=Permission.WRITE_CUSTOMERS)
def log_interaction(slots: LogInteraction, member: Member, store: Store, now: datetime) -> Reply:
    customer = slots.customer
    when = at(slots.when, member)[0] if slots.when else now
    deal = _deal(slots, member, store, now)
    store.interactions.add(customer, slots.text, kind=slots.kind, at=when, by=member, deal=deal)
    facts: list[tuple[Text, Text]] = []
    if slots.text:
        facts.append((text("slot", slot="text"), verbatim(slots.text)))
    if slots.when:
        facts.append((text("slot", slot="when"), _said(slots.when, now, member)))
    if deal and deal.money and slots.amount:
        facts.append((text("slot", slot="deal"), text("deal-of", ref=deal.ref, amount=deal.money)))
    if deal and slots.close_date:
        facts.append((text("slot", slot="close_date"), say_day(slots.close_date, now, member)))
    if slots.due:
        facts.append((text("slot", slot="task"), _follow_up(slots, deal, member, store, now)))
    words = text("interaction-logged", kind=slots.kind, customer=customer.name)
    buttons: tuple[Button, ...] = (undo_button(store),)
    if not slots.due and member.may(Permission.WRITE_TASKS):
        words = text("what-next", said=words)
        buttons = (*_next_steps(slots, member, store, now), *buttons)
    return Reply(words, Card(customer.ref, customer.label, tuple(facts)), buttons=buttons)


def _next_steps(slots: LogInteraction, member: Member, store: Store, now: datetime) -> tuple[Button, ...]:
    """Three days to go on with, and none."""
    whom = {"customer": slots.customer.ref}
    if slots.text:
        whom["subject"] = slots.text
    days = [today(now, member) + timedelta(days=ahead) for ahead in NEXT]
    dates = [
        Button(say_day(day, now, member), "task.next", {**whom, "due": day.isoformat()}, once=True) for day in days
    ]
    return (*dates, Button(text("button-none"), "task.none", {"customer": slots.customer.ref}))


@intent("task.none", needs=Permission.WRITE_TASKS)
def no_next_step(slots: NoNextStep) -> Reply:
    return Reply(text("no-next-step", customer=slots.customer.name), in_place=True)


def _deal(slots: LogInteraction, member: Member, store: Store, now: datetime) -> Deal | None:
    """The customer's one open deal takes the amount and date that were spoken of; with none open, it is a new one."""
    if slots.amount is None and slots.close_date is None:
        return None
    mine = store.deals.open_of(slots.customer, seen_by=member, needs=Permission.WRITE_DEALS)
    if len(mine) == 1:
        [deal] = mine
        deal.money = slots.amount or deal.money
        deal.close_date = slots.close_date or deal.close_date
        return deal
    return store.deals.add(slots.customer, owner=member, now=now, amount=slots.amount, close_date=slots.close_date)


def _follow_up(slots: LogInteraction, deal: Deal | None, member: Member, store: Store, now: datetime) -> Text:
    assert slots.due
    due, all_day = at(slots.due, member)
    task = store.tasks.add(
        slots.text or slots.customer.name,
        owner=member.id,
        zone=member.zone,
        now=now,
        due=due,
        all_day=all_day,
        customer=slots.customer,
        deal=deal,
    )
    return text("task-due", ref=task.ref, due=say_moment(due, now, member))


def _said(when: str, now: datetime, member: Member) -> Text:
    moment, all_day = at(when, member)
    return say_day(date.fromisoformat(when), now, member) if all_day else say_moment(moment, now, member)


@intent("interaction.list", needs=Permission.READ_CUSTOMERS)
def list_interactions(slots: ListInteractions, member: Member, store: Store, now: datetime) -> Reply:
    """With a customer, all that anybody had with them; without one, one's own."""
    found, count = store.interactions.listed(
        seen_by=member,
        customers=store.customers.with_people(slots.customer) if slots.customer else None,
        by=None if slots.customer else member.id,
        kind=slots.kind,
        between=_between(slots, member, now),
        offset=slots.skip,
        limit=A_PAGE,
    )
    if not count and slots.customer:
        return Reply(text("no-contact-yet", customer=slots.customer.name))
    columns = tuple(text("slot", slot=each) for each in ("when", "kind", "customer", "text"))
    rows = tuple(
        (
            say_day(today(row.at, member), now, member),
            text("contact-kind", kind=row.kind),
            verbatim(customer.name),
            verbatim((row.text or "")[:LONGEST]),
        )
        for row, customer in found
    )
    words = text("interactions-listed", count=count)
    page = Reply(words, table=Table(columns, rows) if rows else None)
    whom = {"customer": slots.customer.ref} if slots.customer else {}
    return paged(page, "interaction.list", slots, shown=len(rows), count=count, pointers=whom)


def _between(slots: ListInteractions, member: Member, now: datetime) -> tuple[datetime, datetime] | None:
    """From the first midnight to the last, where the member is."""
    if slots.when:
        first = last = date.fromisoformat(slots.when[:10])
    elif slots.period:
        first, last = span(slots.period, slots.offset, today(now, member), slots.alone)
    else:
        return None
    return midnight(first, member), midnight(last + timedelta(days=1), member)
