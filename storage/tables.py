"""The tables. Datetimes are UTC, amounts are minor units, refs are a letter and the row's id."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from functools import cache
from typing import Any, ClassVar, Optional, cast

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, Relationship, SQLModel

from crmbot.money import Money
from crmbot.recurrence import Every, Recurrence, beginning
from storage.columns import DIGEST, EXACT, LONG, SEAL_ID, SEALED, Moment, Note

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
STAGES = ("lead", "qualified", "proposal", "negotiation", "won", "lost")
OPEN_STAGES = STAGES[:4]


NAME, WORD = 191, 32  # MySQL indexes no longer text; a word of our own


def moment(**given: Any) -> Any:
    return Field(sa_type=Moment, **given)


def key_digest(**given: Any) -> Any:
    return Field(sa_type=DIGEST, **given)


def sealed(**given: Any) -> Any:
    return Field(sa_type=SEALED, **given)


def written(column: str, **given: Any) -> Any:
    """By somebody, of somebody: sealed where notes are."""
    return Field(sa_type=cast(Any, Note(column)), **given)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    said = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({said})", name=column)


def given(column: str) -> Index:
    """An index of the rows that have a value there: the others cost nothing when they are written."""
    return Index(None, column, **_where(f"{column} IS NOT NULL"))


def _where(condition: str) -> dict[str, Any]:
    """The migrations say the same for PostgreSQL: to name it here would load its dialect where SQLite is used."""
    return {"sqlite_where": text(condition)}


def options(*constraints: Any) -> tuple[Any, ...]:
    """AUTOINCREMENT, or a new row takes the ref of a deleted one. How MySQL keeps text, the migrations say."""
    return *constraints, {"sqlite_autoincrement": True}


class Row(SQLModel):
    __table_args__: ClassVar[Any] = options()

    id: int | None = Field(default=None, primary_key=True)

    def __init__(self, **given: Any) -> None:
        """SQLModel's own sets each field twice and tells SQLAlchemy of it: for a new row nobody needs to know."""
        columns, defaults = _fields(type(self))
        self.__dict__.update(defaults)
        for name, value in given.items():
            if name in columns:
                self.__dict__[name] = value
            else:  # a relation
                setattr(self, name, value)


@cache
def _fields(kind: type[Row]) -> tuple[Collection[str], Mapping[str, Any]]:
    """The columns; and what a new row holds where nothing is given. No default could be changed in place."""
    fields = kind.model_fields
    return frozenset(fields), {name: field.default for name, field in fields.items() if not field.is_required()}


class Tracked(Row):
    """A row whose every change is recorded by the hook in changes.py."""

    letter: ClassVar[str] = ""
    falls_due: ClassVar[Mapping[str, str]] = {}  # what the bot says by itself, and the column with the next time for it

    @property
    def ref(self) -> str:
        return f"{self.letter}{self.id}"

    @property
    def is_final(self) -> bool:
        """It went out: nobody takes it back."""
        return False


