"""Segments, satisfaction and campaigns in the chat, on the sample company and where there is too little to say."""

import random
import re
from collections import Counter
from datetime import timedelta

import pytest
from conftest import NOW
from sqlmodel import select

from crmbot.people import Role
from crmbot.words import say
from handlers.satisfaction import interval
from storage.sample import generate
from storage.tables import Customer, Deal, Mailing, Order, Product, Recipient, Survey, Task, Ticket


@pytest.fixture
def amy(chat):
    return chat("amy", Role.OWNER)


SEGMENTS = {"Champions": "champions", "Loyal": "loyal", "Lost": "lost", "Slipping away": "slipping", "New": "new"}


def tasks(database):
    return database.run(lambda store: store.session.exec(select(Task)).all())


def rows(chat):
    return [[say(cell, chat.last.language) for cell in row] for row in chat.last.reply.table.rows]


def add(database, *records):
    """Rows as an import would leave them."""

    def write(store):
        store.acts(None, "test", NOW)
        store.session.add_all(records)
        store.session.flush()
        return [record.id for record in records]

    return database.run(write)


def customers(database, number):
    made = [
        Customer(kind="person", name=f"Person {at}", name_key=f"person {at}", created_at=NOW) for at in range(number)
    ]
    return add(database, *made)


# Segments


def test_nobody_and_too_few_are_told_what_lacks(amy, database):
    assert "no customers" in amy.does("segments.report")
    [one] = customers(database, 1)
    add(database, Order(customer_id=one, amount=100, currency="USD", at=NOW))
    assert "more different ones are needed" in amy.does("segments.report", fresh=True)


@pytest.fixture
def buyers(amy, database):
    """Twenty who buy much and often and did so lately, twenty who bought once, long ago."""
    chance = random.Random(1)
    ids = customers(database, 40)
    orders = []
    for at, id in enumerate(ids):
        for time in range(12 if at < 20 else 1):
            ago = timedelta(days=chance.uniform(1, 5) + 28 * time + (0 if at < 20 else 500))
            amount = round(chance.uniform(90_000, 110_000) if at < 20 else chance.uniform(900, 1100))
            orders.append(Order(customer_id=id, amount=amount, currency="USD", at=NOW - ago))
    add(database, *orders)
    return ids


def test_groups_are_named_and_each_can_be_listed(amy, buyers):
    words = amy.does("segments.report", count=2)
    assert "2 groups among 40 customers" in words
    assert amy.last.reply.chart.png.startswith(b"\x89PNG")
    assert len(amy.labels) == 2
    listed = amy.press(amy.labels[0])
    assert listed.endswith(": 20.")
    assert len([label for label in amy.labels if "Person" in label]) == 8
    assert "12 more" in amy.labels
    first = set(amy.labels)
    amy.press("12 more")
    assert "4 more" in amy.labels and len(first & set(amy.labels)) == 1  # [Follow-ups for all 20]


def test_a_whole_group_gets_follow_ups_a_few_a_day_after_a_yes_and_with_one_undo(amy, buyers, database):
    amy.does("segments.report", count=2)
    amy.press(amy.labels[0])
    asked = amy.press("Follow-ups for all 20")
    assert re.match(
        r"Add 20 follow-ups for .*, one a customer\? .* at most 5 a day, from Tue 24 Nov to Fri 27 Nov", asked
    )
    assert tasks(database) == []
    assert re.match(r"Added 20 follow-ups for .*, from Tue 24 Nov to Fri 27 Nov", amy.press("Yes"))
    made = tasks(database)
    assert len({task.customer_id for task in made}) == 20
    assert Counter(task.due_at.date().isoformat() for task in made) == {f"2026-11-{day}": 5 for day in (24, 25, 26, 27)}
    amy.say("undo")
    assert tasks(database) == []


def test_follow_ups_go_to_whoever_looks_after_the_customer_where_one_may_give_work(chat, amy, buyers, database):
    database.run(lambda store: [setattr(store.session.get(Customer, id), "owner_id", 1) for id in buyers[:30]])
    eve = chat("eve", Role.MANAGER)
    eve.does("segments.report", count=2)
    for label in list(eve.labels):
        eve.does("segments.tasks", title=SEGMENTS[label], count=2)
        eve.press("Yes")
    assert Counter(task.owner_id for task in tasks(database)) == {1: 30, 2: 10}


def test_a_group_that_is_gone_or_too_large_gets_none(amy, buyers, database, monkeypatch):
    amy.does("segments.report", count=2)
    assert amy.does("segments.tasks", title="loyal", count=2) == (
        "Nobody is in Loyal any more. Ask for “segments” again."
    )
    monkeypatch.setattr("handlers.segment_groups.MOST", 10)
    amy.does("segments.report", count=2)
    words = amy.does("segments.tasks", title=SEGMENTS[amy.labels[0]], count=2)
    assert words.endswith(
        "is 20 customers; I add follow-ups for 10 at once. Ask for more groups, such as “/segments 8”."
    )


