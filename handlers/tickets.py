"""Tickets: open one for a customer, look at it, list them, hand them over, close and reopen them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from crmbot.dialogue import Asked, Command, Question
from crmbot.errors import Refused
from crmbot.incoming import Incoming
from crmbot.intents import Slots, Which, WhichOrNew, intent
from crmbot.people import Member, Permission
from crmbot.qr import qr
from crmbot.reply import Button, Card, Moment, Post, Reply, Text, Told, lines, text, verbatim
from crmbot.service import ServiceRules
from handlers._attached import for_customer, passed, said_with, with_lost
from handlers._owners import assignee, owner_id
from handlers._pages import A_PAGE, Paged, paged
from handlers._periods import Period, span
from handlers._promises import next_promise, pause, promise, resume, stop
from handlers._time import midnight, today
from handlers.csat import link_button, plan_survey, say_comment
from handlers.undo import undo_button
from storage import Customer, NewCustomer, Store, Ticket, WantedTickets

Category = Literal["enquiry", "feedback", "complaint"]
Priority = Literal["urgent", "high", "normal", "low"]
Status = Literal["open", "pending", "closed"]
CATEGORIES: tuple[Category, ...] = ("enquiry", "feedback", "complaint")
PRIORITIES: tuple[Priority, ...] = ("urgent", "high", "normal", "low")
CAUSES = ("product", "delivery", "billing", "people")
TAG = re.compile(r"(?<![\w&])#(?!\d+\b)(\w[\w-]{0,60})")  # #4711 is the number of an invoice
DOOR_LASTS = timedelta(days=7)
A_TALK, A_FEW = 3, 6
SHOWN = 900  # characters of what somebody wrote that others are sent unasked


class AddTicket(Slots):
    customer: WhichOrNew[Customer]
    subject: str | None = None
    category: Category | None = None
    priority: Priority | None = None
    owner: str | None = None


class OneTicket(Slots):
    ticket: Which[Ticket]


class ListTickets(Paged):
    name: str | None = None
    status: Status | None = None
    priority: Priority | None = None
    category: Category | None = None
    owner: str | None = None
    period: Period | None = None
    offset: int = 0
    alone: bool = False


class UpdateTicket(Slots):
    ticket: Which[Ticket]
    status: Status | None = None
    priority: Priority | None = None
    category: Category | None = None
    owner: str | None = None
    text: str | None = None


class ReplyTicket(Slots):
    ticket: Which[Ticket]
    text: str


class CloseTicket(Slots):
    ticket: Which[Ticket]
    reason: str | None = None


class ThemeTicket(Slots):
    ticket: Which[Ticket]
    reason: str | None = None


class ClaimContact(Slots):
    customer: Which[Customer]


class JoinContact(Slots):
    customer: Which[Customer]
    into: Which[Customer]


class AlreadyTaken(Refused):
    def __init__(self, ticket: Ticket, who: str) -> None:
        super().__init__(text("ticket-taken", ref=ticket.ref, colleague=who))


@intent("ticket.add", needs=Permission.WRITE_TICKETS)
def add_ticket(slots: AddTicket, member: Member, store: Store, now: datetime, rules: ServiceRules) -> Reply:
    if slots.subject is None:
        said = slots.model_dump(exclude_none=True, exclude={"customer"}) | {"name": slots.customer.name}
        raise Asked(Reply(text("ticket-about")), question=Question(Command("ticket.add", said), "subject"))
    category = slots.category or "enquiry"
    ticket = store.tickets.add(
        slots.customer,
        slots.subject,
        now=now,
        category=category,
        priority=slots.priority or usual_priority(category),
        owner=assignee(slots.owner, member, store).id if slots.owner else member.id,
    )
    promise(ticket, rules, now)
    kinds = () if slots.category else _kinds(ticket)
    words = text("ticket-added", ref=ticket.ref, customer=slots.customer.name)
    shown = card(ticket, store, now, member.zone)
    return Reply(words, shown, buttons=(*kinds, undo_button(store)), told=_told(ticket, member), desk=ticket.ref)


@intent("ticket.show", needs=Permission.READ_TICKETS)
def show_ticket(slots: OneTicket, member: Member, store: Store, now: datetime) -> Reply:
    ticket = slots.ticket
    buttons = steps(ticket) if member.may(Permission.WRITE_TICKETS) else ()
    shown = card(ticket, store, now, member.zone, talk=True)
    return Reply(text("ticket-shown", ref=ticket.ref), shown, buttons=buttons)


@intent("ticket.list", needs=Permission.READ_TICKETS)
def list_tickets(slots: ListTickets, member: Member, store: Store, now: datetime) -> Reply:
    asked = WantedTickets(
        seen_by=member,
        statuses=(slots.status,) if slots.status else ("open", "pending"),
        priority=slots.priority,
        category=slots.category,
        customers=store.customer_ids(slots.name) if slots.name else None,
        owner=owner_id(slots.owner, member, store),
        opened=_days(slots, member, now),
    )
    found = store.tickets.listed(asked, offset=slots.skip, limit=A_PAGE)
    buttons = [Button(verbatim(each.label), "ticket.show", {"ref": each.ref}) for each in found.tickets]
    words = text("tickets-listed", count=found.count, status=slots.status or "unclosed")
    if themes := _themes(store.tickets.themes(asked)) if slots.category and not slots.skip else ():
        words = lines(words, *themes)
    page = Reply(words, buttons=tuple(buttons))
    return paged(page, "ticket.list", slots, shown=len(found.tickets), count=found.count)


def _themes(themes: Mapping[str, int]) -> Iterator[Text]:
    """What they are about, the most frequent first: as far as somebody has said so."""
    for theme, count in themes.items():
        yield text("ticket-theme-count", theme=say_cause(theme), count=count)


def _days(slots: ListTickets, member: Member, now: datetime) -> tuple[datetime, datetime] | None:
    if not slots.period:
        return None
    first, last = span(slots.period, slots.offset, today(now, member), slots.alone)
    return midnight(first, member), midnight(last + timedelta(days=1), member)


@intent("ticket.update", needs=Permission.WRITE_TICKETS)
def update_ticket(slots: UpdateTicket, member: Member, store: Store, now: datetime, rules: ServiceRules) -> Reply:
    ticket = slots.ticket
    if slots.status == "closed":
        return close_ticket(CloseTicket(ticket=ticket), member, store, now, rules)
    ticket.priority = slots.priority or ticket.priority
    if slots.category:
        recategorise(ticket, slots.category, rules, now, keep=slots.priority is not None)
    if slots.status:
        reopen(ticket, store, rules, now, slots.status)
    if slots.owner:
        ticket.owner_id, ticket.owner_name = assignee(slots.owner, member, store).id, None
    if slots.text:
        if ticket.category != "enquiry" and (tag := TAG.search(slots.text)):
            ticket.cause = tag[1]
        store.interactions.add(ticket.customer, slots.text, kind="note", at=now, by=member, ticket=ticket)
    told = _told(ticket, member) if slots.owner else ()
    return changed(text("ticket-changed", ref=ticket.ref), ticket, member, store, now, told=told)


def reopen(
    ticket: Ticket, store: Store, rules: ServiceRules, now: datetime, status: Literal["open", "pending"] = "open"
) -> None:
    """It waits for us again, or for the customer."""
    if ticket.closed_at:
        store.surveys.drop(ticket)
    ticket.open(status)
    if status == "pending":
        pause(ticket, rules, now)
    else:
        resume(ticket, rules, now)


def recategorise(ticket: Ticket, category: Category, rules: ServiceRules, now: datetime, *, keep: bool = False) -> None:
    """Its priority follows, unless somebody chose it."""
    if not keep and ticket.priority == usual_priority(ticket.category):
        ticket.priority = usual_priority(category)
    ticket.category = category
    if ticket.status == "open":
        promise(ticket, rules, now)


@intent("ticket.claim", needs=Permission.WRITE_TICKETS)
def claim_ticket(slots: OneTicket, member: Member, store: Store, now: datetime) -> Reply:
    """The second to claim it is told who has it."""
    ticket = slots.ticket
    if ticket.owner_id is not None:
        raise AlreadyTaken(ticket, store.members.name_of(ticket.owner_id) or "–")
    ticket.owner_id, ticket.owner_name = member.id, None
    return changed(text("ticket-claimed", ref=ticket.ref, colleague=member.name), ticket, member, store, now)


@intent("ticket.assign", needs=Permission.WRITE_TICKETS)
def pick_owner(slots: OneTicket, member: Member, store: Store) -> Reply:
    """[Assign]: to whom?"""
    buttons = tuple(
        Button(
            text("colleague", colleague=each.name),
            "ticket.update",
            {"ref": slots.ticket.ref, "owner": each.ref},
            once=True,
        )
        for each in store.members.team_of(member)[:A_FEW]
    )
    return Reply(text("ticket-to-whom", ref=slots.ticket.ref), buttons=buttons)


@intent("ticket.rank", needs=Permission.WRITE_TICKETS)
def pick_priority(slots: OneTicket) -> Reply:
    """[Priority]: which?"""
    ticket = slots.ticket
    buttons = tuple(
        Button(text("priority", priority=each), "ticket.update", {"ref": ticket.ref, "priority": each}, once=True)
        for each in PRIORITIES
        if each != ticket.priority
    )
    return Reply(text("ticket-how-urgent", ref=ticket.ref), buttons=buttons)


@intent("ticket.theme", needs=Permission.WRITE_TICKETS)
def name_theme(slots: ThemeTicket, member: Member, store: Store, now: datetime) -> Reply:
    """[Theme]: what feedback is about, so that it can be counted."""
    ticket = slots.ticket
    if not slots.reason:
        raise _ask_cause("ticket.theme", text("ticket-theme", ref=ticket.ref), ticket)
    ticket.cause = slots.reason.removeprefix("#")[:500]
    return changed(text("ticket-changed", ref=ticket.ref), ticket, member, store, now)


@intent("ticket.close", needs=Permission.WRITE_TICKETS)
def close_ticket(slots: CloseTicket, member: Member, store: Store, now: datetime, rules: ServiceRules) -> Reply:
    """A complaint is closed with its cause: that is asked for. The customer is asked how content they are, later."""
    ticket = slots.ticket
    if ticket.closed_at:
        raise Refused(text("ticket-closed-already", ref=ticket.ref))
    if ticket.category == "complaint" and not (slots.reason or ticket.cause):
        raise _ask_cause("ticket.close", text("ticket-cause", ref=ticket.ref), ticket)
    ticket.cause = slots.reason[:500] if slots.reason else ticket.cause
    ticket.close(at=now)
    stop(ticket, now)
    plan_survey(ticket, store, now, rules)
    done = text("desk-done", ref=ticket.ref) if ticket.category == "feedback" else text("desk-closed", ref=ticket.ref)
    told = Post(ticket.ref, "customer", done)
    reply = changed(text("ticket-closed", ref=ticket.ref), ticket, member, store, now)
    link = link_button(ticket.customer, rules) if store.desk.chat_of(ticket.customer, ticket) is None else ()
    return replace(reply, buttons=(*reply.buttons, *link), posts=(told,))


@intent("ticket.reply", needs=Permission.WRITE_TICKETS)
def reply_ticket(
    slots: ReplyTicket, member: Member, store: Store, now: datetime, rules: ServiceRules, incoming: Incoming
) -> Reply:
    """The customer reads it in the chat in which they wrote; from then on the ticket waits for them."""
    ticket = slots.ticket
    contact = ticket.customer
    words = said_with(replace(incoming, said=slots.text))
    store.interactions.add(contact, words, kind="message", at=now, by=member, ticket=ticket)
    if store.desk.chat_of(contact, ticket) is None:
        link = Button(text("button-chat-link"), "ticket.link", {"ref": ticket.ref})
        return Reply(text("ticket-unreachable", ref=ticket.ref, name=contact.name), buttons=(link, undo_button(store)))
    ticket.answered_at = ticket.answered_at or now
    ticket.owner_id = ticket.owner_id or member.id
    reopen(ticket, store, rules, now, "pending")
    files, lost = passed(incoming, ticket, store)
    said = Post(ticket.ref, "customer", text("ticket-answer", ref=ticket.ref, words=slots.text))
    if lost and not (slots.text or files):
        raise Refused(with_lost(text("ticket-answered-nothing", ref=ticket.ref), lost))
    words_first = (said,) if slots.text else ()
    answered = with_lost(text("ticket-answered", ref=ticket.ref, name=contact.name), lost)
    return Reply(answered, posts=(*words_first, *for_customer(files, ticket)), desk=ticket.ref)


def _ask_cause(intent: str, words: Text, ticket: Ticket) -> Asked:
    buttons = tuple(Button(text("cause", cause=each), intent, {"ref": ticket.ref, "reason": each}) for each in CAUSES)
    question = Question(Command(intent, {"ref": ticket.ref}), "reason")
    return Asked(Reply(words, buttons=buttons), question=question)


@intent("ticket.link", needs=Permission.WRITE_TICKETS)
def link_ticket(slots: OneTicket, member: Member, store: Store, now: datetime) -> Reply:
    """For a customer who has no chat with the bot: who opens the link first is them, and is answered there."""
    ticket = slots.ticket
    until = now + DOOR_LASTS
    code, when = store.desk.door(ticket, until), Moment(until, now, member.zone)
    if not (address := store.codes.address("telegram")):
        return Reply(text("ticket-code", ref=ticket.ref, name=ticket.customer.name, code=code, until=when))
    link = f"{address}?start={code}"
    words = text("ticket-link", ref=ticket.ref, name=ticket.customer.name, link=link, until=when)
    return Reply(words, chart=qr(ticket.ref, link, text("qr-of", what=ticket.ref)))


@intent("customer.claim", needs=Permission.WRITE_CUSTOMERS)
def claim_contact(slots: ClaimContact, member: Member, store: Store) -> Reply:
    """Somebody who wrote by themselves becomes a customer of whoever claims them, or is one that is known already."""
    customer = slots.customer
    if not customer.unclaimed:
        raise Refused(text("contact-taken", ref=customer.ref))
    customer.owner_id, customer.unclaimed = member.id, False
    words = text("contact-claimed", ref=customer.ref, name=customer.name)
    reached = store.customers.contacts(customer)
    theirs = NewCustomer(customer.name, phones=tuple(reached.phones), emails=tuple(reached.emails))
    alike = store.customers.duplicates(theirs, seen_by=member)
    same = tuple(
        Button(text("button-same-as", label=each.label), "customer.join", {"customer": customer.ref, "into": each.ref})
        for each in alike
        if each.id != customer.id
    )
    other = Button(text("button-known"), "customer.join", {"customer": customer.ref})
    return Reply(words, buttons=(*same[:2], other, undo_button(store)))


@intent("customer.join", needs=Permission.WRITE_CUSTOMERS)
def join_contact(slots: JoinContact, member: Member, store: Store, now: datetime) -> Reply:
    """Whoever wrote was somebody known: their chat, tickets and history are that customer's."""
    contact, known = slots.customer, slots.into
    if not contact.unclaimed and contact.owner_id != member.id:
        raise Refused(text("contact-taken", ref=contact.ref))
    if contact.id == known.id:
        raise Refused(text("contact-itself", ref=contact.ref))
    contact.unclaimed = False
    store.customers.merge(contact, known, now)
    store.changes.lasts_a_week()
    words = text("contact-joined", ref=known.ref, gone=contact.ref, name=known.name)
    show = Button(verbatim(known.label), "customer.show", {"ref": known.ref})
    return Reply(words, buttons=(show, undo_button(store)), in_place=True)


