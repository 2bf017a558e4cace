"""The figures that analyses are made from, added up or streamed by the database."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import case, select, union_all
from sqlmodel import Session, col, func

from crmbot.names import fold
from crmbot.people import Member, Permission, Scope
from storage.tables import Customer, Deal, MemberRow, Order, Product, Survey, Ticket
from storage.visible import visible

AT_ONCE = 1000  # rows that are fetched together


@dataclass(frozen=True, slots=True)
class Sold:
    """The won deals of somebody, or with a product, in the currencies they were won in."""

    session: Session
    seen_by: Member
    owner: int | None = None
    product: int | None = None

    def currencies(self) -> dict[str, int]:
        """How much was ever won in each."""
        sums = self._won().with_only_columns(col(Deal.currency), func.sum(col(Deal.amount))).group_by(Deal.currency)
        return {currency: int(amount) for currency, amount in self.session.execute(sums) if currency}

    def amounts(self, currency: str) -> Iterator[tuple[datetime, int]]:
        """When each was won, and for how many minor units."""
        won = self._won().where(Deal.currency == currency)
        return self._streamed(won.with_only_columns(col(Deal.closed_at), col(Deal.amount)))

    def moments(self) -> Iterator[tuple[datetime, int]]:
        """When each was won, each counting one."""
        return ((at, 1) for (at,) in self._streamed(self._won().with_only_columns(col(Deal.closed_at))))

    def _won(self) -> Any:
        query = visible(Deal, self.seen_by, Permission.READ_DEALS).where(Deal.stage == "won")
        if self.owner is not None:
            query = query.where(Deal.owner_id == self.owner)
        return query.where(Deal.product_id == self.product) if self.product is not None else query

    def _streamed(self, query: Any) -> Iterator[Any]:
        yield from self.session.execute(query.order_by(None).execution_options(yield_per=AT_ONCE))


def opened(session: Session, seen_by: Member, owner: int | None = None) -> Iterator[datetime]:
    """When each ticket was opened."""
    query = visible(Ticket, seen_by, Permission.READ_TICKETS)
    if owner is not None:
        query = query.where(Ticket.owner_id == owner)
    moments = query.with_only_columns(col(Ticket.opened_at)).order_by(None)
    yield from session.execute(moments.execution_options(yield_per=AT_ONCE)).scalars()


def product_called(session: Session, name: str) -> int | None:
    return session.execute(select(col(Product.id)).where(col(Product.name_key) == fold(name))).scalar()


@dataclass(frozen=True, slots=True)
class Buyer:
    """What one customer has bought, in minor units of the currency that was asked for."""

    customer: int
    last: datetime
    times: int
    amount: int


def buyers(session: Session, seen_by: Member, currency: str) -> Iterator[Buyer]:
    """By customer, from orders and won deals, each added up by the database.

    One stream of both, of which little is kept: MariaDB has but one at a time on a connection.
    """
    orders = select(
        col(Order.customer_id), func.max(Order.at), func.count(), _sum(Order.currency, Order.amount, currency)
    ).group_by(col(Order.customer_id))
    orders = _of_visible(orders, col(Order.customer_id), seen_by)
    won = visible(Deal, seen_by, Permission.READ_DEALS).where(Deal.stage == "won").order_by(None)
    deals = won.with_only_columns(
        col(Deal.customer_id), func.max(Deal.closed_at), func.count(), _sum(Deal.currency, Deal.amount, currency)
    ).group_by(col(Deal.customer_id))
    both = union_all(orders, deals)
    stream = session.execute(both.order_by(both.selected_columns[0]).execution_options(yield_per=AT_ONCE))
    for customer, rows in groupby(stream, key=itemgetter(0)):
        found = list(rows)
        yield Buyer(
            customer, max(row[1] for row in found), sum(row[2] for row in found), sum(int(row[3] or 0) for row in found)
        )


@dataclass(slots=True)
class Service:
    """What the tickets and answers of one customer come to, and of what there is most."""

    tickets: int = 0
    score: float | None = None
    category: str | None = None
    product: str | None = None


def service(session: Session, seen_by: Member) -> dict[int, Service]:
    """By customer, each added up by the database: tickets, the mean score, and what is bought most."""
    found: defaultdict[int, Service] = defaultdict(Service)
    customer = col(Ticket.customer_id)
    category, times = col(Ticket.category), func.count()
    tickets = visible(Ticket, seen_by, Permission.READ_TICKETS).with_only_columns(customer, category, times)
    for id, kind, count in session.execute(tickets.group_by(customer, category).order_by(times)):
        found[id].tickets += count
        found[id].category = kind  # the last is the most frequent
    customer = col(Survey.customer_id)
    scores = select(customer, func.avg(Survey.score)).where(col(Survey.score).is_not(None)).group_by(customer)
    for id, score in session.execute(_of_visible(scores, customer, seen_by)):
        found[id].score = float(score)
    customer = col(Order.customer_id)
    bought = select(customer, col(Product.name), times).join_from(Order, Product, col(Order.product_id) == Product.id)
    bought = _of_visible(bought.group_by(customer, Product.name).order_by(times), customer, seen_by)
    for id, product, _ in session.execute(bought):
        found[id].product = product
    return found


def _sum(in_currency: Any, amount: Any, currency: str) -> Any:
    return func.sum(case((col(in_currency) == currency, col(amount)), else_=0))


def _of_visible(query: Any, customer: Any, seen_by: Member) -> Any:
    """Whoever sees all needs no second look at every row."""
    if seen_by.scope(Permission.READ_CUSTOMERS) is Scope.ALL:
        return query
    ids = visible(Customer, seen_by, Permission.READ_CUSTOMERS).with_only_columns(col(Customer.id))
    return query.where(customer.in_(ids))


def main_currency(session: Session) -> str | None:
    """That in which most orders and won deals are."""
    counts: Counter[str] = Counter()
    orders = select(col(Order.currency), func.count()).group_by(col(Order.currency))
    won = select(col(Deal.currency), func.count()).where(col(Deal.stage) == "won").group_by(col(Deal.currency))
    for currency, count in (*session.execute(orders), *session.execute(won)):
        if currency:
            counts[currency] += count
    return max(counts, key=lambda each: counts[each], default=None)


def names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """What some customers are called."""
    rows = session.execute(select(col(Customer.id), col(Customer.name)).where(col(Customer.id).in_(list(ids))))
    return {id: f"C{id} {name}" for id, name in rows}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answered survey, and what is known of the ticket that it was about."""

    score: int
    answered: datetime
    opened: datetime | None
    first: datetime | None  # when the ticket was answered
    closed: datetime | None
    category: str | None
    priority: str | None
    channel: str | None
    owner: str | None
    customer: int
    ticket: int | None


