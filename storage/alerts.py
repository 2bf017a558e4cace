"""What happened and is to be told of: noted with what happened, in its transaction, once for each time."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from crmbot.money import Money
from storage.rows import add_row
from storage.tables import AT_ONCE, Alert, Schedule


class Alerts:
    def __init__(self, session: Session) -> None:
        self._session = session

    def happened(self, event: str, about: str, at: datetime, now: datetime, money: Money | None = None) -> None:
        """For everyone who wants to be told; whether they may know of it is seen when it is said."""
        for schedule in self._session.exec(select(Schedule).where(Schedule.report == event)):
            if not schedule.muted:
                self.note(schedule, about, at, money, say_at=now if schedule.every == AT_ONCE else None)

    def note(
        self, schedule: Schedule, about: str, at: datetime, money: Money | None, *, say_at: datetime | None = None
    ) -> None:
        """Unless it is noted already, or worth less than they want to hear of."""
        assert schedule.id
        same = select(Alert.id).where(Alert.schedule_id == schedule.id, Alert.about == about, Alert.at == at)
        if _worth(money, schedule.over) and self._session.exec(same).first() is None:
            add_row(self._session, Alert(schedule_id=schedule.id, about=about, at=at, say_at=say_at))

    def schedule(self, alert: Alert) -> Schedule:
        """Locked: two things may happen at once, and both say when they are collected."""
        row = select(Schedule.id).where(Schedule.id == alert.schedule_id)
        self._session.exec(row.with_for_update()).one()  # not with its room: PostgreSQL locks no row that may not be
        return self._session.get_one(Schedule, alert.schedule_id)

    def collect(self, schedule: Schedule, now: datetime) -> Sequence[Alert]:
        """What was to wait, in the order in which it happened; from now on it is told."""
        waits = select(Alert).where(
            Alert.schedule_id == schedule.id, col(Alert.say_at).is_(None), col(Alert.told_at).is_(None)
        )
        found = self._session.exec(waits.order_by(col(Alert.at), col(Alert.id))).all()
        for alert in found:
            alert.told_at = now
        return found


def _worth(money: Money | None, over: Money | None) -> bool:
    """Another currency is not compared: nobody said what it is worth."""
    if over is None:
        return True
    return money is not None and money.currency == over.currency and money.minor > over.minor