class Versioned(Tracked):
    """A row that two people may change at once: the second of two writers is told, not lost."""

    version: int = Field(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # a class attribute, as SQLAlchemy has it
        return {"version_id_col": cls.__table__.c.version} if hasattr(cls, "__table__") else {}


class MemberRow(Versioned, table=True):
    __tablename__ = "member"
    __table_args__ = options(one_of("role", ("owner", "manager", "rep", "viewer")), given("agenda_at"))
    letter = "U"
    falls_due = {"agenda": "agenda_at"}
    name: str = Field(max_length=NAME)
    role: str = Field(max_length=WORD)
    team: str = Field(default="sales", max_length=64)
    language: str = Field(default="", max_length=8)  # nothing: as the app says, else the bot's own
    zone: str = Field(default="", max_length=64)
    currency: str = Field(default="", max_length=3)
    quiet: str = Field(default="", max_length=WORD)  # hours without what the bot says by itself: 21:00-08:00
    notify: bool = True
    active: bool = True
    agenda_at: datetime | None = moment(default=None)
    created_at: datetime = moment()

    @property
    def label(self) -> str:
        return f"{self.ref} · {self.name}"


class Account(Row, table=True):
    """A member on one channel."""

    __table_args__ = options(UniqueConstraint("channel", "channel_id"))
    member_id: int = Field(foreign_key="member.id", index=True)
    channel: str = Field(max_length=WORD)
    channel_id: str = Field(max_length=NAME)


class Invite(Tracked, table=True):
    __table_args__ = options(one_of("role", ("owner", "manager", "rep", "viewer")))
    token_key: bytes = key_digest(unique=True)
    role: str = Field(max_length=WORD)
    team: str = Field(default="sales", max_length=64)
    made_by: int | None = Field(default=None, foreign_key="member.id")
    expires_at: datetime = moment()
    used_at: datetime | None = moment(default=None)
    used_by: int | None = Field(default=None, foreign_key="member.id")
    revoked_at: datetime | None = moment(default=None)


class Code(Row, table=True):
    """What is said once, in time, to link an account to a member or a group to a team; only its digest is kept."""

    __table_args__ = options(one_of("kind", ("link", "group")))
    code_key: bytes = key_digest(unique=True)
    kind: str = Field(max_length=WORD)
    member_id: int = Field(foreign_key="member.id", index=True)
    expires_at: datetime = moment()


class Guess(SQLModel, table=True):
    """How many wrong codes somebody said of late."""

    __table_args__ = options()
    sender_key: bytes = Field(sa_column=Column("sender_key", DIGEST, primary_key=True))
    wrong: int = 1
    until: datetime = moment()


class LinkedPlace(Tracked, table=True):
    """A group or channel in which the bot answers, and the team it belongs to."""

    __tablename__ = "linked_place"
    chat_key: bytes = key_digest(unique=True)
    team: str = Field(max_length=64)
    by: int | None = Field(default=None, foreign_key="member.id")
    at: datetime = moment()


class PlaceRow(Row, table=True):
    """A chat, a channel or a thread. What a customer's chat is called is theirs: sealed, found by its key."""

    __tablename__ = "place"
    place_key: bytes = key_digest(unique=True)
    channel: str = Field(max_length=WORD)
    body: bytes = sealed()
    private: bool
    dead: str | None = Field(default=None, max_length=NAME)
    seen_at: datetime = moment()


class Customer(Versioned, table=True):
    __table_args__ = options(one_of("kind", ("person", "organisation")))
    letter = "C"
    kind: str = Field(max_length=WORD)
    name: str = Field(max_length=NAME)
    name_key: str = Field(max_length=NAME, index=True)
    company_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    owner_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    owner_name: str | None = Field(default=None, max_length=NAME)  # as imported, of somebody who is no member
    unclaimed: bool = False
    language: str = Field(default="", max_length=8)  # as their app says
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", index=True)  # whose link brought them
    stopped_at: datetime | None = moment(default=None)  # since when they want no surveys and no news
    agreed_at: datetime | None = moment(default=None)  # since when they want news, and in which words they said so
    agreed_how: str = Field(default="", max_length=NAME)
    external_id: str | None = Field(default=None, max_length=NAME, index=True)
    note: str | None = written("customer.note", default=None)
    created_at: datetime = moment()
    archived_at: datetime | None = moment(default=None)
    company: Optional["Customer"] = Relationship(sa_relationship_kwargs={"remote_side": "Customer.id"})

    @property
    def label(self) -> str:
        """With the company, for two people may have one name."""
        whom = f"{self.ref} · {self.name}"
        return f"{whom} · {self.company.name}" if self.company_id and self.company else whom


class Handle(Tracked, table=True):
    """A phone, an email or a chat of a customer: the value sealed, found by keyed digests of its forms.

    `by_link`: a chat that is theirs because it opened the link of a ticket, which may have been passed on.
    """

    __table_args__ = options(
        one_of("kind", ("phone", "email", "telegram", "slack", "terminal")),
        UniqueConstraint("customer_id", "kind", "value_key"),
    )
    customer_id: int = Field(foreign_key="customer.id", index=True)
    kind: str = Field(max_length=WORD)
    seal_id: bytes = Field(sa_type=SEAL_ID)
    value: bytes = sealed()
    value_key: bytes = key_digest(index=True)
    national_key: bytes | None = key_digest(default=None, index=True)
    last_four_key: bytes | None = key_digest(default=None, index=True)
    by_link: bool = False


class Tag(Tracked, table=True):
    __table_args__ = options(UniqueConstraint("customer_id", "tag"))
    customer_id: int = Field(foreign_key="customer.id")
    tag: str = Field(max_length=64, index=True)


class Product(Versioned, table=True):
    __table_args__ = options(
        CheckConstraint("price IS NULL OR price >= 0", name="price"),
        CheckConstraint("(price IS NULL) = (currency IS NULL)", name="money"),
    )
    letter = "P"
    name: str = Field(max_length=NAME)
    name_key: str = Field(max_length=NAME, unique=True)
    price: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = Field(default=None, max_length=3)

    @property
    def label(self) -> str:
        return self.name


class Deal(Versioned, table=True):
    __table_args__ = options(
        one_of("stage", STAGES),
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount"),
        CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="money"),
        CheckConstraint("(closed_at IS NULL) = (stage NOT IN ('won', 'lost'))", name="closed"),
        Index(None, "owner_id", "stage"),
        given("product_id"),
        given("campaign_id"),
        given("external_id"),
        given("closed_at"),
    )
    letter = "D"
    customer_id: int = Field(foreign_key="customer.id", index=True)
    product_id: int | None = Field(default=None, foreign_key="product.id")
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id")
    owner_id: int | None = Field(default=None, foreign_key="member.id")
    owner_name: str | None = Field(default=None, max_length=NAME)
    title: str | None = Field(default=None, max_length=NAME)
    amount: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = Field(default=None, max_length=3)
    stage: str = Field(default="lead", max_length=WORD)
    close_date: date | None = None
    reason: str | None = written("deal.reason", default=None)
    note: str | None = written("deal.note", default=None)
    external_id: str | None = Field(default=None, max_length=NAME)
    created_at: datetime = moment()
    closed_at: datetime | None = moment(default=None)
    customer: Customer = Relationship(sa_relationship_kwargs={"lazy": "joined", "innerjoin": True})

    @property
    def label(self) -> str:
        about = self.customer.name if self.title is None else f"{self.customer.name} · {self.title}"
        return f"{self.ref} · {about}"

    @property
    def money(self) -> Money | None:
        return None if self.amount is None or not self.currency else Money(self.amount, self.currency)

    @money.setter
    def money(self, money: Money | None) -> None:
        self.amount, self.currency = (money.minor, money.currency) if money else (None, None)

    def move(self, stage: str, *, at: datetime) -> None:
        self.stage, self.closed_at = stage, None if stage in OPEN_STAGES else at
        if stage != "lost":
            self.reason = None


