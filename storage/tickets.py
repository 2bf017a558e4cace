"""Tickets: so far, what strangers write."""

from datetime import datetime

from sqlmodel import Session, col, select

from crmbot.incoming import Incoming, Press
from storage.interactions import Interactions
from storage.rows import add_row
from storage.tables import Customer, Ticket

SUBJECT = 200


class Tickets:
    def __init__(self, session: Session) -> None:
        self._session = session

    def hear(self, customer: Customer, incoming: Incoming, interactions: Interactions, now: datetime) -> str:
        """Keep what an unknown person wrote with their open ticket, else with a new one; its ref."""
        words = "" if isinstance(incoming.said, Press) else incoming.said
        ticket = self._open(customer) or self._add(customer, words, incoming.place.channel, now)
        interactions.add(customer, words, kind="message", at=now, by=None, ticket=ticket)
        return ticket.ref

    def _open(self, customer: Customer) -> Ticket | None:
        query = select(Ticket).where(Ticket.customer_id == customer.id, Ticket.status != "closed")
        return self._session.exec(query.order_by(col(Ticket.id).desc())).first()

    def _add(self, customer: Customer, words: str, channel: str, now: datetime) -> Ticket:
        assert customer.id
        subject = " ".join(words.split())[:SUBJECT] or "…"
        ticket = Ticket(customer_id=customer.id, subject=subject, channel=channel, opened_at=now)
        return add_row(self._session, ticket)
