"""Who is in the team: let somebody in, say what they may, let them go; and one person's accounts on several apps."""

import re
from dataclasses import replace
from datetime import datetime

from crmbot.errors import Refused
from crmbot.incoming import Place, Sender
from crmbot.intents import NoSlots, Slots, Which, intent
from crmbot.people import Member, Permission, Role
from crmbot.reply import Button, Reply, Table, Text, Told, text, verbatim
from crmbot.welcome import linked, same
from handlers._asking import ask_first
from handlers.undo import undo_button
from storage import MemberRow, Store

A_FEW = 3
ROLES = {
    Role.OWNER: "owner|admin|administrator|负责人|所有者|管理员",
    Role.MANAGER: "manager|lead|head|经理|主管",
    Role.VIEWER: "viewer|guest|read.?only|reader|observer|查看者|只读|访客",
    Role.REP: "rep|sales|salesperson|seller|member|销售|业务员|成员|同事",
}
PARTING = re.compile(r"\b(?:unlink|disconnect|remove)\b|解绑|解除|取消|断开", re.I)


class InviteMember(Slots):
    kind: str = Role.REP
    team: str = ""


class OneInvite(Slots):
    invite: int = 0


class ChangeRole(Slots):
    member: Which[MemberRow]
    kind: str


class RemoveMember(Slots):
    member: Which[MemberRow]
    owner: Which[MemberRow] | None = None  # whose their work is from then on
    sure: bool = False


class LinkAccount(Slots):
    query: str = ""
    code: str = ""
    sure: bool = False


class OneAccount(Slots):
    channel: str = ""
    id: str = ""


@intent("member.invite", needs=Permission.WRITE_MEMBERS)
def invite_member(slots: InviteMember, member: Member, store: Store, now: datetime) -> Reply:
    role = role_of(slots.kind)
    code = store.members.invite(role, now, team=slots.team or member.team, by=member)
    [invite, *_] = store.members.open_invites(now)
    back = Button(text("button-call-back"), "member.uninvite", {"invite": invite.id}, once=True)
    return Reply(_invitation(role, code, store.codes.address("telegram")), buttons=(back,))


def _invitation(role: Role, code: str, address: str) -> Text:
    if address:
        return text("invited-by-link", role=role, code=code, link=f"{address}?start={code}")
    return text("invited", role=role, code=code)


@intent("member.uninvite", needs=Permission.WRITE_MEMBERS)
def call_back(slots: OneInvite, store: Store, now: datetime) -> Reply:
    """An invitation that nobody took up works for nobody any more."""
    for invite in store.members.open_invites(now):
        if invite.id == slots.invite:
            store.members.revoke(invite, now)
            return Reply(text("invitation-called-back"), in_place=True)
    raise Refused(text("invitation-over"))


@intent("member.list", needs=Permission.READ_MEMBERS)
def list_members(slots: NoSlots, member: Member, store: Store, now: datetime) -> Reply:
    rows = store.members.all(seen_by=member)
    columns = tuple(text("slot", slot=each) for each in ("name", "role", "team", "accounts"))
    told = tuple(
        (
            verbatim(row.label),
            text("role", role=row.role),
            verbatim(row.team),
            verbatim(", ".join(each.channel.title() for each in accounts)),
        )
        for row, accounts in rows
    )
    buttons = _open_invites(store, now) if member.may(Permission.WRITE_MEMBERS) else ()
    return Reply(text("members", count=len(rows)), table=Table(columns, told), buttons=buttons)


def _open_invites(store: Store, now: datetime) -> tuple[Button, ...]:
    return tuple(
        Button(text("button-call-back-of", role=each.role, team=each.team), "member.uninvite", {"invite": each.id})
        for each in store.members.open_invites(now)[:A_FEW]
    )


@intent("member.role", needs=Permission.WRITE_MEMBERS)
def change_role(slots: ChangeRole, member: Member, store: Store) -> Reply:
    row, role = slots.member, role_of(slots.kind)
    if row.role == role:
        raise Refused(text("role-already", name=row.name, role=role))
    store.members.change_role(row, role)
    told = (Told(row.id, text("role-is-now", role=role)),) if row.id and row.id != member.id else ()
    return Reply(text("role-changed", name=row.name, role=role), buttons=(undo_button(store),), told=told)