class DealStage(Tracked, table=True):
    """Every stage a deal has been in, and since when."""

    __tablename__ = "deal_stage"
    __table_args__ = options(one_of("stage", STAGES))
    deal_id: int = Field(foreign_key="deal.id", index=True)
    stage: str = Field(max_length=WORD)
    at: datetime = moment()
    by: int | None = Field(default=None, foreign_key="member.id")


class Interaction(Tracked, table=True):
    """What was said or done with a customer."""

    __table_args__ = options(
        one_of("kind", ("call", "meeting", "email", "note", "message")),
        Index(None, "customer_id", "at"),
        given("deal_id"),
        given("ticket_id"),
    )
    letter = "I"
    customer_id: int = Field(foreign_key="customer.id")
    deal_id: int | None = Field(default=None, foreign_key="deal.id")
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id")
    by: int | None = Field(default=None, foreign_key="member.id")
    author: str | None = Field(default=None, max_length=NAME)  # as imported, of somebody who is no member
    kind: str = Field(default="note", max_length=WORD)
    at: datetime = moment()
    text: str | None = written("interaction.text", default=None)


PRIORITIES = ("urgent", "high", "normal", "low")


class Task(Versioned, table=True):
    __table_args__ = options(
        one_of("status", ("open", "done", "dropped")),
        one_of("priority", PRIORITIES),
        Index(None, "owner_id", "due_at"),
        given("remind_at"),
    )
    letter = "T"
    falls_due = {"reminder": "remind_at"}
    subject: str = written("task.subject")
    customer_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    deal_id: int | None = Field(default=None, foreign_key="deal.id", index=True)
    owner_id: int | None = Field(default=None, foreign_key="member.id")
    owner_name: str | None = Field(default=None, max_length=NAME)
    due_at: datetime | None = moment(default=None, index=True)
    due_zone: str = Field(default="UTC", max_length=64)
    all_day: bool = False
    every: str | None = Field(default=None, max_length=WORD)
    every_at: str | None = Field(default=None, max_length=5)  # 02:30, which the night without it forgets
    every_on: int | None = None  # the day of the month, which a short month forgets
    remind_at: datetime | None = moment(default=None)
    status: str = Field(default="open", max_length=WORD)
    priority: str = Field(default="normal", max_length=WORD)
    created_at: datetime = moment()
    done_at: datetime | None = moment(default=None)
    customer: Customer | None = Relationship()

    @property
    def label(self) -> str:
        return f"{self.ref} · {self.subject}"

    def plan(self, due: datetime | None, zone: str, *, all_day: bool) -> None:
        """It is due then, and reminded of then."""
        self.due_at = self.remind_at = due
        self.due_zone, self.all_day = zone, all_day
        if due and (again := self.recurrence):
            self.repeat(beginning(again.every, due, zone))

    def repeat(self, again: Recurrence) -> None:
        self.every, self.every_at, self.every_on = again.every, f"{again.at:%H:%M}", again.on

    @property
    def recurrence(self) -> Recurrence | None:
        if not self.every or not self.every_at:
            return None
        return Recurrence(cast(Every, self.every), time.fromisoformat(self.every_at), self.due_zone, self.every_on or 0)

    def move_on(self, now: datetime) -> None:
        """What was reminded of now: one that comes again is due at its last time up to `now`, and told at the next."""
        again = self.recurrence
        if again is None or self.due_at is None:
            return
        self.remind_at = again.after(self.due_at)
        while self.remind_at <= now:
            self.due_at, self.remind_at = self.remind_at, again.after(self.remind_at)

    def finish(self, now: datetime) -> None:
        """Done; one that comes again is due at its next time."""
        self.done_at = now
        if (again := self.recurrence) and self.due_at:
            self.due_at = self.remind_at = again.after(max(now, self.due_at))
        else:
            self.status, self.remind_at = "done", None


