"""Writing to many: nobody who did not ask for it, never without a look first, each at most once."""

from datetime import timedelta

import pytest
from sqlmodel import select

from crmbot.people import Role
from storage.tables import Customer, Recipient

WORDS = "Spring is here: two months for one."


@pytest.fixture
def boss(chat, said):
    boss = chat("boss", Role.MANAGER)
    boss.say("new campaign Spring Promo")
    said.now()
    return boss


def customers(chat, number, *, agreed):
    found = [chat(f"kim{each}", None) for each in range(number)]
    for each in found:
        each.say("where is my parcel?")
        if agreed:
            assert each.say("news").startswith("You will hear of news now and then.")
    return found


def got(said):
    return [words for words in said.now() if WORDS in words]


def test_it_asks_first_with_the_number_and_writes_to_those_alone_who_asked_for_it(boss, chat, said, clock):
    customers(chat, 3, agreed=True)
    chat("ann", None).say("where is my parcel?")
    assert boss.say("send campaign M1") == "To whom? “All”, a tag such as #vip, or a group such as “at risk”."
    assert boss.say("all") == "What shall I write to them? It goes out as you type it."
    look = boss.say(WORDS)
    assert look.startswith("M1 · Spring Promo goes to 3 customers. 4 are meant;")
    assert got(said) == []
    assert boss.press("Yes").startswith("M1 goes to 3 customers from Mon 23 Nov 09:01 UTC on.")
    assert got(said) == []
    clock.wait(minutes=2)
    heard = got(said)
    assert sorted(words.partition(":")[0] for words in heard) == ["kim0", "kim1", "kim2"]
    assert heard[0].endswith("You get this because you asked for news on Mon 23 Nov. Write “stop” to get no more.")
    clock.wait(days=1)
    assert got(said) == []


def test_no_is_no(boss, chat, said, clock):
    customers(chat, 1, agreed=True)
    boss.does("campaign.send", ref="M1", query="all", words=WORDS)
    boss.press("No")
    clock.wait(minutes=5)
    assert got(said) == []


def test_who_says_stop_gets_no_more_even_of_what_is_planned(boss, chat, said, clock):
    first, second = customers(chat, 2, agreed=True)
    boss.does("campaign.send", ref="M1", query="all", words=WORDS)
    boss.press("Yes")
    first.say("stop")
    clock.wait(minutes=2)
    assert [words.partition(":")[0] for words in got(said)] == ["kim1"]
    second.say("退订")
    assert boss.does("campaign.send", ref="M1", query="all", words=WORDS).startswith("Of 2 customers nobody asked")


def test_it_can_be_taken_back_until_it_was_sent(boss, chat, said, clock):
    customers(chat, 2, agreed=True)
    boss.does("campaign.send", ref="M1", query="all", words=WORDS)
    boss.press("Yes")
    assert boss.say("undo").startswith("Taken back")
    clock.wait(minutes=2)
    assert got(said) == []
    boss.does("campaign.send", ref="M1", query="all", words=WORDS)
    boss.press("Yes")
    clock.wait(minutes=2)
    assert len(got(said)) == 2
    assert boss.say("undo") == "Some of it was sent already, so it cannot be taken back."


def test_a_tag_is_an_audience_and_an_unknown_word_is_none(boss, chat, said, clock, database):
    customers(chat, 2, agreed=True)
    boss.say("C1 #vip")
    boss.does("customer.update", ref="C1", tags=["vip"])
    assert boss.does("campaign.send", ref="M1", query="#vip", words=WORDS).startswith(
        "M1 · Spring Promo goes to one customer. One is meant;"
    )
    assert boss.does("campaign.send", ref="M1", query="martians", words=WORDS).startswith("I know no group or tag")


def test_of_many_some_are_left_out_to_compare_with(boss, chat, said, clock, database):
    customers(chat, 40, agreed=True)
    boss.does("campaign.send", ref="M1", query="all", words=WORDS)
    boss.press("Yes")
    clock.wait(minutes=2)
    heard = len(got(said))
    out = database.run(lambda store: [row.held_out for row in store.session.exec(select(Recipient))])
    assert 0 < sum(out) < 12 and heard == 40 - sum(out)


def test_late_in_the_evening_it_waits_for_the_morning(boss, chat, said, clock):
    customers(chat, 1, agreed=True)
    clock.wait(hours=13)
    boss.does("campaign.send", ref="M1", query="all", words=WORDS)
    boss.press("Yes")
    clock.wait(minutes=2)
    assert got(said) == []
    clock.wait(hours=12)
    assert len(got(said)) == 1


def test_what_they_agreed_to_is_kept_with_where_and_in_which_words(chat, database, clock):
    [kim] = customers(chat, 1, agreed=True)
    row = database.run(lambda store: store.session.exec(select(Customer)).one())
    assert (row.agreed_at, row.agreed_how) == (clock.now, "terminal: news")
    clock.now += timedelta(days=1)
    kim.say("stop")
    row = database.run(lambda store: store.session.exec(select(Customer)).one())
    assert row.agreed_at is None and row.stopped_at == clock.now
