"""Taking messages in: what cannot be finished in time, what ends the process, and order all the while."""

import asyncio
import threading
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from functools import partial

import pytest

import bot
from crmbot.app import App
from crmbot.errors import Passing, Unavailable
from crmbot.incoming import Incoming, Place, Sender
from crmbot.people import Role
from crmbot.running import OFTEN, Running
from crmbot.sender import Delivery
from crmbot.words import say
from crmbot.work import Work
from storage import Engine
from storage.waiting import WaitingRows, begin_run, end_run


class Channel:
    redraws = True

    def __init__(self):
        self.sent, self.shown_busy = [], []

    async def send(self, outgoing):
        self.sent.append((outgoing.place.chat, say(outgoing.reply.text, outgoing.language), outgoing.repeat))
        return str(len(self.sent))

    async def busy(self, place):
        self.shown_busy.append(place.chat)

    def words(self, chat):
        return [words for where, words, _ in self.sent if where == chat]


AMY = Sender("terminal", "amy", "Amy", "en")


def message(number, words, chat="amy"):
    return Incoming(f"k{chat}{number}", AMY, Place("terminal", chat), bot.now(), words, f"{number}")


@pytest.fixture
def start(app, database, outbox, clock):
    """`async with start() as (running, channel):` the bot from its start to its end."""
    database.run(lambda store: store.members.enrol(AMY, Role.OWNER, clock()))

    @asynccontextmanager
    async def started(*, patience=5.0, not_yet=4.5, changed=None, crashes=False):
        channel = Channel()
        delivery = Delivery(outbox, {"terminal": channel}, lambda _: None)
        unclean = await database.arun(partial(begin_run, ["terminal"]))
        running = Running(
            changed or app,
            database,
            WaitingRows(clock, ["terminal"]),
            delivery,
            outbox,
            Work(Engine(database, clock, app.token), delivery, {"terminal": channel}, app.our_bug, None),
            patience=patience,
            not_yet=not_yet,
            unclean=unclean,
        )
        await running.start()
        try:
            yield running, channel
        finally:
            await running.close()
            if not crashes:
                await database.arun(partial(end_run, ["terminal"]))

    return started


def with_handler(app, name, handler):
    return replace(app, intents={**app.intents, name: replace(app.intents[name], handler=handler)})


def unsent(database):
    with database.reading() as store:
        return store.connection.exec_driver_sql("SELECT count(*) FROM outgoing WHERE sent_at IS NULL").scalar()


async def until(true):
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


async def test_messages_are_answered_and_marked(start, outbox):
    async with start() as (running, channel):
        await running.take(message(1, "new deal Acme 30k"))
        await running.settled()
        assert channel.words("amy") == ["Added D1 for Acme."]
        assert await outbox.unsent(doubtful=False) == []


async def test_marks_are_written_when_nothing_comes_that_they_could_ride_on(start, database):
    async with start() as (running, _):
        await running.take(message(1, "new deal Acme 30k"))
        await until(lambda: unsent(database) == 0)


async def test_what_was_not_sent_goes_out_at_the_next_start_marked_as_a_repeat_after_a_crash(start, chat, outbox):
    incoming = message(1, "new deal Acme 30k")
    async with start(crashes=True):
        pass
    chat("amy", Role.OWNER).take(incoming)
    async with start() as (running, channel):
        await running.settled()
        assert channel.sent == [("amy", "Added D1 for Acme.", True)]


async def test_what_takes_a_while_is_seen_to_be_worked_on_and_what_does_not_is_not(start, app):
    go_on = threading.Event()
    works = app.intents["deal.add"].handler

    def slow(slots, *, member, store, now):
        if slots.customer.name == "Slow":
            go_on.wait(60)
        return works(slots, member, store, now)

    async with start(changed=with_handler(app, "deal.add", slow)) as (running, channel):
        [reply] = await running.take(message(1, "new deal Quick 1k"))
        assert say(reply.reply.text, "en") == "Added D1 for Quick."
        taking = asyncio.create_task(running.take(message(2, "new deal Slow 1k")))
        await until(lambda: channel.shown_busy)
        go_on.set()
        await taking
        await running.settled()
        assert (channel.shown_busy, len(channel.words("amy"))) == (["amy"], 2)


