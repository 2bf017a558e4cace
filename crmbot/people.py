"""Who may do what, and with whose records: one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    REP = "rep"
    VIEWER = "viewer"


class Permission(StrEnum):
    """What an intent needs. `TALK` is what every member may: help, never mind."""

    TALK = "talk"
    READ_CUSTOMERS = "read customers"
    WRITE_CUSTOMERS = "write customers"
    READ_DEALS = "read deals"
    WRITE_DEALS = "write deals"
    UNDO = "undo"

    @property
    def writes(self) -> bool:
        return self.value.startswith("write")


class Scope(IntEnum):
    """Whose records a permission reaches."""

    OWN = 1
    TEAM = 2
    ALL = 3


P, S = Permission, Scope
MAY: Final[Mapping[Role, Mapping[Permission, Scope]]] = {
    Role.OWNER: dict.fromkeys(P, S.ALL),
    Role.MANAGER: dict.fromkeys(P, S.TEAM),
    Role.REP: {
        P.TALK: S.OWN,
        P.READ_CUSTOMERS: S.TEAM,
        P.WRITE_CUSTOMERS: S.TEAM,
        P.READ_DEALS: S.OWN,
        P.WRITE_DEALS: S.OWN,
        P.UNDO: S.OWN,
    },
    Role.VIEWER: {P.TALK: S.OWN, P.READ_CUSTOMERS: S.TEAM, P.READ_DEALS: S.TEAM},
}


@dataclass(frozen=True, slots=True)
class Member:
    """The person a message comes from, as the team knows them."""

    id: int
    name: str
    role: Role
    team: str
    language: str  # en or zh
    zone: str  # the name of their time zone

    def may(self, needs: Permission) -> bool:
        return needs in MAY[self.role]

    def scope(self, needs: Permission) -> Scope:
        return MAY[self.role][needs]
