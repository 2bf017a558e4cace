"""The pipeline as the chat tells it: by stage and currency, weighted, with what slips."""

import pytest
from conftest import NOW

from crmbot.people import Role
from crmbot.words import say


@pytest.fixture
def amy(chat):
    return chat("amy", Role.REP)


def rows(chat):
    table = chat.last.reply.table
    return [[say(cell, chat.last.language) for cell in row] for row in table.rows] if table else []


def test_an_empty_pipeline_says_so_and_offers_no_picture(amy):
    words = amy.does("pipeline.report")
    assert words.startswith("No open deals.\nThis quarter: 0 won (–), 0 lost.")
    assert rows(amy) == [] and amy.labels == []


def test_stages_are_weighted_by_usual_rates_until_there_are_closed_deals_enough(amy):
    amy.say("new deal Acme 30k")
    amy.say("new deal Hooli 10k")
    amy.say("D2 to proposal")
    amy.say("new deal Initech €1,000")
    amy.say("won D3")
    amy.say("new deal Umbrella 500 EUR")
    words = amy.does("pipeline.report")
    assert "3 open deals: €500 + $40,000." in words
    assert "usual rates, for only one deal is closed so far: €50 + $8,000." in words
    assert "This quarter: 1 won (€1,000), 0 lost." in words
    assert rows(amy) == [["lead", "2", "€500 + $30,000", "10 %"], ["proposal", "1", "$10,000", "50 %"]]


def test_stages_are_weighted_by_ones_own_record_once_there_is_one(amy):
    for number in range(1, 31):
        amy.say(f"new deal Acme {number}k")
        amy.say(f"won D{number}" if number <= 12 else f"lost D{number}, price")
    amy.say("new deal Acme 1000")
    words = amy.does("pipeline.report")
    assert "Weighted by how many were won of 30 closed deals: $400." in words
    assert rows(amy) == [["lead", "1", "$1,000", "40 %"]]


def test_closed_deals_of_which_no_stage_is_known_are_not_said_to_be_few(amy):
    """As they come from a file of another program."""
    for number in range(1, 31):
        amy.does("deal.add", customer="Acme", title=f"seats {number}", stage="won")
    amy.say("new deal Acme 1000")
    words = amy.does("pipeline.report")
    assert "usual rates, as too few of the 30 closed deals are known to have been in these stages: $100." in words


def test_what_slips_is_named_and_can_be_opened(amy, clock):
    amy.say("new deal Acme 30k close tomorrow")
    amy.say("new deal Hooli 50k close tomorrow")
    amy.say("new deal Initech 9k")
    clock.wait(days=2)
    words = amy.does("pipeline.report")
    assert "2 are past their closing date: D2 Hooli $50,000 · D1 Acme $30,000" in words
    assert amy.press("D2 · Hooli · $50,000") == "This is D2."


def test_moves_of_the_last_week_are_counted(amy, clock):
    amy.say("new deal Acme 30k")
    clock.wait(days=10)
    amy.say("new deal Hooli 10k")
    amy.say("D1 to proposal")
    assert "In the last seven days: 1 new, 1 moved on." in amy.does("pipeline.report")


def test_only_what_a_member_may_see_is_counted(chat, amy):
    amy.say("new deal Acme 30k")
    bob, boss = chat("bob", Role.REP), chat("eve", Role.MANAGER)
    assert bob.does("pipeline.report").startswith("No open deals.")
    assert boss.does("pipeline.report").startswith("One open deal: $30,000.")
    assert boss.does("pipeline.report", owner="Bob").startswith("No open deals.")


def test_the_chart_is_drawn_by_the_worker_and_comes_with_the_same_words(amy):
    amy.say("new deal Acme 30k")
    words = amy.does("pipeline.report")
    assert amy.press("Chart") == words
    chart = amy.last.reply.chart
    assert chart.png.startswith(b"\x89PNG") and say(chart.alt, "en") == "Open deals by stage: $30,000"


def test_a_quarter_ends_at_midnight_where_the_member_is(amy, clock):
    amy.does("settings.set", zone="Asia/Shanghai")
    amy.say("new deal Acme 30k")
    clock.now = NOW.replace(month=12, day=31, hour=15, minute=59)
    amy.say("won D1")
    assert "This quarter: 1 won ($30,000)" in amy.does("pipeline.report")
    clock.wait(minutes=1)
    assert "This quarter: 0 won" in amy.does("pipeline.report")
    assert "Last quarter: 1 won ($30,000)" in amy.does("pipeline.report", offset=-1)
