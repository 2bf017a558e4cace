"""Scheduled reports: who may have them where, when they come, and what they say when nothing has moved."""

from datetime import UTC, datetime, timedelta

import pytest
from conftest import NOW

from crmbot.intents import NoSlots, intent
from crmbot.people import Member, Permission, Role
from crmbot.reply import Reply, verbatim
from crmbot.words import say
from storage import Store
from storage.sample import generate

MONDAY = datetime(2026, 11, 30, 1, tzinfo=UTC)  # 09:00 in Shanghai


@pytest.fixture
def boss(chat, said, app):
    """A manager in Shanghai, who has seen today's agenda."""

    @intent("pipeline.report", needs=Permission.READ_DEALS)
    def pipeline(slots: NoSlots, member: Member, store: Store) -> Reply:
        found = store.deals.listed(seen_by=member)
        return Reply(verbatim(f"{member.role}: {found.count} deals"))

    app.intents["pipeline.report"] = pipeline.__intent__
    boss = chat("boss", Role.MANAGER)
    boss.does("settings.set", zone="Asia/Shanghai")
    said.now()
    return boss


@pytest.fixture
def sales(chat, boss):
    """The group #sales, which the boss has linked."""
    group = chat("boss", None, private=False)
    assert group.does("place.link", channel="#sales").startswith("This group is “sales” to me now")
    return group


def test_a_report_comes_to_the_group_at_its_local_time_with_the_figures_of_that_moment(boss, sales, said, clock):
    boss.does("schedule.add", report="pipeline", channel="#Sales", every="mon", at="09:00")
    assert boss.facts == {
        "Report": "pipeline",
        "Again": "every Monday at 09:00 Asia/Shanghai",
        "Goes to": "sales",
        "Next": "Mon 30 Nov 09:00 Asia/Shanghai",
    }
    boss.say("new deal Acme 30k")
    clock.now = MONDAY - timedelta(seconds=1)
    assert said.now() == []
    clock.now = MONDAY
    assert said.now() == ["group: viewer: 1 deals"]
    sales.last = said.heard[0]
    assert sales.labels == ["Full figures for me", "Mute"]
    assert said.now() == []
    clock.wait(days=7)
    assert said.now() == ["group: Nothing has moved since the last time: pipeline."]
    boss.say("new deal Hooli 5k")
    clock.wait(days=7)
    assert said.now()[-1] == "group: viewer: 2 deals"


def test_missed_ones_come_once_and_late(boss, sales, said, clock):
    boss.does("schedule.add", report="pipeline", channel="sales", every="day", at="09:00")
    clock.now = MONDAY + timedelta(hours=5)
    assert said.now() == [
        "group: Late, I was away on Tue 24 Nov 09:00 Asia/Shanghai: pipeline.",
        "group: viewer: 0 deals",
    ]
    clock.now = MONDAY + timedelta(days=1)
    assert len(said.now()) == 1


def test_without_a_group_it_comes_to_whoever_asked_in_full(boss, said, clock):
    boss.does("schedule.add", report="pipeline", every="weekday", at="18:00")
    clock.wait(hours=1)
    assert said.now() == ["boss: manager: 0 deals"]


def test_said_in_the_group_it_comes_there(boss, sales, said, clock):
    sales.does("schedule.add", report="pipeline", every="day", at="18:00")
    facts = {label.args.get("slot"): say(value, "en") for label, value in sales.all[-1].reply.card.facts}
    assert facts["channel"] == "sales"  # told in the private chat


def test_a_group_that_has_no_name_gets_the_one_that_is_said_in_it(boss, chat, said, clock):
    group = chat("boss", None, private=False)
    group.does("place.link")
    group.say("post pipeline to #sales every monday 9am")
    assert boss.say("post pipeline to #sales every friday 5pm") == "Scheduled as R2."
    clock.now = MONDAY
    assert "group: viewer: 0 deals" in said.now()
    assert boss.say("post pipeline to #ops daily at 10:00").startswith("I know no group or channel “ops”.")


def test_a_rep_schedules_for_themselves_only_and_a_viewer_not_at_all(boss, sales, chat):
    amy, eve = chat("amy"), chat("eve", Role.VIEWER)
    assert amy.does("schedule.add", report="pipeline", channel="sales") == "A rep may not do that."
    assert amy.does("schedule.add", report="pipeline") == "Scheduled as R1."
    assert eve.does("schedule.add", report="pipeline") == "A viewer may not do that."
    assert chat("amy", None, private=False).does("place.link", channel="x") == "A rep may not do that."
    assert boss.does("place.link", channel="x") == "Write that in the group that I should post to."
    assert boss.does("schedule.add", report="pipeline", channel="#ops") == (
        "I know no group or channel “ops”. Say the same in that group once, then I know it."
    )


def test_list_change_mute_and_stop(boss, sales, said, clock):
    boss.does("schedule.add", report="pipeline", channel="sales", every="week", at="09:00")
    assert boss.does("schedule.add", report="pipeline", channel="sales", every="week", at="10:00") == "Scheduled as R1."
    boss.does("schedule.add", report="pipeline", every="month")
    assert boss.does("schedule.list") == "2 reports are scheduled."
    assert boss.labels == [
        "R1 · pipeline · every Monday at 10:00 → sales",
        "R2 · pipeline · every month, on day 1 at 09:00",
    ]
    assert boss.press("R2 · pipeline · every month, on day 1 at 09:00") == "This is R2."
    assert boss.press("Mute") == "Muted: R2 · pipeline · every month, on day 1 at 09:00."
    clock.now = datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert [words for words in said.now() if words.startswith("boss")] == []
    assert boss.does("schedule.delete", report="pipeline") == "Which one do you mean?"
    assert boss.does("schedule.delete", report="pipeline", channel="sales").startswith("Stopped: R1")
    assert boss.does("schedule.list", ref="R1") == "I know no scheduled report R1."
    assert boss.say("undo") == "Taken back: R1."
    assert boss.does("schedule.list") == "2 reports are scheduled."


