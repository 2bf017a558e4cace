"""The sample company: whole, the same each time, and with the effects in it that it says."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from conftest import NOW
from sqlalchemy import event, func, select, text
from sqlmodel import SQLModel

from crmbot.incoming import Sender
from crmbot.people import Member, Role
from storage import Wanted, open_database
from storage.audit import broken_at
from storage.notes import MARK
from storage.sample import generate
from storage.sample_company import SEASON, TREND, season
from storage.sample_sales import LEADS_PER_1000, REVENUE_PER_1

TABLES = SQLModel.metadata.tables
OWNER = Member(1, "Amy", Role.OWNER, "sales", "en", "UTC")
OPEN = ("lead", "qualified", "proposal", "negotiation")


@pytest.fixture(scope="module")
def sample(blank, tmp_path_factory):
    database = open_database(blank(tmp_path_factory.mktemp("sample") / "crm.db"))
    generate(database, NOW, "Europe/London")
    yield database
    database.close()


def rows(database, query):
    with database.reading() as store:
        return store.connection.execute(query).all()


def count(database, table):
    return rows(database, select(func.count()).select_from(TABLES[table]))[0][0]


def columns(table, *names):
    return select(*(TABLES[table].c[name] for name in names))


def test_it_fills_an_empty_database_once_and_many_rows_at_a_time(blank, tmp_path):
    database = open_database(blank(tmp_path / "crm.db"))
    statements = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert generate(database, NOW, "UTC")
    assert len(statements) < 100, "some 30,000 rows"
    assert not generate(database, NOW, "UTC")
    wanted = {"member": 8, "customer": 300, "product": 6, "sales_order": 3000, "campaign": 12, "change": 0, "audit": 1}
    assert {table: count(database, table) for table in wanted} == wanted
    database.close()


def test_it_is_left_alone_where_there_are_customers(sample):
    before = {table: count(sample, table) for table in TABLES}
    assert not generate(sample, NOW, "UTC", seed=8)
    assert {table: count(sample, table) for table in TABLES} == before


def test_it_fills_every_kind_of_database_and_refs_go_on_from_there(database):
    assert generate(database, NOW, "Asia/Shanghai")
    row = database.run(lambda store: store.members.enrol(Sender("terminal", "owner", "Owner"), Role.OWNER, NOW))
    assert row.ref == "U9"


def test_one_seed_makes_one_company_and_another_another(sample, blank, tmp_path):
    same, other = (open_database(blank(tmp_path / f"{name}.db")) for name in ("same", "other"))
    generate(same, NOW, "Europe/London")
    generate(other, NOW, "Europe/London", seed=8)
    for table in (
        "customer",
        "deal",
        "deal_stage",
        "sales_order",
        "task",
        "ticket",
        "survey",
        "campaign_figure",
        "gram",
    ):
        query = select(TABLES[table]).order_by(*TABLES[table].primary_key)
        assert rows(same, query) == rows(sample, query)
        assert rows(other, query) != rows(sample, query)
    same.close()
    other.close()


def test_nothing_points_nowhere_or_has_happened_in_the_future(sample):
    with sample.reading() as store:
        assert not store.connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        assert broken_at(store.connection) is None
    past = ("created_at", "closed_at", "opened_at", "answered_at", "sent_at", "done_at", "at")
    for table in TABLES.values():
        for column in (column for column in table.c if column.name in past and table.name not in ("audit", "outgoing")):
            latest = rows(sample, select(func.max(column)))[0][0]
            assert latest is None or latest <= NOW, column
    order, customer = TABLES["sales_order"], TABLES["customer"]
    early = (
        select(order.c.id)
        .join(customer, order.c.customer_id == customer.c.id)
        .where(order.c.at < customer.c.created_at)
    )
    assert not rows(sample, early)


def test_every_deal_has_the_history_of_its_stage(sample):
    history = {}
    for deal, stage, at in rows(
        sample, columns("deal_stage", "deal_id", "stage", "at").order_by(TABLES["deal_stage"].c.id)
    ):
        history.setdefault(deal, []).append((stage, at))
    for id, stage, created, closed, reason in rows(
        sample, columns("deal", "id", "stage", "created_at", "closed_at", "reason")
    ):
        first, last = history[id][0], history[id][-1]
        assert first == ("lead", created)
        assert last[0] == stage
        assert (last[1] == closed) == (stage not in OPEN)
        assert (reason is not None) == (stage == "lost")
        assert [at for _, at in history[id]] == sorted(at for _, at in history[id])


def test_open_deals_are_to_close_around_today(sample):
    days = [
        (day - NOW.date()).days for stage, day in rows(sample, columns("deal", "stage", "close_date")) if stage in OPEN
    ]
    assert len(days) > 50
    assert min(days) < 0 < max(days)
    assert sum(-14 <= day <= 90 for day in days) > len(days) / 2


def test_customers_are_found_by_name_and_phone_and_their_contacts_are_nobodys(sample):
    def look(store):
        (acme,), _ = store.customers.find(Wanted(name="acme"), seen_by=OWNER)
        contacts = store.customers.contacts(acme)
        found, _ = store.customers.find(Wanted(phone=contacts.phones[0]), seen_by=OWNER)
        everyone, _ = store.customers.find(Wanted(), seen_by=OWNER, limit=400)
        return (
            acme,
            found,
            [store.customers.contacts(each) for each in everyone],
            store.customers.people(acme, seen_by=OWNER),
        )

    acme, found, contacts, people = sample.run(look)
    assert acme.ref == "C1"
    assert found == [acme]
    assert people
    phones = [phone for each in contacts for phone in each.phones]
    assert len(set(phones)) == len(phones) > 200
    assert all(p.startswith(("+861390000", "+447700900")) or (p[:2] == "+1" and p[5:10] == "55501") for p in phones)
    assert all(mail.endswith(("@example.com", "@example.cn")) for each in contacts for mail in each.emails)


def test_a_few_names_are_common_in_both_languages(sample):
    names = [name for (name,) in rows(sample, columns("customer", "name"))]
    assert sum(name[0] > "\u3400" for name in names) > 60
    assert len(set(names)) < len(names)
    companies = [name for kind, name in rows(sample, columns("customer", "kind", "name_key")) if kind == "organisation"]
    assert len(set(companies)) == len(companies) == 110


def test_notes_are_sealed_where_notes_are(blank, tmp_path):
    database = open_database(blank(tmp_path / "crm.db"), encrypt_notes=True)
    generate(database, NOW, "UTC")
    kept = text("SELECT text FROM interaction UNION SELECT subject FROM task UNION SELECT subject FROM ticket")
    assert {words[: len(MARK)] for (words,) in rows(database, kept)} == {MARK}
    database.close()


# The planted effects


def test_orders_grow_and_have_a_season(sample):
    months = {}
    for (at,) in rows(sample, columns("sales_order", "at")):
        months[at.year, at.month] = months.get((at.year, at.month), 0) + 1
    whole = sorted(months)[1:-1]
    terms = [[1, year + month / 12 - 2025, season(date(year, month, 15))] for year, month in whole]
    _, trend, swing = fitted(terms, [math.log(months[month]) for month in whole])
    assert math.expm1(trend) == pytest.approx(TREND, abs=0.05)
    assert swing == pytest.approx(SEASON, abs=0.05)


def test_spend_brings_leads_and_revenue_and_the_season_hides_some(sample):
    weeks = {}
    query = columns("campaign_figure", "campaign_id", "day", "metric", "amount", "count")
    for campaign, day, metric, amount, number in rows(sample, query):
        weeks.setdefault((campaign, day), {})[metric] = amount / 100 if number is None else number
    spend = [[1, week["spend"], season(day)] for (_, day), week in weeks.items()]
    assert fitted(spend, [week["revenue"] for week in weeks.values()])[1] == pytest.approx(REVENUE_PER_1, abs=0.12)
    alone = fitted([row[:2] for row in spend], [week["revenue"] for week in weeks.values()])
    assert alone[1] > REVENUE_PER_1 + 0.12
    assert fitted(spend, [week["leads"] for week in weeks.values()])[1] * 1000 == pytest.approx(LEADS_PER_1000, abs=1)


def test_who_waits_long_or_complains_is_less_happy(sample):
    ticket, survey = TABLES["ticket"], TABLES["survey"]
    query = select(survey.c.score, ticket.c.category, ticket.c.opened_at, ticket.c.answered_at, ticket.c.channel)
    answers = rows(sample, query.join_from(survey, ticket).where(survey.c.score.is_not(None)))
    assert len(answers) > 400
    assert {score for score, *_ in answers} == {1, 2, 3, 4, 5}
    quick = [row for row in answers if row[3] - row[2] < timedelta(hours=3)]
    slow = [row for row in answers if row[3] - row[2] > timedelta(hours=8)]
    assert unhappy(slow) > 3 * unhappy(quick)
    assert unhappy([row for row in answers if row[1] == "complaint"]) > 1.2 * unhappy(answers)


def fitted(terms, values):
    return np.linalg.lstsq(np.array(terms, float), np.array(values, float), rcond=None)[0]


def unhappy(answers):
    return sum(score <= 2 for score, *_ in answers) / len(answers)