def changed(
    words: Text, ticket: Ticket, member: Member, store: Store, now: datetime, *, told: tuple[Told, ...] = ()
) -> Reply:
    shown = card(ticket, store, now, member.zone, talk=True)
    buttons = (*steps(ticket), undo_button(store))
    return Reply(words, shown, buttons=buttons, in_place=True, told=told, desk=ticket.ref)


def live_posts(ticket: Ticket, store: Store, now: datetime, zone: str) -> tuple[Post, Post]:
    """How it stands, for those who look after it; their room does not read who the customer is."""
    words = text("ticket-post", ref=ticket.ref, status=ticket.status)
    named, unnamed = (card(ticket, store, now, zone, talk=True, named=each, brief=True) for each in (True, False))
    buttons = steps(ticket)
    return Post(ticket.ref, "team", words, named, buttons), Post(ticket.ref, "room", words, unnamed, buttons)


def steps(ticket: Ticket) -> tuple[Button, ...]:
    """What is usually done with it next."""
    one = {"ref": ticket.ref}
    if ticket.closed_at:
        return (Button(text("button-reopen"), "ticket.update", {**one, "status": "open"}, once=True),)
    claim = (Button(text("button-claim"), "ticket.claim", one),) if ticket.owner_id is None else ()
    contact = ticket.customer
    hers = (Button(text("button-my-contact"), "customer.claim", {"ref": contact.ref}),) if contact.unclaimed else ()
    deal: tuple[Button, ...] = ()
    if ticket.category == "enquiry":
        about = {"customer": contact.ref, "title": ticket.subject, "text": ticket.ref}
        deal = (Button(text("button-new-deal"), "deal.add", about, once=True),)
    theme: tuple[Button, ...] = ()
    if ticket.category == "feedback" and not ticket.cause:
        theme = (Button(text("button-theme"), "ticket.theme", one),)
    return (
        *claim,
        Button(text("button-assign"), "ticket.assign", one),
        Button(text("button-priority"), "ticket.rank", one),
        Button(text("button-close"), "ticket.close", one),
        *theme,
        *deal,
        *hers,
    )


