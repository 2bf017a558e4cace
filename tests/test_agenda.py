"""The agenda comes at half past eight where the member is, and only when there is something to say."""

from datetime import UTC, datetime, timedelta

import pytest

from crmbot.people import Role

TUESDAY = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai


@pytest.fixture
def amy(chat, said):
    amy = chat("amy")
    amy.does("settings.set", zone="Asia/Shanghai")
    assert said.now() == []
    return amy


def test_what_is_due_overdue_and_quiet(amy, said, clock):
    for subject, due in (("a", "2026-11-23"), ("b", "2026-11-24T15:00"), ("c", "2026-11-25")):
        amy.does("task.add", subject=subject, due=due)
    said.now()
    clock.now = TUESDAY - timedelta(seconds=1)
    assert said.now() == []
    clock.now = TUESDAY
    assert said.now() == ["amy: Tue 24 Nov: one is due today, one is overdue."]
    amy.last = said.heard[0]
    assert amy.labels == ["Mon 23 Nov T1 · a", "15:00 T2 · b"]
    assert said.now() == []


def test_a_deal_that_nobody_touched_for_two_weeks(amy, said, clock):
    amy.say("new deal Acme 30k")
    amy.say("new deal Hooli 5k")
    clock.now = TUESDAY + timedelta(days=13)
    assert said.now() == []
    amy.say("called Hooli, they think about it")
    clock.now = TUESDAY + timedelta(days=14)
    assert said.now() == ["amy: Tue 8 Dec: nothing is due today. One deal has been quiet for 14 days."]
    amy.last = said.heard[0]
    assert amy.labels == ["D1 · Acme · $30,000"]


def test_it_is_silent_when_there_is_nothing_and_at_the_weekend_when_nothing_is_due(amy, chat, said, clock):
    chat("eve", Role.VIEWER)
    amy.does("task.add", subject="a", due="2026-11-27")
    amy.does("task.add", subject="b", due="2026-11-29T20:00")
    told = []
    for day in range(7):
        clock.now = TUESDAY + timedelta(days=day)
        told += [words for words in said.now() if "due today" in words]
    assert [words[5:15] for words in told] == ["Fri 27 Nov", "Sun 29 Nov", "Mon 30 Nov"]


def test_after_a_night_asleep_it_comes_late_once_and_never_for_yesterday(amy, said, clock):
    amy.does("task.add", subject="a", due="2026-11-23T17:30")
    said.now()
    clock.now = TUESDAY + timedelta(hours=4)
    assert "amy: Tue 24 Nov, late since I was away: nothing is due today, one is overdue." in said.now()
    clock.now = TUESDAY + timedelta(days=2, hours=-1)
    assert said.now() == []
    clock.now = TUESDAY + timedelta(days=2)
    assert said.now() == ["amy: Thu 26 Nov: nothing is due today, one is overdue."]


def test_quiet_hours_that_last_longer_move_it_and_another_zone_too(amy, said, clock):
    amy.does("task.add", subject="a", due="2026-11-23T17:00")
    said.now()
    amy.does("settings.set", quiet="21:00-09:15")
    said.now()
    clock.now = TUESDAY + timedelta(minutes=44)
    assert said.now() == []
    clock.now = TUESDAY + timedelta(minutes=45)
    assert len(said.now()) == 1
    amy.does("settings.set", quiet="", zone="Europe/London")
    said.now()
    clock.now = datetime(2026, 11, 25, 8, 29, tzinfo=UTC)
    assert said.now() == []
    clock.now = datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
    assert len(said.now()) == 1
