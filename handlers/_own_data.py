"""What customers may ask about themselves: all that is held on them, and to be forgotten."""

from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from crmbot.incoming import File, Sender
from crmbot.reply import Button, Day, Reply, Text, Told, text
from crmbot.words import say
from storage import Customer, Store

WITHIN = timedelta(days=30)  # the month that the law gives
REMINDS = timedelta(days=23)
Wish = Literal["forget", "data"]
DOES: dict[Wish, str] = {"forget": "data.forget", "data": "data.held"}


def own_data(customer: Customer | None, sender: Sender, store: Store, now: datetime, zone: str) -> Reply:
    """To the very chat that the platform says is theirs; an owner looks first at who it is that came by a link."""
    if customer is None:
        return Reply(text("own-data-none"))
    if store.customers.is_by_link(sender):
        told, until = _for_owners("data", customer, store, now, zone)
        return Reply(text("own-data-asked", until=until), told=told)
    return Reply(text("own-data"), file=all_on(customer, store, now))


def all_on(customer: Customer, store: Store, now: datetime) -> File:
    store.audit(f"own data {customer.ref}")
    return File(f"{now:%Y-%m-%d}-{customer.ref}.json", store.held_on(customer), "application/json")


def ask_to_forget(customer: Customer | None) -> Reply:
    if customer is None:
        return Reply(text("own-data-none"))
    return Reply(text("forget-me-sure"), buttons=(Button(text("button-yes"), "desk.forget", {}, once=True),))


def forget_me(customer: Customer, store: Store, now: datetime, zone: str) -> Reply:
    """An owner does it, who knows what the law wants kept; until then nothing more is sent to them by itself."""
    store.desk.stop(customer, now)
    told, until = _for_owners("forget", customer, store, now, zone)
    return Reply(text("forget-me-asked", until=until), in_place=True, told=told)


def _for_owners(wish: Wish, customer: Customer, store: Store, now: datetime, zone: str) -> tuple[tuple[Told, ...], Day]:
    """All owners hear of it, and the first is reminded; once, however often it is asked for in a day."""
    owners = [row for row, _ in store.members.all() if row.active and row.role == "owner"]
    local = ZoneInfo(zone)
    until = Day((now + WITHIN).astimezone(local).date(), now.astimezone(local).date())
    if owners and owners[0].id:
        subject = say(text("wish-task", wish=wish, ref=customer.ref, until=until), owners[0].language or "en")
        if store.tasks.is_open(subject, customer):
            return (), until
        due: dict[str, Any] = {"due": now + REMINDS, "zone": zone, "priority": "high"}
        store.tasks.add(subject, owner=owners[0].id, now=now, customer=customer, **due)
    words: Text = text("wish-told", wish=wish, label=customer.label, until=until)
    button = Button(text("button-wish", wish=wish), DOES[wish], {"customer": customer.ref})
    return tuple(Told(row.id, words, (button,)) for row in owners if row.id), until
