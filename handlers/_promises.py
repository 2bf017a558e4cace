"""What is promised to a customer: an answer and a solution within so much working time; the clock and its warnings."""

from datetime import datetime, timedelta

from crmbot.service import ServiceRules
from storage import Ticket

LEFT = 0.2  # of the time, when the team is warned


def promise(ticket: Ticket, rules: ServiceRules, now: datetime) -> None:
    """From when it was opened on, for its kind."""
    ticket.respond_by = rules.hours.after(ticket.opened_at, rules.respond[ticket.category])
    ticket.resolve_by = rules.hours.after(ticket.opened_at, rules.resolve[ticket.category])
    _warn(ticket, rules, now)


def pause(ticket: Ticket, rules: ServiceRules, now: datetime) -> None:
    """It waits for the customer: the clock stands; what nobody answers is closed at last."""
    ticket.paused_at = ticket.paused_at or now
    ticket.warn_at = now + rules.closes if rules.closes else None


def stop(ticket: Ticket, now: datetime) -> None:
    ticket.paused_at, ticket.warn_at = ticket.paused_at or now, None


def resume(ticket: Ticket, rules: ServiceRules, now: datetime) -> None:
    """The clock goes on from where it stood."""
    if ticket.paused_at is not None:
        ticket.respond_by = _later(ticket.respond_by, ticket.paused_at, rules, now)
        ticket.resolve_by = _later(ticket.resolve_by, ticket.paused_at, rules, now)
        ticket.paused_at = None
    _warn(ticket, rules, now)


def _later(by: datetime | None, paused: datetime, rules: ServiceRules, now: datetime) -> datetime | None:
    """What was broken when the clock stopped stays broken."""
    if by is None or by <= paused:
        return by
    return rules.hours.after(now, rules.hours.between(paused, by))


def next_promise(ticket: Ticket) -> datetime | None:
    """The answer, then the solution; nothing while the clock stands."""
    if ticket.closed_at or ticket.paused_at:
        return None
    return ticket.resolve_by if ticket.answered_at else ticket.respond_by


def _warn(ticket: Ticket, rules: ServiceRules, now: datetime) -> None:
    times = rules.resolve if ticket.answered_at else rules.respond
    ticket.warn_at = warning(next_promise(ticket), times[ticket.category], rules, now)


def warning(by: datetime | None, whole: timedelta, rules: ServiceRules, now: datetime) -> datetime | None:
    """When a fifth of the time is left; nothing when that is over."""
    if by is None:
        return None
    early = rules.hours.between(now, by) - whole * LEFT
    return rules.hours.after(now, early) if early > timedelta() else now if by > now else None
