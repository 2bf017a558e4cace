"""Who may do what, and with whose records: one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import IntEnum, StrEnum
from typing import Final
from zoneinfo import ZoneInfo


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
    READ_TASKS = "read tasks"
    WRITE_TASKS = "write tasks"
    READ_TICKETS = "read tickets"
    WRITE_TICKETS = "write tickets"
    READ_SCHEDULES = "read schedules"
    WRITE_SCHEDULES = "write schedules"
    READ_CAMPAIGNS = "read campaigns"
    WRITE_CAMPAIGNS = "write campaigns"
    READ_LESSONS = "read lessons"
    WRITE_LESSONS = "write lessons"
    UNDO = "undo"
    READ_MEMBERS = "read members"
    WRITE_MEMBERS = "write members"
    WRITE_PLACES = "write places"
    WRITE_IMPORTS = "write imports"
    EXPORT = "export"
    ERASE = "erase"

    @property
    def reads(self) -> bool:
        return self.value.startswith("read")

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
    Role.MANAGER: dict.fromkeys(set(P) - {P.WRITE_MEMBERS, P.ERASE}, S.TEAM),
    Role.REP: {
        P.TALK: S.OWN,
        P.READ_CUSTOMERS: S.TEAM,
        P.WRITE_CUSTOMERS: S.TEAM,
        P.READ_DEALS: S.OWN,
        P.WRITE_DEALS: S.OWN,
        P.READ_TASKS: S.OWN,
        P.WRITE_TASKS: S.OWN,
        P.READ_TICKETS: S.TEAM,
        P.WRITE_TICKETS: S.TEAM,
        P.READ_SCHEDULES: S.OWN,
        P.WRITE_SCHEDULES: S.OWN,
        P.READ_CAMPAIGNS: S.TEAM,
        P.WRITE_CAMPAIGNS: S.TEAM,
        P.UNDO: S.OWN,
        P.READ_MEMBERS: S.TEAM,
    },
    Role.VIEWER: {
        P.TALK: S.OWN,
        P.READ_CUSTOMERS: S.TEAM,
        P.READ_DEALS: S.TEAM,
        P.READ_TASKS: S.TEAM,
        P.READ_TICKETS: S.TEAM,
        P.READ_CAMPAIGNS: S.TEAM,
        P.READ_MEMBERS: S.TEAM,
    },
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
    currency: str = ""  # of an amount that names none
    quiet: str = ""  # the hours in which the bot does not write by itself, such as 21:00-08:00
    notify: bool = True  # whether it writes by itself at all

    def may(self, needs: Permission) -> bool:
        return needs in MAY[self.role]

    def scope(self, needs: Permission) -> Scope:
        return MAY[self.role][needs]

    def disturbed(self, at: datetime) -> bool:
        """Whether what the bot says by itself at that moment would be unwelcome; it may wait for the morning."""
        if not self.quiet:
            return False
        begins, ends = map(time.fromisoformat, self.quiet.split("-"))
        local = at.astimezone(ZoneInfo(self.zone)).time()
        return begins <= local < ends if begins < ends else local >= begins or local < ends