class Room(Tracked, table=True):
    """A group or channel that the bot may write to by itself, under the name that people call it."""

    __table_args__ = options(UniqueConstraint("team", "name_key"))
    place_id: int = Field(foreign_key="place.id", unique=True)
    name: str = Field(max_length=NAME)
    name_key: str = Field(max_length=NAME)
    team: str = Field(max_length=64)
    zone: str = Field(max_length=64)
    language: str = Field(max_length=8)
    quiet: str = Field(default="", max_length=WORD)  # hours without alerts: 21:00-08:00
    linked_by: int | None = Field(default=None, foreign_key="member.id")
    linked_at: datetime = moment()


EVENTS = ("won", "score", "deadline", "quiet")
AT_ONCE = "event"


class Schedule(Versioned, table=True):
    """A report that comes by itself, or what is told when something happens: to a room, else to its owner.

    Of an alert `report` is one of EVENTS; it tells at once, or what has been collected at a time of the day.
    """

    __table_args__ = options(given("next_at"))
    letter = "R"
    falls_due = {"report": "next_at"}
    owner_id: int = Field(foreign_key="member.id", index=True)
    room_id: int | None = Field(default=None, foreign_key="room.id", index=True)
    report: str = Field(max_length=WORD)
    period: str | None = Field(default=None, max_length=WORD)
    every: str = Field(max_length=WORD)
    every_at: str = Field(max_length=5)
    every_on: int = 0
    zone: str = Field(max_length=64)
    next_at: datetime | None = moment(default=None)
    muted: bool = False
    said: bytes | None = key_digest(default=None)  # of the figures that were posted last
    amount: int | None = Field(default=None, sa_type=BigInteger)  # that a deal must be worth more than
    currency: str | None = Field(default=None, max_length=3)
    days: int | None = None  # without a word, and a deal is told of
    created_at: datetime = moment()
    room: Room | None = Relationship(sa_relationship_kwargs={"lazy": "joined"})

    @property
    def label(self) -> str:
        return self.ref

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(cast(Every, self.every), time.fromisoformat(self.every_at), self.zone, self.every_on)

    @property
    def is_alert(self) -> bool:
        return self.report in EVENTS

    @property
    def over(self) -> Money | None:
        return None if self.amount is None or not self.currency else Money(self.amount, self.currency)


class Alert(Tracked, table=True):
    """Something that happened and that a schedule tells of: once for each time it happened."""

    __table_args__ = options(UniqueConstraint("schedule_id", "about", "at"), given("say_at"))
    falls_due = {"alert": "say_at"}
    schedule_id: int = Field(foreign_key="schedule.id")
    about: str = Field(max_length=WORD)  # the ref of the record
    at: datetime = moment()
    say_at: datetime | None = moment(default=None)  # nothing: with what else is collected
    told_at: datetime | None = moment(default=None)