def test_those_who_are_one_of_a_kind_can_be_listed(amy, buyers, database):
    add(database, *(Order(customer_id=buyers[0], amount=9_000_000, currency="USD", at=NOW) for _ in range(90)))
    words = amy.does("segments.report", method="dbscan")
    assert "One of a kind" in words and "Person 0 (" in words
    amy.press("One of a kind")
    assert any("Person 0" in label for label in amy.labels)


def test_who_changed_groups_is_said_and_who_did_not_keeps_the_name(amy, buyers, database, clock):
    before = amy.does("segments.report", count=2)
    assert amy.does("segments.report", count=2) == before  # the same day: as it was said
    clock.wait(days=7)
    add(database, *(Order(customer_id=buyers[-1], amount=105_000, currency="USD", at=NOW) for _ in range(12)))
    words = amy.does("segments.report", count=2)
    assert "one has changed groups" in words and "Person 39" in words


def test_a_group_says_how_content_it_is_and_what_it_needs(amy, buyers, database):
    pro, lite = add(database, *(Product(name=name, name_key=name.lower()) for name in ("Pro", "Lite")))
    rows = []
    for at, id in enumerate(buyers):
        good, ago = at < 20, NOW - timedelta(days=700)
        rows.append(Order(customer_id=id, amount=1, currency="USD", at=ago, product_id=pro if good else lite))
        rows += [Ticket(customer_id=id, subject="it broke", opened_at=NOW) for _ in range(1 + good)]
        rows.append(Survey(customer_id=id, score=2 if good else 5, sent_at=NOW, answered_at=NOW))
    add(database, *rows)
    words = amy.does("segments.report", count=2)
    assert ", 2 tickets each, 2 of 5 stars. " in words and ", 1 ticket each, 5 of 5 stars. " in words
    assert "They mostly buy Pro (100 %, among all 50 %)." in words
    assert "They mostly buy Lite (100 %, among all 50 %)." in words


def test_another_team_is_another_world(chat, amy, buyers, database):
    eve = chat("eve", Role.REP, team="other")
    database.run(lambda store: [setattr(store.session.get(Customer, id), "owner_id", 1) for id in buyers])
    assert "no customers" in eve.does("segments.report")


# Satisfaction


def test_no_answer_is_no_score(amy):
    words = amy.does("csat.report")
    assert words.startswith("This month: nobody has answered yet.")
    assert "60 are needed" in words


def test_a_score_comes_with_its_interval_its_number_and_who_answered(amy, database):
    [one] = customers(database, 1)
    at = NOW - timedelta(days=1)
    asked = [Survey(customer_id=one, score=score, sent_at=at, answered_at=at) for score in (5, 4, 4, 2)]
    add(database, *asked, Survey(customer_id=one, sent_at=at))
    words = amy.does("csat.report")
    assert words.startswith("This month: 75 % satisfied (4 or 5 of 5), between 30 and 95 % with 4 answers.")
    assert "5 asked, 80 % answered." in words


@pytest.mark.parametrize(
    ("good", "answers", "expected"),
    [(0, 10, (0.0, 0.2775)), (5, 10, (0.2366, 0.7634)), (10, 10, (0.7225, 1.0)), (81, 263, (0.2553, 0.3662))],
)  # Wilson's interval: Newcombe 1998, Statistics in Medicine 17, table I, gives the last
def test_the_interval_is_wilsons(good, answers, expected):
    assert interval(good, answers) == pytest.approx(expected, abs=5e-5)


def test_a_colleagues_score_is_shown_from_ten_answers_on(amy, chat, database):
    chat("bob"), chat("cid")
    [one] = customers(database, 1)
    for owner, answers in ((2, 10), (3, 9)):
        tickets = add(database, *(_ticket(one, owner) for _ in range(answers)))
        add(database, *(Survey(customer_id=one, ticket_id=id, score=5, answered_at=NOW) for id in tickets))
    amy.does("csat.report")
    assert rows(amy) == [["Bob", "100 %", "72–100", "10", "–"]]  # nobody was asked, so none of those asked answered
    assert "9 answers. A colleague's score is shown from 10 on." in amy.does("csat.report", owner="Cid")
    assert "%" not in say(amy.last.reply.text, "en").partition("\n")[0]
    assert amy.does("csat.report", owner="Bob").startswith("This month: 100 % satisfied")


