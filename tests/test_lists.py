"""A list is read to its end page by page, each as it is when the button is pressed and for whoever presses it."""

import pytest

from crmbot.people import Role
from crmbot.words import say

NAMES = (
    *("Aramis", "Bertelsmann", "Caterpillar", "Daimler", "Elektra", "Ferrero", "Grundig", "Heineken", "Inditex"),
    *("Juventus", "Kellogg", "Lufthansa", "Michelin", "Novartis", "Olivetti", "Pirelli", "Quelle"),
)
LISTS = {
    "open deals": "new deal {} 5k",
    "customers": "new customer {}",
    "my tasks": "remind me to call {} tomorrow at 3pm",
    "open tickets": "ticket: {} cannot log in",
    "my calls": "called {} today, all is fine",
    "list campaigns": 'new campaign "{}"',
}


def rows(speaker):
    reply, language = speaker.last.reply, speaker.last.language
    if reply.table:
        return [" ".join(say(cell, language) for cell in row) for row in reply.table.rows]
    return [label for label in speaker.labels if not label.endswith("more")]


@pytest.mark.parametrize("asked", LISTS)
def test_a_list_is_read_to_its_end(asked, chat):
    amy = chat("amy", Role.MANAGER)
    for name in NAMES:
        amy.say(LISTS[asked].format(name))
    amy.say(asked)
    first, place = rows(amy), amy.shown
    words = amy.press("9 more")
    second = rows(amy)
    assert "9–16" in words
    assert amy.last.edits == place
    amy.press("1 more")
    third = rows(amy)
    assert [len(each) for each in (first, second, third)] == [8, 8, 1]
    assert not any(label.endswith("more") for label in amy.labels)
    for name in NAMES:
        assert sum(name in row for row in (*first, *second, *third)) == 1


def test_the_changes_of_a_record_are_read_to_their_end(chat):
    amy = chat("amy")
    amy.say("new deal Hooli 1k")
    for number in range(2, 14):
        amy.say(f"D1 {number}k")
    amy.say("history of D1")
    assert len(rows(amy)) == 8
    amy.press("5 more")
    assert len(rows(amy)) == 5
    assert "added" in rows(amy)[-1]


def test_the_deals_behind_what_slips_are_read_to_their_end(chat, clock):
    amy = chat("amy")
    for number, name in enumerate(NAMES, 1):
        amy.say(f"new deal {name} {number}k close tomorrow")
    clock.wait(days=3)
    amy.say("pipeline")
    amy.press("14 more")
    assert rows(amy)[0].startswith("D17")
    assert not amy.last.edits  # the report stays
    amy.press("9 more")
    amy.press("1 more")
    assert rows(amy) == ["D1 · Aramis · $1,000"]


def test_a_further_page_shows_what_is_there_when_it_is_asked_for(chat):
    amy, bob = chat("amy"), chat("bob")
    for name in NAMES[:10]:
        amy.say(f"new deal {name} 5k")
    amy.say("open deals")
    more, where = amy.button("2 more"), amy.shown
    assert "too old" in bob.say(more)  # it is nobody else's
    amy.say("won D1")
    amy.say(more, reply_to=where)
    assert rows(amy) == ["D2 · Bertelsmann · $5,000"]
    amy.say(more, reply_to=where)  # once more
    assert rows(amy) == ["D2 · Bertelsmann · $5,000"]
