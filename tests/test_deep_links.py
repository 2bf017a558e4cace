"""Links that open the chat with the bot: of a ticket for its customer, of a campaign for whoever it brings."""

import re

import pytest
from conftest import Chat

from crmbot.people import Role
from crmbot.words import say
from storage.codes import learn_address

NONE = "This link does not work here. Write what it is about, and the team will answer."
HELLO = "Hello. Write what it is about"


@pytest.fixture
def boss(chat, database) -> Chat:
    database.run(lambda store: learn_address("telegram", "https://t.me/acmebot", store.connection))
    return chat("boss", Role.OWNER)


@pytest.fixture
def code(boss) -> str:
    """Of the ticket of a customer who called."""
    boss.does("ticket.add", name="Ann Poe", subject="the export is broken")
    boss.does("ticket.reply", ref="K1", text="Fixed")
    assert boss.labels == ["Chat link", "Undo"]
    words = boss.press("Chat link")
    assert boss.last.reply.chart.png.startswith(b"\x89PNG")
    found = re.search(r"https://t\.me/acmebot\?start=(t_[\w-]+)$", words)[1]
    assert len(found) <= 64
    return found


def test_who_opens_the_link_of_a_ticket_is_answered_there(code, boss, chat):
    ann = chat("ann", None)
    assert ann.say(f"/start {code}").startswith("This is K1 (the export is broken).")
    assert boss.reads(ann)
    assert "door-opened-by" in [each.reply.text.id for each in ann.posted]
    assert boss.does("ticket.reply", ref="K1", text="Try now") == "K1: Ann Poe has it from here."
    assert ann.reads(boss) == "Try now\n– K1"
    assert ann.say("thanks, it works").startswith("Added to K1.")
    assert boss.does("csat.send", ref="C1") == "Ann Poe is asked how content they are."


def test_a_second_account_cannot_open_it_and_the_first_may_again(code, chat, boss):
    ann, eve = chat("ann", None), chat("eve", None)
    ann.say(f"/start {code}")
    assert eve.say(f"/start {code}") == NONE
    assert eve.say("status").startswith("I find nothing")
    assert ann.say(code).startswith("This is K1")
    known = chat("known", None)
    known.say("another thing")
    boss.does("customer.claim", ref="C2")
    assert known.say(f"/start {code}") == NONE


def test_somebody_who_wrote_before_takes_along_what_they_wrote(code, chat, boss):
    ann = chat("ann", None)
    ann.say("hello, is anybody there about my export")
    assert ann.say(f"/start {code}").startswith("This is K1")
    assert boss.does("ticket.show", ref="K2") and boss.last.reply.card.title.startswith("K2 · Ann Poe")


def test_it_ends_after_a_week_and_guesses_are_counted(code, chat, clock):
    eve = chat("eve", None)
    for number in range(5):
        assert eve.say(f"/start {code[:-4]}{number:04}") == NONE
    assert eve.say(f"/start {code}") == "Too many wrong codes. Try again in an hour."
    clock.wait(days=7)
    assert chat("ann", None).say(f"/start {code}") == NONE


def test_where_somebody_came_from_is_kept_to_the_deal_that_is_won(boss, chat, database):
    boss.does("campaign.add", title="Fair 2026")
    words = boss.does("campaign.link", ref="M1")
    code = re.search(r"start=(c_[\w-]+)$", words)[1]
    assert boss.does("campaign.link", ref="M1") == words
    assert boss.last.reply.chart.png.startswith(b"\x89PNG")
    ann = chat("ann", None)
    assert ann.say(f"/start {code}").startswith(HELLO)
    ann.say("what would ten seats cost?")
    boss.reads(ann)
    boss.press("New deal")
    boss.does("deal.update", ref="D1", amount={"value": "900"})
    boss.does("deal.win", ref="D1")
    boss.does("campaign.report", ref="M1")
    assert boss.facts["came by its link"] == "1"
    assert boss.facts["deals won"] == "1 ($900)"
    assert chat("eve", None).say("/start c_nothing-of-ours").startswith(HELLO)


def test_who_came_first_by_one_link_stays_with_it(boss, chat, database):
    for title in ("Fair 2026", "Flyer"):
        boss.does("campaign.add", title=title)
    codes = [re.search(r"c_[\w-]+$", boss.does("campaign.link", ref=ref))[0] for ref in ("M1", "M2")]
    ann = chat("ann", None)
    for code in codes:
        ann.say(f"/start {code}")
    assert database.run(lambda store: store.customers.behind(ann.sender).campaign_id) == 1


def test_without_telegram_there_is_a_code_to_write(chat):
    boss = chat("boss", Role.OWNER)
    boss.does("ticket.add", name="Ann Poe", subject="late")
    words = boss.does("ticket.link", ref="K1")
    code = words.rpartition("\n")[2]
    assert boss.last.reply.chart is None
    assert chat("ann", None).say(code).startswith("This is K1 (late).")
    assert say(boss.last.reply.text, "zh").startswith("给 Ann Poe 的代码")
