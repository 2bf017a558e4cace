"""What customers may do: write, ask how it stands, say what kind it is, stop. Nothing else reaches anything."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from crmbot.courtesy import is_greeting, is_thanks
from crmbot.errors import Refused
from crmbot.incoming import HOME, TICKET, Contact, Filled, Incoming, Place, Press, opened_by
from crmbot.phone import read_phone, say_phone
from crmbot.reply import Button, Post, Reply, Table, lines, text, verbatim
from crmbot.service import ServiceRules
from crmbot.words import LANGUAGES
from handlers import csat, deals
from handlers._attached import for_team, passed, said_with, with_lost
from handlers._customer_words import (
    is_export,
    is_forget,
    is_hello,
    is_join,
    is_settings,
    is_stop,
    read_language,
    read_score,
    read_status,
)
from handlers._own_data import ask_to_forget, forget_me, own_data
from handlers._promises import promise
from handlers.tickets import CATEGORIES, live_posts, recategorise, reopen, shortened
from storage import Customer, Store, Survey, Ticket

EXPLAINS = timedelta(hours=1)  # after a low score, in which what they write says why
REOPENS = timedelta(days=3)  # for so long what is written belongs to a ticket that was closed


class ServiceDesk:
    """For those who are no members."""

    def __init__(self, rules: ServiceRules | None = None) -> None:
        self.rules = rules or ServiceRules()

    def hear(self, incoming: Incoming, store: Store, now: datetime, *, open: bool) -> Reply | None:
        """Whoever is not known, and what cannot be done, is answered the same: nothing is learnt about anyone."""
        try:
            with store.savepoint():
                store.acts(None, "desk", now)
                reply = self._answer(incoming, store, now, open=open)
                whose = store.customers.behind(incoming.sender) if reply else None
                return replace(reply, language=whose.language) if reply and whose else reply
        except Refused as no:
            store.audit("refused")
            return Reply(no.text)

    def live(self, store: Store, now: datetime) -> Iterable[Post]:
        tickets = {ref: ticket for ref in store.changed("K") if (ticket := store.tickets.one(ref))}
        posts = [post for ticket in tickets.values() for post in live_posts(ticket, store, now, self.rules.zone)]
        posted = [ref for ref in store.changed("D") if not store.is_new(ref) and store.is_posted(ref)]
        return [*posts, *(deals.live_post(ref, store, now, self.rules.zone) for ref in posted)]

    def unreached(self, place: Place, refs: Iterable[str], store: Store) -> Iterable[Post]:
        """Their customer cannot be reached there any more: how else, those hear who may."""
        for ticket in filter(None, (store.tickets.one(ref) for ref in refs if ref.startswith(Ticket.letter))):
            customer = ticket.customer
            if store.desk.is_theirs(place, customer):
                known = store.customers.contacts(customer)
                ways = ", ".join((*map(say_phone, known.phones), *known.emails))
                words = text("desk-unreached", ref=ticket.ref, name=customer.name)
                how = text("desk-reach", known="some" if ways else "none", ways=ways)
                yield Post(ticket.ref, "team", lines(words, how))
                yield Post(ticket.ref, "room", text("desk-unreached-short", ref=ticket.ref))

    def _answer(self, incoming: Incoming, store: Store, now: datetime, *, open: bool) -> Reply | None:
        customer, said = store.customers.behind(incoming.sender), incoming.said
        if said == HOME or isinstance(said, Filled):
            return Reply(text("stranger"))
        if isinstance(said, Press):
            return _pressed(said, customer, incoming, store, now, self.rules)
        if code := opened_by(incoming):
            return _came_in(code, incoming, customer, store, now, open=open)
        if is_stop(said):
            if customer:
                store.desk.stop(customer, now)
            return Reply(text("desk-stopped"))
        if is_export(said):
            return own_data(customer, incoming.sender, store, now, self.rules.zone)
        if is_forget(said):
            return ask_to_forget(customer)
        if language := read_language(said):
            return _in_language(language, incoming, store, now) if customer or open else Reply(text("stranger"))
        if is_settings(said) and (customer or open):
            return _settings(store.customers.unclaimed(incoming.sender, now))
        if is_join(said):
            return _joined(incoming, said, store, now) if customer or open else Reply(text("stranger"))
        if (asked := read_status(said)) is not None:
            return _status(asked, customer, store)
        if customer and (reply := _on_survey(incoming, said, customer, store, now)):
            return replace(reply, in_place=False)
        if not open:
            return Reply(text("stranger"))
        if contact := incoming.contact:
            incoming = replace(incoming, said="\n".join(filter(None, (said, _card(contact)))), contact=None)
            if contact.user == incoming.sender.id and not said:
                return _own_phone(contact, store.customers.unclaimed(incoming.sender, now), store, self.rules)
        if is_hello(said) and customer and (standing := _status("", customer, store)).table:
            return replace(standing, text=lines(text("desk-hello"), standing.text))
        if is_hello(said) or (is_greeting(said) and not (customer and _meant(incoming, customer, store, now))):
            return Reply(text("desk-hello"))
        return _heard(incoming, store.customers.unclaimed(incoming.sender, now), store, now, self.rules)


def _joined(incoming: Incoming, said: str, store: Store, now: datetime) -> Reply:
    """They want news: what they said, where and when is kept."""
    customer = store.customers.unclaimed(incoming.sender, now)
    customer.agreed_at, customer.stopped_at = now, None
    customer.agreed_how = f"{incoming.place.channel}: {said}"[:191]
    return Reply(text("desk-joined"))


def _settings(customer: Customer) -> Reply:
    buttons = tuple(Button(text("button-language", language=each), "desk.language", {"to": each}) for each in LANGUAGES)
    return Reply(text("desk-settings"), buttons=buttons)


def _in_language(language: str, incoming: Incoming, store: Store, now: datetime) -> Reply:
    """From now on they are answered and asked in it, whatever their app says."""
    store.customers.unclaimed(incoming.sender, now).language = language
    return Reply(text("desk-language"))


def _own_phone(contact: Contact, customer: Customer, store: Store, rules: ServiceRules) -> Reply:
    """Their app vouches for it: the card is that of whoever sends it."""
    known = [phone for each in contact.phones if (phone := read_phone(each, rules.zone))]
    for phone in known:
        store.customers.give_handle(customer, "phone", phone)
    return Reply(text("desk-phone") if known else text("desk-nothing-said"))


def _card(contact: Contact) -> str:
    return ", ".join(filter(None, (contact.name, contact.company, *contact.phones, *contact.emails)))


def _came_in(
    code: str, incoming: Incoming, customer: Customer | None, store: Store, now: datetime, *, open: bool
) -> Reply:
    """By the link of a campaign, which is kept with them, or by that of a ticket, which is theirs from then on."""
    if code.startswith(TICKET):
        return _enter(code, incoming, customer, store, now)
    campaign = store.campaigns.by_code(code) if open else None
    if campaign:
        contact = store.customers.unclaimed(incoming.sender, now)
        contact.campaign_id = contact.campaign_id or campaign.id
    return Reply(text("desk-hello") if open else text("stranger"))


def _enter(code: str, incoming: Incoming, customer: Customer | None, store: Store, now: datetime) -> Reply:
    """The first who opens it is who it is for: a second account, or another customer's, is refused."""
    if store.codes.locked(incoming.sender, now):
        raise Refused(text("too-many-tries"))
    ticket = store.desk.behind(code, now)
    if ticket is None:
        store.codes.wrong(incoming.sender, now)
        return Reply(text("door-none"))
    whose, channel = ticket.customer, incoming.place.channel
    if customer is None or customer.id != whose.id:
        if store.desk.has_chat_on(whose, channel) or (customer and not customer.unclaimed):
            return Reply(text("door-none"))
        if customer:
            store.customers.merge(customer, whose, now)
        else:
            store.customers.give_handle(whose, channel, incoming.sender.id)
        store.customers.came_by_link(incoming.sender)
    whose.language = whose.language or incoming.sender.language
    ticket.place_id = store.place_id(incoming.place, now)
    by = text("door-opened-by", ref=ticket.ref, name=incoming.sender.name)
    unnamed = text("door-opened-by", ref=ticket.ref, name="…")
    told = Post(ticket.ref, "team", by), Post(ticket.ref, "room", unnamed)
    opened = text("door-opened", ref=ticket.ref, subject=ticket.subject)
    return Reply(opened, posts=told, desk=ticket.ref)


