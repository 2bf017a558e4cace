"""What is told when something happened: by whom it is read, and what they read of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crmbot.audience import without_contacts
from crmbot.due import Defaults
from crmbot.incoming import Place
from crmbot.people import Member, Permission, Role
from crmbot.reply import Button, Notice, Reply, Text, lines, text, verbatim
from handlers._promises import next_promise
from handlers._time import quiet_until, say_due
from storage import Alert, Customer, Deal, Room, Schedule, Store, Ticket

SHOWN, SHORTCUTS = 8, 3  # lines of one message; buttons to records below it


@dataclass(frozen=True, slots=True)
class Reader:
    member: Member
    place: Place


def reader_of(schedule: Schedule, store: Store, defaults: Defaults) -> Reader | None:
    """Its owner, or whoever reads along in the room: they may see no more than a viewer of its team."""
    reached = store.reach(schedule.owner_id, defaults)
    if reached is None or schedule.room is None:
        return Reader(reached.member, reached.place) if reached else None
    place = store.rooms.place(schedule.room)
    return Reader(_anybody(reached.member, schedule.room), place) if place else None


def _anybody(member: Member, room: Room) -> Member:
    return replace(
        member, role=Role.VIEWER, team=room.team, zone=room.zone, language=room.language, quiet=room.quiet, notify=True
    )


def told(schedule: Schedule, alert: Alert, reader: Reader, store: Store, now: datetime) -> list[Notice]:
    """At once, or in the morning with what else has happened by then."""
    if morning := quiet_until(reader.member, now):
        schedule.next_at = schedule.next_at or morning
        return []
    alert.told_at = now
    return _posted(schedule, [alert], reader, store, now)


def collected(schedule: Schedule, reader: Reader, store: Store, now: datetime) -> list[Notice]:
    """What has happened since the last time, in one message; nothing when that is nothing."""
    schedule.next_at = schedule.recurrence.after(now) if schedule.every_at else None
    if schedule.muted:
        return []
    if morning := quiet_until(reader.member, now):
        schedule.next_at = morning
        return []
    if schedule.report == "quiet" and schedule.days:
        for deal, since in store.deals.quiet(now - timedelta(days=schedule.days), seen_by=reader.member):
            store.alerts.note(schedule, deal.ref, since, deal.money)
    return _posted(schedule, store.alerts.collect(schedule, now), reader, store, now)


def _posted(schedule: Schedule, alerts: Sequence[Alert], reader: Reader, store: Store, now: datetime) -> list[Notice]:
    """Cut to what the reader may see; what does not hold any more is left out."""
    said = [(alert, line) for alert in alerts if (line := _line(schedule, alert, reader.member, store, now))]
    if not said or not reader.member.notify:
        return []
    buttons = tuple(
        Button(verbatim(alert.about), SHOWS[alert.about[0]], {"ref": alert.about})
        for alert, _ in said[:SHORTCUTS]
        if alert.about[0] in SHOWS
    )
    mute = Button(text("button-mute"), "schedule.mute", {"ref": schedule.ref})
    reply = Reply(_together(schedule, [line for _, line in said]), buttons=(*buttons, mute))
    return [Notice(without_contacts(reply), reader.place, reader.member.language)]


SHOWS = {Deal.letter: "deal.show", Ticket.letter: "ticket.show"}


def _together(schedule: Schedule, said: Sequence[Text]) -> Text:
    if len(said) == 1:
        return said[0]
    head = text("alerts-collected", count=len(said), report=text("report", report=schedule.report))
    rest = [text("alerts-more", count=len(said) - SHOWN)] if len(said) > SHOWN else []
    return lines(head, *said[:SHOWN], *rest)


def _line(schedule: Schedule, alert: Alert, reader: Member, store: Store, now: datetime) -> Text | None:
    match schedule.report:
        case "won" | "quiet":
            return _of_deal(schedule, alert, reader, store)
        case "deadline":
            return _of_ticket(alert, reader, store, now)
        case _:
            return _of_survey(alert, reader, store)


def _of_deal(schedule: Schedule, alert: Alert, reader: Member, store: Store) -> Text | None:
    deal: Deal
    for deal in store.by_ref(Deal, alert.about, reader, Permission.READ_DEALS):
        who = (store.members.name_of(deal.owner_id) if deal.owner_id else deal.owner_name) or "–"
        named = f"{deal.label} · {deal.money}" if deal.money else deal.label
        if schedule.report == "quiet":
            return text("alert-quiet", days=schedule.days or 0, deal=named, who=who)
        if deal.closed_at == alert.at and deal.stage == "won":
            return text("alert-won", deal=named, who=who)
    return None


def _of_ticket(alert: Alert, reader: Member, store: Store, now: datetime) -> Text | None:
    ticket: Ticket
    for ticket in store.by_ref(Ticket, alert.about, reader, Permission.READ_TICKETS):
        if next_promise(ticket) == alert.at:
            what = "solution" if ticket.answered_at else "answer"
            return text("alert-deadline", what=what, due=say_due(alert.at, now, reader), ticket=ticket.label)
    return None


def _of_survey(alert: Alert, reader: Member, store: Store) -> Text | None:
    survey = store.surveys.one(int(alert.about[1:]))
    if survey is None:
        return None
    customer: Customer
    for customer in store.by_ref(Customer, f"C{survey.customer_id}", reader, Permission.READ_CUSTOMERS):
        ticket = store.tickets.one(f"K{survey.ticket_id}") if survey.ticket_id else None
        about = text("csat-about", ref=ticket.ref, subject=ticket.subject) if ticket else text("csat-about-all")
        return text("alert-score", score=survey.score or 0, customer=customer.name, about=about)
    return None