async def test_what_is_committed_while_the_bot_closes_is_answered_by_the_next(start, app, database):
    """Nobody would mark it as sent any more."""
    begun, go_on = threading.Event(), threading.Event()
    works = app.intents["deal.add"].handler

    def slow(slots, *, member, store, now):
        begun.set()
        go_on.wait(60)
        return works(slots, member, store, now)

    async with start(changed=with_handler(app, "deal.add", slow)) as (running, closed):
        taking = asyncio.create_task(running.take(message(1, "new deal Slow 1k")))
        await until(begun.is_set)
        taking.cancel()
        asyncio.get_running_loop().call_later(0.2, go_on.set)
    await until(lambda: unsent(database) == 1)
    await asyncio.sleep(0.1)
    async with start() as (running, channel):
        await running.settled()
        assert (closed.sent, channel.sent) == ([], [("amy", "Added D1 for Slow.", False)])


async def test_a_stuck_chat_waits_in_order_and_holds_no_other(start, app, database):
    """The first message of a chat hangs; what comes after it is kept and done after it, other chats go on."""
    go_on = threading.Event()
    works = app.intents["deal.add"].handler

    def hangs(slots, *, member, store, now):
        if slots.customer.name == "Stuck":
            go_on.wait(60)
        return works(slots, member, store, now)

    class Counted(App):
        def read(self, incoming):
            reads.append(incoming.key)
            return super().read(incoming)

    reads = []
    changed = with_handler(app, "deal.add", hangs)
    counted = Counted(**{each.name: getattr(changed, each.name) for each in fields(App)})
    async with start(patience=0.2, changed=counted) as (running, channel):
        if database.engine.dialect.name == "sqlite":
            # one writer: a handler that hangs holds the database itself, and nothing may be acknowledged
            taking = asyncio.create_task(running.take(message(1, "new deal Stuck 1k")))
            other = asyncio.create_task(running.take(message(1, "new deal Other 1k", "bob")))
            await asyncio.sleep(0.5)
            assert not taking.done() and not other.done()
            go_on.set()
            await asyncio.gather(taking, other)
        else:
            await running.take(message(1, "new deal Stuck 1k"))
            await running.take(message(2, "new deal Second 2k"))
            for chat in ("carl", "dora", "bob"):
                await running.take(message(1, "new deal Other 1k", chat))
                await until(lambda chat=chat: channel.words(chat))
            # begun again beside itself, it would wait for itself, and on MariaDB whoever has the next key for both
            assert (channel.words("amy"), reads.count("kamy1")) == ([], 1)
            go_on.set()
        await until(lambda: len(channel.words("bob")) == 1)
        if database.engine.dialect.name != "sqlite":
            await until(lambda: len(channel.words("amy")) == 2)
            assert ["Stuck" in words for words in channel.words("amy")] == [True, False]
        await until(lambda: not left(database))


def left(database):
    with database.reading() as store:
        return store.connection.exec_driver_sql("SELECT count(*) FROM waiting").scalar()


async def test_what_waits_is_sealed_survives_a_restart_and_is_done_once(start, database, clock):
    rows, waiting = WaitingRows(clock, ["terminal"]), [message(1, "new deal Acme 30k"), message(2, "won D1")]
    for incoming in [*waiting, waiting[0]]:
        await database.arun(lambda store, incoming=incoming: rows.wait(incoming, store))
    with database.reading() as store:
        kept = store.connection.exec_driver_sql("SELECT body FROM waiting").scalars().all()
    assert len(kept) == 2 and not any(b"Acme" in bytes(body) for body in kept)
    async with start() as (running, channel):
        await running.settled()
        await running.take(waiting[0])  # the platform brings it again
        await running.settled()
        assert channel.words("amy") == ["Added D1 for Acme.", "D1 · Acme: won."]


async def test_a_message_that_ends_the_process_is_put_aside_and_the_owner_told(start, database, clock):
    """Brought again at each start, it is counted before it is handled."""
    rows, poison = WaitingRows(clock, ["terminal"]), message(1, "new deal Poison 1k")
    for _ in range(OFTEN):
        async with start(crashes=True):  # counted, and then the process ended
            await database.arun(lambda store: rows.count(poison, store))
    async with start() as (running, channel):
        await running.take(poison)
        await running.take(message(2, "new deal Acme 30k"))
        await running.settled()
        assert channel.words("amy") == [
            f"A message stopped me {OFTEN} times, so I have put it aside. The log says when.",
            "Added D1 for Acme.",
        ]
        running.page_done()
        await until(lambda: not running._tasks or running._careful is None)
    async with start() as (running, channel):
        await running.take(poison)
        await running.settled()
        assert channel.words("amy") == []


async def test_after_an_end_in_order_nothing_is_counted(start, database):
    async with start() as (running, _):
        await running.take(message(1, "new deal Acme 30k"))
    async with start() as (running, _):
        await running.take(message(2, "won D1"))
        with database.reading() as store:
            assert store.connection.exec_driver_sql("SELECT count(*) FROM delivered").scalar() == 0


