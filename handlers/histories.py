"""What was changed in a record, when and by whom."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from crmbot.errors import Refused
from crmbot.intents import Which, intent
from crmbot.money import Money
from crmbot.people import Member, Permission
from crmbot.reply import Reply, Table, Text, text, verbatim
from handlers._pages import A_PAGE, Paged, paged
from handlers._time import say_day, say_moment
from storage import STAGES, Customer, Deal, Past, Store

FIELDS = {  # columns that a reader has a word for
    "name": "name",
    "company_id": "company",
    "owner_id": "owner",
    "note": "text",
    "title": "title",
    "amount": "amount",
    "stage": "stage",
    "close_date": "close_date",
    "reason": "reason",
    "product_id": "product",
}


class DealHistory(Paged):
    deal: Which[Deal]


class CustomerHistory(Paged):
    customer: Which[Customer]


@intent("deal.history", needs=Permission.READ_DEALS)
def deal_history(slots: DealHistory, member: Member, store: Store, now: datetime) -> Reply:
    return _history("deal", slots.deal, slots, member, store, now)


@intent("customer.history", needs=Permission.READ_CUSTOMERS)
def customer_history(slots: CustomerHistory, member: Member, store: Store, now: datetime) -> Reply:
    return _history("customer", slots.customer, slots, member, store, now)


def _history(kind: str, record: Deal | Customer, slots: Paged, member: Member, store: Store, now: datetime) -> Reply:
    """The newest line first."""
    lines = [line for past in store.changes.history(record) for line in _lines(past, member, store, now)]
    if not lines:
        raise Refused(text("no-history", ref=record.ref))
    columns = tuple(text("slot", slot=each) for each in ("when", "by", "change"))
    rows = tuple(lines[slots.skip : slots.skip + A_PAGE])
    page = Reply(text("history", ref=record.ref), table=Table(columns, rows) if rows else None)
    return paged(page, f"{kind}.history", slots, shown=len(rows), count=len(lines), pointers={kind: record.ref})


def _lines(past: Past, member: Member, store: Store, now: datetime) -> Iterator[tuple[Text, ...]]:
    """One for each field that a reader has a word for."""
    when, who = say_moment(past.at, now, member), verbatim(past.by or "–")
    if past.before is None or past.after is None:
        yield when, who, text("history-whole", what="added" if past.before is None else "deleted")
        return
    if past.before.get("archived_at") != past.after.get("archived_at"):
        yield when, who, text("history-whole", what="deleted" if past.after.get("archived_at") else "restored")
    for field, slot in FIELDS.items():
        was, then = _said(field, past.before, member, store, now), _said(field, past.after, member, store, now)
        if past.before.get(field) != past.after.get(field):
            yield when, who, text("history-field", field=text("slot", slot=slot), was=was, then=then)


def _said(field: str, image: dict[str, Any], member: Member, store: Store, now: datetime) -> Text:
    value = image.get(field)
    if value is None:
        return verbatim("–")
    if field == "amount":
        return text("value", value=Money(value, image["currency"]))
    if field == "stage" and value in STAGES:
        return text("stage", stage=value)
    if field == "close_date":
        return say_day(date.fromisoformat(value), now, member)
    if field == "owner_id":
        return verbatim(store.members.name_of(value) or "–")
    return verbatim(f"C{value}" if field == "company_id" else str(value))
