"""Tickets in the room of their team: one live post, worked on there; what it shows is what the team may read there."""

from dataclasses import replace

import pytest
from conftest import Chat
from test_groups import visible

from crmbot.audience import without_contacts
from crmbot.incoming import Place
from crmbot.people import Role
from crmbot.reply import Reply, verbatim

ROOM = Place("terminal", "support-room", "", private=False)
SALES = Place("terminal", "sales-room", "", private=False)


def there(chat: Chat, place: Place) -> Chat:
    """The same person in that group."""
    return replace(chat, place=place)


@pytest.fixture
def boss(chat) -> Chat:
    return chat("boss", Role.OWNER)


@pytest.fixture
def room(boss) -> Chat:
    """The owner in the linked room."""
    room = there(boss, ROOM)
    assert room.say("/link #support").startswith("This")
    return room


@pytest.fixture
def ann(chat) -> Chat:
    return chat("ann", None)


def places(chat: Chat) -> list[str]:
    return [each.place.chat for each in chat.posted]


def test_a_new_ticket_is_posted_to_the_room_alone_and_worked_on_there(room, ann, chat):
    ann.say("the export is broken, call 415 555 2671 or ann@example.com")
    assert places(ann) == ["support-room"]
    assert room.reads(ann).startswith("K1 waits for us.")
    post = room.shown
    assert room.labels[:4] == ["Claim", "Assign", "Priority", "Close"]
    assert room.last.reply.card.title == "K1 · the export is broken, call ••• or •••"
    assert room.facts["Customer"] == "the export is broken, call ••• or •••"
    assert not [word for word in ("Ann", "2671", "example") if word in visible(ann, ROOM)]
    mia = there(chat("mia", Role.MANAGER), ROOM)
    mia.last = room.last
    claim = mia.button("Claim")
    mia.press("Claim")
    assert [(each.place, each.edits) for each in mia.all] == [(ROOM, post)]
    assert (mia.facts["Owner"], mia.shown) == ("Mia", post)
    assert room.say(claim, reply_to=post) == "Mia has K1 already."
    assert [each.place for each in room.all] == [ROOM]


def test_a_reply_to_the_post_answers_the_customer_and_a_note_stays_inside(room, ann):
    ann.say("late")
    room.reads(ann)
    post = room.shown
    assert room.say("Which order?", reply_to=post) == "K1: the customer has it from here."
    assert ann.reads(room) == "Which order?\n– K1"
    assert {each.place for each in room.all} == {ROOM, ann.place}
    assert room.say("// they always say that", reply_to=post) == "Changed K1."
    assert [each.place for each in room.all] == [ROOM]
    ann.say("order 5, mail me at ann@example.com")
    [said, live] = ann.posted
    assert (said.reply.text.args["words"], said.answers) == ("order 5, mail me at •••", post)
    assert (live.edits, room.reads(ann)[:16]) == (post, "K1 waits for us.")


def test_in_the_thread_of_the_post_the_bot_need_not_be_named(room, ann, chat):
    ann.say("late")
    room.reads(ann)
    post = room.shown
    assert room.say("Which order?", reply_to=post, overheard=True) == "K1: the customer has it from here."
    assert ann.reads(room) == "Which order?\n– K1"
    room.say("// they always say that", reply_to=post, overheard=True)
    assert [each.place for each in room.all] == [ROOM]
    for words, below in (("won D1", ""), ("see you at noon", "m999"), ("/help", post)):
        room.say(words, reply_to=below, overheard=True)
        assert room.all == [], words
    stranger = there(chat("mal", None), ROOM)
    stranger.say("me too", reply_to=post, overheard=True)
    rita = there(chat("rita", Role.MANAGER, team="rivals"), ROOM)
    rita.say("hello", reply_to=post, overheard=True)
    assert not [each for each in (*stranger.all, *rita.all) if each.place == ann.place]
    room.does("place.unlink")
    room.say("Which order?", reply_to=post, overheard=True)
    assert room.all == []


def test_what_cannot_be_passed_on_is_said_in_the_thread(room, boss):
    boss.does("ticket.add", name="Acme", subject="called about the invoice")
    room.reads(boss)
    assert "tell them yourself" in room.say("Fixed", reply_to=room.shown, overheard=True)


def test_priority_owner_and_end_are_chosen_in_the_room(room, ann, chat):
    chat("mia", Role.MANAGER)
    ann.say("late")
    room.reads(ann)
    post = room.last
    assert room.press("Priority") == "How urgent is K1?"
    assert room.press("urgent") == "Changed K1."
    room.last = post
    assert room.press("Assign") == "Who shall look after K1?"
    assert room.press("Mia") == "Changed K1."
    room.reads(room)
    assert (room.facts["Owner"], room.facts["Priority"], room.shown) == ("Mia", "urgent", f"m{post.id}")
    room.press("Close")
    assert (room.facts["Status"], room.shown, room.labels) == ("closed", f"m{post.id}", ["Reopen"])


def test_the_room_called_so_comes_before_others_and_of_others_only_the_one_there_is(boss, ann, chat):
    there(boss, SALES).does("place.link", channel="sales")
    ann.say("one")
    assert places(ann) == ["sales-room"]
    there(boss, ROOM).does("place.link", channel="客服")
    chat("bob", None).say("two")
    ben = chat("ben", None)
    ben.say("three")
    assert places(ben) == ["support-room"]
    there(boss, ROOM).does("place.link", channel="other")
    eve = chat("eve", None)
    eve.say("four")
    assert places(eve) == ["boss"]


def test_a_room_of_another_team_an_unlinked_one_and_one_that_others_read_get_nothing(boss, room, ann, chat):
    ann.say("late")
    room.does("place.unlink")
    ann.say("hello?")
    assert places(ann) == ["boss"]
    there(chat("rita", Role.MANAGER, team="rivals"), SALES).does("place.link", channel="service")
    ann.say("hello??")
    assert places(ann) == ["boss"]
    room.does("place.link", channel="support")
    ann.say("hello???")
    assert places(ann) == ["support-room"]
    there(boss, replace(ROOM, external=True)).say("open deals")
    ann.say("hello????")
    assert places(ann) == ["boss"]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("call +44 (0)20 7946 0958 today", "call ••• today"),
        ("电话13800138000，谢谢", "电话•••，谢谢"),
        ("写给 王@例子.公司", "写给 •••"),
        ("order 12345 of 3 parts", "order 12345 of 3 parts"),
    ],
)
def test_contacts_are_struck_out_of_what_people_typed(said, read):
    assert without_contacts(Reply(verbatim(said))).text == verbatim(read)
