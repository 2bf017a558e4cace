"""The satisfaction report, split and drawn: every figure is that of an independent count, with its rows behind it."""

import random
from datetime import timedelta

import pytest
from conftest import NOW, Chat
from sqlalchemy import text as sql

from crmbot.people import Role
from crmbot.understand import understand
from crmbot.words import say
from storage import Survey, Ticket

CHANNELS = ("telegram", "slack", "Email", "Phone")
FIRST = NOW.replace(day=1, hour=0)


@pytest.fixture
def boss(chat, database) -> Chat:
    """Whose team has dealt with three hundred tickets within a year, of the same shape as a help desk's export."""
    boss, chance = chat("boss", Role.OWNER), random.Random(6)
    for name in ("bob", "cid"):
        chat(name)
    boss.does("customer.add", name="Ann Poe")
    boss.does("customer.add", name="Bo Li")

    def fill(store):
        for number in range(1, 301):
            opened = NOW - timedelta(hours=chance.randrange(1, 365 * 24))
            waited, worked = chance.uniform(0.1, 30), chance.uniform(30, 90)
            ticket = Ticket(
                customer_id=1 + number % 2,
                subject=f"help {number}",
                category=chance.choice(("enquiry", "feedback", "complaint")),
                channel=chance.choice(CHANNELS),
                owner_id=2 + number % 2 if number % 40 else 1,
                opened_at=opened,
                answered_at=opened + timedelta(hours=waited) if number % 5 else None,
            )
            if number % 3:
                ticket.close(at=opened + timedelta(hours=worked))
            store.session.add(ticket)
            store.session.flush()
            if ticket.closed_at and number % 4:
                score = chance.choice((None, None, 1, 2, 3, 4, 4, 5, 5))
                sent = ticket.closed_at
                answered = sent + timedelta(hours=2) if score else None
                survey = Survey(customer_id=ticket.customer_id, ticket_id=ticket.id, sent_at=sent, score=score)
                survey.answered_at = answered
                store.session.add(survey)

    database.run(fill)
    return boss


def counted(database, columns, more="1 = 1", since=FIRST):
    query = (
        f"SELECT {columns} FROM survey JOIN ticket ON ticket.id = survey.ticket_id "
        f"JOIN member ON member.id = ticket.owner_id WHERE answered >= :since AND {more}"
    ).replace("answered >=", "survey.answered_at >=")
    return database.run(lambda store: store.connection.execute(sql(query), {"since": since}).all())


SHARE = "round(100.0 * sum(CASE WHEN score >= 4 THEN 1 ELSE 0 END) / count(*)), count(*)"


def table(chat):
    language = chat.last.language
    return [[say(cell, language) for cell in row] for row in chat.last.reply.table.rows]


@pytest.mark.parametrize(
    ("label", "column", "least"),
    [("", "member.name", 10), ("By kind", "ticket.category", 1), ("By channel", "ticket.channel", 1)],
)
def test_each_split_is_that_of_an_independent_count(label, column, least, boss, database):
    boss.does("csat.report", period="year")
    if label:
        boss.press(label)
    found = counted(database, f"{column}, {SHARE}", f"1 = 1 GROUP BY {column}", since=FIRST.replace(month=1))
    expected = {name: (f"{int(share)} %", str(count)) for name, share, count in found if count >= least}
    assert {row[0]: (row[1], row[3]) for row in table(boss)} == expected
    assert len(expected) > 1


def test_the_score_of_one_kind_on_one_channel(boss, database):
    words = boss.does("csat.report", period="year", category="complaint", channel="Email")
    more = "category = 'complaint' AND ticket.channel = 'Email'"
    [(share, count)] = counted(database, SHARE, more, since=FIRST.replace(month=1))
    assert words.startswith(f"This year: {int(share)} % satisfied") and f"with {count} answers." in words


def test_how_many_answer_is_of_those_who_were_asked_then(boss, database):
    words = boss.does("csat.report", period="year")
    asked, answered = database.run(
        lambda store: store.connection.execute(
            sql("SELECT count(*), count(score) FROM survey WHERE sent_at >= :since"),
            {"since": FIRST.replace(month=1)},
        ).one()
    )
    assert f"{asked} asked, {round(100 * answered / asked)} % answered." in words


