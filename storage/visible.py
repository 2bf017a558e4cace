"""Whose rows a member may touch: every query of records starts here."""

from functools import cache
from typing import Any, TypeVar

from sqlalchemy import bindparam, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from crmbot.people import Member, Permission, Scope
from storage.tables import Customer, Deal, MemberRow, Schedule, Task, Ticket

R = TypeVar("R", Customer, Deal, Task, Ticket, Schedule)


def visible(kind: type[R], member: Member, needs: Permission) -> SelectOfScalar[R]:
    """The rows of `kind` within the reach of `needs`; what nobody owns is the whole team's."""
    return within(kind, member.scope(needs)).params(**who(member, needs))


@cache
def within(kind: type[R], scope: Scope) -> SelectOfScalar[R]:
    """The same for any member, to be run with `who(member)`: what every message asks is built once."""
    query: SelectOfScalar[R] = select(kind)
    match scope:
        case Scope.OWN:
            return query.where(col(kind.owner_id) == bindparam("member_id"))
        case Scope.TEAM:
            team = select(MemberRow.id).where(col(MemberRow.team) == bindparam("team"))
            return query.where(or_(col(kind.owner_id).in_(team), col(kind.owner_id).is_(None)))
        case Scope.ALL:
            return query


def who(member: Member, needs: Permission) -> dict[str, Any]:
    """What `within` asks of a member, for the scope that `needs` has."""
    match member.scope(needs):
        case Scope.OWN:
            return {"member_id": member.id}
        case Scope.TEAM:
            return {"team": member.team}
        case Scope.ALL:
            return {}
