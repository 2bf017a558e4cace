"""Members, their accounts on the channels, and invitations."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from crmbot.incoming import Sender
from crmbot.people import Member, Role
from storage.secrets import token_key
from storage.statements import Statement
from storage.tables import Account, Invite, MemberRow

MEMBER, ACCOUNT, INVITE = MemberRow.__table__, Account.__table__, Invite.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
OF = Statement(
    select(MEMBER.c.id, MEMBER.c.name, MEMBER.c.role, MEMBER.c.team, MEMBER.c.language, MEMBER.c.zone)
    .join_from(MEMBER, ACCOUNT, ACCOUNT.c.member_id == MEMBER.c.id)
    .where(
        ACCOUNT.c.channel == bindparam("channel"), ACCOUNT.c.channel_id == bindparam("id"), MEMBER.c.active.is_(True)
    )
)
LASTS = timedelta(hours=72)
TOKEN = 16  # random bytes, as 22 letters


class Members:
    def __init__(self, session: Session) -> None:
        self._session = session

    @staticmethod
    def of(connection: Connection, sender: Sender) -> Member | None:
        """The member behind a sender: asked for every message, so that a role that was taken away is gone at once."""
        row = OF.first(connection, {"channel": sender.channel, "id": sender.id})
        if row is None:
            return None
        id, name, role, team, language, zone = row
        return Member(id, name, Role(role), team, language, zone)

    @staticmethod
    def introduce(connection: Connection, member: Member, name: str) -> None:
        connection.execute(update(MEMBER).where(MEMBER.c.id == member.id).values(name=name[:191]))

    @staticmethod
    def owners(connection: Connection) -> list[tuple[Sender, str]]:
        """Each account of each owner, and the language they chose."""
        accounts = select(ACCOUNT.c.channel, ACCOUNT.c.channel_id, MEMBER.c.name, MEMBER.c.language)
        owners = accounts.join_from(ACCOUNT, MEMBER, ACCOUNT.c.member_id == MEMBER.c.id).where(
            MEMBER.c.role == Role.OWNER, MEMBER.c.active.is_(True)
        )
        return [(Sender(row.channel, row.channel_id, row.name), row.language) for row in connection.execute(owners)]

    def enrol(self, sender: Sender, role: Role, now: datetime, *, team: str = "sales") -> MemberRow:
        """Make a person a member, or change the role of one."""
        self._session.info["acting"].at_the_console("member.enrol", now)
        query = select_rows(MemberRow).join(Account, col(Account.member_id) == MemberRow.id)
        row = self._session.exec(
            query.where(Account.channel == sender.channel, Account.channel_id == sender.id)
        ).first()
        if row is None:
            row = MemberRow(name=sender.name[:191] or sender.id, role=role, team=team, created_at=now)
            self._session.add(row)
            self._session.flush()
            assert row.id
            self._session.add(Account(member_id=row.id, channel=sender.channel, channel_id=sender.id))
        row.team = row.team if row.active else team
        row.role, row.active = role, True
        self._session.flush()
        return row

    def invite(self, role: Role, now: datetime, *, team: str = "sales") -> str:
        """A token that makes whoever sends it first a member; only its digest is kept."""
        token = "i_" + secrets.token_urlsafe(TOKEN)
        self._session.add(Invite(token_key=token_key(token), role=role, team=team, expires_at=now + LASTS))
        self._session.flush()
        return token

    def first_owner(self, now: datetime) -> str:
        """The code that makes its sender the owner; those printed at earlier starts do not work any more."""
        self.revoke_open(Role.OWNER, now)
        return self.invite(Role.OWNER, now)

    def join(self, token: str, sender: Sender, now: datetime) -> Member | None:
        """Take up an invitation: once, in time, and not one that was called back. Of two at once, one wins."""
        key = token_key(token)
        good = (INVITE.c.token_key == key) & INVITE.c.used_at.is_(None) & INVITE.c.revoked_at.is_(None)
        taken = self._session.execute(update(INVITE).where(good, INVITE.c.expires_at > now).values(used_at=now))
        if taken.rowcount != 1:  # type: ignore[attr-defined]  # an update has one
            return None
        invite = self._session.exec(select_rows(Invite).where(Invite.token_key == key)).one()
        row = self.enrol(sender, Role(invite.role), now, team=invite.team)
        invite.used_by = row.id
        self._session.flush()
        assert row.id
        return Member(row.id, row.name, Role(row.role), row.team, row.language, row.zone)

    def has_owner(self) -> bool:
        owners = select(func.count()).where(MEMBER.c.role == Role.OWNER, MEMBER.c.active.is_(True))
        return bool(self._session.scalar(owners))

    def revoke_open(self, role: Role, now: datetime) -> None:
        """Call back the invitations for `role` that nobody took up."""
        unused = (INVITE.c.role == role) & INVITE.c.used_at.is_(None) & INVITE.c.revoked_at.is_(None)
        self._session.execute(update(INVITE).where(unused).values(revoked_at=now))

    def all(self) -> list[tuple[MemberRow, list[Account]]]:
        accounts = self._session.exec(select_rows(Account)).all()
        rows = self._session.exec(select_rows(MemberRow).order_by(col(MemberRow.id))).all()
        return [(row, [each for each in accounts if each.member_id == row.id]) for row in rows]

    def called(self, name: str) -> int | None:
        """The member of that name, for imports; nothing when there are two."""
        found = self._session.exec(select_rows(MemberRow.id).where(func.lower(MemberRow.name) == name.lower())).all()
        return found[0] if len(found) == 1 else None