def _heard(incoming: Incoming, customer: Customer, store: Store, now: datetime, rules: ServiceRules) -> Reply:
    """What they write continues their ticket, else it is a new one."""
    words = said_with(incoming)
    if not words:
        return Reply(text("desk-nothing-said"))
    ticket = _meant(incoming, customer, store, now)
    if is_thanks(words) and (ticket is None or ticket.closed_at):
        return Reply(text("desk-welcome"))
    place = store.place_id(incoming.place, now)
    new = ticket is None
    if ticket is None:
        ticket = store.tickets.add(customer, words, now=now, channel=incoming.place.channel, place=place)
        promise(ticket, rules, now)
    ticket.place_id = place
    if ticket.status != "open":
        reopen(ticket, store, rules, now)
    store.interactions.add(customer, words, kind="message", at=now, by=None, ticket=ticket)
    files, lost = passed(incoming, ticket, store)
    posts = for_team(files, ticket)
    if new:
        opened = with_lost(text("desk-new", ref=ticket.ref), lost)
        return Reply(opened, buttons=_kinds(ticket), posts=posts, desk=ticket.ref)
    words = shortened(words, ticket)
    said = Post(ticket.ref, "team", text("desk-said", ref=ticket.ref, name=customer.name, words=words))
    unnamed = Post(ticket.ref, "room", text("desk-said-short", ref=ticket.ref, words=words))
    heard = with_lost(text("desk-heard", ref=ticket.ref), lost)
    return Reply(heard, posts=(said, unnamed, *posts) if incoming.said or lost else posts, desk=ticket.ref)


