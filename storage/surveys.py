"""Surveys: who is asked how content they are, and what they answered."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, or_, select

from crmbot.sender import IN_DOUBT
from storage.rows import add_row
from storage.secrets import token_key
from storage.tables import Customer, OutgoingRow, Survey, Ticket

CONTENT = 4  # stars from which on somebody counts as content
TOKEN = 16  # random bytes of a link: nobody guesses one of 2 ** 128


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Of the surveys sent: how many were answered, and how many of those with 4 or 5."""

    sent: int
    answered: int
    content: int
    total: int  # of all stars

    @property
    def share(self) -> float | None:
        return self.content / self.answered if self.answered else None

    @property
    def response_rate(self) -> float | None:
        return self.answered / self.sent if self.sent else None

    @property
    def mean(self) -> float | None:
        return self.total / self.answered if self.answered else None


class Surveys:
    def __init__(self, session: Session) -> None:
        self._session = session

    def plan(self, customer: Customer, ticket: Ticket | None, send_at: datetime, *, every: timedelta | None) -> bool:
        """To be sent then; not to one who was or will be asked within `every`."""
        assert customer.id
        self._session.get(Customer, customer.id, with_for_update=True)  # two tickets may be closed at once
        if every is not None and self._asked_since(customer, send_at - every):
            return False
        add_row(
            self._session,
            Survey(customer_id=customer.id, ticket_id=ticket.id if ticket else None, send_at=send_at),
        )
        return True

    def link(self, customer: Customer, ticket: Ticket | None, now: datetime, until: datetime) -> str:
        """A survey that is answered on a page; the token that finds it is kept nowhere."""
        assert customer.id
        token = new_token()
        survey = Survey(
            customer_id=customer.id,
            ticket_id=ticket.id if ticket else None,
            token_key=token_key(token),
            sent_at=now,
            expires_at=until,
        )
        add_row(self._session, survey)
        return token

    def linked(self, token: str) -> Survey | None:
        """Locked, for two may answer at once."""
        query = select(Survey).where(Survey.token_key == token_key(token))
        return self._session.exec(query.with_for_update()).first()

    def was_asked(self, survey: Survey, kind: str) -> bool:
        """By the bot itself: `kind` is what fell due."""
        return self._last_said(survey, kind) is not None

    def in_doubt(self, survey: Survey, kind: str) -> bool:
        """Whether what was asked last may never have arrived."""
        said = self._last_said(survey, kind)
        return said is not None and said.dead == IN_DOUBT

    def asked_at(self, survey: Survey) -> datetime | None:
        """When it was asked last, the reminder included."""
        said = self._last_said(survey, "survey")
        return said.created_at if said else survey.sent_at

    def asked_before(self, survey: Survey) -> bool:
        """Whether its customer was ever asked anything."""
        query = select(Survey.id).where(Survey.customer_id == survey.customer_id, col(Survey.sent_at).is_not(None))
        return self._session.exec(query.where(Survey.id != survey.id).limit(1)).first() is not None

    def _last_said(self, survey: Survey, kind: str) -> OutgoingRow | None:
        said = select(OutgoingRow).where(col(OutgoingRow.occasion).startswith(f"{kind}/{survey.id}/"))
        return self._session.exec(said.order_by(col(OutgoingRow.id).desc()).limit(1)).first()

    def _asked_since(self, customer: Customer, since: datetime) -> bool:
        asked = or_(col(Survey.sent_at) > since, col(Survey.sent_at).is_(None) & (col(Survey.send_at) > since))
        query = select(Survey.id).where(Survey.customer_id == customer.id, asked)
        return self._session.exec(query.limit(1)).first() is not None

    def drop(self, ticket: Ticket) -> None:
        """It was opened again: whoever was not asked yet is not asked."""
        waiting = select(Survey).where(Survey.ticket_id == ticket.id, col(Survey.sent_at).is_(None))
        for survey in self._session.exec(waiting):
            self._session.delete(survey)
        self._session.flush()

    def silence(self, customer: Customer) -> None:
        """They asked to be left alone: nothing more is to be sent."""
        waits = or_(col(Survey.send_at).is_not(None), col(Survey.again_at).is_not(None))
        for survey in self._session.exec(select(Survey).where(Survey.customer_id == customer.id, waits)):
            survey.send_at = survey.again_at = None
        self._session.flush()

    def theirs(self, customer: Customer, number: int) -> Survey | None:
        """One of this customer's own; locked, for two presses may come at once."""
        query = select(Survey).where(Survey.id == number, Survey.customer_id == customer.id)
        return self._session.exec(query.with_for_update()).first()

    def latest(self, customer: Customer) -> Survey | None:
        """The last that was sent to them."""
        query = select(Survey).where(Survey.customer_id == customer.id, col(Survey.sent_at).is_not(None))
        return self._session.exec(query.order_by(col(Survey.id).desc()).limit(1)).first()

    def one(self, number: int) -> Survey | None:
        return self._session.exec(select(Survey).where(Survey.id == number).with_for_update()).first()

    def of_ticket(self, ticket: Ticket) -> Survey | None:
        """The last one that was answered."""
        query = select(Survey).where(Survey.ticket_id == ticket.id, col(Survey.score).is_not(None))
        return self._session.exec(query.order_by(col(Survey.id).desc()).limit(1)).first()

    def of_customer(self, customer: Customer) -> Satisfaction:
        return self._satisfaction(select(Survey).where(Survey.customer_id == customer.id))

    def _satisfaction(self, query: Any) -> Satisfaction:
        columns: Sequence[Any] = (
            func.count(col(Survey.sent_at)),
            func.count(col(Survey.score)),
            func.coalesce(func.sum(col(Survey.score)), 0),
        )
        sent, answered, total = self._session.execute(query.with_only_columns(*columns)).one()
        content = query.where(col(Survey.score) >= CONTENT).with_only_columns(func.count())
        return Satisfaction(int(sent), int(answered), int(self._session.execute(content).scalar() or 0), int(total))


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN)
