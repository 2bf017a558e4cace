"""How much each colleague was in touch with customers, of what the reader may see."""

from crmbot.people import Role
from crmbot.words import say


def rows(speaker):
    reply, language = speaker.last.reply, speaker.last.language
    return [[say(cell, language) for cell in row] for row in reply.table.rows]


def test_each_colleague_is_counted_by_kind(chat):
    amy, bea, max_ = chat("amy"), chat("bea"), chat("max", Role.MANAGER)
    for words in ("called Hooli, keen", "called Hooli, fine", "met Globex today, fine", "/note Hooli prefers email"):
        amy.say(words)
    bea.say("emailed Initech, no answer")
    words = max_.say("activity report")
    assert words == "This week: 5 contacts with customers by 2 people (before that: 0)."
    assert rows(max_) == [["Amy", "2", "1", "0", "1", "4"], ["Bea", "0", "0", "1", "0", "1"]]
    max_.say("calls per rep this week")
    assert rows(max_) == [["Amy", "2"]]


def test_one_colleague_is_shown_week_by_week(chat, clock):
    amy, max_ = chat("amy"), chat("max", Role.MANAGER)
    clock.wait(days=-14)
    amy.say("called Hooli, keen")
    clock.wait(days=14)
    amy.say("met Hooli today, fine")
    max_.say("amy's activity this month")
    assert rows(max_) == [
        ["23 Nov", "0", "1", "0", "0", "1"],
        ["16 Nov", "0", "0", "0", "0", "0"],
        ["9 Nov", "1", "0", "0", "0", "1"],
        ["2 Nov", "0", "0", "0", "0", "0"],
        ["26 Oct", "0", "0", "0", "0", "0"],
    ]


def test_the_period_before_is_as_long(chat, clock):
    amy = chat("amy")
    clock.wait(days=-7)
    amy.say("called Hooli, keen")
    clock.wait(days=7)
    assert "(before that: 1)" in amy.say("activity report")
    assert "one contact" in amy.press("Last week")
    assert rows(amy) == [["Amy", "1", "0", "0", "0", "1"]]


def test_what_a_reader_may_not_see_is_not_counted(chat):
    amy, eve = chat("amy"), chat("eve", Role.MANAGER, team="rivals")
    amy.say("called Hooli, keen")
    assert "no contact" in eve.say("activity report")
    assert eve.last.reply.table is None
    assert not [label for label in eve.labels if label == "Amy"]


def test_what_was_taken_back_is_not_counted(chat):
    amy = chat("amy")
    amy.say("called Hooli, keen")
    amy.say("undo")
    assert "no contact" in amy.say("activity report")
