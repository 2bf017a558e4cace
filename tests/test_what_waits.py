"""Whatever the clock does and whenever the process dies: each occurrence is said once, none is lost."""

import asyncio
import random
import re
from calendar import monthrange
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from signal import SIGKILL, SIGTERM
from typing import get_args
from zoneinfo import ZoneInfo, available_timezones

import pytest
from campaign import _bot, _config, _until, _url
from dateutil import tz
from platforms import OnTelegram

from crmbot.incoming import Sender
from crmbot.people import Role
from crmbot.recurrence import WEEKDAYS, Every, Recurrence
from storage import open_database

AGAIN = "(again)"
SETTLE = 60.0


def test_random_schedules_in_random_zones_over_two_years(request):
    """Beside days counted one by one and local times read by another library."""
    chance = random.Random(7)
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    for _ in range(1000 if request.config.getoption("--campaign") else 60):
        every = chance.choice(get_args(Every))
        on = chance.randint(1, 31) if every == "month" else chance.randint(0, 6)
        at = time(chance.randrange(24), chance.randrange(60))
        again = Recurrence(every, at, chance.choice(zones), on)
        first = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(400))
        assert list(said_by(again, first)) == list(counted(again, first)), again


def said_by(again, first):
    moment = again.after(first)
    while moment <= first + timedelta(days=730):
        yield moment
        moment = again.after(moment)


def counted(again, first, days=730):
    zone = tz.gettz(again.zone)
    for ahead in range(-2, days + 3):
        day = first.date() + timedelta(days=ahead)
        if fits(again, day):
            moment = tz.resolve_imaginary(datetime.combine(day, again.at, zone)).astimezone(UTC)
            if first < moment <= first + timedelta(days=days):
                yield moment


def fits(again, day: date) -> bool:
    match again.every:
        case "day":
            return True
        case "weekday":
            return day.isoweekday() < 6
        case "week":
            return day.weekday() == again.on
        case "month":
            return day.day == min(again.on, monthrange(day.year, day.month)[1])
    return WEEKDAYS[day.weekday()] == again.every


@pytest.mark.parametrize(("first", "days"), [(date(2027, 3, 10), 9), (date(2027, 11, 3), 9), (date(2027, 12, 28), 7)])
def test_a_clock_that_jumps_and_a_bot_that_sleeps(chat, said, clock, first, days):
    """Every 02:30 in New York while the clocks change: two hours forth, two hours back, eight hours asleep."""
    chance, amy = random.Random(3), chat("amy")
    zone, told = ZoneInfo("America/New_York"), []
    amy.does("settings.set", zone=zone.key)
    amy.does("task.add", subject="night", every="day", due=f"{first}T02:30")
    true = clock.now = datetime.combine(first, time(), zone).astimezone(UTC)
    while true < datetime.combine(first + timedelta(days=days - 1), time(14), zone):
        true += timedelta(hours=chance.choice((1, 3, 8)))
        clock.now = true + timedelta(hours=chance.choice((-2, 0, 0, 0, 2)))
        told += [clock.now.astimezone(zone).date() for words in said.now() if "night" in words]
    assert told == [first + timedelta(days=day) for day in range(days)]


@pytest.mark.long
async def test_kill_9_at_any_point_of_a_reminder_loses_none_and_marks_what_comes_again(blank, tmp_path, request):
    """Due, claimed, sent, marked: killed in between while reminders fall due in every chat."""
    long = request.config.getoption("--campaign")
    kills = request.config.getoption("--kills") if long else 4
    chance, platform = random.Random(11), OnTelegram(seed=11)
    blank(tmp_path / "crm.db")
    async with platform.server:
        config = _config(tmp_path, platform)
        wanted = reminders_due(tmp_path, platform, 40 * kills, within=1.5 * kills)
        for _ in range(kills):
            async with _bot(config, platform, SIGKILL):
                await asyncio.sleep(chance.uniform(0, platform.longest))
        async with _bot(config, platform, SIGTERM) as (alive, _):
            await _until(lambda: told(platform).keys() >= wanted, alive, SETTLE)
            await asyncio.sleep(1)  # what comes too often would come now
    times = told(platform)
    later = [words for each in times.values() for words in each[1:]]
    print(f"\n{kills} kills, {len(wanted)} reminders, {len(later)} repeats")
    assert times.keys() == wanted
    assert len(later) <= kills or not long, "one is in doubt at a time, unless other tests hold up the platform"
    assert all(words.startswith(AGAIN) for words in later), "who reads it twice is told so"


def reminders_due(folder, platform, number, within):
    """So many in all chats, spread over the seconds to come."""
    database, now = open_database(_url(folder)), datetime.now(UTC)

    def add(store):
        owners = [
            store.members.enrol(Sender("telegram", str(chat), str(chat)), Role.OWNER, now).id for chat in platform.chats
        ]
        store.acts(None, "test", now)
        for each in range(number):
            due = now + timedelta(seconds=within * each / number)
            store.tasks.add(f"number {each}.", owner=owners[each % len(owners)], zone="UTC", now=now, due=due)

    database.run(add)
    database.close()
    return {f"number {each}." for each in range(number)}


def told(platform):
    """What was sent of each, in order."""
    said = defaultdict(list)
    for words, _ in platform.sent:
        if found := re.search(r"number \d+\.", words):
            said[found[0]].append(words)
    return said