@pytest.mark.parametrize(
    ("asked", "comes"),
    [
        ("send me the pipeline every month on the 31st", "every month, on the last day"),
        ("email me the pipeline monthly on the 15th", "every month, on day 15"),
    ],
)
def test_the_day_of_the_month_is_asked_about_and_outlasts_the_yes(boss, asked, comes):
    assert boss.say(asked) == "Shall I schedule this report?"
    assert boss.facts["Again"] == comes
    boss.press("Yes")
    assert boss.facts["Again"].startswith(comes)


def test_one_is_changed_by_a_sentence(boss, sales, said, clock):
    boss.does("schedule.add", report="pipeline", every="week", at="09:00")
    assert boss.say("R1 at 10:45") == "Changed R1."
    assert boss.say("undo") == "Taken back: R1."
    boss.say("R1 at 10:30")
    assert boss.facts["Again"] == "every Monday at 10:30 Asia/Shanghai"
    boss.say("R1改到周三")
    assert boss.facts["Next"] == "Wed 25 Nov 10:30 Asia/Shanghai"
    boss.say("move R1 to #sales")
    assert boss.facts["Goes to"] == "sales"
    boss.say("pause R1")
    boss.say("R1 at the end of every month")
    assert boss.facts["Again"] == "every month, on the last day at 10:30 Asia/Shanghai"
    clock.now = datetime(2026, 11, 30, 2, 30, tzinfo=UTC)
    assert [words for words in said.now() if words.startswith("group")] == ["group: viewer: 0 deals"]


def test_on_a_day_of_the_month(boss):
    boss.say("send me the pipeline on the 15th of every month at 10")
    assert boss.facts["Next"] == "Tue 15 Dec 10:00 Asia/Shanghai"
    boss.say("每月最后一天下午5点发漏斗")
    assert boss.facts["Next"] == "Mon 30 Nov 17:00 Asia/Shanghai"


def test_the_group_reads_its_own_language(boss, sales, said, clock, chat):
    boss.does("settings.set", language="zh")
    sales.does("place.link", channel="销售")
    boss.does("schedule.add", report="pipeline", channel="销售", every="day", at="09:00")
    clock.now = NOW + timedelta(days=1)
    assert said.now()[0] == "group: 11月24日 周二 09:00 Asia/Shanghai 时我不在线，现在补发：销售漏斗。"


def test_a_report_that_the_readers_may_not_see_says_so(boss, sales, said, clock, app):
    @intent("csat.report", needs=Permission.WRITE_DEALS)
    def for_writers(slots: NoSlots) -> Reply:
        raise AssertionError("nobody who only reads may have it")

    app.intents["csat.report"] = for_writers.__intent__
    boss.does("schedule.add", report="csat", channel="sales", every="day", at="18:00")
    clock.wait(hours=1)
    assert said.now() == ["group: A viewer may not do that."]


def test_the_schedule_of_one_who_has_left_ends(boss, sales, said, clock, database):
    boss.does("schedule.add", report="pipeline", channel="sales", every="day", at="18:00")
    database.run(lambda store: setattr(store.members.all()[0][0], "active", False))
    clock.wait(days=2)
    assert said.now() == []


def test_a_report_that_has_a_picture_comes_with_it_and_with_its_buttons(chat, said, clock):
    boss, group = chat("boss", Role.MANAGER), chat("boss", None, private=False)
    group.does("place.link", channel="#sales")
    boss.say("new deal Acme 30k")
    boss.does("schedule.add", report="pipeline", channel="sales", every="day", at="18:00")
    said.now()
    clock.wait(hours=9)
    said.now()
    group.hear(group.finish(said.started))
    assert group.last.reply.chart.png.startswith(b"\x89PNG")
    assert group.labels[-2:] == ["Full figures for me", "Mute"]
    clock.wait(days=1)
    assert [words for words in said.now() if words.startswith("group")] == [
        "group: Nothing has moved since the last time: pipeline."
    ]


def test_every_kind_comes_with_its_picture_and_in_one_line_when_nothing_has_moved(chat, said, clock, database):
    """A year after the last deal was won, so that nothing happens by itself but that days pass."""
    clock.now = NOW.replace(year=2025, day=2)
    generate(database, clock.now, "UTC")
    clock.now = NOW.replace(day=2)
    boss = chat("boss", Role.OWNER)
    boss.does("settings.set", zone="UTC", notify=False)
    kinds = {"pipeline": "pipeline", "segments": "segments", "csat": "satisfaction", "campaign": "campaigns"}
    kinds["forecast"] = "forecast"
    for report in kinds:
        boss.does("schedule.add", report=report, every="day", at="12:00")
    clock.wait(hours=3)
    assert [bool(reply.chart) for reply in came(said, boss)] == [True] * len(kinds)
    clock.wait(days=1)
    told = [say(reply.text, "en") for reply in came(said, boss)]
    assert told == [f"Nothing has moved since the last time: {name}." for name in kinds.values()]
    boss.say("new deal Hooli 5k")
    boss.say("won it")
    for number in range(1, len(kinds)):
        boss.does("schedule.delete", ref=f"R{number}")
    clock.wait(days=1)
    [forecast] = came(said, boss)
    assert say(forecast.text, "en").startswith("$5,000 expected") and forecast.chart


def came(said, chat):
    """What comes by itself into that chat, slow work done."""
    said.now()
    return [each.reply for each in [*said.heard, *chat.finish(said.started)] if each.place == chat.place]
