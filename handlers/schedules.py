"""What comes by itself, reports and alerts: to a group that was linked, else to whoever asked for it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Literal

from crmbot.dialogue import Command
from crmbot.due import Commands, Defaults, Occurrence, due
from crmbot.errors import NotAllowed, Refused
from crmbot.incoming import Place
from crmbot.intents import Amount, Slots, Which, intent
from crmbot.people import Member, Permission
from crmbot.recurrence import WEEKDAYS, Every, Recurrence
from crmbot.reply import Against, Button, Card, Notice, Reply, Text, text, verbatim
from handlers._alerts import collected, reader_of
from handlers._periods import Period
from handlers._rooms import HERE, room_called
from handlers._time import MORNING, quiet_until, say_due
from handlers.agenda import QUIET
from handlers.undo import undo_button
from storage import AT_ONCE, Room, Schedule, Store

Report = Literal["pipeline", "forecast", "segments", "csat", "campaign"]
Event = Literal["won", "score", "deadline", "quiet"]
KEPT: frozenset[Report] = frozenset({"forecast", "segments"})  # what is said again for a day once it is worked out


class AddSchedule(Slots):
    report: Report
    every: Every = "week"
    month_day: int | None = None
    at: time = MORNING
    channel: str | None = None
    period: Period | None = None


class UpdateSchedule(Slots):
    schedule: Which[Schedule]
    every: Every | None = None
    month_day: int | None = None
    at: time | None = None
    channel: str | None = None


class ListSchedules(Slots):
    schedule: Which[Schedule] | None = None
    report: Report | Event | None = None
    channel: str | None = None


class EndSchedule(Slots):
    schedule: Which[Schedule] | None = None
    report: Report | Event | None = None
    every: Every | None = None
    channel: str | None = None


class AddAlert(Slots):
    report: Event
    amount: Amount | None = None
    days: int | None = None
    channel: str | None = None
    every: Every | None = None
    at: time | None = None


class MuteSchedule(Slots):
    schedule: Which[Schedule]
    muted: bool = True


@intent("schedule.add", needs=Permission.WRITE_SCHEDULES)
def add_schedule(slots: AddSchedule, place: Place, member: Member, store: Store, now: datetime) -> Reply:
    room, named = _told_in(slots.channel, place, member, store, now)
    zone = room.zone if room else member.zone
    on = (slots.month_day or 1) if slots.every == "month" else 0
    again = Recurrence(slots.every, slots.at, zone, on)
    schedule = store.schedules.add(slots.report, again, owner=member, room=room, period=slots.period, now=now)
    return _added(schedule, named, member, store, now)


@intent("alert.add", needs=Permission.WRITE_SCHEDULES)
def add_alert(slots: AddAlert, place: Place, member: Member, store: Store, now: datetime) -> Reply:
    """At once, or collected once a day; quiet deals are looked for once a day anyway."""
    room, named = _told_in(slots.channel, place, member, store, now)
    at = slots.at or (MORNING if slots.every or slots.report == "quiet" else None)
    schedule = store.schedules.add_alert(
        slots.report,
        owner=member,
        room=room,
        zone=room.zone if room else member.zone,
        at=at,
        over=slots.amount if slots.report in ("won", "quiet") else None,
        days=(slots.days or QUIET.days) if slots.report == "quiet" else None,
        now=now,
    )
    return _added(schedule, named, member, store, now)


@intent("schedule.update", needs=Permission.WRITE_SCHEDULES)
def change_schedule(slots: UpdateSchedule, place: Place, member: Member, store: Store, now: datetime) -> Reply:
    """When it comes and where; what happened at once until now is collected when a time is named."""
    schedule = slots.schedule
    named = None
    if slots.channel:
        schedule.room, named = _told_in(slots.channel, place, member, store, now)
        schedule.room_id = schedule.room.id if schedule.room else None
        schedule.zone = schedule.room.zone if schedule.room else member.zone
    at_once = schedule.every == AT_ONCE
    before = None if at_once else schedule.recurrence
    if slots.every or slots.at or before:
        every = slots.every or (before.every if before else "day")
        at = slots.at or (before.at if before else MORNING)
        on = before.on if before and every == before.every else int(every == "month")
        if every == "month":
            on = slots.month_day or on
        store.schedules.plan(schedule, Recurrence(every, at, schedule.zone, on), now)
    words = text("schedule-changed", ref=schedule.ref)
    if named:
        words = text("and-then", first=text("room-named", room=named.name, zone=named.zone), then=words)
    return Reply(words, card(schedule, member, now), buttons=(*_steps(schedule), undo_button(store)))


def _told_in(
    said: str | None, place: Place, member: Member, store: Store, now: datetime
) -> tuple[Room | None, Room | None]:
    """The room, none for their own chat, and the same if it got its name just now."""
    if (said or not place.private) and not member.may(Permission.WRITE_PLACES):
        raise NotAllowed(member.role)
    here = _here(said, place, member, store, now)
    return here or _room(said, place, member, store, now), here


def _added(schedule: Schedule, named: Room | None, member: Member, store: Store, now: datetime) -> Reply:
    words = text("alert-added", ref=schedule.ref) if schedule.is_alert else text("schedule-added", ref=schedule.ref)
    if named:
        words = text("and-then", first=text("room-named", room=named.name, zone=named.zone), then=words)
    return Reply(words, card(schedule, member, now), buttons=(*_steps(schedule), undo_button(store)))


@intent("schedule.list", needs=Permission.READ_SCHEDULES)
def list_schedules(slots: ListSchedules, place: Place, member: Member, store: Store, now: datetime) -> Reply:
    if slots.schedule:
        buttons = _steps(slots.schedule) if member.may(Permission.WRITE_SCHEDULES) else ()
        words = text("schedule-shown", ref=slots.schedule.ref)
        return Reply(words, card(slots.schedule, member, now), buttons=buttons)
    found = store.schedules.listed(
        seen_by=member,
        report=slots.report,
        room=_room(slots.channel, place, member, store, now) if slots.channel else None,
    )
    return Reply(text("schedules-listed", count=len(found)), buttons=_choices(found, "schedule.list"))


@intent("schedule.delete", needs=Permission.WRITE_SCHEDULES)
def end_schedule(slots: EndSchedule, place: Place, member: Member, store: Store, now: datetime) -> Reply:
    room = _room(slots.channel, place, member, store, now) if slots.channel else None
    found = (
        [slots.schedule]
        if slots.schedule
        else store.schedules.listed(seen_by=member, report=slots.report, room=room, every=slots.every)
    )
    if not found:
        raise Refused(text("schedules-listed", count=0))
    if len(found) > 1:
        return Reply(text("which-one"), buttons=_choices(found, "schedule.delete"))
    [schedule] = found
    store.schedules.delete(schedule)
    return Reply(text("schedule-ended", what=_line(schedule)), buttons=(undo_button(store),), in_place=True)


@intent("schedule.mute", needs=Permission.WRITE_SCHEDULES)
def mute_schedule(slots: MuteSchedule, member: Member, store: Store, now: datetime) -> Reply:
    slots.schedule.muted = slots.muted
    words = text("schedule-muted", what=_line(slots.schedule), muted="yes" if slots.muted else "no")
    return Reply(words, buttons=(*_steps(slots.schedule), undo_button(store)))


@due("report")
def post_report(
    schedule: Schedule, occurrence: Occurrence, store: Store, defaults: Defaults, commands: Commands, now: datetime
) -> list[Notice]:
    """The figures of this moment; in a group, those that the least entitled of its readers may see."""
    reader = reader_of(schedule, store, defaults)
    if reader is None:
        return []
    if schedule.is_alert:
        return collected(schedule, reader, store, now)
    schedule.next_at = schedule.recurrence.after(now)
    if schedule.muted:
        return []
    if schedule.room is None and (morning := quiet_until(reader.member, now)):
        schedule.next_at = morning
        return []
    member, place = reader.member, reader.place
    told = [Notice(_late(schedule, occurrence, member, now), place, member.language)] if occurrence.late else []
    drawn = None
    try:
        reply = commands.run(_afresh(schedule), member, place)
        if isinstance(reply, Reply):
            if not store.schedules.has_moved(schedule, reply):
                reply = replace(_unmoved(schedule), buttons=_below(schedule))
                return [*told, Notice(reply, place, member.language)]
            if drawn := next((each for each in reply.buttons if each.intent.endswith(".chart")), None):
                reply = commands.run(Command(drawn.intent, drawn.slots), member, place)  # posted with its picture
    except Refused as no:
        return [*told, Notice(Reply(no.text, buttons=_below(schedule)), place, member.language)]
    if isinstance(reply, Reply):
        posted = replace(reply, buttons=(*reply.buttons, *_below(schedule)))
        return [*told, Notice(posted, place, member.language)]
    assert schedule.id
    against = None if drawn else Against(schedule.id, _unmoved(schedule))
    store.later(replace(reply, buttons=_below(schedule), against=against), member, place, now)
    return told


def _command(schedule: Schedule) -> Command:
    return Command(f"{schedule.report}.report", {"period": schedule.period} if schedule.period else {})


def _afresh(schedule: Schedule) -> Command:
    """Worked out now, though the same was asked for earlier today."""
    command = _command(schedule)
    return replace(command, slots={**command.slots, "fresh": True}) if schedule.report in KEPT else command


def _late(schedule: Schedule, occurrence: Occurrence, reader: Member, now: datetime) -> Reply:
    due = say_due(occurrence.at, now, reader)
    return Reply(text("report-late", report=text("report", report=schedule.report), due=due))


def _unmoved(schedule: Schedule) -> Reply:
    return Reply(text("nothing-moved", report=text("report", report=schedule.report)))


def _below(schedule: Schedule) -> tuple[Button, ...]:
    """In a group, a way to the figures that the reader is entitled to; and to peace."""
    command = _command(schedule)
    full = (Button(text("button-full-figures"), command.intent, command.slots),) if schedule.room else ()
    return (*full, _mute(schedule))


def _mute(schedule: Schedule) -> Button:
    return Button(text("button-mute"), "schedule.mute", {"ref": schedule.ref})


def _here(said: str | None, place: Place, member: Member, store: Store, now: datetime) -> Room | None:
    """The group in which it is said, when it has no name yet: it gets the one that was said."""
    if place.private or (said and store.rooms.called(said, member)):
        return None
    place_id = store.place_id(place, now)
    if store.rooms.at(place_id):
        return None
    return store.rooms.link(place_id, (said or f"{place.channel} {place_id}").lstrip("#@"), member, now)


def _room(said: str | None, place: Place, member: Member, store: Store, now: datetime) -> Room | None:
    """The one that was named, else the group in which it was said; None: the member's own chat."""
    if said is None and place.private:
        return None
    return room_called(said or HERE, place, member, store, now)


