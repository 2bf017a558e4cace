"""Two years of schedules in one sitting: each time said once, what was missed once and late, whatever the clock did."""

import asyncio
import random
from bisect import bisect_right
from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from typing import get_args
from zoneinfo import available_timezones

from sqlalchemy import select
from test_what_waits import counted

from crmbot.due import LATE
from crmbot.intents import NoSlots, intent
from crmbot.people import Permission, Role
from crmbot.recurrence import Every, Recurrence
from crmbot.reply import Reply, verbatim
from storage.outbox import OUTGOING
from storage.rows import add_row
from storage.tables import MemberRow, Schedule

BEGIN = datetime(2027, 12, 1, tzinfo=UTC)  # so that 29 February, two year ends and eight changes of clocks follow


def test_random_schedules_in_random_zones_are_said_once_each_time(chat, said, app, clock, database, request):
    """Beside an independent reckoning; the clock runs, leaps two hours, goes back two, and the bot sleeps for eight."""
    long = request.config.getoption("--campaign")
    number, days = (1000, 730) if long else (12, 90)
    chance = random.Random(5)

    @intent("pipeline.report", needs=Permission.READ_DEALS)
    def report(slots: NoSlots) -> Reply:
        return Reply(verbatim("figures"))

    app.intents["pipeline.report"] = report.__intent__
    chat("boss", Role.MANAGER)
    clock.now = BEGIN
    planned = database.run(lambda store: plan(store, chance, number))
    moments = list(looks(planned.values(), chance, days))

    async def live():
        for clock.now in moments:
            await said.alarm.round()

    asyncio.run(live())
    told = told_by(database)
    expected = {row: reckoned(again, moments, days) for row, again in planned.items()}
    total = sum(map(len, expected.values()))
    late = sum(late for times in expected.values() for _, _, late in times)
    print(f"\n{number} schedules over {days} days, {len(moments)} looks: {total} said, {late} of them late")
    assert total > 5 * number and number < late < 0.7 * total
    assert told == expected


def plan(store, chance, number):
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    store.session.get(MemberRow, 1).agenda_at = None
    planned = {}
    for _ in range(number):
        every = chance.choice(get_args(Every))
        on = chance.randint(1, 31) if every == "month" else chance.randint(0, 6)
        again = Recurrence(every, time(chance.randrange(24), chance.randrange(0, 60, 15)), chance.choice(zones), on)
        row = Schedule(
            owner_id=1, report="pipeline", every=every, every_at=f"{again.at:%H:%M}", every_on=on, zone=again.zone,
            next_at=again.after(BEGIN), created_at=BEGIN,
        )  # fmt: skip
        planned[add_row(store.session, row).id] = again
    return planned


def looks(planned, chance, days):
    """What the clock shows when the alarm looks: at each time, except where the bot sleeps or the clock is off."""
    awake, off, until = True, timedelta(), BEGIN
    for true in sorted({moment for again in planned for moment in counted(again, BEGIN, days)}):
        if true >= until:
            awake, off = chance.random() < 0.7, timedelta(hours=chance.choice((0, 0, 0, -2, 2)))
            until = true + timedelta(hours=24 if awake else 8)
        if awake:
            yield true + off


def reckoned(again, moments, days):
    """What is to be said of one: the time it was due, when it is said, whether late."""
    times = list(counted(again, BEGIN, days + 3))
    found, at = [], 0
    for now in moments:
        if at < len(times) and times[at] <= now:
            found.append((times[at], now, now - times[at] > LATE))
            at = bisect_right(times, now)
    return found


def told_by(database):
    rows = database.run(
        lambda store: store.connection.execute(
            select(OUTGOING.c.occasion, OUTGOING.c.created_at).order_by(OUTGOING.c.id)
        ).all()
    )
    said = defaultdict(lambda: defaultdict(int))
    for occasion, now in rows:
        kind, row, at, _ = occasion.split("/")
        assert kind == "report"
        said[int(row)][datetime.fromisoformat(at), now] += 1
    return {row: [(at, now, count == 2) for (at, now), count in times.items()] for row, times in said.items()}