def test_how_long_people_wait_is_of_the_tickets_opened_then(boss, database):
    words = boss.does("csat.report", period="year")

    def hours(store):
        opened = {"since": FIRST.replace(month=1)}
        rows = store.session.execute(
            sql("SELECT id FROM ticket WHERE opened_at >= :since AND closed_at IS NOT NULL"), opened
        ).scalars()
        tickets = [store.session.get(Ticket, id) for id in rows]
        return sorted((each.closed_at - each.opened_at).total_seconds() / 3600 for each in tickets)

    waits = database.run(hours)
    middle = (waits[len(waits) // 2] + waits[(len(waits) - 1) // 2]) / 2
    assert f"Solved: half within {middle:.0f} h ({len(waits)} tickets)." in words


def test_behind_the_figures_stand_the_rows_the_worst_first(boss, database):
    words = boss.does("csat.report", period="year")
    count = int(words.partition(" with ")[2].split()[0])
    assert boss.press("Rows") == f"This year: {count} answers, the lowest first."
    assert boss.labels[0].startswith("1 of 5 · C")
    first = boss.labels[0].rpartition(" ")[2]
    more = next(label for label in boss.labels if str(count - 8) in label)
    assert boss.press(more).startswith(f"This year: {count} answers")
    assert boss.does("ticket.show", ref=first) == f"This is {first}."


def test_behind_the_rate_and_the_times_stand_their_rows_too(boss, database):
    words = boss.does("csat.report", period="year")
    asked = int(words.partition(" asked")[0].rpartition("\n")[2])
    boss.press("Rows")
    assert boss.labels[-2:] == ["Not answered", "Waiting times"]
    silent = int(boss.press("Not answered").partition(": ")[2].split()[0])
    share = int(words.partition(" asked, ")[2].split()[0])
    assert abs(100 * silent / asked - (100 - share)) <= 0.5
    first = boss.labels[0].rpartition(" ")[2]
    waits = boss.press("Waiting times")
    assert waits.endswith("with the hours until the first answer and the solution.")
    slowest = [
        max(float(each) for each in label.split(" · ")[0].replace(" h", "").split(" / ") if each != "–")
        for label in boss.labels[:8]
    ]
    assert slowest == sorted(slowest, reverse=True)
    assert boss.does("ticket.show", ref=first) == f"This is {first}."


def test_in_a_split_each_says_how_many_of_those_asked_have_answered(boss, database):
    boss.does("csat.report", period="year", by="category")
    query = sql(
        "SELECT category, count(*), count(score) FROM survey JOIN ticket ON ticket.id = survey.ticket_id "
        "WHERE sent_at >= :since GROUP BY category"
    )
    since = {"since": FIRST.replace(month=1)}
    found = database.run(lambda store: store.connection.execute(query, since).all())
    assert {row[0]: row[4] for row in table(boss)} == {
        kind: f"{round(100 * done / asked)} %" for kind, asked, done in found
    }


def test_of_a_colleague_with_few_answers_no_split_no_rows_and_no_trend_is_shown(boss, database):
    """They would say what the score does not."""
    few = {"period": "month", "owner": "bob", "category": "complaint"}
    [(_, count)] = counted(database, SHARE, "member.name = 'Bob' AND category = 'complaint'")
    assert 0 < count < 10
    for by in ("owner", "category", "channel"):
        words = boss.does("csat.report", **few, by=by)
        assert "A colleague's score is shown from 10 on." in words
        assert boss.last.reply.table is None
        assert boss.labels == ["Waiting times"]
    assert "A colleague's score" in boss.does("csat.rows", **few)


def test_a_name_may_be_a_colleagues_or_a_customers(boss, database):
    words = boss.does("csat.report", period="year", name="Bob")
    more = "member.name = 'Bob'"
    [(share, count)] = counted(database, SHARE, more, since=FIRST.replace(month=1))
    assert words.startswith(f"This year: {int(share)} % satisfied") and f"with {count} answers." in words
    words = boss.does("csat.report", period="year", name="Ann Poe")
    more = "survey.customer_id = 1"
    [(share, count)] = counted(database, SHARE, more, since=FIRST.replace(month=1))
    assert words.startswith(f"This year: {int(share)} % satisfied") and f"with {count} answers." in words
    assert boss.does("csat.report", name="Nobody") == "I know no member Nobody."


@pytest.mark.parametrize(
    ("said", "by"),
    [
        ("csat by channel", "channel"),
        ("csat by kind this month", "category"),
        ("满意度按渠道", "channel"),
        ("本月满意度 按类型", "category"),
    ],
)
def test_a_split_is_asked_for_in_words(said, by):
    meant = understand(said, now=NOW, language="en")
    assert (meant.intent, meant.slots.get("by"), meant.slots.get("owner")) == ("csat.report", by, None)


def test_the_trend_is_drawn_with_a_period_a_line(boss):
    boss.does("csat.report", period="month")
    assert boss.press("Trend") == "Share of 4 and 5 stars in the last 8 periods with answers."
    assert boss.last.reply.chart.png.startswith(b"\x89PNG")
    assert boss.does("csat.trend", period="month", owner="boss").startswith("There are too few")


def test_in_chinese(boss, chat):
    lin = chat("lin", Role.MANAGER, "zh")
    words = lin.does("csat.report", period="year")
    assert "解决：一半在" in words
    assert lin.labels == ["明细", "趋势", "按类型", "按渠道"]