KINDS_OF_TICKET = ("enquiry", "feedback", "complaint")


class Ticket(Versioned, table=True):
    """What a customer wants of the team. `place_id`: the chat in which they wrote, and are answered.

    `respond_by`, `resolve_by`: what was promised; while it waits for the customer, since `paused_at`, the clock stands.
    """

    __table_args__ = options(
        one_of("category", KINDS_OF_TICKET),
        one_of("priority", PRIORITIES),
        one_of("status", ("open", "pending", "closed")),
        CheckConstraint("(closed_at IS NULL) = (status <> 'closed')", name="closed"),
        given("warn_at"),
        given("external_id"),
    )
    letter = "K"
    falls_due = {"deadline": "warn_at"}
    customer_id: int = Field(foreign_key="customer.id", index=True)
    subject: str = written("ticket.subject")
    category: str = Field(default="enquiry", max_length=WORD)
    priority: str = Field(default="normal", max_length=WORD)
    status: str = Field(default="open", max_length=WORD, index=True)
    owner_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    owner_name: str | None = Field(default=None, max_length=NAME)
    channel: str | None = Field(default=None, max_length=WORD)
    place_id: int | None = Field(default=None, foreign_key="place.id")
    cause: str | None = written("ticket.cause", default=None)  # of a complaint
    external_id: str | None = Field(default=None, max_length=NAME)
    opened_at: datetime = moment()
    answered_at: datetime | None = moment(default=None)
    closed_at: datetime | None = moment(default=None)
    by_itself: bool = False  # nobody closed it: it had waited too long for the customer
    respond_by: datetime | None = moment(default=None)
    resolve_by: datetime | None = moment(default=None)
    paused_at: datetime | None = moment(default=None)
    warn_at: datetime | None = moment(default=None)
    customer: Customer = Relationship(sa_relationship_kwargs={"lazy": "joined", "innerjoin": True})

    @property
    def label(self) -> str:
        return f"{self.ref} · {self.customer.name} · {self.subject}"

    def close(self, *, at: datetime) -> None:
        self.status, self.closed_at = "closed", at

    def open(self, status: str = "open") -> None:
        self.status, self.closed_at, self.by_itself = status, None, False


