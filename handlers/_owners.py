"""Whose something is, as people say it: whose records are asked for, and to whom one may give."""

from crmbot.errors import NotFound
from crmbot.people import Member, Permission, Role
from storage import MemberRow, Store


def owner_id(said: str | None, member: Member, store: Store) -> int | None:
    """Whose records are asked for: also those of somebody who has left."""
    if said is None or said == "me":
        return member.id if said else None
    if (found := store.members.called(said)) is not None:
        return found
    match store.members.meant(said, member, Permission.READ_MEMBERS):
        case [MemberRow(id=int(found))]:
            return found
    raise NotFound("member", said)


def assignee(said: str, member: Member, store: Store) -> MemberRow:
    """To whom something is given: "me", a ref or a name; somebody who is here and may work on it."""
    if said == "me":
        return store.members.row(member)
    found = [each for each in store.members.meant(said, member, Permission.WRITE_TICKETS) if each.role != Role.VIEWER]
    if len(found) != 1:
        raise NotFound("member", said)
    return found[0]


def heir_id(said: str | None, member: Member, store: Store) -> int | None:
    """The same, where nobody need be named."""
    return assignee(said, member, store).id if said else None
