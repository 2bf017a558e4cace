"""Reports that come by themselves, as the rest of the bot asks for them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from sqlmodel import Session, col, select

from crmbot.dialogue import Found
from crmbot.money import Money
from crmbot.people import Member, Permission
from crmbot.recurrence import Recurrence
from crmbot.reply import Against, Finished, Reply
from storage.deals import is_ref
from storage.outbox import REPLY
from storage.rows import add_row
from storage.secrets import Keys
from storage.tables import AT_ONCE, Alert, Room, Schedule
from storage.visible import visible


class Schedules:
    def __init__(self, session: Session, keys: Keys) -> None:
        self._session = session
        self._keys = keys

    def add(
        self, report: str, again: Recurrence, *, owner: Member, room: Room | None, period: str | None, now: datetime
    ) -> Schedule:
        """Of one report in one place on one day of the week there is one: said again, it has another time."""
        assert room is None or room.id
        known = [
            each
            for each in self.listed(seen_by=owner, report=report, room=room)
            if each.every == again.every and (each.room_id or each.owner_id == owner.id)
        ]
        row = known[0] if known else Schedule(
            owner_id=owner.id, room_id=room.id if room else None, report=report, every=again.every, every_at="",
            zone=again.zone, created_at=now,
        )  # fmt: skip
        row.period = period
        self.plan(row, again, now)
        if not known:
            return add_row(self._session, row)
        self._session.flush()
        return row

    def plan(self, row: Schedule, again: Recurrence, now: datetime) -> None:
        """From now on it comes then; whoever moves one wants to hear of it."""
        row.every, row.every_at, row.every_on, row.zone = again.every, f"{again.at:%H:%M}", again.on, again.zone
        row.muted, row.next_at = False, again.after(now)

    def add_alert(
        self, event: str, *, owner: Member, room: Room | None, zone: str, at: time | None, over: Money | None,
        days: int | None, now: datetime,
    ) -> Schedule:  # fmt: skip
        """Of an event there is one in each place: said again, it is changed. `at`: what happened is collected."""
        known = [
            each
            for each in self.listed(seen_by=owner, report=event, room=room)
            if each.room_id or (room is None and each.owner_id == owner.id)
        ]
        row = known[0] if known else Schedule(
            owner_id=owner.id, room_id=room.id if room else None, report=event, every="", every_at="",
            zone=zone, created_at=now,
        )  # fmt: skip
        row.every, row.every_at, row.zone = "day" if at else AT_ONCE, f"{at:%H:%M}" if at else "", zone
        row.amount, row.currency = (over.minor, over.currency) if over else (None, None)
        row.days, row.muted = days, False
        row.next_at = row.recurrence.after(now) if at else None
        if not known:
            return add_row(self._session, row)
        self._session.flush()
        return row

    def has_moved(self, schedule: Schedule, reply: Reply, basis: str = "") -> bool:
        """Whether these figures, or the facts they rest on, are others than those that were posted last; noted."""
        figures = REPLY.dump_python(replace(reply, chart=None, buttons=()), mode="json")
        said = self._keys.digest("schedule.said", basis or json.dumps(_undated(figures)))
        moved = schedule.said != said
        schedule.said = said
        return moved

    def news(self, done: Finished, against: Against | None) -> Reply:
        """What a job found out for a scheduled report; or that nothing has moved."""
        schedule = self._session.get(Schedule, against.schedule) if against else None
        if against is None or schedule is None or self.has_moved(schedule, done.reply, done.basis):
            return done.reply
        return against.unmoved

    def delete(self, schedule: Schedule) -> None:
        for alert in self._session.exec(select(Alert).where(Alert.schedule_id == schedule.id)):
            self._session.delete(alert)
        self._session.delete(schedule)
        self._session.flush()

    def by_ref(self, ref: str, member: Member, needs: Permission) -> list[Schedule]:
        if not is_ref(ref, Schedule.letter):
            return []
        return list(self._session.exec(visible(Schedule, member, needs).where(Schedule.id == int(ref[1:]))))

    def by_name(self, said: Mapping[str, str], member: Member, needs: Permission, *, clear_only: bool) -> Found:
        """They have none."""
        return Found([])

    def listed(
        self, *, seen_by: Member, report: str | None = None, room: Room | None = None, every: str | None = None
    ) -> Sequence[Schedule]:
        query = visible(Schedule, seen_by, Permission.READ_SCHEDULES)
        if report is not None:
            query = query.where(Schedule.report == report)
        if room is not None:
            query = query.where(Schedule.room_id == room.id)
        if every is not None:
            query = query.where(Schedule.every == every)
        return list(self._session.exec(query.order_by(col(Schedule.id))))


def _undated(said: Any) -> Any:
    """Without the day on which it is said and how many are left, which are others each time."""
    if isinstance(said, dict):
        return {name: _undated(value) for name, value in said.items() if name not in ("now", "today", "days")}
    return [_undated(each) for each in said] if isinstance(said, list) else said