def card(schedule: Schedule, member: Member, now: datetime) -> Card:
    facts: list[tuple[Text, Text]] = [
        (text("slot", slot="report"), text("report", report=schedule.report)),
        (text("slot", slot="every"), _when(schedule) if schedule.every == AT_ONCE else _in_zone(schedule)),
    ]
    if schedule.over:
        facts.append((text("slot", slot="over"), text("value", value=schedule.over)))
    if schedule.days:
        facts.append((text("slot", slot="days"), text("value", value=schedule.days)))
    if schedule.room:
        facts.append((text("slot", slot="channel"), verbatim(schedule.room.name)))
        if schedule.is_alert and schedule.room.quiet:
            facts.append((text("slot", slot="quiet"), verbatim(schedule.room.quiet.replace("-", "–"))))
    if schedule.muted:
        facts.append((text("slot", slot="status"), text("muted")))
    elif schedule.next_at:
        facts.append((text("slot", slot="next"), say_due(schedule.next_at, now, member)))
    return Card(schedule.ref, schedule.ref, tuple(facts))


def _steps(schedule: Schedule) -> tuple[Button, ...]:
    mute = _mute(schedule)
    if schedule.muted:
        mute = Button(text("button-unmute"), "schedule.mute", {"ref": schedule.ref, "muted": False})
    return (mute, Button(text("button-stop"), "schedule.delete", {"ref": schedule.ref}, once=True))


def _choices(found: Sequence[Schedule], intent: str) -> tuple[Button, ...]:
    return tuple(Button(_line(each), intent, {"ref": each.ref}) for each in found)


def _line(schedule: Schedule) -> Text:
    report, when = text("report", report=schedule.report), _when(schedule)
    if schedule.room is None:
        return text("schedule-line", ref=schedule.ref, report=report, when=when)
    return text("schedule-line-in", ref=schedule.ref, report=report, when=when, room=schedule.room.name)


def _in_zone(schedule: Schedule) -> Text:
    return text("in-zone", when=_when(schedule), zone=schedule.zone)


def _when(schedule: Schedule) -> Text:
    if schedule.every == AT_ONCE:
        return text("at-once")
    again = schedule.recurrence
    every = text("every", every=WEEKDAYS[again.on] if again.every == "week" else again.every, day=again.on)
    return text("every-at", every=every, at=schedule.every_at)
