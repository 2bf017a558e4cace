"""Members, their accounts on the channels, and invitations."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows
from sqlmodel.sql.expression import SelectOfScalar

from crmbot.dialogue import Found
from crmbot.errors import LastOwner
from crmbot.incoming import INVITATION, Sender
from crmbot.names import fold
from crmbot.people import Member, Permission, Role, Scope
from storage.secrets import token_key
from storage.statements import Statement, connection_of
from storage.tables import Account, Customer, Deal, Invite, MemberRow, Task, Ticket

MEMBER, ACCOUNT, INVITE = MemberRow.__table__, Account.__table__, Invite.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
TOLD = ("id", "name", "role", "team", "language", "zone", "currency", "quiet", "notify")
OF = Statement(
    select(*(MEMBER.c[name] for name in TOLD))
    .join_from(MEMBER, ACCOUNT, ACCOUNT.c.member_id == MEMBER.c.id)
    .where(
        ACCOUNT.c.channel == bindparam("channel"), ACCOUNT.c.channel_id == bindparam("id"), MEMBER.c.active.is_(True)
    )
)
TAKE_UP = Statement(
    update(INVITE)
    .where(INVITE.c.token_key == bindparam("key"), INVITE.c.used_at.is_(None), INVITE.c.revoked_at.is_(None))
    .where(INVITE.c.expires_at > bindparam("now"))
    .values(used_at=bindparam("at"))
)
LASTS = timedelta(hours=72)
TOKEN = 16  # random bytes, as 22 letters
WORK: tuple[Any, ...] = (Deal, Task, Ticket, Customer)  # what passes to another when its owner leaves


class Members:
    def __init__(self, session: Session) -> None:
        self._session = session

    @staticmethod
    def of(connection: Connection, sender: Sender) -> Member | None:
        """The member behind a sender: asked for every message, so that a role that was taken away is gone at once."""
        row = OF.first(connection, {"channel": sender.channel, "id": sender.id})
        if row is None:
            return None
        return member_of(row)

    @staticmethod
    def by_id(
        connection: Connection, id: int, *, language: str, zone: str, currency: str, role: str = "", team: str = ""
    ) -> Member | None:
        """A member who still is one, how they are spoken to, and as what they ask if that is less than they are."""
        active = select(MEMBER.c.name, MEMBER.c.role, MEMBER.c.team).where(MEMBER.c.id == id, MEMBER.c.active.is_(True))
        row = connection.execute(active).first()
        if row is None:
            return None
        return Member(id, row.name, Role(role or row.role), team or row.team, language, zone, currency)

    @staticmethod
    def introduce(connection: Connection, member: Member, name: str) -> None:
        connection.execute(update(MEMBER).where(MEMBER.c.id == member.id).values(name=name[:191]))

    @staticmethod
    def owners(connection: Connection) -> list[tuple[Sender, str]]:
        """Each account of each owner, and the language they chose."""
        return _addresses(connection, MEMBER.c.role == Role.OWNER)

    @staticmethod
    def team(connection: Connection, member: int | None) -> str:
        """That of the member; without one that of the first owner."""
        whose = MEMBER.c.id == member if member else (MEMBER.c.role == Role.OWNER) & MEMBER.c.active
        return connection.execute(select(MEMBER.c.team).where(whose).order_by(MEMBER.c.id)).scalar() or ""

    @staticmethod
    def accounts(connection: Connection, member: int) -> list[tuple[Sender, str]]:
        """Each account of one member, and the language they chose."""
        return _addresses(connection, MEMBER.c.id == member)

    def by_ref(self, ref: str, member: Member, needs: Permission) -> list[MemberRow]:
        query = _seen_by(member, needs)
        return list(self._session.exec(query.where(MemberRow.id == int(ref[1:])))) if _is_ref(ref) else []

    def by_name(self, said: Mapping[str, str], member: Member, needs: Permission, *, clear_only: bool) -> Found:
        """Those that are called so, in full or by a first or last name."""
        return Found(self._named(said.get("name") or said.get("company") or said.get("title") or "", member, needs))

    def meant(self, said: str, member: Member, needs: Permission) -> list[MemberRow]:
        """By ref, else by name."""
        return self.by_ref(said, member, needs) or self._named(said, member, needs)

    def _named(self, said: str, member: Member, needs: Permission) -> list[MemberRow]:
        name = fold(said)
        known = self._session.exec(_seen_by(member, needs).order_by(col(MemberRow.id))).all()
        return [each for each in known if fold(each.name) == name] or [
            each for each in known if name in fold(each.name).split()
        ]

    def team_of(self, member: Member) -> list[MemberRow]:
        """Those to whom `member` may give work, themselves first."""
        known = self._session.exec(_seen_by(member, Permission.WRITE_TICKETS).order_by(col(MemberRow.id)))
        return sorted(known, key=lambda row: (row.id != member.id, row.role == Role.VIEWER))

    def teams(self) -> set[str]:
        """Those in which somebody is."""
        return set(self._session.exec(select_rows(MemberRow.team).where(col(MemberRow.active)).distinct()))

    def active(self, id: int) -> MemberRow | None:
        return self._session.exec(
            select_rows(MemberRow).where(MemberRow.id == id, col(MemberRow.active).is_(True))
        ).first()

    def row(self, member: Member) -> MemberRow:
        return self._session.exec(select_rows(MemberRow).where(MemberRow.id == member.id)).one()

    def at_the_terminal(self, sender: Sender, role: Role | None, now: datetime) -> MemberRow:
        """Who talks there: the one of that account, else a member so called whom nobody has been on any app yet.

        They keep their role unless another is asked for; who is new is an owner.
        """
        known = self._of_account(sender) or self._nobody_yet(sender.id)
        if known is not None and known.id and self._of_account(sender) is None:
            self._session.add(Account(member_id=known.id, channel=sender.channel, channel_id=sender.id))
            self._session.flush()
        return self.enrol(sender, role or (Role(known.role) if known else Role.OWNER), now)

    def _of_account(self, sender: Sender) -> MemberRow | None:
        query = select_rows(MemberRow).join(Account, col(Account.member_id) == MemberRow.id)
        return self._session.exec(
            query.where(Account.channel == sender.channel, Account.channel_id == sender.id)
        ).first()

    def _nobody_yet(self, name: str) -> MemberRow | None:
        """The one member of that name, or first name, without an account."""
        alone = select_rows(MemberRow).where(
            col(MemberRow.active).is_(True), col(MemberRow.id).not_in(select_rows(Account.member_id))
        )
        said = name.casefold()
        found = [
            row for row in self._session.exec(alone) if said in (row.name.casefold(), *row.name.casefold().split())
        ]
        return found[0] if len(found) == 1 else None

    def enrol(self, sender: Sender, role: Role, now: datetime, *, team: str = "sales") -> MemberRow:
        """Make a person a member, or change the role of one."""
        self._session.info["acting"].at_the_console("member.enrol", now)
        row = self._of_account(sender)
        if row is None:
            row = MemberRow(name=sender.name[:191] or sender.id, role=role, team=team, agenda_at=now, created_at=now)
            self._session.add(row)
            self._session.flush()
            assert row.id
            self._session.add(Account(member_id=row.id, channel=sender.channel, channel_id=sender.id))
        row.team = row.team if row.active else team
        if row.role != role and row.active:
            self._refuse_last_owner(row)
        row.role, row.active = role, True
        self._session.flush()
        return row

    def choose(self, member: Member, wishes: Mapping[str, Any]) -> None:
        """Language, zone, currency, quiet hours, notices: what they prefer from now on."""
        row = self.row(member)
        for name, value in wishes.items():
            setattr(row, name, value)
        if wishes.keys() & {"zone", "quiet"}:
            row.agenda_at = self._session.info["acting"].at  # at once, only to be set to their next morning
        self._session.flush()

    def invite(self, role: Role, now: datetime, *, team: str = "sales", by: Member | None = None) -> str:
        """A token that makes whoever sends it first a member; only its digest is kept."""
        self._session.info["acting"].at_the_console("member.invite", now)
        token = new_token()
        made_by = by.id if by else None
        invite = Invite(token_key=token_key(token), role=role, team=team, made_by=made_by, expires_at=now + LASTS)
        self._session.add(invite)
        self._session.flush()
        return token

    def open_invites(self, now: datetime) -> list[Invite]:
        """Those that somebody may still take up, the newest first."""
        query = select_rows(Invite).where(col(Invite.used_at).is_(None), col(Invite.revoked_at).is_(None))
        return list(self._session.exec(query.where(Invite.expires_at > now).order_by(col(Invite.id).desc())))

    def revoke(self, invite: Invite, now: datetime) -> None:
        invite.revoked_at = now
        self._session.flush()

    def first_owner(self, now: datetime) -> str:
        """The code that makes its sender the owner; those printed at earlier starts do not work any more."""
        self.revoke_open(Role.OWNER, now)
        return self.invite(Role.OWNER, now)

    def join(self, token: str, sender: Sender, now: datetime) -> Member | None:
        """Take up an invitation: once, in time, and not one that was called back. Of two at once, one wins."""
        key = token_key(token)
        if TAKE_UP.changed(connection_of(self._session), {"key": key, "now": now, "at": now}) != 1:
            return None
        invite = self._session.exec(select_rows(Invite).where(Invite.token_key == key)).one()
        row = self.enrol(sender, Role(invite.role), now, team=invite.team)
        invite.used_by = row.id
        self._session.flush()
        assert row.id
        return member_of([getattr(row, name) for name in TOLD])

    # What owners decide

    def change_role(self, row: MemberRow, role: Role) -> None:
        if role is not Role.OWNER:
            self._refuse_last_owner(row)
        row.role = role
        self._session.flush()

    def load(self, row: MemberRow) -> dict[str, int]:
        """How much of each kind of record is theirs and not done with."""
        return {
            kind.__name__.lower(): self._session.scalar(_work_of(kind, row).with_only_columns(func.count())) or 0
            for kind in WORK
        }

    def remove(self, row: MemberRow, to: int, now: datetime) -> None:
        """They are a stranger from the next message on; what they were at is another's."""
        self._refuse_last_owner(row)
        for kind in WORK:
            for record in self._session.scalars(_work_of(kind, row)):
                record.owner_id = to
        for invite in self.open_invites(now):
            if invite.made_by == row.id:
                self.revoke(invite, now)
        row.active = False
        self._session.flush()

    def _refuse_last_owner(self, row: MemberRow) -> None:
        owners = select_rows(MemberRow).where(MemberRow.role == Role.OWNER, col(MemberRow.active).is_(True))
        others = [each for each in self._session.exec(owners.with_for_update()) if each.id != row.id]
        if row.role == Role.OWNER and not others:
            raise LastOwner

    # The accounts of one

    def accounts_of(self, member: Member) -> list[Account]:
        query = select_rows(Account).where(Account.member_id == member.id)
        return list(self._session.exec(query.order_by(col(Account.id))))

    def has_owner(self) -> bool:
        owners = select(func.count()).where(MEMBER.c.role == Role.OWNER, MEMBER.c.active.is_(True))
        return bool(self._session.scalar(owners))

    def revoke_open(self, role: Role, now: datetime) -> None:
        """Call back the invitations for `role` that nobody took up."""
        unused = (INVITE.c.role == role) & INVITE.c.used_at.is_(None) & INVITE.c.revoked_at.is_(None)
        self._session.execute(update(INVITE).where(unused).values(revoked_at=now))

    def all(self, *, seen_by: Member | None = None) -> list[tuple[MemberRow, list[Account]]]:
        """Everybody who is or was a member; those whom a member may see are in the team now."""
        query = _seen_by(seen_by, Permission.READ_MEMBERS) if seen_by else select_rows(MemberRow)
        accounts = self._session.exec(select_rows(Account)).all()
        rows = self._session.exec(query.order_by(col(MemberRow.id))).all()
        return [(row, [each for each in accounts if each.member_id == row.id]) for row in rows]

    def responsible(self, owner: int | None) -> list[int]:
        """That member and the managers of their team; without one, and with none, the owners of all."""
        mine = self._session.get(MemberRow, owner) if owner else None
        active = select_rows(MemberRow).where(col(MemberRow.active).is_(True)).order_by(col(MemberRow.id))
        lead = active.where(MemberRow.role == Role.MANAGER)
        managers = list(self._session.exec(lead.where(MemberRow.team == mine.team))) if mine else []
        leaders = managers or list(self._session.exec(active.where(MemberRow.role == Role.OWNER)))
        told = [mine, *leaders] if mine and mine.active else leaders
        return list(dict.fromkeys(row.id for row in told if row.id))

    def name_of(self, id: int) -> str | None:
        row = self._session.get(MemberRow, id)
        return row.name if row else None

    def called(self, name: str) -> int | None:
        """The member of that name, for imports; nothing when there are two."""
        found = self._session.exec(select_rows(MemberRow.id).where(func.lower(MemberRow.name) == name.lower())).all()
        return found[0] if len(found) == 1 else None


