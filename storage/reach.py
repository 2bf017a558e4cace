"""Where a member is written to by themselves: their private chat on the channel where they talked last."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, select

from crmbot.due import Defaults
from crmbot.incoming import Place
from crmbot.people import Member
from storage.members import TOLD, member_of
from storage.places import Places
from storage.statements import Statement
from storage.tables import Account, DialogueRow, MemberRow, OutgoingRow, PlaceRow

MEMBER, ACCOUNT = MemberRow.__table__, Account.__table__  # type: ignore[attr-defined]  # SQLModel hides its tables
DIALOGUE, PLACE, OUTGOING = DialogueRow.__table__, PlaceRow.__table__, OutgoingRow.__table__  # type: ignore[attr-defined]  # as above
MEMBER_OF = Statement(
    select(*(MEMBER.c[name] for name in TOLD)).where(MEMBER.c.id == bindparam("member"), MEMBER.c.active.is_(True))
)
TALKED = Statement(
    select(PLACE.c.id, PLACE.c.place_key, PLACE.c.body)
    .join_from(DIALOGUE, PLACE)
    .where(DIALOGUE.c.member_id == bindparam("member"), PLACE.c.private.is_(True), PLACE.c.dead.is_(None))
    .order_by(DIALOGUE.c.until.desc())
    .limit(1)
)
READ = Statement(
    select(OUTGOING.c.language)
    .where(OUTGOING.c.place_id == bindparam("place"), OUTGOING.c.message_id.is_not(None))
    .order_by(OUTGOING.c.id.desc())
    .limit(1)
)
ACCOUNTS = Statement(
    select(ACCOUNT.c.channel, ACCOUNT.c.channel_id)
    .where(ACCOUNT.c.member_id == bindparam("member"))
    .order_by(ACCOUNT.c.id)
)


@dataclass(frozen=True, slots=True)
class Reached:
    """A member, and the place where they read what the bot says by itself."""

    member: Member
    place: Place


def reach(connection: Connection, places: Places, member: int, defaults: Defaults) -> Reached | None:
    """Nothing for one who has left. The language is theirs, else the one that they read last."""
    row = MEMBER_OF.first(connection, {"member": member})
    account = ACCOUNTS.first(connection, {"member": member})
    if row is None or account is None:
        return None
    known = member_of(row)
    talked = TALKED.first(connection, {"member": member})
    read = READ.value(connection, {"place": talked[0]}) if talked else None
    place = places.open(talked[1], talked[2]) if talked else Place(*account)
    chosen = replace(
        known,
        language=known.language or read or defaults.language,
        zone=known.zone or defaults.zone,
        currency=known.currency or defaults.currency,
    )
    return Reached(chosen, place)