class Survey(Versioned, table=True):
    __table_args__ = options(CheckConstraint("score IS NULL OR score BETWEEN 1 AND 5", name="score"), given("again_at"))
    letter = "S"
    falls_due = {"survey": "send_at", "better": "again_at"}
    customer_id: int = Field(foreign_key="customer.id", index=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    score: int | None = None
    comment: str | None = written("survey.comment", default=None)
    token_key: bytes | None = key_digest(default=None, unique=True)
    send_at: datetime | None = moment(default=None, index=True)  # it is asked then, or once more
    sent_at: datetime | None = moment(default=None)
    reminded: bool = False
    answered_at: datetime | None = moment(default=None)
    expires_at: datetime | None = moment(default=None)
    again_at: datetime | None = moment(default=None)  # "better now?" is asked then
    better: bool | None = None
    caller_id: int | None = Field(default=None, foreign_key="member.id")  # who calls them back


class Order(Versioned, table=True):
    __tablename__ = "sales_order"
    __table_args__ = options(
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index(None, "customer_id", "at", "currency", "amount"),  # all that segments ask of orders
    )
    letter = "O"
    customer_id: int = Field(foreign_key="customer.id")
    product_id: int | None = Field(default=None, foreign_key="product.id", index=True)
    quantity: int = 1
    amount: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    at: datetime = moment(index=True)
    external_id: str | None = Field(default=None, max_length=NAME, index=True)


class Campaign(Versioned, table=True):
    __table_args__ = options(
        one_of("category", ("market", "product", "channel")),
        CheckConstraint("budget IS NULL OR budget >= 0", name="budget"),
        CheckConstraint("(budget IS NULL) = (currency IS NULL)", name="money"),
    )
    letter = "M"
    title: str = Field(max_length=NAME)
    name_key: str = Field(max_length=NAME, index=True)
    category: str = Field(default="market", max_length=WORD)
    product_id: int | None = Field(default=None, foreign_key="product.id")
    channel: str | None = Field(default=None, max_length=64)
    budget: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = Field(default=None, max_length=3)
    starts_on: date | None = None
    ends_on: date | None = None
    code: str | None = Field(default=None, max_length=64, unique=True)
    created_at: datetime = moment()

    @property
    def label(self) -> str:
        return f"{self.ref} · {self.title}"


class CampaignFigure(Tracked, table=True):
    """What a campaign spent or brought on one day."""

    __tablename__ = "campaign_figure"
    __table_args__ = options(
        one_of("metric", ("spend", "revenue", "sent", "opens", "clicks", "leads", "orders")),
        CheckConstraint("(amount IS NULL) <> (count IS NULL)", name="one"),
    )
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    day: date
    metric: str = Field(max_length=WORD)
    channel: str | None = Field(default=None, max_length=64)
    amount: int | None = Field(default=None, sa_type=BigInteger)
    currency: str | None = Field(default=None, max_length=3)
    count: int | None = Field(default=None, sa_type=BigInteger)


class Mailing(Tracked, table=True):
    """What a campaign wrote to many customers at once."""

    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    by: int | None = Field(default=None, foreign_key="member.id")
    text: str = Field(sa_type=LONG)
    at: datetime = moment()


class Recipient(Tracked, table=True):
    """Who gets a mailing; or, `held_out`, does not, so that its effect can be seen."""

    __table_args__ = options(UniqueConstraint("mailing_id", "customer_id"), given("send_at"))
    falls_due = {"news": "send_at"}
    mailing_id: int = Field(foreign_key="mailing.id")
    customer_id: int = Field(foreign_key="customer.id", index=True)
    held_out: bool = False
    send_at: datetime | None = moment(default=None)
    sent_at: datetime | None = moment(default=None)

    @property
    def is_final(self) -> bool:
        return self.sent_at is not None


class Target(Versioned, table=True):
    """What somebody, or with no owner the whole team, plans to win in a period that begins on `starts_on`."""

    __table_args__ = options(
        one_of("period", ("month", "quarter", "year")), UniqueConstraint("team", "owner_id", "period", "starts_on")
    )
    team: str = Field(max_length=64)
    owner_id: int | None = Field(default=None, foreign_key="member.id")
    period: str = Field(max_length=WORD)
    starts_on: date
    amount: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)


class Batch(Tracked, table=True):
    """One imported file."""

    letter = "B"
    kind: str = Field(max_length=WORD)
    body_key: bytes = key_digest(index=True)
    at: datetime = moment()
    by: int | None = Field(default=None, foreign_key="member.id")
    added: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0


class LessonRow(Tracked, table=True):
    """A sentence's shape and what it means to one team. It is added and deleted, never changed."""

    __tablename__ = "lesson"
    __table_args__ = options(UniqueConstraint("team", "shape_key"))
    team: str = Field(max_length=64)
    by: int | None = Field(default=None, foreign_key="member.id")
    at: datetime = moment()
    shape_key: bytes = key_digest()
    seal_id: bytes = Field(sa_type=SEAL_ID)
    body: bytes = sealed()


class Gram(SQLModel, table=True):
    """What names and titles are found by: whole words and short runs of their letters."""

    __table_args__ = (Index(None, "row", "kind"), {**options()[-1], "sqlite_with_rowid": False})
    gram: str = Field(sa_type=EXACT, primary_key=True)
    kind: str = Field(max_length=1, primary_key=True)
    row: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


class Handled(Row, table=True):
    """A message that was taken in: by keyed digests, for a short text is soon guessed.

    What points to it outlives it, and is no foreign key.
    """

    key: bytes = key_digest(unique=True)
    body: bytes = key_digest()
    place_id: int | None = Field(default=None, foreign_key="place.id")
    source: bytes | None = key_digest(default=None, index=True)  # place and the platform's message id, for edits
    at: datetime = moment()


class Delivered(SQLModel, table=True):
    """How often a message was brought since the bot ended without saying so."""

    __table_args__ = options()
    key: bytes = Field(sa_column=Column("key", DIGEST, primary_key=True))
    times: int = 1


class Waiting(Row, table=True):
    """A message that could not be finished in time, raw; `parked` if it ended the process again and again."""

    key: bytes = key_digest(unique=True)
    channel: str = Field(max_length=WORD)  # and no place: its row may be held by the very message that hangs
    body: bytes = sealed()
    at: datetime = moment()
    parked: bool = False


