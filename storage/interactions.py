"""What was said and done with customers."""

import os
from datetime import datetime

from sqlmodel import Session, col, select

from crmbot.people import Member
from storage.rows import add_row
from storage.secrets import Keys
from storage.tables import Customer, Deal, Interaction, Task, Ticket


class Interactions:
    """With `keys`, notes are sealed."""

    def __init__(self, session: Session, keys: Keys | None) -> None:
        self._session = session
        self._keys = keys

    def add(
        self,
        customer: Customer,
        words: str,
        *,
        kind: str,
        at: datetime,
        by: Member | None,
        deal: Deal | None = None,
        ticket: Ticket | None = None,
    ) -> Interaction:
        assert customer.id
        row = Interaction(customer_id=customer.id, kind=kind, at=at, by=by.id if by else None)
        row.deal_id, row.ticket_id = deal.id if deal else None, ticket.id if ticket else None
        if self._keys:
            row.seal_id = os.urandom(16)
            row.body = self._keys.seal("interaction.body", row.seal_id, words.encode("utf-8", "replace"))
        else:
            row.text = words
        return add_row(self._session, row)

    def last(self, customer: Customer) -> Interaction | None:
        query = select(Interaction).where(Interaction.customer_id == customer.id)
        return self._session.exec(query.order_by(col(Interaction.at).desc(), col(Interaction.id).desc())).first()

    def follow_up(
        self,
        customer: Customer,
        subject: str,
        *,
        owner: Member,
        due: datetime,
        all_day: bool,
        deal: Deal | None,
        now: datetime,
    ) -> Task:
        """The next step that a note speaks of."""
        task = Task(
            subject=subject[:500],
            customer_id=customer.id,
            deal_id=deal.id if deal else None,
            owner_id=owner.id,
            due_at=due,
            due_zone=owner.zone,
            all_day=all_day,
            created_at=now,
        )
        return add_row(self._session, task)


def words_of(row: Interaction, keys: Keys) -> str:
    if row.body is not None and row.seal_id is not None:
        return keys.open("interaction.body", row.seal_id, row.body).decode()
    return row.text or ""
