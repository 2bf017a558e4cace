"""Dates and times of a message in the member's own zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from crmbot.people import Member
from crmbot.recurrence import Recurrence
from crmbot.reply import Day, Moment, Text, text

MORNING = time(9)


def at(said: str, member: Member) -> tuple[datetime, bool]:
    """`2026-11-24` or `2026-11-24T15:00` by the member's clock as UTC; whether it was a whole day (then 09:00)."""
    all_day = "T" not in said
    local = datetime.combine(date.fromisoformat(said), MORNING) if all_day else datetime.fromisoformat(said)
    return local.replace(tzinfo=ZoneInfo(member.zone)).astimezone(UTC), all_day


def today(now: datetime, member: Member) -> date:
    return now.astimezone(ZoneInfo(member.zone)).date()


def say_day(day: date, now: datetime, member: Member) -> Text:
    return text("day", day=Day(day, today(now, member)))


def say_moment(moment: datetime, now: datetime, member: Member) -> Text:
    return text("moment", at=Moment(moment, now, member.zone))


def say_due(moment: datetime, now: datetime, member: Member) -> Text:
    """With the name of the zone: who reads it may be elsewhere."""
    return text("due", at=Moment(moment, now, member.zone), zone=member.zone)


def midnight(day: date, member: Member) -> datetime:
    """When that day begins where the member is."""
    return datetime.combine(day, time(), ZoneInfo(member.zone)).astimezone(UTC)


def quiet_until(member: Member, now: datetime) -> datetime | None:
    """When the bot may speak to them by itself again; None: now."""
    if not member.disturbed(now):
        return None
    ends = time.fromisoformat(member.quiet.partition("-")[2])
    return Recurrence("day", ends, member.zone).after(now)
