"""Codes that are said once to become somebody: they link two accounts of one person, or a group to a team.

A code is 80 random bits in letters that are easy to type; only its digest is kept. Who guesses five times is not
heard for an hour, whether the code was one of these or an invitation.
"""

import base64
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlmodel import SQLModel

from crmbot.incoming import INVITATION, Sender
from crmbot.people import Member
from storage.secrets import Keys, token_key
from storage.statements import Statement
from storage.tables import Account, Code, DialogueRow, Guess, MemberRow, Setting

CODE, GUESS, SETTING = Code.__table__, Guess.__table__, Setting.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
ACCOUNT, DIALOGUE, MEMBER = Account.__table__, DialogueRow.__table__, MemberRow.__table__  # type: ignore[attr-defined]  # as above
BYTES = 10  # random, of a code
LASTS = {"link": timedelta(minutes=10), "group": timedelta(hours=72)}
PREFIX = {"link": "l_", "group": "g_"}
TRIES, LOCKED = 5, timedelta(hours=1)
# what each guess asks is compiled once: who guesses a great deal is to cost little
_RECENT = (GUESS.c.sender_key == bindparam("whose"), GUESS.c.until > bindparam("now"))
GUESSED = Statement(select(GUESS.c.wrong).where(*_RECENT))
AGAIN = Statement(update(GUESS).where(*_RECENT).values(wrong=GUESS.c.wrong + 1, until=bindparam("locked")))
_GOOD = (
    CODE.c.kind == bindparam("of"),
    CODE.c.code_key == bindparam("key"),
    CODE.c.expires_at > bindparam("now"),
)
MAKER, USED = Statement(select(CODE.c.member_id).where(*_GOOD)), Statement(delete(CODE).where(*_GOOD))

Kind = Literal["link", "group"]


class Codes:
    def __init__(self, connection: Connection, keys: Keys) -> None:
        self._connection = connection
        self._keys = keys

    # Guessing

    def locked(self, sender: Sender, now: datetime) -> bool:
        """Whether they said too many wrong codes of late."""
        tries = GUESSED.value(self._connection, {"whose": self._whose(sender), "now": now})
        return (tries or 0) >= TRIES

    def wrong(self, sender: Sender, now: datetime) -> None:
        """They said a code that is none."""
        key, until = self._whose(sender), now + LOCKED
        if AGAIN.changed(self._connection, {"whose": key, "now": now, "locked": until}) == 0:
            self._connection.execute(delete(GUESS).where(GUESS.c.until <= now))
            self._connection.execute(insert(GUESS), {"sender_key": key, "wrong": 1, "until": until})

    def _whose(self, sender: Sender) -> bytes:
        return self._keys.digest("guess.sender", f"{sender.channel}:{sender.id}")

    # Codes

    def make(self, kind: Kind, member: Member, now: datetime) -> str:
        """A code that stands for `member` until it is said or too old; one that they had before ends."""
        before = (CODE.c.member_id == member.id) & (CODE.c.kind == kind)
        self._connection.execute(delete(CODE).where(before | (CODE.c.expires_at <= now)))
        code = new_code(kind)
        values = {"code_key": _key(code), "kind": kind, "member_id": member.id, "expires_at": now + LASTS[kind]}
        self._connection.execute(insert(CODE), values)
        return code

    def maker(self, kind: Kind, code: str, now: datetime) -> int | None:
        """Whom a code stands for, without using it up."""
        found: int | None = MAKER.value(self._connection, _good(kind, code, now))
        return found

    def take(self, kind: Kind, code: str, now: datetime) -> int | None:
        """Whom it stands for, once: of two who say it at the same moment, one is told."""
        maker = self.maker(kind, code, now)
        return maker if maker and USED.changed(self._connection, _good(kind, code, now)) == 1 else None

    # Two accounts of one person

    def join_account(self, sender: Sender, member: int) -> None:
        """An account that was nobody's is theirs."""
        values = {"member_id": member, "channel": sender.channel, "channel_id": sender.id}
        self._connection.execute(insert(ACCOUNT), values)

    def merge_members(self, gone: int, stays: int) -> None:
        """Two members were one person: all that points to the one points to the other, the undo of it too."""
        self._connection.execute(delete(DIALOGUE).where(DIALOGUE.c.member_id == gone))
        for column in _pointing_to_members():
            self._connection.execute(update(column.table).where(column == gone).values({column.name: stays}))
        self._connection.execute(update(MEMBER).where(MEMBER.c.id == gone).values(active=False))

    def part(self, account: Sender) -> None:
        """It is nobody's from now on."""
        theirs = (ACCOUNT.c.channel == account.channel) & (ACCOUNT.c.channel_id == account.id)
        self._connection.execute(delete(ACCOUNT).where(theirs))

    # Where the bot itself is found

    def address(self, channel: str) -> str:
        """Such as https://t.me/acmebot; nothing while it is not known."""
        return (
            self._connection.execute(select(SETTING.c.value).where(SETTING.c.name == f"address.{channel}")).scalar()
            or ""
        )


def learn_address(channel: str, address: str, connection: Connection) -> None:
    """The channel said by which name people find the bot."""
    name = f"address.{channel}"
    known = connection.execute(select(SETTING.c.value).where(SETTING.c.name == name)).scalar()
    if known is None:
        connection.execute(insert(SETTING), {"name": name, "value": address})
    elif known != address:
        connection.execute(update(SETTING).where(SETTING.c.name == name).values(value=address))


def new_code(kind: Kind) -> str:
    """`l_k7f3-9qxm-…`: base32, which nobody mistypes for capitals, in groups of four."""
    letters = base64.b32encode(secrets.token_bytes(BYTES)).decode().rstrip("=").casefold()
    return PREFIX[kind] + "-".join(re.findall("..?.?.?", letters))


def as_kept(code: str) -> str:
    """However somebody typed it. Invitations stand as they are."""
    return code if code.startswith(INVITATION) else code.casefold().replace("-", "")


def _key(code: str) -> bytes:
    return token_key(as_kept(code))


def _good(kind: Kind, code: str, now: datetime) -> dict[str, Any]:
    return {"of": kind, "key": _key(code), "now": now}


def _pointing_to_members() -> list[Any]:
    columns = [column for table in SQLModel.metadata.tables.values() for column in table.columns]
    return [column for column in columns if any(key.column is MEMBER.c.id for key in column.foreign_keys)]
