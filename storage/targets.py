"""Targets: what a member or a team plans to win in a period, and what was won of it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from crmbot.money import Money
from crmbot.people import Member, Permission, Scope
from storage.rows import add_row
from storage.tables import Deal, MemberRow, Target


class Targets:
    def __init__(self, session: Session) -> None:
        self._session = session

    def set(self, team: str, owner: int | None, period: str, starts_on: date, amount: Money) -> Target:
        """In the place of the one that was set before."""
        row = self._session.exec(_which(team, owner, period, starts_on).with_for_update()).first()
        new = row is None
        row = row or Target(team=team, owner_id=owner, period=period, starts_on=starts_on, amount=0, currency="")
        row.amount, row.currency = amount.minor, amount.currency
        if new:
            return add_row(self._session, row)
        self._session.flush()
        return row

    def listed(self, seen_by: Member, periods: Sequence[tuple[str, date]], owner: int | None = None) -> list[Target]:
        """The teams' own before those of their members, each in the order of `periods`.

        Who sees only their own deals sees only their own targets: progress tells the sum of what was won.
        """
        query = select(Target)
        scope = seen_by.scope(Permission.READ_DEALS)
        if scope is not Scope.ALL:
            query = query.where(Target.team == seen_by.team)
        if scope is Scope.OWN:
            query = query.where(Target.owner_id == seen_by.id)
        if owner is not None:
            query = query.where(Target.owner_id == owner)
        rows = self._session.exec(query.where(col(Target.starts_on).in_({start for _, start in periods})))
        found = [row for row in rows if (row.period, row.starts_on) in periods]
        order = {period: at for at, period in enumerate(periods)}
        return sorted(found, key=lambda row: (row.owner_id or 0, row.team, order[row.period, row.starts_on]))

    def won(self, target: Target, begins: datetime, ends: datetime) -> dict[str, int]:
        """Minor units by currency, of the deals that whoever has the target won from `begins` until before `ends`."""
        sums = select(col(Deal.currency), func.sum(col(Deal.amount))).group_by(col(Deal.currency))
        won = sums.where(_whose(target), Deal.stage == "won", col(Deal.currency).is_not(None))
        rows = self._session.execute(won.where(col(Deal.closed_at) >= begins, col(Deal.closed_at) < ends))
        return {currency: int(amount) for currency, amount in rows}


def _which(team: str, owner: int | None, period: str, starts_on: date) -> SelectOfScalar[Target]:
    whose = col(Target.owner_id).is_(None) if owner is None else col(Target.owner_id) == owner
    found = select(Target).where(Target.team == team, whose, Target.period == period, Target.starts_on == starts_on)
    return found.order_by(col(Target.id))


def _whose(target: Target) -> ColumnElement[bool]:
    if target.owner_id is not None:
        return col(Deal.owner_id) == target.owner_id
    return col(Deal.owner_id).in_(select(MemberRow.id).where(MemberRow.team == target.team))
