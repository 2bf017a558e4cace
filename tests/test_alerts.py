"""Alerts: told as soon as something happened or collected, once for each time, and no more than a group may read."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crmbot.people import Role
from storage.tables import Alert

MORNING = datetime(2026, 11, 24, 1, tzinfo=UTC)  # 09:00 in Shanghai


@pytest.fixture
def boss(chat, said):
    boss = chat("boss", Role.MANAGER)
    boss.does("settings.set", zone="Asia/Shanghai")
    said.now()
    return boss


@pytest.fixture
def sales(chat, boss):
    group = chat("boss", None, private=False)
    group.does("place.link", channel="#sales")
    return group


def in_group(said):
    return [words.removeprefix("group: ") for words in said.now() if words.startswith("group")]


def test_a_deal_that_is_won_is_told_in_the_group_once(boss, sales, chat, said):
    assert boss.does("alert.add", report="won", channel="#sales", amount={"value": "50000"}) == "Alert R1 is set."
    assert boss.facts == {
        "Report": "deals won", "Again": "at once", "Over": "$50,000", "Goes to": "sales",
    }  # fmt: skip
    amy = chat("amy")
    amy.say("new deal Acme 60k")
    amy.say("won D1")
    assert in_group(said) == ["Won by Amy: D1 · Acme · $60,000."]
    assert in_group(said) == []
    amy.say("undo")
    amy.say("won D1")
    assert in_group(said) == ["Won by Amy: D1 · Acme · $60,000."], "it happened a second time"


def test_what_is_taken_back_in_time_is_not_told(boss, sales, chat, said):
    boss.does("alert.add", report="won", channel="#sales")
    boss.say("new deal Acme 60k")
    boss.say("won D1")
    boss.say("undo")
    assert in_group(said) == []


def test_a_smaller_deal_or_one_in_another_currency_is_not_told(boss, sales, said):
    boss.does("alert.add", report="won", channel="#sales", amount={"value": "50000", "currency": "USD"})
    for amount in ("40k", "90000 EUR", ""):
        boss.say(f"new deal Acme {amount}")
    for ref in ("D1", "D2", "D3"):
        boss.say(f"won {ref}")
    assert in_group(said) == []


def test_a_group_reads_no_deal_of_another_team(boss, sales, chat, said):
    boss.does("alert.add", report="won", channel="#sales")
    other = chat("zoe", team="other")
    other.say("new deal Acme 60k")
    other.say("won D1")
    assert in_group(said) == []


def test_a_rep_is_told_of_their_own_deals_only_and_may_not_post_to_a_group(boss, sales, chat, said):
    amy, ben = chat("amy"), chat("ben")
    assert amy.does("alert.add", report="won", channel="sales") == "A rep may not do that."
    assert amy.does("alert.add", report="won") == "Alert R1 is set."
    for each, ref in ((amy, "D1"), (ben, "D2")):
        each.say("new deal Acme 60k")
        each.say(f"won {ref}")
    assert said.now() == ["amy: Won by Amy: D1 · Acme · $60,000."]


def test_collected_once_a_day(boss, sales, said, clock):
    boss.does("alert.add", report="won", channel="#sales", every="day", at="18:00")
    for ref in ("D1", "D2"):
        boss.say("new deal Acme 60k")
        boss.say(f"won {ref}")
    boss.say("new deal Hooli 5k")
    boss.say("won D3")
    boss.say("undo")
    assert in_group(said) == []
    clock.wait(hours=1)  # 18:00
    assert in_group(said) == ["2 of deals won:\nWon by Boss: D1 · Acme · $60,000.\nWon by Boss: D2 · Acme · $60,000."]
    clock.wait(days=1)
    assert in_group(said) == [], "silent when nothing happened"


def test_quiet_hours_collect_until_they_end(boss, sales, said, clock):
    boss.does("alert.add", report="won", channel="#sales")
    assert boss.say("quiet in #sales from 16 to 9") == "Alerts for sales wait during these hours: 16:00–09:00."
    for ref in ("D1", "D2"):
        boss.say("new deal Acme 60k")
        boss.say(f"won {ref}")
    assert in_group(said) == []
    clock.now = MORNING - timedelta(seconds=1)
    assert in_group(said) == []
    clock.now = MORNING
    assert [words.splitlines()[0] for words in in_group(said)] == ["2 of deals won:"]
    assert boss.say("quiet in #sales off").startswith("Alerts for sales wait during these hours: ")
    boss.say("new deal Acme 60k")
    boss.say("won D3")
    assert len(in_group(said)) == 1


def test_mute_on_the_post_and_list_and_stop(boss, sales, said):
    boss.does("alert.add", report="won", channel="#sales")
    boss.say("new deal Acme 60k")
    boss.say("won D1")
    said.now()
    sales.last = said.heard[0]
    assert sales.labels == ["D1", "Mute"]
    sales.press("Mute")
    boss.say("new deal Acme 60k")
    boss.say("won D2")
    assert in_group(said) == []
    assert boss.does("schedule.list", channel="sales") == "One report is scheduled."
    assert boss.labels == ["R1 · deals won · at once → sales"]
    assert boss.does("schedule.delete", report="won").startswith("Stopped: R1 · deals won")
    assert boss.say("undo") == "Taken back: R1."


def test_said_again_it_is_changed(boss, sales, said):
    boss.does("alert.add", report="won", channel="#sales", amount={"value": "50000"})
    assert boss.does("alert.add", report="won", channel="#sales", at="18:00") == "Alert R1 is set."
    assert "Over" not in boss.facts
    assert boss.facts["Again"] == "every day at 18:00 Asia/Shanghai"


def test_a_deal_that_is_quiet_is_told_once_until_somebody_speaks_of_it(boss, sales, said, clock):
    boss.does("alert.add", report="quiet", channel="#sales", days=14)
    boss.say("new deal Acme 60k")
    clock.wait(days=14)
    assert in_group(said) == []
    clock.wait(days=1)
    assert in_group(said) == ["Quiet for 14 days: D1 · Acme · $60,000, Boss."]
    clock.wait(days=2)
    assert in_group(said) == []
    boss.say("called Acme, no answer")
    clock.wait(days=16)
    assert len(in_group(said)) == 1


def test_a_promise_that_is_about_to_be_broken(boss, sales, said, clock):
    boss.does("alert.add", report="deadline", channel="#sales")
    boss.say("complaint from Acme: late again, call +1 415 555 2671")
    heard = []
    for _ in range(200):
        clock.wait(minutes=30)
        heard += in_group(said)
    assert len([words for words in heard if words.startswith("An answer was promised by")]) == 1
    assert "2671" not in "".join(heard)


def test_a_low_score(boss, sales, chat, said, clock, database):
    boss.does("alert.add", report="score", channel="#sales")
    customer = chat("kim", None)
    customer.say("it is broken")
    boss.say("close K1")
    clock.wait(days=1)
    said.now()
    [survey] = [each for each in said.heard if each.place.chat == "kim"]
    customer.last = survey
    customer.press("1")
    assert in_group(said) == ["1 of 5 from Kim, K1, it is broken."]
    customer.press("Change")
    customer.press("2")
    assert in_group(said) == [], "changed, but told already"
    assert database.run(lambda store: len(store.connection.execute(select(Alert.id)).all())) == 1


def test_a_group_in_chinese(boss, sales, said):
    boss.does("settings.set", language="zh")
    sales.does("place.link", channel="销售")
    assert boss.say("有超过5万的单子赢了就发到销售群") == "已设置提醒 R1。"
    boss.say("新建商机 腾讯 8万美元")
    boss.say("D1赢单")
    assert in_group(said) == ["Boss 赢单：D1 · 腾讯 · $80,000。"]
    assert boss.say("销售群21点到8点不要打扰") == "销售的提醒在这段时间不发：21:00–08:00。"
