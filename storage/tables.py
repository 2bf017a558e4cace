"""The tables. Datetimes are UTC, amounts are minor units, refs are a letter and the row's id."""

from datetime import date, datetime
from typing import Any, ClassVar, Optional

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint, text
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, Relationship, SQLModel

from crmbot.money import Money
from storage.columns import DIGEST, EXACT, LONG, SEAL_ID, SEALED, Moment

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
    """AUTOINCREMENT, or a new row takes the ref of a deleted one."""
    return (
        *constraints,
        {"sqlite_autoincrement": True, "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_unicode_520_ci"},
    )


class Row(SQLModel):
    __table_args__: ClassVar[Any] = options()

    id: int | None = Field(default=None, primary_key=True)


class Tracked(Row):
    """A row whose every change is recorded by the hook in changes.py."""

    letter: ClassVar[str] = ""

    @property
    def ref(self) -> str:
        return f"{self.letter}{self.id}"


class Versioned(Tracked):
    """A row that two people may change at once: the second of two writers is told, not lost."""

    version: int = Field(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # a class attribute, as SQLAlchemy has it
        return {"version_id_col": cls.__table__.c.version} if hasattr(cls, "__table__") else {}


class MemberRow(Versioned, table=True):
    __tablename__ = "member"
    __table_args__ = options(one_of("role", ("owner", "manager", "rep", "viewer")))
    letter = "U"
    name: str = Field(max_length=NAME)
    role: str = Field(max_length=WORD)
    team: str = Field(default="sales", max_length=64)
    language: str = Field(default="", max_length=8)  # nothing: as the app says, else the bot's own
    zone: str = Field(default="", max_length=64)
    active: bool = True
    created_at: datetime = moment()


class Account(Row, table=True):
    """A member on one channel."""

    __table_args__ = options(UniqueConstraint("channel", "channel_id"))
    member_id: int = Field(foreign_key="member.id", index=True)
    channel: str = Field(max_length=WORD)
    channel_id: str = Field(max_length=NAME)


class Invite(Row, table=True):
    __table_args__ = options(one_of("role", ("owner", "manager", "rep", "viewer")))
    token_key: bytes = key_digest(unique=True)
    role: str = Field(max_length=WORD)
    team: str = Field(default="sales", max_length=64)
    made_by: int | None = Field(default=None, foreign_key="member.id")
    expires_at: datetime = moment()
    used_at: datetime | None = moment(default=None)
    used_by: int | None = Field(default=None, foreign_key="member.id")
    revoked_at: datetime | None = moment(default=None)


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
    external_id: str | None = Field(default=None, max_length=NAME, index=True)
    note: str | None = Field(default=None, sa_type=LONG)
    created_at: datetime = moment()
    archived_at: datetime | None = moment(default=None)
    company: Optional["Customer"] = Relationship(sa_relationship_kwargs={"remote_side": "Customer.id"})

    @property
    def label(self) -> str:
        """With the company, for two people may have one name."""
        whom = f"{self.ref} · {self.name}"
        return f"{whom} · {self.company.name}" if self.company_id and self.company else whom


class Handle(Tracked, table=True):
    """A phone, an email or a chat of a customer: the value sealed, found by keyed digests of its forms."""

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
    reason: str | None = Field(default=None, sa_type=LONG)
    note: str | None = Field(default=None, sa_type=LONG)
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


class DealStage(Tracked, table=True):
    """Every stage a deal has been in, and since when."""

    __tablename__ = "deal_stage"
    __table_args__ = options(one_of("stage", STAGES))
    deal_id: int = Field(foreign_key="deal.id", index=True)
    stage: str = Field(max_length=WORD)
    at: datetime = moment()
    by: int | None = Field(default=None, foreign_key="member.id")


class Interaction(Tracked, table=True):
    """What was said or done with a customer. `body` instead of `text` where notes are sealed."""

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
    text: str | None = Field(default=None, sa_type=LONG)
    seal_id: bytes | None = Field(default=None, sa_type=SEAL_ID)
    body: bytes | None = sealed(default=None)


PRIORITIES = ("urgent", "high", "normal", "low")


class Task(Versioned, table=True):
    __table_args__ = options(
        one_of("status", ("open", "done", "dropped")), one_of("priority", PRIORITIES), Index(None, "owner_id", "due_at")
    )
    letter = "T"
    subject: str = Field(max_length=500)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    deal_id: int | None = Field(default=None, foreign_key="deal.id", index=True)
    owner_id: int | None = Field(default=None, foreign_key="member.id")
    owner_name: str | None = Field(default=None, max_length=NAME)
    due_at: datetime | None = moment(default=None, index=True)
    due_zone: str = Field(default="UTC", max_length=64)
    all_day: bool = False
    every: str | None = Field(default=None, max_length=WORD)
    status: str = Field(default="open", max_length=WORD)
    priority: str = Field(default="normal", max_length=WORD)
    created_at: datetime = moment()
    done_at: datetime | None = moment(default=None)

    @property
    def label(self) -> str:
        return f"{self.ref} · {self.subject}"


class Ticket(Versioned, table=True):
    __table_args__ = options(
        one_of("category", ("enquiry", "feedback", "complaint")),
        one_of("priority", PRIORITIES),
        one_of("status", ("open", "pending", "closed")),
        CheckConstraint("(closed_at IS NULL) = (status <> 'closed')", name="closed"),
    )
    letter = "K"
    customer_id: int = Field(foreign_key="customer.id", index=True)
    subject: str = Field(max_length=500)
    category: str = Field(default="enquiry", max_length=WORD)
    priority: str = Field(default="normal", max_length=WORD)
    status: str = Field(default="open", max_length=WORD, index=True)
    owner_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    owner_name: str | None = Field(default=None, max_length=NAME)
    channel: str | None = Field(default=None, max_length=WORD)
    opened_at: datetime = moment()
    answered_at: datetime | None = moment(default=None)
    closed_at: datetime | None = moment(default=None)

    @property
    def label(self) -> str:
        return f"{self.ref} · {self.subject}"


class Survey(Versioned, table=True):
    __table_args__ = options(CheckConstraint("score IS NULL OR score BETWEEN 1 AND 5", name="score"))
    letter = "S"
    customer_id: int = Field(foreign_key="customer.id", index=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    score: int | None = None
    comment: str | None = Field(default=None, sa_type=LONG)
    token_key: bytes | None = key_digest(default=None, unique=True)
    send_at: datetime | None = moment(default=None, index=True)
    sent_at: datetime | None = moment(default=None)
    answered_at: datetime | None = moment(default=None)
    expires_at: datetime | None = moment(default=None)


class Order(Versioned, table=True):
    __tablename__ = "sales_order"
    __table_args__ = options(
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index(None, "customer_id", "at"),
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


class Gram(SQLModel, table=True):
    """What names and titles are found by: whole words and short runs of their letters."""

    __table_args__ = (Index(None, "row", "kind"), {**options()[-1], "sqlite_with_rowid": False})
    gram: str = Field(sa_type=EXACT, primary_key=True)
    kind: str = Field(max_length=1, primary_key=True)
    row: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


class Handled(Row, table=True):
    """A message that was taken in: by keyed digests, for a short text is soon guessed."""

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
    )
    place_id: int = Field(foreign_key="place.id")
    handled_id: int | None = Field(default=None, foreign_key="handled.id")
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


class JobRow(Row, table=True):
    __tablename__ = "job"
    place_id: int = Field(foreign_key="place.id")
    member_id: int = Field(foreign_key="member.id")
    handled_id: int | None = Field(default=None, foreign_key="handled.id")
    job: str = Field(max_length=64)
    body: bytes = sealed()
    at: datetime = moment()
    finished_at: datetime | None = moment(default=None)


class Change(Row, table=True):
    """A whole row before and after one message, as stored, sealed."""

    __table_args__ = options(Index(None, "kind", "row"), Index(None, "by", "handled_id"), given("undone_by"))
    handled_id: int = Field(foreign_key="handled.id")
    by: int | None = Field(default=None, foreign_key="member.id")
    at: datetime = moment()
    kind: str = Field(max_length=WORD)
    row: int = Field(sa_type=BigInteger)
    seal_id: bytes = Field(sa_type=SEAL_ID)
    before: bytes | None = sealed(default=None)
    after: bytes | None = sealed(default=None)
    undoes: bool = False  # it puts back what an earlier change had changed
    undone_by: int | None = Field(default=None, foreign_key="handled.id")


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
