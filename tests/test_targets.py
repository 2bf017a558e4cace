"""Targets: whose they are, what counts as won of them, and who sees that."""

import pytest

from crmbot.people import Role
from crmbot.words import say


@pytest.fixture
def amy(chat):
    return chat("amy", Role.MANAGER)


def plan(chat, value, **slots):
    return chat.does("target.set", amount={"value": str(value)}, **slots)


def test_a_target_that_is_set_again_takes_the_place_of_the_first(amy):
    plan(amy, 1000)
    assert plan(amy, 2000).startswith("Team sales, Q4 2026: $0 won of $2,000 (0 %), $2,000 to go")
    assert amy.does("target.report").startswith("Team sales, Q4 2026: $0 won of $2,000")
    assert amy.last.reply.table is None, "only one is there"


def test_undo_brings_the_first_back_and_redo_the_second(amy):
    plan(amy, 1000)
    plan(amy, 2000)
    amy.press("Undo")
    undone = amy.last
    assert "of $1,000" in amy.does("target.report")
    amy.last = undone
    amy.press("Redo")
    assert "of $2,000" in amy.does("target.report")


def test_only_what_they_won_in_the_period_counts(amy, chat, clock):
    bob, eve = chat("bob"), chat("eve", team="other")
    clock.now = clock.now.replace(month=9, day=30)
    bob.say("new deal Early 1000")
    bob.say("won D1")
    clock.now = clock.now.replace(month=11, day=23)
    bob.say("new deal Acme 300")
    bob.say("won D2")
    bob.say("new deal Abroad €70")
    bob.say("won D3")
    bob.say("new deal Initech 5000")
    bob.say("lost D4, price")
    eve.say("new deal Elsewhere 9000")
    assert eve.say("won D5") == "D5 · Elsewhere: won."
    words = plan(amy, 1000)
    assert words == (
        "Team sales, Q4 2026: $300 won of $1,000 (30 %), $700 to go, 39 days left.\n"
        "Won beside it in other currencies, not counted: €70."
    )
    clock.now = clock.now.replace(month=12, day=31)
    assert "this is the last day" in amy.does("target.report")
    clock.wait(days=1)
    assert "it was missed by $700" in amy.does("target.report", period="quarter", offset=-1)


def test_nearly_is_not_reached(amy):
    amy.say("new deal Acme 999.99")
    amy.say("won D1")
    assert "(99 %), $0.01 to go" in plan(amy, 1000)
    assert "(100 %), the target is reached, $0 above it" in plan(amy, "999.99")


def test_the_manager_sees_the_team_and_each_of_its_members(amy, chat):
    chat("bob")
    plan(amy, 100, owner="bob", period="month")
    plan(amy, 500)
    assert amy.does("target.report").startswith("Team sales, Q4 2026")
    cells = [[say(cell, "en") for cell in row] for row in amy.last.reply.table.rows]
    assert cells == [
        ["Team sales: $500", "Q4 2026", "$0", "0 %"],
        ["Bob: $100", "Nov 2026", "$0", "0 %"],
    ]
    assert amy.does("target.report", owner="bob").startswith("Bob, Nov 2026")


def test_a_rep_plans_and_sees_their_own_only(amy, chat):
    bob, eve = chat("bob"), chat("eve", Role.MANAGER, team="other")
    plan(amy, 500)
    assert bob.does("target.report").startswith("No target is set")
    assert plan(bob, 100).startswith("Bob, Q4 2026")
    assert plan(bob, 100, owner="amy") == "I know no member amy."
    assert plan(eve, 100, owner="bob") == "I know no member bob."
    assert eve.does("target.report").startswith("No target is set")


@pytest.mark.parametrize(
    ("slots", "words"),
    [
        ({"amount": {"value": "0"}}, "A target is an amount above zero"),
        ({"amount": {"value": "5"}, "period": "week"}, "Targets are for a month, a quarter or a year"),
    ],
)
def test_what_is_no_target_is_refused(amy, slots, words):
    assert amy.does("target.set", **slots).startswith(words)
    assert amy.does("target.report").startswith("No target is set")


def test_the_pipeline_is_shown_against_the_target_of_its_period(amy, chat):
    bob = chat("bob")
    plan(amy, 500)
    plan(bob, 100, period="month")
    assert "Team sales, Q4 2026: $0 won of $500" in amy.does("pipeline.report")
    assert "Bob, Nov 2026: $0 won of $100" in bob.does("pipeline.report", period="month")
    assert "won of" not in bob.does("pipeline.report", period="quarter")
    assert "won of" not in amy.does("pipeline.report", period="quarter", offset=3)
