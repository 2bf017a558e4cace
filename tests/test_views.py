"""Views for BI tools: the same names and types on every database, amounts as people write them, nobody's contacts."""

from decimal import Decimal

import pytest
from sqlalchemy import inspect, text

from crmbot.people import Role
from storage.migrate import _upgrade
from storage.views import views

SECRETS = ("4155552671", "ann@hooli.example", "likes tea", "it is broken")


@pytest.fixture
def filled(chat, database):
    amy = chat("amy", Role.OWNER)
    amy.does("customer.add", name="Ann Poe", phone="+14155552671", email="ann@hooli.example", text="likes tea")
    for number, (value, currency) in enumerate((("30000.25", "USD"), ("80000", "JPY"), ("1.5", "KWD"))):
        amy.does("deal.add", customer="C1", amount={"value": value, "currency": currency}, title=f"seats {number}")
    amy.does("ticket.add", subject="it is broken", name="Ann Poe")
    amy.does("interaction.log", customer="C1", text="likes tea", due="2026-11-27")
    return database


def rows(database, view):
    with database.reading() as store:
        return [dict(row._mapping) for row in store.connection.execute(text(f"SELECT * FROM {view} ORDER BY id"))]


def test_they_are_there_with_just_these_columns(database):
    with database.engine.connect() as connection:
        looked = inspect(connection)
        made = {name: [each["name"] for each in looked.get_columns(name)] for name in looked.get_view_names()}
    assert {name: columns for name, columns in made.items() if name.startswith("bi_")} == {
        name: [column.name for column in query.selected_columns] for name, query in views().items()
    }


def test_amounts_are_decimal_in_their_currency(filled):
    deals = rows(filled, "bi_deals")
    assert [Decimal(str(deal["amount"])) for deal in deals] == [Decimal("30000.25"), 80000, Decimal("1.5")]
    assert {(deal["customer_id"], deal["owner"], deal["owner_team"], deal["stage"]) for deal in deals} == {
        (1, "Amy", "sales", "lead")
    }


def test_every_stage_is_told_of_those_that_never_moved_too(chat, clock, database):
    amy = chat("amy", Role.OWNER)
    began = clock.now
    for number in range(3):
        amy.does("deal.add", customer="Hooli", title=f"seats {number}")
    amy.does("deal.add", customer="Hooli", title="done", stage="won")
    clock.wait(days=1)
    amy.does("deal.move", deal="D1", stage="proposal")
    amy.does("deal.win", deal="D1")
    amy.does("deal.move", deal="D2", stage="proposal")
    amy.say("undo")
    told = rows(database, "bi_deal_stages")
    assert sorted((row["deal_id"], str(row["at"])[:10], row["stage"]) for row in told) == [
        (1, f"{began:%Y-%m-%d}", "lead"),
        (1, f"{clock.now:%Y-%m-%d}", "proposal"),
        (1, f"{clock.now:%Y-%m-%d}", "won"),
        (2, f"{began:%Y-%m-%d}", "lead"),
        (3, f"{began:%Y-%m-%d}", "lead"),
        (4, f"{began:%Y-%m-%d}", "won"),
    ]
    assert len({row["id"] for row in told}) == len(told)
    assert {(row["owner"], row["owner_team"]) for row in told} == {("Amy", "sales")}


def test_the_stage_that_a_deal_begins_in_comes_and_goes_with_it(chat, database):
    amy = chat("amy", Role.OWNER)
    amy.say("new deal Hooli 30k")
    before = rows(database, "bi_deal_stages")
    amy.say("undo")
    assert rows(database, "bi_deals") == rows(database, "bi_deal_stages") == []
    amy.press("Redo")
    assert rows(database, "bi_deal_stages") == before and before[0]["stage"] == "lead"


def test_they_hold_no_contacts_and_no_notes(filled):
    told = repr([rows(filled, view) for view in views()])
    assert "Ann Poe" in told and "seats 1" in told
    assert not [secret for secret in SECRETS if secret in told]


def test_they_are_read_only(filled):
    """At least no row can be changed through those that tell of more than one table."""
    with pytest.raises(Exception, match=r"(?i)view|read|not"), filled.engine.begin() as connection:
        connection.execute(text("DELETE FROM bi_deals"))
    assert len(rows(filled, "bi_deals")) == 3


def test_they_are_made_anew_by_a_migration(filled):
    before = rows(filled, "bi_customers")
    _upgrade(filled.engine, filled.keys)
    assert rows(filled, "bi_customers") == before
