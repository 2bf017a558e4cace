"""What the bot says by itself of tickets: a promise is about to be broken; one that waited too long is closed."""

from datetime import datetime

from crmbot.due import Defaults, due
from crmbot.reply import Moment, Notice, Reply, text
from handlers._promises import next_promise, warning
from handlers.tickets import card, steps
from storage import Store, Ticket


@due("deadline")
def warn(ticket: Ticket, store: Store, defaults: Defaults, now: datetime) -> list[Notice]:
    """Whoever looks after it and the managers are told before it is too late: of the answer, then of the solution."""
    if ticket.status == "pending":
        return _close(ticket, store, defaults, now)
    by = next_promise(ticket)
    if by is None:
        return []
    if not ticket.answered_at:
        later = warning(ticket.resolve_by, defaults.service.resolve[ticket.category], defaults.service, now)
        ticket.warn_at = later if later and later > now else None
    store.alerts.happened("deadline", ticket.ref, by, now)
    told = []
    for member in store.members.responsible(ticket.owner_id or ticket.customer.owner_id):
        if reached := store.reach(member, defaults):
            when = Moment(by, now, reached.member.zone)
            words = text("ticket-due", ref=ticket.ref, what="solution" if ticket.answered_at else "answer", by=when)
            shown = card(ticket, store, now, reached.member.zone, talk=True)
            reply = Reply(words, shown, buttons=steps(ticket), desk=ticket.ref)
            told.append(Notice(reply, reached.place, reached.member.language))
    return told


def _close(ticket: Ticket, store: Store, defaults: Defaults, now: datetime) -> list[Notice]:
    """The customer said nothing more. They are told, and not asked how content they are."""
    ticket.close(at=now)
    ticket.by_itself = True
    place = store.desk.chat_of(ticket.customer, ticket)
    language = ticket.customer.language or defaults.language
    return [Notice(Reply(text("desk-closed", ref=ticket.ref)), place, language)] if place else []