async def test_with_the_database_away_nothing_is_acknowledged(start, app):
    works = app.intents["deal.add"].handler
    failures = [Unavailable(), Unavailable()]

    def away(slots, *, member, store, now):
        if failures:
            raise failures.pop()
        return works(slots, member, store, now)

    async with start(changed=with_handler(app, "deal.add", away)) as (running, channel):
        for _ in range(2):
            with pytest.raises(Unavailable):
                await running.take(message(1, "new deal Acme 30k"))
        await running.take(message(1, "new deal Acme 30k"))
        await running.settled()
        assert len(channel.sent) == 1


@pytest.fixture
def away(app):
    """While it is set the database is away."""

    class Away(App):
        def answer(self, read, road):
            if away.is_set():
                raise Unavailable
            super().answer(read, road)

    away = threading.Event()
    away.app = Away(**{each.name: getattr(app, each.name) for each in fields(App)})
    return away


async def fail(running, *messages):
    for incoming in messages:
        with pytest.raises(Unavailable):
            await running.take(incoming)


async def test_what_is_not_saved_in_time_is_said_to_be_not_saved_yet_once_in_each_chat(start, away):
    chinese = replace(message(3, "new deal Birch 5k", "li"), sender=replace(AMY, language="zh-hans"))
    async with start(changed=away.app, not_yet=0.3) as (running, channel):
        away.set()
        await fail(running, message(1, "new deal Acme 30k"), message(2, "new deal Acme 40k"), chinese)
        await until(lambda: len(channel.sent) == 2)
        await fail(running, message(1, "new deal Acme 30k"), message(2, "new deal Acme 40k"))
        await asyncio.sleep(0.5)
        assert [words[:8] for _, words, _ in channel.sent] == ["Received", "已收到，但还没有"]
        away.clear()
        await running.take(message(1, "new deal Acme 30k"))
        await running.take(message(2, "new deal Acme 40k"))
        await running.settled()
        assert channel.words("amy")[1:] == ["Added D1 for Acme.", "Added D2 for Acme."]
        away.set()
        await fail(running, message(4, "new deal Acme 50k"))
        away.clear()
        await running.take(message(4, "new deal Acme 50k"))
        await asyncio.sleep(0.5)
        assert len(channel.words("amy")) == 4, "it was back in time"
        away.set()
        await fail(running, message(5, "new deal Acme 60k"))
        await until(lambda: len(channel.words("amy")) == 5)


async def test_nothing_is_promised_for_what_does_not_come_again_or_was_not_said_to_us_alone(start, away):
    group = replace(message(1, "new deal Acme 30k", "g"), place=Place("terminal", "g", private=False))
    async with start(changed=away.app, not_yet=0.1) as (running, channel):
        away.set()
        await fail(running, group, replace(message(2, "new deal Acme 30k"), message_id=""))
        await asyncio.sleep(0.3)
        assert channel.sent == []


async def test_a_hint_that_was_lost_is_said_again_and_none_comes_after_the_answer(start, away):
    class Slow(Channel):
        async def send(self, outgoing):
            if not outgoing.id:
                self.hints += 1
                await asyncio.sleep(0.2)
                if self.hints == 1:
                    raise Passing("lost", 1)
            return await super().send(outgoing)

    async with start(changed=away.app, not_yet=0.1) as (running, channel):
        channel.__class__, channel.hints = Slow, 0
        away.set()
        await fail(running, message(1, "new deal Acme 30k"))
        await until(lambda: channel.hints == 1)
        await asyncio.sleep(0.3)
        await fail(running, message(1, "new deal Acme 30k"))
        await until(lambda: channel.hints == 2)
        away.clear()
        await running.take(message(1, "new deal Acme 30k"))
        await running.settled()
        await asyncio.sleep(0.3)
        assert channel.words("amy") == ["Added D1 for Acme."]


async def test_many_chats_at_once_each_in_order(start, database):
    async def talk(running, chat):
        for number in range(6):
            await running.take(message(number, f"new deal Acme {chat}x{number} 1k", chat))

    async with start() as (running, channel):
        await asyncio.gather(*(talk(running, f"chat{at}") for at in range(12)))
        await running.settled()
        for at in range(12):
            assert [f"chat{at}x{number}" in words for number, words in enumerate(channel.words(f"chat{at}"))] == [
                True
            ] * 6
    with database.reading() as store:
        assert store.connection.exec_driver_sql("SELECT count(*) FROM deal").scalar() == 72
