"""Orders: what a customer bought, how many of it, and for how much."""

import re
from datetime import datetime

from crmbot.dialogue import Asked, Command, Question
from crmbot.errors import Refused
from crmbot.incoming import Incoming
from crmbot.intents import Amount, Slots, WhichOrNew, intent
from crmbot.money import Money
from crmbot.people import Member, Permission
from crmbot.reply import Card, Reply, Text, text, verbatim
from handlers._time import at, say_day, today
from handlers.undo import undo_button
from storage import Customer, Product, Store

MOST = 1_000_000


class AddOrder(Slots):
    customer: WhichOrNew[Customer]
    product: str | None = None
    count: int | None = None
    amount: Amount | None = None
    when: str | None = None


@intent("order.add", needs=Permission.WRITE_CUSTOMERS)
def add_order(slots: AddOrder, incoming: Incoming, member: Member, store: Store, now: datetime) -> Reply:
    """Of a product with a price the amount need not be said; a product that nobody has named before is a new one."""
    name, count = _product(slots, incoming.said if isinstance(incoming.said, str) else "")
    if not 0 < count <= MOST:
        raise Refused(text("order-count", count=str(count)))
    product = store.orders.product(name) if name else None
    amount = slots.amount or _by_price(product, count)
    if amount is None:
        said = {"name": slots.customer.name, "product": name, "count": count, "when": slots.when}
        known = Command("order.add", {slot: value for slot, value in said.items() if value is not None})
        raise Asked(Reply(text("ask", slot="amount")), question=Question(known, "amount"))
    if name and product is None:
        product = store.orders.new_product(name)
    when = at(slots.when, member)[0] if slots.when else now
    order = store.orders.add(slots.customer, amount, product=product, quantity=count, at=when)
    facts: list[tuple[Text, Text]] = []
    if product:
        facts.append((text("slot", slot="product"), verbatim(f"{count} × {product.name}")))
    facts.append((text("slot", slot="amount"), text("value", value=amount)))
    facts.append((text("slot", slot="when"), say_day(today(when, member), now, member)))
    words = text("order-added", ref=order.ref, customer=slots.customer.name)
    card = Card(order.ref, f"{order.ref} · {slots.customer.name}", tuple(facts))
    return Reply(words, card, buttons=(undo_button(store),))


def _product(slots: AddOrder, said: str) -> tuple[str | None, int]:
    """What was ordered and how many of it: the figure stands before it, or behind a times sign."""
    if slots.product is None:
        return None, slots.count or 1
    if trails := re.fullmatch(r"(.*\D)\s*[x×*]\s*(\d{1,9})", slots.product):
        return trails[1].strip(), slots.count or int(trails[2])
    before = re.search(rf"(\d{{1,9}})\s*(?:x|×|\*|个|套|份|台|件)?\s*{re.escape(slots.product)}", said)
    return slots.product, slots.count or (int(before[1]) if before else 1)


def _by_price(product: Product | None, count: int) -> Money | None:
    if product is None or product.price is None or not product.currency:
        return None
    return Money(product.price * count, product.currency)
