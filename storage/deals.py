"""Deals, as the rest of the bot asks for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, func, select

from crmbot.dialogue import Found
from crmbot.money import Money
from crmbot.names import LEADING, NEAR, likeness
from crmbot.people import Member, Permission
from storage.customers import Customers
from storage.rows import add_row, write_row
from storage.search import candidates
from storage.statements import connection_of
from storage.tables import OPEN_STAGES, Customer, Deal, DealStage, Interaction
from storage.visible import visible

MOST = 50
MOVED = select(func.max(DealStage.at)).where(DealStage.deal_id == Deal.id).scalar_subquery()
SPOKEN = select(func.max(Interaction.at)).where(Interaction.customer_id == Deal.customer_id).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the deals asked for, how many there are, and their sums by currency."""

    deals: Sequence[Deal]
    count: int
    sums: Mapping[str, int]


class Deals:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        customer: Customer,
        *,
        owner: Member,
        now: datetime,
        amount: Money | None = None,
        title: str | None = None,
        stage: str = "lead",
        close_date: date | None = None,
        note: str | None = None,
    ) -> Deal:
        assert customer.id
        deal = Deal(
            customer_id=customer.id,
            campaign_id=customer.campaign_id,
            owner_id=owner.id,
            title=title and title[:191],
            stage=stage,
            amount=amount.minor if amount else None,
            currency=amount.currency if amount else None,
            close_date=close_date,
            note=note,
            created_at=now,
            closed_at=None if stage in OPEN_STAGES else now,
        )
        add_row(self._session, deal)
        set_committed_value(deal, "customer", customer)
        self._note_stage(deal, owner, now, first=True)
        return deal

    def move(self, deal: Deal, stage: str, *, by: Member, now: datetime) -> None:
        """Into another stage; since when is kept for each."""
        deal.move(stage, at=now)
        self._session.flush()
        self._note_stage(deal, by, now)

    def _note_stage(self, deal: Deal, by: Member, now: datetime, *, first: bool = False) -> None:
        assert deal.id
        write_row(self._session, DealStage(deal_id=deal.id, stage=deal.stage, at=now, by=by.id), part=first)

    def one(self, ref: str) -> Deal | None:
        """For what the bot does by itself; members ask by `by_ref`."""
        return self._session.get(Deal, int(ref[1:]))

    def by_ref(self, ref: str, member: Member, needs: Permission) -> list[Deal]:
        if not is_ref(ref, Deal.letter):
            return []
        query = visible(Deal, member, needs).where(Deal.id == int(ref[1:]))
        return list(self._session.exec(query.with_for_update(of=Deal) if needs.writes else query))

    def by_name(self, said: Mapping[str, str], member: Member, needs: Permission, *, clear_only: bool) -> Found:
        """Those of the customers and with the titles that were said; the open ones, when there are any."""
        name, title = said.get("name") or said.get("company") or "", said.get("title", "")
        found = self._of_customers(name, member, needs) if name else self._titled(title, member, needs)
        if name and title:
            found = [deal for deal in found if likeness(title, deal.title or "") >= NEAR] or found
        if name and not found:
            found = self._titled(name, member, needs)
        return Found([deal for deal in found if not deal.closed_at] or found)

    def listed(
        self,
        *,
        seen_by: Member,
        stages: Sequence[str] = OPEN_STAGES,
        customers: Sequence[int] | None = None,
        owner: int | None = None,
        closing: tuple[date, date] | None = None,
        offset: int = 0,
        limit: int = 10,
    ) -> Page:
        query = visible(Deal, seen_by, Permission.READ_DEALS).where(col(Deal.stage).in_(stages))
        if customers is not None:
            query = query.where(col(Deal.customer_id).in_(customers))
        if owner is not None:
            query = query.where(Deal.owner_id == owner)
        if closing is not None:
            query = query.where(col(Deal.close_date) >= closing[0], col(Deal.close_date) <= closing[1])
        sums = query.with_only_columns(col(Deal.currency), func.count(), func.sum(Deal.amount)).group_by(Deal.currency)
        totals = self._session.execute(sums).all()
        deals = self._session.exec(query.order_by(col(Deal.id).desc()).offset(offset).limit(limit)).all()
        return Page(deals, sum(row[1] for row in totals), {row[0]: int(row[2]) for row in totals if row[0]})

    def open_of(self, customer: Customer, *, seen_by: Member, needs: Permission) -> list[Deal]:
        query = visible(Deal, seen_by, needs).where(Deal.customer_id == customer.id, col(Deal.closed_at).is_(None))
        return list(self._session.exec(query.order_by(col(Deal.id)).limit(MOST)))

    def quiet_since(self, moment: datetime, *, owner: int) -> list[Deal]:
        """Open deals of theirs that were neither moved nor spoken of since then, the longest quiet first."""
        theirs = select(Deal, MOVED, SPOKEN).where(Deal.owner_id == owner)
        return [deal for deal, _ in self._quiet(theirs, moment)]

    def quiet(self, moment: datetime, *, seen_by: Member) -> list[tuple[Deal, datetime]]:
        """The same of all that somebody may see, and since when each is quiet."""
        return self._quiet(visible(Deal, seen_by, Permission.READ_DEALS).add_columns(MOVED, SPOKEN), moment)

    def _quiet(self, query: Any, moment: datetime) -> list[tuple[Deal, datetime]]:
        last = func.coalesce(MOVED, Deal.created_at)
        found = (
            query.where(col(Deal.stage).in_(OPEN_STAGES), col(Deal.created_at) < moment)
            .where(last < moment, func.coalesce(SPOKEN, last) < moment)
            .order_by(last, col(Deal.id))
        )
        rows = self._session.execute(found)
        return [(deal, max(moved or deal.created_at, spoken or deal.created_at)) for deal, moved, spoken in rows]

    def _of_customers(self, name: str, member: Member, needs: Permission) -> list[Deal]:
        ids = Customers.ids_named(self._session, name)
        query = visible(Deal, member, needs).where(col(Deal.customer_id).in_(ids))
        return list(self._session.exec(query.order_by(col(Deal.id).desc()).limit(MOST))) if ids else []

    def _titled(self, title: str, member: Member, needs: Permission) -> list[Deal]:
        ids = candidates(connection_of(self._session), Deal.letter, title)
        if not ids:
            return []
        query = visible(Deal, member, needs).where(col(Deal.id).in_(ids))
        found = [deal for deal in self._session.exec(query) if likeness(title, deal.title or "") >= LEADING]
        return sorted(found, key=lambda deal: -(deal.id or 0))[:MOST]


def is_ref(ref: str, letter: str) -> bool:
    return ref[:1] == letter and ref[1:].isdecimal() and len(ref) < 19