def _meant(incoming: Incoming, customer: Customer, store: Store, now: datetime) -> Ticket | None:
    """The one they reply to, else their open one, else one that was closed of late."""
    replied = store.about(incoming.place, incoming.reply_to).get("desk", "")
    mine = store.tickets.of(customer)
    standing = [each for each in mine if each.closed_at is None or now - each.closed_at < REOPENS]
    return next((each for each in mine if each.ref == replied), standing[0] if standing else None)


def _kinds(ticket: Ticket) -> tuple[Button, ...]:
    return tuple(
        Button(text("desk-kind", category=each), "desk.kind", {"ref": ticket.ref, "category": each})
        for each in CATEGORIES
    )


def _status(ref: str, customer: Customer | None, store: Store) -> Reply:
    """Of their own tickets only; of all others as if there were none."""
    mine = store.tickets.of(customer) if customer else []
    told = [each for each in mine if each.ref == ref] if ref else [each for each in mine if not each.closed_at][:5]
    if not told:
        return Reply(text("desk-nothing"))
    rows = tuple((verbatim(each.ref), verbatim(each.subject), text("desk-status", status=each.status)) for each in told)
    columns = (text("slot", slot="ref"), text("slot", slot="title"), text("slot", slot="status"))
    return Reply(text("desk-found", count=len(told)), table=Table(columns, rows))


def _pressed(
    press: Press,
    customer: Customer | None,
    incoming: Incoming,
    store: Store,
    now: datetime,
    rules: ServiceRules,
) -> Reply:
    """A button of another chat, and one that only members have, is none here."""
    button = store.press(press, incoming.place)
    if customer is None or button.intent not in (*csat.PRESSED, "desk.kind", "desk.language", "desk.forget"):
        raise Refused(text("button-gone"))
    if button.intent == "desk.language":
        return replace(_in_language(button.slots["to"], incoming, store, now), in_place=True)
    if button.intent == "desk.forget":
        return forget_me(customer, store, now, rules.zone)
    if button.intent == "desk.kind":
        return _say_kind(button.slots, customer, store, now, rules)
    return csat.PRESSED[button.intent](button.slots, customer, store, now)


def _say_kind(slots: Mapping[str, Any], customer: Customer, store: Store, now: datetime, rules: ServiceRules) -> Reply:
    ticket = next((each for each in store.tickets.of(customer) if each.ref == slots["ref"]), None)
    if ticket is None:
        raise Refused(text("button-gone"))
    recategorise(ticket, slots["category"], rules, now)
    words = text("desk-kind-said", ref=ticket.ref, category=text("category", category=ticket.category))
    return Reply(words, in_place=True, desk=ticket.ref)


def _on_survey(incoming: Incoming, said: str, customer: Customer, store: Store, now: datetime) -> Reply | None:
    """A score in words, or why it was low: said in reply to the question, or right after it."""
    replied = store.about(incoming.place, incoming.reply_to).get("desk", "")
    if replied[:1] == Survey.letter:
        survey = store.surveys.theirs(customer, int(replied[1:]))
    else:
        survey = None if replied else store.surveys.latest(customer)
    if survey is None or survey.expires_at is None or survey.expires_at <= now:
        return None
    if not replied and _speaks_of_a_ticket(survey, customer, store):
        return None
    if score := read_score(said):
        return csat.rated(survey, *score, customer, store, now)
    explains = survey.answered_at and now - survey.answered_at < EXPLAINS and (survey.score or 5) <= csat.ASKS_WHY
    if survey.score and (replied or explains):
        return csat.commented(survey, said, customer, store)
    return None


def _speaks_of_a_ticket(survey: Survey, customer: Customer, store: Store) -> bool:
    """The team asked something after the survey did: "4" answers that."""
    asked = max(filter(None, (store.surveys.asked_at(survey), survey.answered_at)))
    answered = (each.paused_at for each in store.tickets.of(customer) if each.status == "pending")
    return any(at > asked for at in answered if at)
