"""What falls due is said once, by whichever process comes first, and nobody's mistake silences the others."""

import asyncio
from datetime import timedelta

import pytest
from conftest import KEY, NOW
from sqlmodel import select

import bot
from crmbot.due import Alarm, Bot, Defaults, Due
from crmbot.people import Role
from crmbot.reply import Notice, Reply, verbatim
from storage import DueRows, Store, Task, open_database
from storage.outbox import OUTGOING
from storage.tables import MemberRow

DEFAULTS = Defaults("en", "UTC", "USD")


def tasks_due(database, number, at=NOW):
    def add(store):
        store.acts(None, "test", NOW)
        for each in range(number):
            store.tasks.add(f"{each}", owner=1, zone="UTC", now=NOW, due=at)

    database.run(add)


def left(database):
    return database.run(lambda store: [row.remind_at for row in store.session.exec(select(Task))])


def into(heard):
    async def speak(road):
        heard.extend(road.outgoing)

    return speak


def alarm(database, clock, speaker, heard):
    speakers = {"reminder": Due("reminder", {"store": Store}, speaker)}
    token = iter(map(str, range(9999))).__next__
    return Alarm(
        speakers, DueRows(speakers), database, ["terminal"], Bot(clock, token, DEFAULTS, no_command),
        into(heard),
    )  # fmt: skip


def no_command(*_):
    raise AssertionError("nobody asked for one")


def test_two_processes_say_each_thing_once(chat, database, url, app, clock, outbox):
    chat("amy")
    tasks_due(database, 40)
    heard = []
    other = open_database(url, key=KEY)
    first, second = (bot.alarm_of(app, each, ["terminal"], into(heard)) for each in (database, other))

    async def both():
        await asyncio.gather(first.round(), second.round())

    asyncio.run(both())
    other.close()
    assert sorted(each.reply.text.args["subject"] for each in heard) == sorted(map(str, range(40)))


def test_a_speaker_that_fails_is_tried_again_and_holds_nobody(chat, database, clock, caplog):
    amy, heard = chat("amy"), []
    tasks_due(database, 3)

    def speak(task, store):
        if task.subject == "1":
            raise LookupError
        return [Notice(Reply(verbatim(task.subject)), amy.place, "en")]

    watch = alarm(database, clock, speak, heard)
    asyncio.run(watch.round())
    assert [each.reply for each in heard] == [Reply(verbatim("0")), Reply(verbatim("2"))]
    assert [each for each in left(database) if each] == [NOW + timedelta(minutes=15)]
    assert "incident" in caplog.text
    clock.wait(minutes=16)
    heard.clear()
    asyncio.run(watch.round())
    assert heard == []


def test_what_was_said_for_a_time_is_not_said_again_for_it(chat, database, said, clock):
    chat("amy")
    tasks_due(database, 1)
    assert said.now() == ["amy: Reminder: 0"]
    database.run(lambda store: setattr(store.session.get(Task, 1), "remind_at", NOW))
    assert said.now() == []
    assert left(database) == [None]


async def test_the_alarm_wakes_for_what_is_committed_while_it_sleeps(chat, database, app, clock):
    chat("amy")
    heard = asyncio.Queue()

    async def speak(road):
        for each in road.outgoing:
            await heard.put(each)

    watch = bot.alarm_of(app, database, ["terminal"], speak)
    watch.start()
    await asyncio.sleep(0.1)
    clock.wait(hours=1)
    soonest = await database.arun(
        lambda store: (store.tasks.add("x", owner=1, zone="UTC", now=NOW, due=clock.now), store)[1].soonest
    )
    watch.changed(soonest)
    said = await asyncio.wait_for(heard.get(), 60)
    assert said.reply.text.args["subject"] == "x"
    await watch.close()


def test_of_what_is_said_at_most_once_nothing_that_was_tried_is_sent_after_a_crash(chat, database, clock, outbox):
    amy, heard = chat("amy"), []
    tasks_due(database, 2)
    watch = alarm(
        database,
        clock,
        lambda task, store: [Notice(Reply(verbatim(task.subject)), amy.place, "en", once=True)],
        heard,
    )
    asyncio.run(watch.round())

    async def crash():
        await outbox.trying(heard[0])
        return await outbox.unsent(doubtful=True)

    assert [each.id for each in asyncio.run(crash())] == [heard[1].id]
    rows = database.run(lambda store: store.connection.execute(OUTGOING.select().order_by(OUTGOING.c.id)).all())
    assert [row.dead for row in rows] == ["in doubt", None]


def test_what_another_process_has_to_say_is_left_to_it(chat, database, app, clock):
    chat("amy")
    tasks_due(database, 2)
    heard = []
    others = bot.alarm_of(app, database, ["telegram"], into(heard))
    asyncio.run(others.round())
    assert heard == []
    ours = bot.alarm_of(app, database, ["terminal"], into(heard))
    asyncio.run(ours.round())
    assert len(heard) == 2


def test_who_has_left_is_told_nothing(chat, database, said):
    chat("amy", Role.REP)
    tasks_due(database, 1)
    database.run(lambda store: setattr(store.session.get(MemberRow, 1), "active", False))
    assert said.now() == []


def test_a_kind_that_no_table_knows_stops_the_bot():
    with pytest.raises(ValueError, match="tea"):
        DueRows(["tea"])