@intent("member.remove", needs=Permission.WRITE_MEMBERS)
def remove_member(slots: RemoveMember, member: Member, store: Store, now: datetime) -> Reply:
    """Their open work passes to whoever is named, else to whoever removes them."""
    row, heir = slots.member, slots.owner or store.members.row(member)
    if row.id == heir.id:
        raise Refused(text("remove-needs-heir", name=row.name))
    load = store.members.load(row)
    work = text("work", deals=load["deal"], tasks=load["task"], tickets=load["ticket"], customers=load["customer"])
    if not slots.sure:
        raise ask_first(
            text("remove-sure", name=row.name, work=work, heir=heir.name),
            "member.remove",
            {"member": row.ref, "owner": heir.ref},
            instead=_other_heirs(row, heir, member, store),
        )
    assert heir.id
    store.members.remove(row, heir.id, now)
    told = (Told(heir.id, text("work-handed-over", name=row.name, work=work)),) if heir.id != member.id else ()
    words = text("removed", name=row.name, work=work, heir=heir.name)
    return Reply(words, buttons=(undo_button(store),), in_place=True, told=told)


def _other_heirs(row: MemberRow, heir: MemberRow, member: Member, store: Store) -> tuple[Button, ...]:
    others = [each for each, _ in store.members.all(seen_by=member) if each.id not in (row.id, heir.id)]
    return tuple(
        Button(text("button-hand-to", name=each.name), "member.remove", {"member": row.ref, "owner": each.ref})
        for each in others[:A_FEW]
    )


@intent("account.link", needs=Permission.TALK)
def link_account(
    slots: LinkAccount, sender: Sender, place: Place, member: Member, store: Store, now: datetime
) -> Reply:
    """A code made in one private chat and said in the other makes both one person's."""
    if not place.private:
        raise Refused(text("link-in-private"))
    if slots.code:
        return _take_code(slots, sender, member, store, now)
    if PARTING.search(slots.query):
        return _accounts(member, store)
    code = store.codes.make("link", member, now)
    address = store.codes.address("telegram") if sender.channel != "telegram" else ""
    if address:
        return Reply(text("link-code-by-link", code=code, link=f"{address}?start={code}"))
    return Reply(text("link-code", code=code))


def _accounts(member: Member, store: Store) -> Reply:
    accounts = [each for each, _ in store.accounts(member.id)]
    if len(accounts) < 2:
        raise Refused(text("only-account"))
    buttons = tuple(
        Button(
            text("button-unlink", channel=each.channel.title()),
            "account.unlink",
            {"channel": each.channel, "id": each.id},
            once=True,
        )
        for each in accounts
    )
    return Reply(text("which-account"), buttons=buttons)


def _take_code(slots: LinkAccount, sender: Sender, member: Member, store: Store, now: datetime) -> Reply:
    """Of somebody who is a member already: what the two had is one person's from now on."""
    if store.codes.locked(sender, now):
        raise Refused(text("too-many-tries"))
    maker = store.codes.maker("link", slots.code, now)
    other = store.members.active(maker) if maker else None
    if other is None or other.id is None:
        store.codes.wrong(sender, now)  # it is to be kept, so this is an answer and no refusal
        return Reply(text("invitation-void"))
    if other.id == member.id:
        raise Refused(text("link-same"))
    if (other.role, other.team) != (member.role, member.team):
        raise Refused(text("link-unequal", name=other.name))
    if not slots.sure:
        raise ask_first(text("link-sure", name=other.name, role=other.role), "account.link", {"code": slots.code})
    if store.codes.take("link", slots.code, now) is None:
        raise Refused(text("invitation-void"))
    store.codes.merge_members(member.id, other.id)
    store.audit("linked")
    return linked(sender, other.name, other.role, store.accounts(other.id))


@intent("account.unlink", needs=Permission.TALK)
def unlink_account(slots: OneAccount, sender: Sender, member: Member, store: Store) -> Reply:
    """At once: what is said there is a stranger's from the next message on."""
    accounts = store.accounts(member.id)
    gone = [each for each, _ in accounts if (each.channel, each.id) == (slots.channel, slots.id)]
    if not gone or len(accounts) < 2:
        raise Refused(text("only-account"))
    store.codes.part(gone[0])
    store.audit("unlinked")
    words = text("unlinked", channel=slots.channel.title())
    others = [replace(each, language=language) for each, language in accounts if not same(each, sender)]
    return Reply(words, in_place=True, told=tuple(Told(each, words) for each in others))


def role_of(said: str) -> Role:
    for role, words in ROLES.items():
        if re.fullmatch(rf"(?:an? |一位|一个|一名)?(?:{words})s?", said.strip(), re.I):
            return role
    raise Refused(text("role-unknown", words=said))
