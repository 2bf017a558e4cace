"""What was said and done with a customer: noted in one message, with the deal and the next step it speaks of."""

from datetime import date, datetime
from typing import Literal

from crmbot.intents import Amount, Slots, WhichOrNew, intent
from crmbot.people import Member, Permission
from crmbot.reply import Card, Reply, Text, text, verbatim
from handlers._time import at, say_day, say_moment
from handlers.undo import undo_button
from storage import Customer, Deal, Store


class LogInteraction(Slots):
    customer: WhichOrNew[Customer]
    text: str = ""
    kind: Literal["call", "meeting", "email", "note"] = "note"
    when: str | None = None
    amount: Amount | None = None
    close_date: date | None = None
    due: str | None = None


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
    return Reply(words, Card(customer.ref, customer.label, tuple(facts)), buttons=(undo_button(store),))


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
    subject = slots.text if slots.text and not store.encrypt_notes else slots.customer.name
    task = store.interactions.follow_up(
        slots.customer, subject, owner=member, due=due, all_day=all_day, deal=deal, now=now
    )
    return text("task-due", ref=task.ref, due=say_moment(due, now, member))


def _said(when: str, now: datetime, member: Member) -> Text:
    moment, all_day = at(when, member)
    return say_day(date.fromisoformat(when), now, member) if all_day else say_moment(moment, now, member)