@dataclass(frozen=True, slots=True)
class Dealt:
    """When a ticket was opened, first answered, and closed."""

    opened: datetime
    first: datetime | None
    closed: datetime | None
    customer: int
    ticket: int


NAMED: dict[str, Any] = {
    "owner": func.coalesce(MemberRow.name, Ticket.owner_name),
    "category": col(Ticket.category),
    "channel": col(Ticket.channel),
}


class Scores:
    """Of the surveys on tickets of that owner, kind and channel, and of those customers, where those are given.

    `of_one`: they say how one colleague does.
    """

    def __init__(
        self,
        session: Session,
        seen_by: Member,
        owner: int | None = None,
        category: str | None = None,
        channel: str | None = None,
        customers: Collection[int] | None = None,
    ) -> None:
        self._session = session
        self._seen_by = seen_by
        self._customers = customers
        self.of_one = owner is not None
        given = ((Ticket.owner_id, owner), (Ticket.category, category), (Ticket.channel, channel))
        self._wanted = [col(column) == value for column, value in given if value is not None]

    def answers(self, begins: datetime | None = None, ends: datetime | None = None) -> Iterator[Answer]:
        columns = (
            Survey.score, Survey.answered_at, Ticket.opened_at, Ticket.answered_at, Ticket.closed_at, Ticket.category,
            Ticket.priority, Ticket.channel, NAMED["owner"], Survey.customer_id, Ticket.id,
        )  # fmt: skip
        query = self._surveys(*columns).where(col(Survey.score).is_not(None), col(Survey.answered_at).is_not(None))
        if begins is not None and ends is not None:
            query = query.where(col(Survey.answered_at) >= begins, col(Survey.answered_at) < ends)
        for row in self._session.execute(query.execution_options(yield_per=AT_ONCE)):
            yield Answer(*row)

    def asked(self, begins: datetime, ends: datetime) -> tuple[int, int]:
        """How many surveys went out, and how many of those were answered, whenever that was."""
        sent = col(Survey.sent_at)
        counts = self._surveys(func.count(), func.count(col(Survey.score))).where(sent >= begins, sent < ends)
        asked, answered = self._session.execute(counts).one()
        return int(asked), int(answered)

    def asked_by(self, by: str, begins: datetime, ends: datetime) -> dict[str, tuple[int, int]]:
        """The same for each owner, category or channel, by its name."""
        sent, name = col(Survey.sent_at), NAMED[by]
        counts = self._surveys(name, func.count(), func.count(col(Survey.score))).where(sent >= begins, sent < ends)
        found = self._session.execute(counts.group_by(name)).all()
        return {each: (int(asked), int(answered)) for each, asked, answered in found if each}

    def silent(self, begins: datetime, ends: datetime) -> list[tuple[int, int | None]]:
        """The customers who were asked then and have not answered, and of which ticket; the last ones first."""
        sent = col(Survey.sent_at)
        query = self._surveys(col(Survey.customer_id), col(Ticket.id)).where(sent >= begins, sent < ends)
        query = query.where(col(Survey.score).is_(None)).order_by(sent.desc(), col(Survey.id).desc())
        return [(customer, ticket) for customer, ticket in self._session.execute(query)]

    def dealt(self, begins: datetime, ends: datetime) -> Iterator[Dealt]:
        """The tickets that were opened then."""
        columns = Ticket.opened_at, Ticket.answered_at, Ticket.closed_at, Ticket.customer_id, Ticket.id
        query = select(*map(col, columns)).where(*self._wanted, *self._theirs(Ticket.customer_id))
        query = query.where(col(Ticket.opened_at) >= begins, col(Ticket.opened_at) < ends)
        seen = _of_visible(query, col(Ticket.customer_id), self._seen_by)
        for row in self._session.execute(seen.execution_options(yield_per=AT_ONCE)):
            yield Dealt(*row)

    def _surveys(self, *columns: Any) -> Any:
        query = (
            select(*columns)
            .select_from(Survey)
            .outerjoin(Ticket, col(Survey.ticket_id) == Ticket.id)
            .outerjoin(MemberRow, col(Ticket.owner_id) == MemberRow.id)
        )
        query = query.where(*self._wanted, *self._theirs(Survey.customer_id))
        return _of_visible(query, col(Survey.customer_id), self._seen_by)

    def _theirs(self, customer: Any) -> list[Any]:
        return [] if self._customers is None else [col(customer).in_(self._customers)]