def _ticket(customer, owner):
    opened = NOW - timedelta(hours=5)
    return Ticket(customer_id=customer, subject="help", owner_id=owner, opened_at=opened, answered_at=NOW)


# Campaigns


def test_a_campaign_is_begun_logged_closed_and_undone(amy):
    amy.does("campaign.add", title="Spring Promo", amount={"value": "5000"}, source="email")
    assert amy.facts == {"budget": "$5,000", "channel": "email", "deals won": "0 (–)"}
    amy.does("campaign.log", ref="M1", metric="spend", amount={"value": "1200"})
    amy.does("campaign.log", title="spring promo", metric="leads", count=25)
    assert (amy.facts["spend"], amy.facts["leads"], amy.facts["a lead"]) == ("$1,200", "25", "$48")
    assert amy.press("Undo") == "Taken back: M1."
    amy.does("campaign.report", ref="M1")
    assert "leads" not in amy.facts and amy.facts["spend"] == "$1,200"
    amy.does("campaign.close", ref="M1")
    assert amy.does("campaign.list") == "One campaign, 1 running."


def test_what_a_mailing_did_is_measured_against_those_it_left_out(amy, buyers, database):
    amy.does("campaign.add", title="Spring Promo")
    ago = NOW - timedelta(days=9)
    [mailing] = add(database, Mailing(campaign_id=1, text="Spring is here", at=ago))
    rows = []
    for at, id in enumerate(buyers):
        out = at % 4 == 0
        sent = None if out else ago
        rows.append(Recipient(mailing_id=mailing, customer_id=id, held_out=out, sent_at=sent))
        for day, amount in ((20, 99_000_00), (3, (10 if out else 20) * 1_000_00 + at * 100)):
            closed = NOW - timedelta(days=day)
            won = {"stage": "won", "closed_at": closed, "created_at": closed, "currency": "USD"}
            rows.append(Deal(customer_id=id, title="", amount=amount, **won))
    add(database, *rows)
    words = amy.does("campaign.report")
    assert "M1 · Spring Promo, measured against those left out at random: +10,00" in words
    assert "USD won a customer since it was sent" in words and "30 reached, 10 left out." in words


def test_a_figure_without_its_number_is_asked_about(amy):
    amy.does("campaign.add", title="Spring Promo")
    assert amy.does("campaign.log", ref="M1", metric="spend") == "How much was spent? Write it with the amount."
    assert amy.does("campaign.log", ref="M1", metric="leads").startswith("How many")
    assert amy.does("campaign.report", title="Autumn") == "I know no campaign Autumn."


def test_campaigns_are_shown_of_a_period_alone(amy, clock):
    amy.does("campaign.add", title="Spring Promo")
    amy.does("campaign.add", title="Autumn Fair")
    amy.does("campaign.log", ref="M1", metric="leads", count=7, when="2026-10-31")
    amy.does("campaign.log", ref="M2", metric="leads", count=9)
    assert amy.does("campaign.report", ref="M1", period="month", offset=-1) == "Last month: This is M1."
    assert amy.facts["leads"] == "7"
    amy.does("campaign.report", ref="M1", period="month")
    assert "leads" not in amy.facts
    assert amy.does("campaign.report", period="month").startswith("This month: One campaign.")
    assert amy.does("campaign.report", period="month", offset=-8, alone=True) == (
        "Mar 2026: no campaign spent or brought anything."
    )


def test_effects_of_too_few_weeks_are_not_told(amy):
    assert amy.does("campaign.report") == "There are no campaigns yet."
    amy.does("campaign.add", title="Spring Promo")
    amy.does("campaign.log", ref="M1", metric="spend", amount={"value": "1200"})
    amy.does("campaign.log", ref="M1", metric="leads", count=25)
    assert "more are needed" in amy.does("campaign.report")
    assert rows(amy) == [["M1 · Spring Promo", "$1,200", "$48", "–"]]


# The sample company, whose truth is known: storage/sample.py


@pytest.fixture
def company(amy, database, app):
    generate(database, app.clock(), "UTC")
    return amy


def test_the_sample_companys_planted_effects_are_found(company):
    drivers = company.does("csat.report", period="quarter")
    assert "hours to first answer" in drivers and "kind complaint instead of enquiry" in drivers
    assert "who answered" not in drivers and "priority" not in drivers  # they do nothing
    effects = company.does("campaign.report")
    assert "Each 1 more spend goes with +2.8" in effects


def test_the_reports_are_said_in_chinese(company, chat):
    lin = chat("lin", Role.OWNER, "zh")
    assert "客户" in lin.does("segments.report")
    assert "满意" in lin.does("csat.report", period="quarter")
    assert "花费" in lin.does("campaign.report")