def new_token() -> str:
    return INVITATION + secrets.token_urlsafe(TOKEN)


def _work_of(kind: Any, row: MemberRow) -> Any:
    """What is open of theirs; a customer stays one."""
    mine = select(kind).where(kind.owner_id == row.id)
    if kind is Task:
        return mine.where(col(Task.status) == "open")
    return mine.where(col(kind.archived_at).is_(None) if kind is Customer else col(kind.closed_at).is_(None))


def member_of(values: Sequence[Any]) -> Member:
    told = dict(zip(TOLD, values, strict=True))
    return Member(**{**told, "role": Role(told["role"])})


def _addresses(connection: Connection, whose: Any) -> list[tuple[Sender, str]]:
    accounts = select(ACCOUNT.c.channel, ACCOUNT.c.channel_id, MEMBER.c.name, MEMBER.c.language)
    joined = accounts.join_from(ACCOUNT, MEMBER, ACCOUNT.c.member_id == MEMBER.c.id).order_by(ACCOUNT.c.id)
    rows = connection.execute(joined.where(whose, MEMBER.c.active.is_(True)))
    return [(Sender(row.channel, row.channel_id, row.name), row.language) for row in rows]


def _seen_by(member: Member, needs: Permission) -> SelectOfScalar[MemberRow]:
    query = select_rows(MemberRow).where(col(MemberRow.active).is_(True))
    return query if member.scope(needs) is Scope.ALL else query.where(MemberRow.team == member.team)


def _is_ref(ref: str) -> bool:
    return ref[:1] == MemberRow.letter and ref[1:].isdecimal() and len(ref) < 19