class DialogueRow(Row, table=True):
    __tablename__ = "dialogue"
    __table_args__ = options(UniqueConstraint("member_id", "place_id"))
    member_id: int = Field(foreign_key="member.id")
    place_id: int = Field(foreign_key="place.id")
    body: bytes = sealed()
    until: datetime = moment()


class OutgoingRow(Row, table=True):
    """A reply on its way. Its buttons are pressed by token and index; only the token's digest is kept in clear."""

    __tablename__ = "outgoing"
    __table_args__ = options(
        Index(None, "place_id", "message_id", **_where("message_id IS NOT NULL")),
        Index("ix_outgoing_unsent", "id", **_where("sent_at IS NULL AND dead IS NULL")),
        Index("ix_outgoing_occasion", "occasion", unique=True, **_where("occasion IS NOT NULL")),
        given("desk"),
    )
    place_id: int = Field(foreign_key="place.id")
    handled_id: int | None = None
    token_key: bytes = key_digest(unique=True)
    body: bytes = sealed()
    language: str = Field(max_length=8)
    about: str | None = Field(default=None, max_length=WORD)
    edits: str = Field(default="", max_length=64)
    answers: str = Field(default="", max_length=64)
    message_id: str | None = Field(default=None, max_length=64)
    used: str = Field(default="", max_length=NAME)  # the once-only buttons pressed so far: ",0,2"
    created_at: datetime = moment()
    sent_at: datetime | None = moment(default=None)
    dead: str | None = Field(default=None, max_length=NAME)
    occasion: str | None = Field(default=None, max_length=64)  # what fell due, and when: said once
    once: bool = False  # rather not at all than twice
    tried_at: datetime | None = moment(default=None)  # of those alone
    desk: str | None = Field(default=None, max_length=WORD)  # K7: a reply to this message goes to its customer


class JobRow(Row, table=True):
    """Slow work that a message asked for; whoever sets `finished_at` writes its reply in the same transaction."""

    __tablename__ = "job"
    __table_args__ = options(
        Index("ix_job_unfinished", "id", **_where("finished_at IS NULL")),
        given("reply_id"),
    )
    place_id: int = Field(foreign_key="place.id")
    member_id: int = Field(foreign_key="member.id")
    handled_id: int | None = None
    job: str = Field(max_length=64)
    body: bytes = sealed()
    at: datetime = moment()
    finished_at: datetime | None = moment(default=None)
    attempts: int = 0
    worker: str | None = Field(default=None, max_length=WORD)  # the process that does it, until its lease ends
    leased_until: datetime | None = moment(default=None)
    progress_id: int | None = Field(default=None, foreign_key="outgoing.id")  # that it is being done
    reply_id: int | None = Field(default=None, foreign_key="outgoing.id")


class Analysis(Row, table=True):
    """What an analysis said: for whoever asks the same again on that day, and for the next one to compare with."""

    __table_args__ = options(Index(None, "key", "at"))
    key: bytes = key_digest()  # of what was asked, and of whose records
    language: str = Field(max_length=8)
    at: datetime = moment()
    reply: bytes | None = sealed(default=None)
    figures: bytes = sealed()


class Change(Row, table=True):
    """A whole row before and after one message, as stored, sealed."""

    __table_args__ = options(Index(None, "kind", "row"), Index(None, "by", "handled_id"), given("undone_by"))
    handled_id: int
    by: int | None = Field(default=None, foreign_key="member.id")
    at: datetime = moment()
    kind: str = Field(max_length=WORD)
    row: int = Field(sa_type=BigInteger)
    seal_id: bytes = Field(sa_type=SEAL_ID)
    before: bytes | None = sealed(default=None)
    after: bytes | None = sealed(default=None)
    undoes: bool = False  # it puts back what an earlier change had changed
    lasting: bool = False  # it may be taken back for a week
    undone_by: int | None = None


class Audit(Row, table=True):
    """Who did what kind of thing to which records: field names and a digest, never values; each row seals the last."""

    at: datetime = moment()
    member_id: int | None = None  # no foreign key: the row outlives the person
    kind: str = Field(max_length=64)
    refs: str = Field(default="", max_length=500)
    fields: str = Field(default="", max_length=500)
    digest: bytes = key_digest()
    chain: bytes = key_digest()


class Setting(SQLModel, table=True):
    """What the database itself has to remember: which key seals it, whether the bot ended in order."""

    __table_args__ = options()
    name: str = Field(max_length=64, primary_key=True)
    value: str = Field(sa_type=LONG)
