"""Whose rows a member may touch: every query of records starts here."""

from typing import TypeVar

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from crmbot.people import Member, Permission, Scope
from storage.tables import Customer, Deal, MemberRow

R = TypeVar("R", Customer, Deal)


def visible(kind: type[R], member: Member, needs: Permission) -> SelectOfScalar[R]:
    """The rows of `kind` within the reach of `needs`; what nobody owns is the whole team's."""
    query: SelectOfScalar[R] = select(kind)
    match member.scope(needs):
        case Scope.OWN:
            return query.where(kind.owner_id == member.id)
        case Scope.TEAM:
            team = select(MemberRow.id).where(MemberRow.team == member.team)
            return query.where(or_(col(kind.owner_id).in_(team), col(kind.owner_id).is_(None)))
        case Scope.ALL:
            return query
