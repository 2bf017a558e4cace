"""A deal that was added or changed in a group stands there in one post: later changes are said below it, and it shows
how the deal stands now. What a group reads stays cut."""

from dataclasses import replace

import pytest
from conftest import Chat
from test_groups import CANARIES, visible

from crmbot.incoming import Place
from crmbot.people import Role
from crmbot.words import say

SALES = Place("slack", "C1", "", private=False)
ROOM = Place("terminal", "support-room", "", private=False)


@pytest.fixture
def amy(chat) -> Chat:
    amy = chat("amy", Role.MANAGER)
    amy.say("help")
    replace(amy, place=SALES).does("place.link")
    return amy


def thread(chat: Chat, ts: str) -> Chat:
    """The same person in a thread of the channel."""
    return replace(chat, place=replace(SALES, thread=ts), last=None)


def heard(chat: Chat, place: Place) -> list[tuple[str, str]]:
    """What the last message brought there: which post it took the place of, and the words."""
    return [(each.edits, say(each.reply.text, each.language)) for each in chat.all if each.place == place]


def facts(chat: Chat, place: Place) -> list[str]:
    [card] = [each.reply.card for each in chat.all if each.place == place and each.reply.card]
    return [card.title, *(f"{say(label, 'en')}: {say(value, 'en')}" for label, value in card.facts)]


def test_a_change_from_elsewhere_is_said_in_the_thread_and_the_post_shows_it(amy):
    there = thread(amy, "100.1")
    assert there.say("new deal Zanzibar 31,337 close 2026-12-18") == "Added D1. The rest is in our private chat."
    post = there.shown
    assert facts(there, there.place) == ["D1", "Stage: lead", "Closing: Fri 18 Dec"]
    amy.say("move D1 to proposal")
    assert heard(amy, there.place) == [("", "D1: proposal."), (post, "D1: proposal.")]
    assert facts(amy, there.place) == ["D1", "Stage: proposal", "Closing: Fri 18 Dec"]
    amy.say("D1 is now 45k")
    assert heard(amy, there.place) == [("", "Changed D1."), (post, "D1: proposal.")]
    amy.say("undo")
    assert heard(amy, there.place) == [("", "Taken back: D1."), (post, "D1: proposal.")]
    amy.say("lost D1, too expensive")
    assert facts(amy, there.place) == ["D1", "Stage: lost", "Closing: Fri 18 Dec"], "typed words are not for everybody"
    assert not [word for word in CANARIES if word in visible(amy, there.place)]


def test_what_is_said_in_the_thread_itself_is_answered_once_and_the_post_shows_it(amy):
    there = thread(amy, "100.1")
    there.say("new deal Acme 30k")
    post = there.shown
    there.say("won D1")
    assert heard(there, there.place) == [("", "D1: won. The rest is in our private chat."), (post, "D1: won.")]


def test_there_is_one_post_in_a_channel_however_many_threads_speak_of_it(amy):
    first, second = thread(amy, "100.1"), thread(amy, "200.2")
    first.say("new deal Acme 30k")
    post = first.shown
    second.say("won D1")
    assert heard(second, first.place) == [("", "D1: won."), (post, "D1: won.")]
    amy.say("undo")
    assert heard(amy, first.place) == [("", "Taken back: D1."), (post, "D1: lead.")]
    assert heard(amy, second.place) == []


def test_to_look_at_a_deal_posts_nothing_and_to_change_it_does(amy):
    there = thread(amy, "100.1")
    amy.say("new deal Acme 30k")
    there.say("D1")
    amy.say("move D1 to qualified")
    assert heard(amy, there.place) == []
    there.say("move D1 to proposal")
    amy.say("won D1")
    assert [words for _, words in heard(amy, there.place)] == ["D1: won.", "D1: won."]


def test_who_else_writes_in_the_thread_speaks_of_its_deal(amy, chat):
    thread(amy, "100.1").say("new deal Acme 30k")
    thread(amy, "200.2").say("new deal Hooli 5k")
    ben = chat("ben", Role.MANAGER)
    ben.say("help")
    assert thread(ben, "100.1").say("won", reply_to="100.1").startswith("D1: won.")


def test_a_deal_whose_making_is_taken_back_is_shown_as_gone_and_one_done_again_as_it_is(amy):
    there = thread(amy, "100.1")
    there.say("new deal Acme 30k")
    post = there.shown
    amy.say("undo")
    assert heard(amy, there.place)[-1] == (post, "Taken back: D1.")
    amy.press("Redo")
    assert heard(amy, there.place)[-1] == (post, "D1: lead.")


def test_a_channel_that_is_unlinked_or_another_teams_hears_no_more(amy, chat):
    boss = chat("boss", Role.OWNER)
    there = thread(amy, "100.1")
    there.say("new deal Acme 30k")
    replace(amy, place=SALES).does("place.unlink")
    amy.say("move D1 to proposal")
    assert heard(amy, there.place) == []
    replace(amy, place=SALES).does("place.link")
    amy.say("move D1 to qualified")
    assert len(heard(amy, there.place)) == 2
    chat("rita", Role.REP, team="rivals")
    boss.does("deal.update", deal="D1", owner="Rita")
    assert heard(boss, there.place) == []


def test_a_ticket_that_is_changed_elsewhere_says_so_below_its_post(amy, chat):
    room = replace(chat("boss", Role.OWNER), place=ROOM)
    room.say("/link support")
    ann = chat("ann", None)
    ann.say("the export is broken")
    room.reads(ann)
    post = room.shown
    amy.does("ticket.close", ticket="K1")
    below, live = [each for each in amy.all if each.place == ROOM]
    assert (say(below.reply.text, "en"), below.answers, live.edits) == ("K1 is closed.", post, post)
    room.last = live
    room.press("Reopen")
    assert [(each.edits, each.answers) for each in room.all if each.place == ROOM] == [(post, "")]
