"""Customers, and the phones, emails and chats that are theirs."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, inspect, or_
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from crmbot import phone as phones
from crmbot.dialogue import Found
from crmbot.incoming import Sender
from crmbot.names import CLEAR, HAS_HAN, LEADING, NEAR, fold, is_person, untitled
from crmbot.people import Member, Permission, Scope
from storage.rows import add_row, load_rows
from storage.search import candidates, ranked
from storage.secrets import Keys
from storage.statements import Statement, connection_of
from storage.tables import Customer, Deal, Handle, Interaction, Order, Survey, Tag, Task, Ticket
from storage.visible import visible, who, within

MOST = 50
MARGIN = 5.0  # by how much the likeliest must lead to be clear
OF_A_CUSTOMER: tuple[Any, ...] = (Deal, Interaction, Task, Ticket, Survey, Order)  # what a merge moves
CHATS = frozenset({"telegram", "slack", "terminal"})


RUNNING, MOST_WORDS, MOST_LETTERS = 120, 4, 8  # how much of a message is searched for names, and how long they are


def _runs(words: str) -> Iterator[str]:
    """What may be a name in it: a few words on end, or a few Chinese characters."""
    plain = [re.sub(r"(?:'s|’s)$", "", word.strip(",.:;!?，。：；！？\"'“”()（）")) for word in words.split()]
    for begin in range(len(plain)):
        for end in range(begin + 1, min(begin + MOST_WORDS, len(plain)) + 1):
            yield " ".join(plain[begin:end])
    for run in re.findall(r"[\u3400-\u9fff]{2,}", words):
        for begin in range(len(run)):
            yield from (run[begin:end] for end in range(begin + 2, min(begin + MOST_LETTERS, len(run)) + 1))


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """What is known of a customer that is to be added."""

    name: str
    company: str = ""
    phones: Sequence[str] = ()  # E.164, else digits
    emails: Sequence[str] = ()
    tags: Sequence[str] = ()
    note: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a customer is searched by; all that is given must fit."""

    name: str = ""
    company: str = ""
    phone: str = ""
    email: str = ""
    query: str = ""
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class Contacts:
    """A customer's handles in clear."""

    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)