def _kinds(ticket: Ticket) -> tuple[Button, ...]:
    """What nobody said yet is one tap away."""
    return tuple(
        Button(text("category", category=each), "ticket.update", {"ref": ticket.ref, "category": each})
        for each in CATEGORIES
        if each != ticket.category
    )


def usual_priority(category: str) -> Priority:
    return "high" if category == "complaint" else "normal"


def _told(ticket: Ticket, member: Member) -> tuple[Told, ...]:
    """Whoever is given it by somebody else hears of it."""
    if ticket.owner_id is None or ticket.owner_id == member.id:
        return ()
    show = Button(verbatim(ticket.ref), "ticket.show", {"ref": ticket.ref})
    words = text("ticket-yours", who=member.name, label=ticket.label)
    return (Told(ticket.owner_id, words, (show,)),)


def card(
    ticket: Ticket,
    store: Store,
    now: datetime,
    zone: str,
    *,
    talk: bool = False,
    named: bool = True,
    brief: bool = False,
) -> Card:
    facts: list[tuple[Text, Text]] = [
        (text("slot", slot="category"), text("category", category=ticket.category)),
        (text("slot", slot="priority"), text("priority", priority=ticket.priority)),
        (text("slot", slot="status"), text("ticket-status", status=ticket.status)),
    ]
    if owner := store.members.name_of(ticket.owner_id) if ticket.owner_id else ticket.owner_name:
        facts.append((text("slot", slot="owner"), verbatim(owner)))
    facts.append((text("opened"), _at(ticket.opened_at, now, zone)))
    if by := next_promise(ticket):
        facts.append((text("promised", what="solution" if ticket.answered_at else "answer"), _at(by, now, zone)))
    if ticket.cause:
        label = text("ticket-theme-fact") if ticket.category == "feedback" else text("slot", slot="reason")
        facts.append((label, say_cause(ticket.cause)))
    if rated := store.surveys.of_ticket(ticket):
        stars = text("csat-stars", score=rated.score or 0)
        said = text("csat-with-words", stars=stars, words=say_comment(rated.comment)) if rated.comment else stars
        facts.append((text("csat-fact"), said))
    if talk:
        customer = verbatim(ticket.customer.name) if named else text("slot", slot="customer")
        facts += _talk(ticket, store, customer, brief=brief)
    return Card(ticket.ref, ticket.label if named else f"{ticket.ref} · {ticket.subject}", tuple(facts))


def _at(at: datetime, now: datetime, zone: str) -> Text:
    return text("moment", at=Moment(at, now, zone))


def shortened(words: str, ticket: Ticket) -> str:
    """What is sent to many unasked; who wants the rest asks for the ticket."""
    return words if len(words) <= SHOWN else f"{words[:SHOWN]}… ({ticket.ref})"


def _talk(ticket: Ticket, store: Store, customer: Text, *, brief: bool) -> list[tuple[Text, Text]]:
    """What was said about it last, and by whom."""
    return [
        (
            verbatim(store.members.name_of(each.by) or "–") if each.by else customer,
            verbatim(shortened(words, ticket) if brief else words),
        )
        for each in store.tickets.talk(ticket, A_TALK)
        for words in (each.text or "",)
    ]


def say_cause(cause: str) -> Text:
    return text("cause", cause=cause) if cause in CAUSES else verbatim(cause)


def ticket_buttons(tickets: list[Ticket]) -> tuple[Button, ...]:
    return tuple(Button(verbatim(each.label), "ticket.show", {"ref": each.ref}) for each in tickets)
