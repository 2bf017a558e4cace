"""A sample company to try everything on, three years of it up to today, with effects planted for analyses to find.

All amounts are in US dollars. What is planted, with the names of the constants that say how much:

- Orders (and deals, tickets, notes): 15 % more with each year (`TREND`), 25 % above the mean in the middle of November
  and 25 % below it in May (`SEASON`), 30 % of a working day's on a Saturday or Sunday, 4 % noise a month (`NOISE`).
- Customers order at four paces (`GROUPS`): loyal, regular, occasional, and lapsed ones who stopped 270 to 500 days ago.
- Deals pass their four stages with 75, 80, 80 and 75 % (36 % are won) in 20, 28, 30 and 22 days in the mean (`STEPS`).
- Campaigns: a week has 12 leads for each 1,000 of spend (`LEADS_PER_1000`) beside `LEADS` of the channel (error 2), and
  a revenue of 1,500 + 2.80 for each 1 of spend + 900 × season (error 500); no carry-over, no saturation.
  Spend follows the season too, so revenue against spend alone shows too much.
- Scores: each doubling of 1 + the hours until the first answer makes the odds of a worse score 2.5 times as high
  (`WAIT_ODDS`), a complaint doubles them (`COMPLAINT_ODDS`); rep, channel, priority and time to close do nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, func, insert, literal_column, select

from crmbot.names import fold, grams
from storage.columns import are_sealed
from storage.customers import sealed_handle
from storage.database import Database
from storage.sample_company import DAYS, Client, Company, Team
from storage.sample_names import Named, email, organisations, person, phone
from storage.sample_sales import add_campaigns, add_deals, add_orders, add_products
from storage.sample_service import add_interactions, add_tasks, add_tickets
from storage.search import NAMED
from storage.secrets import Keys
from storage.store import Store
from storage.tables import (
    Campaign,
    CampaignFigure,
    Customer,
    Deal,
    DealStage,
    Gram,
    Handle,
    Interaction,
    MemberRow,
    Order,
    Product,
    Row,
    Survey,
    Tag,
    Task,
    Ticket,
)

CUSTOMERS, ORGANISATIONS, CHINESE = 300, 110, 0.4
GROUPS = {"loyal": (0.12, 10.0, 3), "regular": (0.38, 4.0, 2), "occasional": (0.35, 1.0, 1), "lapsed": (0.15, 4.0, 2)}
MEMBERS = (
    ("Maya Hart", "manager", "sales"),
    ("Leo Brandt", "rep", "sales"),
    ("Nina Cole", "rep", "sales"),
    ("Omar Reyes", "rep", "sales"),
    ("Ada Finch", "viewer", "sales"),
    ("陈静", "manager", "asia"),
    ("林涛", "rep", "asia"),
    ("何雪", "rep", "asia"),
)
# in this order, for rows point to rows that are there
KINDS: tuple[type[Row], ...] = (MemberRow, Product, Campaign, CampaignFigure, Customer, Handle, Tag, Deal, DealStage)
KINDS += (Order, Task, Ticket, Survey, Interaction)


def generate(database: Database, now: datetime, zone: str, *, seed: int = 7) -> bool:
    """Fill an empty database; False, and nothing is done, where there are customers."""
    return database.run(lambda store: _fill(store, now, zone, seed))


def _fill(store: Store, now: datetime, zone: str, seed: int) -> bool:
    connection = store.connection
    if connection.execute(select(Customer.id).limit(1)).first():  # type: ignore[call-overload]  # a column
        return False
    company = Company(Random(seed), now, zone, {kind: _next_id(connection, kind) for kind in KINDS})
    _add_members(company)
    _add_customers(company, store.keys)
    add_products(company)
    add_orders(company)
    talks = add_deals(company, add_campaigns(company))
    add_interactions(company, talks)
    add_tasks(company, talks)
    add_tickets(company)
    _write(connection, company.rows)
    store.acts(None, "sample", now)
    store.audit("made")
    return True


def _add_members(company: Company) -> None:
    since = company.now - timedelta(days=DAYS + 30)
    ids = {}
    for name, role, team in MEMBERS:
        language = "zh" if team == "asia" else "en"
        values = {"language": language, "zone": company.zone, "created_at": since}
        ids[name] = company.add(MemberRow, name=name, role=role, team=team, **values)
    for chinese, team in ((False, "sales"), (True, "asia")):
        company.teams[chinese] = Team([ids[name] for name, role, of in MEMBERS if (role, of) == ("rep", team)])


def _add_customers(company: Company, keys: Keys) -> None:
    """Organisations first, Acme before all; then people, more of them with the first ones."""
    rng = company.rng
    for named in organisations(rng, ORGANISATIONS, CHINESE):
        _add_customer(company, keys, named, None)
    firms = list(company.clients)
    for _ in range(CUSTOMERS - ORGANISATIONS):
        firm = rng.choices(firms, [1 / (5 + rank) for rank in range(len(firms))])[0]
        _add_customer(company, keys, person(rng, chinese=firm.chinese), firm)


def _add_customer(company: Company, keys: Keys, named: Named, firm: Client | None) -> None:
    rng, number = company.rng, len(company.clients)
    group = "loyal" if number == 0 else rng.choices(list(GROUPS), [share for share, _, _ in GROUPS.values()])[0]
    since = _since(company, group, firm)
    owner = firm.owner if firm else rng.choice(company.teams[named.chinese].reps) if rng.random() < 0.96 else None
    kind = "person" if firm else "organisation"
    known: dict[str, Any] = {"kind": kind, "name": named.name, "name_key": fold(named.name)}
    id = company.add(Customer, company_id=firm.id if firm else None, owner_id=owner, created_at=since, **known)
    until = company.now - timedelta(days=rng.uniform(270, 500)) if group == "lapsed" else None
    pace = GROUPS[group][1] * rng.lognormvariate(0, 0.25)
    company.clients.append(Client(id, named.name, named.chinese, owner, since, until, pace, GROUPS[group][2]))
    if group == "loyal" or rng.random() < 0.1:
        company.add(Tag, customer_id=id, tag="vip" if group == "loyal" else "partner")
    for kind, value in _handles(rng, number, named):
        handle = sealed_handle(keys, Customer(id=id, created_at=since, **known), kind, value)
        company.add(Handle, **handle.model_dump(exclude={"id"}))


def _since(company: Company, group: str, firm: Client | None) -> datetime:
    """Most are older than the three years; nobody is there before their company, or came after they lapsed."""
    begin = company.now - timedelta(days=DAYS)
    days = DAYS - 600 if group == "lapsed" else DAYS - 1
    early = not company.clients or company.rng.random() < 0.55
    made = begin + timedelta(days=company.rng.uniform(-700, -1) if early else company.rng.uniform(0, days))
    return max(made, firm.since) if firm else made


def _handles(rng: Random, number: int, named: Named) -> list[tuple[str, str]]:
    has = [("phone", phone(rng, number, chinese=named.chinese)), ("email", email(named, number + 1))]
    return [each for each in has if number == 0 or rng.random() < 0.85]


def _write(connection: Connection, rows: Mapping[type[Row], list[dict[str, Any]]]) -> None:
    for kind in KINDS:
        connection.execute(insert(kind), rows[kind])
        if connection.dialect.name == "postgresql":  # its sequence does not see ids that are given
            sequence = func.pg_get_serial_sequence(literal_column(f"'{kind.__tablename__}'"), "id")
            connection.execute(select(func.setval(sequence, rows[kind][-1]["id"])))
    named = [kind for kind, name in NAMED.items() if not are_sealed(connection.dialect, kind.__table__.c[name])]
    connection.execute(insert(Gram), [gram for kind in named for gram in _grams(kind, rows[kind])])


def _grams(kind: Any, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    named = ((row["id"], row[NAMED[kind]] or "") for row in rows)
    return [{"gram": gram, "kind": kind.letter, "row": id} for id, name in named for gram in sorted(grams(name))]


def _next_id(connection: Connection, kind: type[Row]) -> int:
    last = connection.execute(select(func.max(kind.id))).scalar()
    return (last or 0) + 1