class Customers:
    def __init__(self, session: Session, keys: Keys) -> None:
        self._session = session
        self._keys = keys

    # Finding

    def by_ref(self, ref: str, member: Member, needs: Permission) -> list[Customer]:
        if ref[:1] != Customer.letter or not ref[1:].isdecimal() or len(ref) > 18:
            return []
        query = visible(Customer, member, needs).where(Customer.id == int(ref[1:]), col(Customer.archived_at).is_(None))
        return list(self._session.exec(query))

    def by_name(self, said: Mapping[str, str], member: Member, needs: Permission, *, clear_only: bool) -> Found:
        """Those that are called so; one of a near name only when it is clear which.

        `clear_only`: a new one could be made instead, so what is less than clear is only `near`.
        """
        name, company = said.get("name", ""), said.get("company", "")
        if not name:
            name, company = company or said.get("title", ""), ""
        exact = self._called(fold(name), member, needs)
        if company:
            of = self.ids_named(self._session, company)
            exact = [each for each in exact if each.company_id in of]
        if exact:
            return Found(exact)
        live = visible(Customer, member, needs).where(
            col(Customer.archived_at).is_(None), col(Customer.unclaimed).is_(False)
        )
        if company:
            live = live.where(col(Customer.company_id).in_(of or [-1]))
        scored = self._alike(name, live)
        if not clear_only and not (scored and scored[0][0] >= CLEAR) and (found := self._with_word(name, live)):
            return Found(found)
        if clear_only and company and (known := self._known_as(name, live)):
            return Found([known])
        if not scored or (clear_only and company):
            return Found([], [each for _, each in scored])
        best = [each for score, each in scored if score > scored[0][0] - MARGIN]
        if scored[0][0] >= CLEAR and len(best) == 1:
            return Found(best)
        return Found([], best) if clear_only else Found([each for score, each in scored if score >= 85])

    def named_in(self, words: str, member: Member) -> list[str]:
        """The names in `words`, as they stand there, the longest first."""
        runs = {fold(run): run for run in _runs(words[:RUNNING]) if fold(run)}
        query = visible(Customer, member, Permission.READ_CUSTOMERS).with_only_columns(col(Customer.name_key))
        named = query.where(col(Customer.name_key).in_(runs), col(Customer.archived_at).is_(None)).distinct()
        found = sorted((runs[key] for key in self._session.scalars(named)), key=lambda run: -len(run))
        return [run for at, run in enumerate(found) if not any(run in longer for longer in found[:at])]

    def _called(self, key: str, member: Member, needs: Permission) -> Sequence[Customer]:
        named = _called(member.scope(needs))
        found = named.all(connection_of(self._session), {"key": key, **who(member, needs)})
        return load_rows(self._session, Customer, found)

    def _alike(self, name: str, live: Any, *, least: float = NEAR) -> list[tuple[float, Customer]]:
        ids: set[int] = set()
        for words in {name, untitled(name)}:
            ids.update(candidates(connection_of(self._session), Customer.letter, words))
        if not ids:
            return []
        rows = self._session.exec(live.where(col(Customer.id).in_(ids))).all()
        return ranked(name, [(each, each.name) for each in rows], least=least)

    def _known_as(self, given: str, live: Any) -> Customer | None:
        """The only one in a company with that given name."""
        there = [each for each in self._with_word(given, live) if fold(each.name).split()[:1] == [fold(given)]]
        return there[0] if len(there) == 1 else None

    def _with_word(self, name: str, live: Any) -> list[Customer]:
        """The people of that surname: whoever has the one word in the name."""
        word = fold(name)
        if " " in word or HAS_HAN.search(word):  # of a Chinese name, one character is not a word
            return []
        found = candidates(connection_of(self._session), Customer.letter, word)
        rows = self._session.exec(live.where(col(Customer.id).in_(found), Customer.kind == "person")).all()
        return [each for each in rows if word in fold(each.name).split()]

    @staticmethod
    def ids_named(session: Session, name: str) -> list[int]:
        """Ids of the customers that are called so, and of the people who belong to them."""
        key = fold(name)
        exact = session.exec(select(Customer.id).where(Customer.name_key == key).limit(MOST)).all()
        ids = [id for id in exact if id]
        if not ids:
            rows = session.exec(
                select(Customer).where(col(Customer.id).in_(candidates(connection_of(session), Customer.letter, name)))
            ).all()
            alike = ranked(name, [(each, each.name) for each in rows], least=85)
            ids = [each.id for score, each in alike if each.id and score > alike[0][0] - MARGIN]
        people = (
            session.exec(select(Customer.id).where(col(Customer.company_id).in_(ids)).limit(MOST)).all() if ids else []
        )
        return ids + [id for id in people if id]

    def find(self, wanted: Wanted, *, seen_by: Member, limit: int = 10, offset: int = 0) -> tuple[list[Customer], int]:
        """Those that fit, the likeliest first, and how many there are in all."""
        query = visible(Customer, seen_by, Permission.READ_CUSTOMERS).where(col(Customer.archived_at).is_(None))
        if wanted.owner is not None:
            query = query.where(Customer.owner_id == wanted.owner)
        if wanted.company:
            query = query.where(col(Customer.company_id).in_(self.ids_named(self._session, wanted.company) or [-1]))
        if wanted.phone:
            query = query.where(col(Customer.id).in_(select(Handle.customer_id).where(self._has_phone(wanted.phone))))
        if wanted.email:
            key = self._keys.digest("handle.email", wanted.email.casefold())
            query = query.where(col(Customer.id).in_(select(Handle.customer_id).where(Handle.value_key == key)))
        if words := wanted.name or wanted.query:
            exact = list(self._session.exec(query.where(Customer.name_key == fold(words)).limit(MOST)))
            least = NEAR if wanted.name else 60.0
            found = (
                exact
                or [each for _, each in self._alike(words, query, least=least)]
                or self._beginning(words, query)
                or self._with_word(words, query)
            )
            return found[offset : offset + limit], len(found)
        count = self._session.exec(query.with_only_columns(func.count())).one()  # type: ignore[call-overload]  # a count
        return list(self._session.exec(query.order_by(col(Customer.id).desc()).offset(offset).limit(limit))), int(count)

    def _beginning(self, words: str, query: Any) -> list[Customer]:
        begins = col(Customer.name_key).startswith(fold(words), autoescape=True)
        if connection_of(self._session).dialect.name == "sqlite":  # its LIKE reads the whole table, a range the index
            begins = col(Customer.name_key).between(fold(words), fold(words) + "\U0010ffff")
        return list(self._session.exec(query.where(begins).limit(MOST)))

    def _has_phone(self, phone: str) -> Any:
        digits = phones.matching(phone)
        key = self._keys.digest("handle.phone", digits)
        if len(digits) == 4:
            return Handle.last_four_key == self._keys.digest("handle.last_four", digits)
        if digits.startswith("+"):
            return Handle.value_key == key
        return or_(
            col(Handle.value_key) == key,
            col(Handle.national_key) == self._keys.digest("handle.national", phones.national(digits)),
        )

    def among(self, ids: Sequence[int], *, seen_by: Member) -> list[Customer]:
        """Those of them that are still there, in the same order."""
        query = visible(Customer, seen_by, Permission.READ_CUSTOMERS).where(col(Customer.archived_at).is_(None))
        found = {each.id: each for each in self._session.exec(query.where(col(Customer.id).in_(ids)))}
        return [found[id] for id in ids if id in found]

    def duplicates(self, new: NewCustomer, *, seen_by: Member) -> list[Customer]:
        """Those that may be the one to be added: of the same phone or email, or of a name as good as the same."""
        query = visible(Customer, seen_by, Permission.READ_CUSTOMERS).where(
            col(Customer.archived_at).is_(None),
            col(Customer.unclaimed).is_(False),  # whoever writes may call themselves what they like
        )
        keys = [self._keys.digest("handle.phone", phones.matching(each)) for each in new.phones]
        keys += [self._keys.digest("handle.email", each.casefold()) for each in new.emails]
        same = query.where(col(Customer.id).in_(select(Handle.customer_id).where(col(Handle.value_key).in_(keys))))
        found = list(self._session.exec(same)) if keys else []
        found += self._session.exec(query.where(Customer.name_key == fold(new.name)).limit(MOST)).all()
        found += [each for score, each in self._alike(new.name, query) if score >= CLEAR and score != LEADING]
        unique = {each.id: each for each in found if not self._other_company(each, new)}
        return list(unique.values())[:5]

    def _other_company(self, known: Customer, new: NewCustomer) -> bool:
        """Two people of one name in two companies are two people."""
        company = self.company(known)
        return bool(new.company and company and fold(company.name) != fold(new.company))

    # Adding

    def create(self, said: Mapping[str, str], member: Member, now: datetime) -> Customer:
        name, company = said.get("name", ""), said.get("company", "")
        if not name:
            name, company = company or said.get("title", ""), ""
        return self.add(NewCustomer(name, company), owner=member, now=now)

    def add(self, new: NewCustomer, *, owner: Member, now: datetime) -> Customer:
        company_id = self._company_of(new, owner, now) if new.company else None
        kind = new.kind or ("person" if new.company or is_person(new.name) else "organisation")
        customer = Customer(
            kind=kind,
            name=new.name[:191],
            name_key=fold(new.name),
            company_id=company_id,
            owner_id=owner.id,
            note=new.note or None,
            created_at=now,
        )
        add_row(self._session, customer)
        self._give(customer, new)
        return customer

    def complete(self, customer: Customer, new: NewCustomer, *, owner: Member, now: datetime) -> None:
        """Add what is not known yet; nothing that is known is overwritten."""
        if new.company and customer.company_id is None:
            customer.company_id = self._company_of(new, owner, now)
        customer.note = customer.note or new.note or None
        self._give(customer, new)

    def update(self, customer: Customer, new: NewCustomer, *, owner: int | None, by: Member, now: datetime) -> None:
        """What is said of it now holds; a note is written below the one that is there."""
        if new.company:
            customer.company_id, customer.kind = self._company_of(new, by, now), "person"
        customer.owner_id = owner or customer.owner_id
        customer.note = "\n".join(filter(None, (customer.note, new.note))) or None
        for kind, values in (("phone", new.phones), ("email", new.emails)):
            known = self._handles(customer, kind)
            if values and len(known) == 1:
                self._session.delete(known[0])
        self._session.flush()
        self._give(customer, new)

    def archive(self, customer: Customer, now: datetime) -> None:
        """Found no more, its follow-ups dropped."""
        customer.archived_at = now
        open_tasks = select(Task).where(Task.customer_id == customer.id, Task.status == "open")
        for task in self._session.exec(open_tasks):
            task.status, task.done_at = "dropped", now
        self._session.flush()

    def load(self, customer: Customer) -> dict[str, int]:
        """How many open deals, tasks and tickets it has, and how many interactions."""
        tables: dict[Any, Any] = {
            Deal: col(Deal.closed_at).is_(None),
            Task: col(Task.status) == "open",
            Ticket: col(Ticket.closed_at).is_(None),
            Interaction: col(Interaction.id).is_not(None),
        }
        count = func.count()
        return {
            kind.__name__.lower(): self._session.scalar(
                select(count).select_from(kind).where(kind.customer_id == customer.id, some)
            )
            or 0
            for kind, some in tables.items()
        }

    def merge(self, gone: Customer, stays: Customer, now: datetime) -> None:
        """All that points to the one points to the other, which takes what it lacks; the one is found no more."""
        known = {(row.kind, bytes(row.value_key)) for row in self._handles(stays)}
        for handle in self._handles(gone):
            if (handle.kind, bytes(handle.value_key)) in known:
                self._session.delete(handle)
            else:
                handle.customer_id = stays.id or 0
        tags = set(self.tags(stays))
        for tag in self._session.exec(select(Tag).where(Tag.customer_id == gone.id)):
            if tag.tag in tags:
                self._session.delete(tag)
            else:
                tag.customer_id = stays.id or 0
        for kind in OF_A_CUSTOMER:
            for row in self._session.scalars(select(kind).where(kind.customer_id == gone.id)):
                row.customer_id = stays.id
        for person in self._session.exec(select(Customer).where(Customer.company_id == gone.id)):
            person.company_id = stays.id if person.id != stays.id else None
        if gone.company_id != stays.id:
            stays.company_id = stays.company_id or gone.company_id
        stays.owner_id = stays.owner_id or gone.owner_id
        stays.language = stays.language or gone.language
        stays.campaign_id = stays.campaign_id or gone.campaign_id
        stays.stopped_at = stays.stopped_at or gone.stopped_at
        stays.note = "\n".join(dict.fromkeys(filter(None, (stays.note, gone.note)))) or None
        gone.archived_at = now
        self._session.flush()

    def with_people(self, customer: Customer) -> list[int]:
        """Its id and those of the people who belong to it."""
        people = select(Customer.id).where(Customer.company_id == customer.id)
        return [id for id in (customer.id, *self._session.exec(people)) if id]

    def _handles(self, customer: Customer, kind: str = "") -> list[Handle]:
        query = select(Handle).where(Handle.customer_id == customer.id)
        return list(self._session.exec(query.where(Handle.kind == kind) if kind else query))

    def _give(self, customer: Customer, new: NewCustomer) -> None:
        assert customer.id
        for each in new.phones:
            self.give_handle(customer, "phone", each)
        for each in new.emails:
            self.give_handle(customer, "email", each)
        wanted = dict.fromkeys(tag[:64] for tag in new.tags)
        known = set(self.tags(customer)) if wanted else set()
        for tag in wanted:
            if tag not in known:
                add_row(self._session, Tag(customer_id=customer.id, tag=tag))

    def _company_of(self, new: NewCustomer, owner: Member, now: datetime) -> int | None:
        found = self.by_name({"name": new.company}, owner, Permission.READ_CUSTOMERS, clear_only=True).sure
        if found:
            return found[0].id  # type: ignore[attr-defined,no-any-return]  # a Customer
        return self.add(NewCustomer(new.company, kind="organisation"), owner=owner, now=now).id

    def give_handle(self, customer: Customer, kind: str, value: str) -> None:
        """A phone, email or chat; one that they have already is not given twice."""
        handle = sealed_handle(self._keys, customer, kind, value)
        same = select(Handle).where(
            Handle.customer_id == customer.id, Handle.kind == kind, Handle.value_key == handle.value_key
        )
        if self._session.exec(same).first() is None:
            add_row(self._session, handle)

    def came_by_link(self, sender: Sender) -> None:
        """Whoever has the link may be somebody else: so much is remembered of the chat."""
        for handle in self._session.exec(self._chat(sender)):
            handle.by_link = True

    def is_by_link(self, sender: Sender) -> bool:
        return any(handle.by_link for handle in self._session.exec(self._chat(sender)))

    def _chat(self, sender: Sender) -> SelectOfScalar[Handle]:
        key = self._keys.digest(f"handle.{sender.channel}", sender.id)
        return select(Handle).where(Handle.kind == sender.channel, Handle.value_key == key)

    def one(self, id: int) -> Customer | None:
        """For what the bot does by itself; members ask by `by_ref`."""
        return self._session.get(Customer, id)

    def behind(self, sender: Sender) -> Customer | None:
        """The contact whose chat this is."""
        key = self._keys.digest(f"handle.{sender.channel}", sender.id)
        query = select(Customer).join(Handle).where(Handle.kind == sender.channel, Handle.value_key == key)
        return self._session.exec(query).first()

    def unclaimed(self, sender: Sender, now: datetime) -> Customer:
        """The contact behind a stranger's chat, made when they write for the first time."""
        if known := self.behind(sender):
            known.language = known.language or sender.language
            return known
        name = sender.name.strip()[:191] or "?"
        customer = Customer(
            kind="person",
            name=name,
            name_key=fold(name),
            unclaimed=True,
            language=sender.language,
            created_at=now,
        )
        add_row(self._session, customer)
        self.give_handle(customer, sender.channel, sender.id)
        return customer

    # Showing

    def company(self, customer: Customer) -> Customer | None:
        return self._session.get(Customer, customer.company_id) if customer.company_id else None

    def people(self, customer: Customer, *, seen_by: Member) -> list[Customer]:
        query = visible(Customer, seen_by, Permission.READ_CUSTOMERS)
        query = query.where(Customer.company_id == customer.id, col(Customer.archived_at).is_(None))
        return list(self._session.exec(query.order_by(col(Customer.id)).limit(MOST)))

    def contacts(self, customer: Customer) -> Contacts:
        rows = self._session.exec(select(Handle).where(Handle.customer_id == customer.id).order_by(col(Handle.id)))
        contacts = Contacts()
        for row in rows:
            if row.kind not in CHATS:
                value = self._keys.open(f"handle.{row.kind}", row.seal_id, row.value).decode()
                (contacts.phones if row.kind == "phone" else contacts.emails).append(value)
        return contacts

    def tags(self, customer: Customer) -> list[str]:
        return list(self._session.exec(select(Tag.tag).where(Tag.customer_id == customer.id).order_by(Tag.tag)))


@cache
def _called(scope: Scope) -> Statement:
    live = within(Customer, scope).where(col(Customer.archived_at).is_(None), col(Customer.unclaimed).is_(False))
    named = live.where(col(Customer.name_key) == bindparam("key")).limit(MOST)
    return Statement(named.with_only_columns(*inspect(Customer).columns))


def sealed_handle(keys: Keys, customer: Customer, kind: str, value: str) -> Handle:
    """The row of a handle: sealed, with the digests it is found by."""
    assert customer.id
    seal_id = os.urandom(16)
    handle = Handle(
        customer_id=customer.id,
        kind=kind,
        seal_id=seal_id,
        value=keys.seal(f"handle.{kind}", seal_id, value.encode("utf-8", "replace")),
        value_key=keys.digest(f"handle.{kind}", _matching(kind, value)),
    )
    if kind == "phone":
        digits = phones.matching(value)
        handle.national_key = keys.digest("handle.national", phones.national(digits))
        handle.last_four_key = keys.digest("handle.last_four", digits[-4:])
    return handle


def _matching(kind: str, value: str) -> str:
    if kind == "phone":
        return phones.matching(value)
    return value.casefold() if kind == "email" else value
