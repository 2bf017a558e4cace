"""What was said and done with customers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy import select as statement
from sqlmodel import Session, col, func, select

from crmbot.people import Member, Permission
from storage.rows import add_row
from storage.tables import Customer, Deal, Interaction, Ticket
from storage.visible import visible


class Interactions:
    def __init__(self, session: Session) -> None:
        self._session = session

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
        row = Interaction(
            customer_id=customer.id,
            deal_id=deal.id if deal else None,
            ticket_id=ticket.id if ticket else None,
            kind=kind,
            at=at,
            by=by.id if by else None,
            text=words,
        )
        return add_row(self._session, row)

    def listed(
        self,
        *,
        seen_by: Member,
        customers: Sequence[int] | None,
        by: int | None,
        kind: str | None,
        between: tuple[datetime, datetime] | None,
        offset: int = 0,
        limit: int,
    ) -> tuple[list[tuple[Interaction, Customer]], int]:
        """Those that fit, the newest first, each with whom it was with; and how many there are."""
        mine = visible(Customer, seen_by, Permission.READ_CUSTOMERS).subquery()
        query = select(Interaction).join(mine, mine.c.id == col(Interaction.customer_id))
        if customers is not None:
            query = query.where(col(Interaction.customer_id).in_(customers))
        if by is not None:
            query = query.where(Interaction.by == by)
        if kind is not None:
            query = query.where(Interaction.kind == kind)
        if between is not None:
            query = query.where(Interaction.at >= between[0], Interaction.at < between[1])
        count = self._session.scalar(query.with_only_columns(func.count())) or 0
        newest = query.order_by(col(Interaction.at).desc(), col(Interaction.id).desc()).offset(offset).limit(limit)
        rows = list(self._session.scalars(newest))
        return [(row, self._session.get_one(Customer, row.customer_id)) for row in rows], count

    def counted(
        self, *, seen_by: Member, between: tuple[datetime, datetime], by: int | None = None
    ) -> Sequence[tuple[int, str, int]]:
        """How often members were in touch with customers that may be seen: who, how, and how many times."""
        query = self._by_members(
            Interaction.by, Interaction.kind, func.count(), seen_by=seen_by, between=between, by=by
        )
        rows = self._session.execute(query.group_by(col(Interaction.by), col(Interaction.kind)))
        return [(who, kind, int(count)) for who, kind, count in rows]

    def moments(
        self, *, seen_by: Member, between: tuple[datetime, datetime], by: int
    ) -> Sequence[tuple[datetime, str]]:
        """When one member was in touch with customers, and how."""
        query = self._by_members(Interaction.at, Interaction.kind, seen_by=seen_by, between=between, by=by)
        return [(at, kind) for at, kind in self._session.execute(query)]

    def _by_members(
        self, *columns: Any, seen_by: Member, between: tuple[datetime, datetime], by: int | None
    ) -> Select[Any]:
        mine = visible(Customer, seen_by, Permission.READ_CUSTOMERS).subquery()
        query = statement(*columns).join(mine, mine.c.id == col(Interaction.customer_id))
        query = query.where(col(Interaction.at) >= between[0], col(Interaction.at) < between[1])
        return query.where(col(Interaction.by).is_not(None) if by is None else col(Interaction.by) == by)

    def last(self, customer: Customer) -> Interaction | None:
        query = select(Interaction).where(Interaction.customer_id == customer.id)
        return self._session.exec(query.order_by(col(Interaction.at).desc(), col(Interaction.id).desc())).first()
