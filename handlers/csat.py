"""How content customers are: they are asked after a ticket, say it with one tap or in words, and are heard."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from crmbot.due import Defaults, due
from crmbot.errors import Refused
from crmbot.intents import Slots, Which, intent
from crmbot.people import Member, Permission
from crmbot.reply import Button, Moment, Notice, Reply, Text, Told, lines, text, verbatim
from crmbot.service import ServiceRules
from crmbot.words import say
from handlers.undo import undo_button
from storage import Customer, Store, Survey, Ticket

CHANGES = timedelta(hours=24)  # for so long an answer may be changed
ASKS_WHY, ALARMS = 3, 2  # stars up to which it is asked why; the team is told at once
REASONS = ("slow", "unsolved", "unfriendly", "unclear")
CALL_BACK = timedelta(hours=1)
A_TALK, SHOWN = 2, 300  # of what was said, and characters of each, that stand below an alarm
DOUBT = timedelta(days=1)  # after which it is looked at whether a question was sent for certain


class SendSurvey(Slots):
    customer: Which[Customer]


class OneSurvey(Slots):
    survey: int = 0


# What the team does


@intent("csat.send", needs=Permission.WRITE_TICKETS)
def send_survey(slots: SendSurvey, store: Store, now: datetime, rules: ServiceRules) -> Reply:
    """By hand, whenever they were asked last; but nobody who asked to be left alone."""
    customer = slots.customer
    if customer.stopped_at:
        raise Refused(text("csat-stopped", name=customer.name))
    if store.desk.chat_of(customer) is None:
        return Reply(text("csat-unreachable", name=customer.name), buttons=link_button(customer, rules))
    closed = next((each for each in store.tickets.of(customer) if each.closed_at), None)
    store.surveys.plan(customer, closed, now, every=None)
    return Reply(text("csat-sent", name=customer.name), buttons=(undo_button(store),))


@intent("csat.link", needs=Permission.WRITE_TICKETS)
def link_survey(slots: SendSurvey, member: Member, store: Store, now: datetime, rules: ServiceRules) -> Reply:
    """For those who are on neither platform: a page of our own, which whoever asked sends them by themselves."""
    customer = slots.customer
    if not rules.pages:
        raise Refused(text("csat-no-page"))
    if customer.stopped_at:
        raise Refused(text("csat-stopped", name=customer.name))
    closed = next((each for each in store.tickets.of(customer) if each.closed_at), None)
    token = store.surveys.link(customer, closed, now, now + rules.expires)
    words = text(
        "csat-link",
        name=customer.name,
        link=f"{rules.pages}/s/{token}",
        until=Moment(now + rules.expires, now, member.zone),
    )
    return Reply(words, buttons=(undo_button(store),))


@intent("csat.callback", needs=Permission.WRITE_TASKS)
def call_back(slots: OneSurvey, member: Member, store: Store, now: datetime, rules: ServiceRules) -> Reply:
    """Whoever presses first calls them; later they are asked whether it is better now."""
    survey = store.surveys.one(slots.survey)
    customer = store.customers.one(survey.customer_id) if survey else None
    if survey is None or customer is None:
        raise Refused(text("button-gone"))
    if survey.caller_id is not None:
        raise Refused(text("csat-taken", who=store.members.name_of(survey.caller_id) or "–", name=customer.name))
    survey.caller_id, survey.again_at = member.id, now + rules.again
    subject = say(text("csat-call", name=customer.name), member.language)
    task = store.tasks.add(
        subject, owner=member.id, zone=member.zone, now=now, due=now + CALL_BACK, priority="urgent", customer=customer
    )
    words = text("csat-called", who=member.name, name=customer.name, ref=task.ref)
    return Reply(words, buttons=(undo_button(store),), in_place=True)


def link_button(customer: Customer, rules: ServiceRules) -> tuple[Button, ...]:
    """For somebody who cannot be asked in a chat."""
    if not rules.pages or customer.stopped_at:
        return ()
    return (Button(text("button-link"), "csat.link", {"ref": customer.ref}),)


def plan_survey(ticket: Ticket, store: Store, now: datetime, rules: ServiceRules) -> None:
    """After a member has closed it; not when nobody can be asked."""
    customer = ticket.customer
    if not customer.stopped_at and store.desk.chat_of(customer, ticket):
        store.surveys.plan(customer, ticket, now + rules.delay, every=rules.every)


# What the bot says by itself


@due("survey")
def ask(survey: Survey, store: Store, defaults: Defaults, now: datetime) -> list[Notice]:
    """Once, and once more if it is not answered: sooner, if the first may never have arrived. By day."""
    rules = defaults.service
    if survey.answered_at or is_over(survey, now):
        return []
    if morning := rules.quiet_until(now):
        survey.send_at = morning
        return []
    question = _question(survey, store)
    if survey.sent_at is None:
        if not store.surveys.asked_before(survey):
            question = replace(question, text=lines(question.text, text("csat-how-to-stop")))
        if asked := _to_customer(question, survey, store, defaults):
            survey.sent_at, survey.expires_at = now, now + rules.expires
            survey.send_at = now + min(DOUBT, rules.remind or DOUBT)
        return asked
    remind_at = survey.sent_at + rules.remind if rules.remind else None
    if not store.surveys.in_doubt(survey, "survey") and (remind_at is None or now < remind_at):
        survey.send_at = remind_at
        return []
    survey.reminded = True
    again = replace(question, text=lines(text("csat-reminder"), question.text))
    return _to_customer(again, survey, store, defaults)


@due("better")
def ask_again(survey: Survey, store: Store, defaults: Defaults, now: datetime) -> list[Notice]:
    """Some time after they were called: is it better now? Once more, if that may never have arrived."""
    if survey.better is not None:
        return []
    if morning := defaults.service.quiet_until(now):
        survey.again_at = morning
        return []
    if store.surveys.was_asked(survey, "better") and not store.surveys.in_doubt(survey, "better"):
        return []
    buttons = tuple(
        Button(text("button-better", better=each), "csat.better", {"survey": survey.id, "better": each == "yes"})
        for each in ("yes", "no")
    )
    survey.again_at = now + DOUBT
    return _to_customer(Reply(text("csat-better"), buttons=buttons), survey, store, defaults)


def _to_customer(reply: Reply, survey: Survey, store: Store, defaults: Defaults) -> list[Notice]:
    customer = store.customers.one(survey.customer_id)
    ticket = store.tickets.one(f"K{survey.ticket_id}") if survey.ticket_id else None
    place = store.desk.chat_of(customer, ticket) if customer else None
    if customer is None or customer.stopped_at or place is None:
        survey.send_at = survey.again_at = None
        return []
    return [Notice(reply, place, customer.language or defaults.language, once=True)]


def _question(survey: Survey, store: Store) -> Reply:
    return Reply(question_of(survey, store), buttons=_stars(survey), desk=survey.ref)


def question_of(survey: Survey, store: Store) -> Text:
    ticket = store.tickets.one(f"K{survey.ticket_id}") if survey.ticket_id else None
    return text("csat-question-on", ref=ticket.ref, subject=ticket.subject) if ticket else text("csat-question")


def _stars(survey: Survey) -> tuple[Button, ...]:
    return tuple(
        Button(verbatim(str(score)), "csat.rate", {"survey": survey.id, "score": score}) for score in range(1, 6)
    )


# What customers answer: pressed buttons, and words


def rate(slots: Mapping[str, Any], customer: Customer, store: Store, now: datetime) -> Reply:
    """One tap; the last one counts."""
    return rated(_theirs(slots, customer, store), slots["score"], "", customer, store, now)


def rated(survey: Survey, score: int, comment: str, customer: Customer, store: Store, now: datetime) -> Reply:
    if is_over(survey, now):
        raise Refused(text("csat-over"))
    if is_fixed(survey, now):
        raise Refused(text("csat-fixed"))
    before, news = survey.score, comment and comment != survey.comment
    survey.score, survey.answered_at, survey.send_at = score, survey.answered_at or now, None
    survey.comment = comment or survey.comment
    told: tuple[Told, ...] = ()
    if before is None or before > ALARMS:
        told = alarm(survey, customer, store, now, comment)
    elif news and score <= ALARMS:
        told = _those_told(survey, customer, store, _said(survey, customer, comment))
    change = Button(text("button-change"), "csat.change", {"survey": survey.id})
    if score > ASKS_WHY or comment:
        return Reply(text("csat-thanks", score=score), buttons=(change,), in_place=True, told=told, desk=survey.ref)
    why = tuple(
        Button(text("csat-reason", reason=each), "csat.why", {"survey": survey.id, "reason": each}) for each in REASONS
    )
    return Reply(text("csat-why", score=score), buttons=(*why, change), in_place=True, told=told, desk=survey.ref)


def is_over(survey: Survey, now: datetime) -> bool:
    return survey.expires_at is not None and survey.expires_at <= now


def is_fixed(survey: Survey, now: datetime) -> bool:
    """It was answered so long ago that the answer stands."""
    return survey.answered_at is not None and survey.answered_at + CHANGES <= now


def change(slots: Mapping[str, Any], customer: Customer, store: Store, now: datetime) -> Reply:
    survey = _theirs(slots, customer, store)
    if is_fixed(survey, now):
        raise Refused(text("csat-fixed"))
    question = _question(survey, store)
    return Reply(question.text, buttons=question.buttons, in_place=True, desk=survey.ref)


def why(slots: Mapping[str, Any], customer: Customer, store: Store, now: datetime) -> Reply:
    return commented(_theirs(slots, customer, store), slots["reason"], customer, store)


def commented(survey: Survey, words: str, customer: Customer, store: Store) -> Reply:
    """Why they are not content: a reason pressed, and what they write besides."""
    survey.comment = f"{survey.comment}; {words}" if survey.comment and survey.comment != words else words
    heard = _said(survey, customer, words)
    told = _those_told(survey, customer, store, heard) if (survey.score or 5) <= ALARMS else ()
    return Reply(text("csat-heard"), in_place=True, told=told, desk=survey.ref)


def _said(survey: Survey, customer: Customer, words: str) -> Text:
    return text("csat-said", name=customer.name, score=survey.score or 0, words=say_comment(words))


def better(slots: Mapping[str, Any], customer: Customer, store: Store, now: datetime) -> Reply:
    """The last word counts; whoever called them hears that it is not."""
    survey = _theirs(slots, customer, store)
    before, survey.better = survey.better, bool(slots["better"])
    if survey.better:
        return Reply(text("csat-good"), in_place=True)
    told = () if before is False else _those_told(survey, customer, store, text("csat-no-better", name=customer.name))
    return Reply(text("csat-no-good"), in_place=True, told=told)


PRESSED = {"csat.rate": rate, "csat.change": change, "csat.why": why, "csat.better": better}


def _theirs(slots: Mapping[str, Any], customer: Customer, store: Store) -> Survey:
    survey = store.surveys.theirs(customer, slots["survey"])
    if survey is None:
        raise Refused(text("button-gone"))
    return survey


def alarm(survey: Survey, customer: Customer, store: Store, now: datetime, comment: str = "") -> tuple[Told, ...]:
    """Few stars: whoever looks after them and the managers hear of it at once, with what it was about."""
    if (survey.score or 5) > ALARMS:
        return ()
    store.alerts.happened("score", survey.ref, now, now)
    ticket = store.tickets.one(f"K{survey.ticket_id}") if survey.ticket_id else None
    about = text("csat-about", ref=ticket.ref, subject=ticket.subject) if ticket else text("csat-about-all")
    stars, said = survey.score or 0, say_comment(comment)
    words = text("csat-alarm", name=customer.name, score=stars, about=about)
    if comment:
        words = text("csat-alarm-said", name=customer.name, score=stars, about=about, words=said)
    if ticket:
        words = lines(words, *_context(ticket, customer, store))
    call = Button(text("button-call"), "csat.callback", {"survey": survey.id})
    show = (Button(verbatim(ticket.ref), "ticket.show", {"ref": ticket.ref}),) if ticket else ()
    return _those_told(survey, customer, store, words, (call, *show))


def _context(ticket: Ticket, customer: Customer, store: Store) -> Iterator[Text]:
    """How it was dealt with, and what was said last: whoever calls back need not look it up."""
    who = store.members.name_of(ticket.owner_id) if ticket.owner_id else ticket.owner_name
    waited = ticket.answered_at - ticket.opened_at if ticket.answered_at else None
    hours = f"{waited.total_seconds() / 3600:.1f}" if waited is not None else "none"
    has = "somebody" if who else "nobody"
    yield text("csat-context", category=ticket.category, has=has, who=who or "", hours=hours)
    for each in store.tickets.talk(ticket, A_TALK):
        by = store.members.name_of(each.by) if each.by else customer.name
        yield text("csat-context-said", who=by or "–", words=(each.text or "")[:SHOWN])


def _those_told(
    survey: Survey, customer: Customer, store: Store, words: Text, buttons: tuple[Button, ...] = ()
) -> tuple[Told, ...]:
    ticket = store.tickets.one(f"K{survey.ticket_id}") if survey.ticket_id else None
    owner = survey.caller_id or (ticket.owner_id if ticket else None) or customer.owner_id
    return tuple(Told(each, words, buttons) for each in store.members.responsible(owner))


def say_comment(comment: str) -> Text:
    return text("csat-reason", reason=comment) if comment in REASONS else verbatim(comment)
