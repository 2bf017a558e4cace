"""The card of whatever record a ref names."""

from datetime import datetime

from crmbot.people import Member, Permission
from crmbot.reply import Card
from handlers import customers, deals, tasks, tickets
from storage import Customer, Deal, Store, Task, Ticket


def card_of(ref: str, member: Member, store: Store, now: datetime) -> Card | None:
    """Nothing for what is not there any more, what `member` may not see, and what is never shown as a card."""
    match ref[:1]:
        case Customer.letter:
            for customer in store.by_ref(Customer, ref, member, Permission.READ_CUSTOMERS):
                return customers.card(customer, store, now, member)
        case Deal.letter:
            for deal in store.by_ref(Deal, ref, member, Permission.READ_DEALS):
                return deals.card(deal, now, member)
        case Task.letter:
            for task in store.by_ref(Task, ref, member, Permission.READ_TASKS):
                return tasks.card(task, member, store, now)
        case Ticket.letter:
            for ticket in store.by_ref(Ticket, ref, member, Permission.READ_TICKETS):
                return tickets.card(ticket, store, now, member.zone)
    return None
