"""What is in the pipeline, what came of it, and how often deals went on from each stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case
from sqlmodel import Session, col, func

from crmbot.money import Money
from crmbot.people import Member, Permission
from storage.tables import OPEN_STAGES, Deal, DealStage
from storage.visible import visible


@dataclass(frozen=True, slots=True)
class Staged:
    """The deals in one stage whose amounts are in one currency; without one they have no amount."""

    stage: str
    count: int
    money: Money | None


@dataclass(frozen=True, slots=True)
class Record:
    """Of `closed` deals, how many had been in each stage, and how many of those were won."""

    closed: int
    passed: Mapping[str, tuple[int, int]]


class Pipeline:
    def __init__(self, session: Session, seen_by: Member, owner: int | None = None, product: int | None = None) -> None:
        self._session = session
        self._deals = visible(Deal, seen_by, Permission.READ_DEALS)
        if owner is not None:
            self._deals = self._deals.where(Deal.owner_id == owner)
        if product is not None:
            self._deals = self._deals.where(Deal.product_id == product)

    def open(self) -> list[Staged]:
        """By stage, in the order of the stages."""
        found = self._staged(col(Deal.stage).in_(OPEN_STAGES))
        return sorted(found, key=lambda each: OPEN_STAGES.index(each.stage))

    def closed(self, begins: datetime, ends: datetime) -> list[Staged]:
        """What was won and lost from `begins` until before `ends`."""
        return self._staged(and_(col(Deal.closed_at) >= begins, col(Deal.closed_at) < ends))

    def expected(self, first: date, last: date) -> list[Staged]:
        """What is open and said to be closed within these days."""
        planned = and_(col(Deal.close_date) >= first, col(Deal.close_date) <= last)
        return self._staged(and_(col(Deal.stage).in_(OPEN_STAGES), planned))

    def record(self) -> Record:
        won = func.count(func.distinct(case((col(Deal.stage) == "won", col(Deal.id)))))
        query = self._deals.where(col(Deal.closed_at).is_not(None))
        closed = self._session.execute(query.with_only_columns(func.count(col(Deal.id)))).scalar_one()
        been = query.join(DealStage, col(DealStage.deal_id) == Deal.id).where(col(DealStage.stage).in_(OPEN_STAGES))
        by_stage = been.with_only_columns(col(DealStage.stage), func.count(func.distinct(col(Deal.id))), won)
        rows = self._session.execute(by_stage.group_by(col(DealStage.stage))).all()
        return Record(closed, {stage: (count, good) for stage, count, good in rows})

    def added(self, since: datetime) -> int:
        count = self._deals.where(col(Deal.created_at) >= since).with_only_columns(func.count(col(Deal.id)))
        return int(self._session.execute(count).scalar_one())

    def moved(self, since: datetime) -> int:
        """Deals that are open and have gone into another stage."""
        went = and_(col(DealStage.at) >= since, col(DealStage.at) > Deal.created_at)
        query = self._deals.join(DealStage, col(DealStage.deal_id) == Deal.id)
        query = query.where(went, col(Deal.stage).in_(OPEN_STAGES))
        return int(self._session.execute(query.with_only_columns(func.count(func.distinct(col(Deal.id))))).scalar_one())

    def slipping(self, today: date, limit: int, offset: int = 0) -> tuple[Sequence[Deal], int]:
        """Open deals whose closing date has passed, the largest first; and how many there are."""
        late = self._deals.where(col(Deal.stage).in_(OPEN_STAGES), col(Deal.close_date) < today)
        count = self._session.execute(late.with_only_columns(func.count(col(Deal.id)))).scalar_one()
        largest = late.order_by(col(Deal.amount).desc(), col(Deal.id)).offset(offset).limit(limit)
        deals = self._session.exec(largest).unique().all()
        return deals, int(count)

    def _staged(self, which: ColumnElement[bool]) -> list[Staged]:
        sums = col(Deal.stage), col(Deal.currency), func.count(col(Deal.id)), func.sum(col(Deal.amount))
        query = self._deals.where(which).with_only_columns(*sums).group_by(col(Deal.stage), col(Deal.currency))
        rows = self._session.execute(query).all()
        return [
            Staged(stage, count, Money(int(amount), currency) if currency else None)
            for stage, currency, count, amount in rows
        ]


def sums(staged: Sequence[Staged]) -> dict[str, int]:
    """Minor units by currency: currencies never mix."""
    total: dict[str, int] = {}
    for each in staged:
        if each.money:
            total[each.money.currency] = total.get(each.money.currency, 0) + each.money.minor
    return total
