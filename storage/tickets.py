"""Tickets, as the rest of the bot asks for them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, func, select

from crmbot.dialogue import Found
from crmbot.names import NEAR, likeness
from crmbot.people import Member, Permission
from storage.columns import are_sealed
from storage.customers import Customers
from storage.deals import is_ref
from storage.rows import add_row
from storage.search import within_reach
from storage.statements import connection_of
from storage.tables import Customer, Interaction, Ticket
from storage.visible import visible

SUBJECT = 200
MOST, THEMES = 50, 8
OPEN = ("open", "pending")


@dataclass(frozen=True, slots=True)
class WantedTickets:
    """Which tickets are asked for: all that `seen_by` may see, as far as the rest is given."""

    seen_by: Member
    statuses: Sequence[str] = OPEN
    priority: str | None = None
    category: str | None = None
    customers: Sequence[int] | None = None
    owner: int | None = None
    opened: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class TicketPage:
    """Some of the tickets asked for, and how many there are."""

    tickets: Sequence[Ticket]
    count: int


class Tickets:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        customer: Customer,
        subject: str,
        *,
        now: datetime,
        category: str = "enquiry",
        priority: str = "normal",
        owner: int | None = None,
        channel: str | None = None,
        place: int | None = None,
    ) -> Ticket:
        assert customer.id
        ticket = Ticket(
            customer_id=customer.id,
            subject=" ".join(subject.split())[:SUBJECT] or "…",
            category=category,
            priority=priority,
            owner_id=owner,
            channel=channel,
            place_id=place,
            opened_at=now,
        )
        add_row(self._session, ticket)
        set_committed_value(ticket, "customer", customer)
        return ticket

    def of(self, customer: Customer) -> list[Ticket]:
        """Their own, for themselves: those that are open first, of those the latest."""
        query = select(Ticket).where(Ticket.customer_id == customer.id)
        rows = self._session.exec(query.order_by(col(Ticket.closed_at).is_not(None), col(Ticket.id).desc()).limit(MOST))
        return list(rows)

    def one(self, ref: str) -> Ticket | None:
        """For what the bot does by itself; members ask by `by_ref`."""
        return self._session.get(Ticket, int(ref[1:]))

    def by_ref(self, ref: str, member: Member, needs: Permission) -> list[Ticket]:
        if not is_ref(ref, Ticket.letter):
            return []
        query = visible(Ticket, member, needs).where(Ticket.id == int(ref[1:]))
        return list(self._session.exec(query.with_for_update(of=Ticket) if needs.writes else query))

    def by_name(self, said: Mapping[str, str], member: Member, needs: Permission, *, clear_only: bool) -> Found:
        """Those of the customers and about the fault that were said; the open ones, when there are any."""
        name = said.get("name") or said.get("company") or ""
        about = said.get("subject") or said.get("title") or ""
        found = self._of_customers(name, member, needs) if name else self._about(about, member, needs)
        if name and about:
            found = [each for each in found if likeness(about, each.subject) >= NEAR] or found
        return Found([each for each in found if not each.closed_at] or found, sealed=self._sealed())

    def listed(self, wanted: WantedTickets, *, offset: int = 0, limit: int = 10) -> TicketPage:
        """The most urgent first, of those the oldest."""
        query = self._wanted(wanted)
        count = self._session.execute(query.with_only_columns(func.count(col(Ticket.id)))).scalar() or 0
        urgency = func.instr("urgent high normal low", Ticket.priority)
        if connection_of(self._session).dialect.name == "postgresql":
            urgency = func.strpos("urgent high normal low", Ticket.priority)
        rows = self._session.exec(query.order_by(urgency, col(Ticket.id)).offset(offset).limit(limit)).all()
        return TicketPage(rows, int(count))

    def themes(self, wanted: WantedTickets) -> dict[str, int]:
        """What they are about, where somebody has said so, and how many of each; the most frequent first."""
        said = self._wanted(wanted).where(col(Ticket.cause).is_not(None)).with_only_columns(col(Ticket.cause))
        return dict(Counter(each for each in self._session.scalars(said) if each).most_common(THEMES))

    def _wanted(self, wanted: WantedTickets) -> Any:
        query = visible(Ticket, wanted.seen_by, Permission.READ_TICKETS).where(col(Ticket.status).in_(wanted.statuses))
        given = (
            (Ticket.priority, wanted.priority),
            (Ticket.category, wanted.category),
            (Ticket.owner_id, wanted.owner),
        )
        for column, value in given:
            if value is not None:
                query = query.where(col(column) == value)
        if wanted.customers is not None:
            query = query.where(col(Ticket.customer_id).in_(wanted.customers))
        if wanted.opened is not None:
            query = query.where(col(Ticket.opened_at) >= wanted.opened[0], col(Ticket.opened_at) < wanted.opened[1])
        return query

    def open_of(self, customer: Customer, *, seen_by: Member) -> list[Ticket]:
        query = visible(Ticket, seen_by, Permission.READ_TICKETS)
        query = query.where(Ticket.customer_id == customer.id, Ticket.status != "closed")
        return list(self._session.exec(query.order_by(col(Ticket.id).desc()).limit(MOST)))

    def talk(self, ticket: Ticket, limit: int) -> list[Interaction]:
        """What was said about it last, the oldest first."""
        query = select(Interaction).where(Interaction.ticket_id == ticket.id)
        last = self._session.exec(query.order_by(col(Interaction.id).desc()).limit(limit)).all()
        return list(reversed(last))

    def _of_customers(self, name: str, member: Member, needs: Permission) -> list[Ticket]:
        ids = Customers.ids_named(self._session, name)
        query = visible(Ticket, member, needs).where(col(Ticket.customer_id).in_(ids))
        return list(self._session.exec(query.order_by(col(Ticket.id).desc()).limit(MOST))) if ids else []

    def _sealed(self) -> bool:
        return are_sealed(connection_of(self._session).dialect, Ticket.__table__.c.subject)  # type: ignore[attr-defined]  # SQLModel hides its table

    def _about(self, subject: str, member: Member, needs: Permission) -> list[Ticket]:
        query = within_reach(visible(Ticket, member, needs), Ticket, connection_of(self._session), subject)
        if query is None:
            return []
        found = [each for each in self._session.exec(query) if likeness(subject, each.subject) >= NEAR]
        return found[:MOST]
