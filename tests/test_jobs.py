"""Slow work: done by a process of its own, answered once, whatever ends when."""

import asyncio
import os
import sys
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

import bot
from crmbot import work as slow
from crmbot.config import Settings
from crmbot.config import Work as Limits
from crmbot.incoming import Incoming, Place, Sender
from crmbot.people import Role
from crmbot.reply import Finished, Later, Reply, verbatim
from crmbot.running import Running
from crmbot.sender import Delivery
from crmbot.words import say
from crmbot.work import Claimed, Work
from crmbot.worker import Worker
from handlers._slow_work import _starter
from storage import Engine, Outbox
from storage.sample import generate
from storage.tables import Analysis as AnalysisRow
from storage.tables import Delivered, JobRow, OutgoingRow
from storage.waiting import WaitingRows

AMY = Sender("terminal", "amy", "Amy", "en")
ROOT = Path(__file__).parent
COMMAND = (sys.executable, str(ROOT / "slow_worker.py"))
FINISHED = select(func.count()).where(JobRow.finished_at.is_not(None))
KEPT = select(func.count()).select_from(Delivered)  # a row for each job that had something to keep


class Channel:
    """What arrives in a chat; an edit takes the place of what it edits."""

    redraws = True

    def __init__(self):
        self.shown = {}
        self.sent, self.typed = 0, 0

    async def send(self, outgoing):
        self.sent += 1
        words = say(outgoing.reply.text, outgoing.language)
        self.shown[outgoing.edits or f"m{outgoing.id}"] = words
        return outgoing.edits or f"m{outgoing.id}"

    async def busy(self, place):
        self.typed += 1


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A busy machine takes its time to start a worker; what is said meanwhile has a test of its own."""
    monkeypatch.setattr(slow, "PATIENCE", 60)
    monkeypatch.setattr(slow, "TYPING", 3600)  # one sign for each job, however long it takes here
    monkeypatch.setattr("crmbot.running.SOON", 3600)  # and none for its message
    monkeypatch.setenv("PYTHONPATH", str(ROOT.parent))


@pytest.fixture
def start(database):
    """`async with start(settings) as bot:` a bot whose command "help" asks for the job that the test names."""
    database.run(lambda store: store.members.enrol(AMY, Role.OWNER, bot.now()))

    @asynccontextmanager
    async def started(*, command=COMMAND, **limits):
        settings = Settings(work=Limits(**limits))
        app, channel, outbox = bot.build(settings), Channel(), Outbox(database, bot.now)
        app = replace(app, intents={**app.intents, "help": replace(app.intents["help"], handler=_asked, wants={})})
        delivery = Delivery(outbox, {"terminal": channel}, app.cannot_draw)
        start = _starter(command, settings, database) if command else None
        work = Work(Engine(database, bot.now, app.token), delivery, {"terminal": channel}, app.our_bug, start)
        rows = WaitingRows(bot.now, ["terminal"])
        running = Running(app, database, rows, delivery, outbox, work)
        await running.start()
        try:
            yield Bot(app, database, running, work, channel)
        finally:
            await running.close()

    return started


ASKED = {}


def _asked(slots):
    return Later(ASKED["job"], ASKED["args"])


class Bot:
    def __init__(self, app, database, running, work, channel):
        self.app, self.database, self.running, self.work, self.channel = app, database, running, work, channel
        self.numbers = 0

    async def ask(self, job, log, key="", **args):
        ASKED.update(job=job, args={"log": str(log), **args})
        self.numbers += 1
        key = key or f"{id(self)}/{self.numbers}"
        await self.running.take(Incoming(key, AMY, Place("terminal", "amy"), bot.now(), "help", key))

    @property
    def words(self):
        return list(self.channel.shown.values())

    def count(self, query):
        return self.database.run(lambda store: store.connection.execute(query).scalar())


async def test_a_job_is_done_by_a_process_that_ends_with_the_bot(start, tmp_path):
    async with start() as bot:
        assert bot.work._process is None
        for _ in range(3):  # the same message again is the same job
            await bot.ask("sleep", tmp_path / "log", key="same")
        await bot.running.settled()
        assert bot.words == ["slept, 1"]
        process = bot.work._process
        assert process.returncode is None
        await bot.ask("sleep", tmp_path / "log")
        await bot.running.settled()
        assert bot.words == ["slept, 1", "slept, 2"] and bot.work._process is process
        assert bot.channel.typed >= 2  # each job once; on a slow machine the message itself too
    assert process.returncode is not None
    assert bot.count(KEPT) == 2


async def test_a_worker_says_that_it_is_done(start, tmp_path, monkeypatch):
    async with start() as bot:
        await bot.ask("sleep", tmp_path / "log")
        await bot.running.settled()
        monkeypatch.setattr(slow, "POLL", 3600)  # nobody looks by themselves any more
        async with asyncio.timeout(60):
            for _ in range(2):
                await bot.ask("sleep", tmp_path / "log")
                await bot.running.settled()
        assert bot.words == ["slept, 1", "slept, 2", "slept, 3"]


async def test_a_worker_that_talks_all_the_time_is_heard_now_and_then(tmp_path):
    heard = []
    talking = (sys.executable, "-uc", "while True: print('x')")
    child = await slow.Child.start(talking, "", {}, lambda: heard.append(1))
    await asyncio.sleep(0.5)
    await child.end(0)
    assert 1 < len(heard) < 5 / slow.PAUSE  # it says millions of words


async def test_a_worker_that_has_ended_is_not_waited_for_because_of_its_pipe(tmp_path):
    left = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, file=open(sys.argv[1], 'w')); input()"
    child = await slow.Child.start(
        (sys.executable, "-c", left, str(tmp_path / "pid")), "", {"PATH": "/usr/bin:/bin"}, int
    )
    async with asyncio.timeout(15):
        await child.end(20)
    assert child.returncode == 0
    os.kill(int((tmp_path / "pid").read_text()), 9)


async def test_what_takes_long_is_said_once_and_the_answer_takes_its_place(start, tmp_path, monkeypatch):
    monkeypatch.setattr(slow, "PATIENCE", 0.5)
    async with start() as bot:
        await bot.ask("sleep", tmp_path / "log", until=str(tmp_path / "told"))
        await _until(lambda: bot.words == ["Working on it. This takes a moment."])
        (tmp_path / "told").touch()
        await bot.running.settled()
        assert bot.words == ["slept, 1"]
        assert bot.channel.sent == 2


async def test_a_job_is_begun_again_when_its_worker_is_killed_and_answered_once(start, tmp_path):
    async with start() as bot:
        await bot.ask("sleep", tmp_path / "log", dies=1)
        await bot.running.settled()
        assert bot.words == ["slept, 2"]
        assert bot.count(KEPT) == bot.count(FINISHED) == 1


async def test_a_job_that_ends_every_worker_is_given_up_and_the_next_is_done(start, tmp_path, monkeypatch):
    monkeypatch.setattr(slow, "DEATHS", 2)
    async with start() as bot:
        await bot.ask("sleep", tmp_path / "log", dies=99)
        await bot.running.settled()
        assert "went wrong" in bot.words[0]
        await bot.ask("sleep", tmp_path / "other")
        await bot.running.settled()
        assert bot.words[1:] == ["slept, 1"]


async def test_a_worker_that_cannot_start_is_not_tried_for_ever(start, tmp_path):
    async with start(command=(sys.executable, "-c", "raise SystemExit(1)")) as bot:
        await bot.ask("sleep", tmp_path / "log")
        await bot.running.settled()
        assert "went wrong" in bot.words[0]


async def test_what_a_bot_left_behind_is_done_and_answered_by_the_next(start, tmp_path):
    async with start() as bot:
        await bot.ask("sleep", tmp_path / "log", first=60)
        await _until((tmp_path / "log").exists)
    assert bot.words == [] and bot.count(FINISHED) == 0
    async with start() as bot:
        await bot.running.settled()
        assert bot.words == ["slept, 2"]
        assert bot.count(KEPT) == 1


async def test_what_was_finished_while_no_bot_ran_is_sent_by_the_next(start, tmp_path):
    async with start(command=None) as bot:
        await bot.ask("sleep", tmp_path / "log")
    engine = Engine(bot.database, bot.app.clock, bot.app.token)
    claimed = engine.claim("elsewhere")
    assert claimed.args["log"] == str(tmp_path / "log") and engine.claim("another") is None
    assert engine.finish(claimed.id, "elsewhere", _said("done elsewhere"))
    assert not engine.finish(claimed.id, "elsewhere", _said("done twice"))
    async with start() as bot:
        await bot.running.settled()
        assert bot.words == ["done elsewhere"]


async def test_who_lost_a_job_cannot_finish_it(start, tmp_path):
    async with start(command=None) as bot:
        await bot.ask("sleep", tmp_path / "log")
    engine = Engine(bot.database, bot.app.clock, bot.app.token)
    first = engine.claim("slow")
    await engine.release("slow")
    second = engine.claim("quick")
    assert (second.id, second.attempts) == (first.id, 2)
    assert not engine.finish(first.id, "slow", _said("too late"))
    assert engine.finish(second.id, "quick", _said("in time"))
    assert bot.count(select(func.count(OutgoingRow.id))) == 1


async def test_a_job_has_its_time_and_no_more(start, tmp_path):
    async with start(seconds=1) as bot:
        await bot.ask("sleep", tmp_path / "log", first=60)
        await bot.running.settled()
        assert bot.words == [
            "That took longer than a minute, so I stopped. A shorter time span or fewer records would do."
        ]
        assert bot.count(KEPT) == 0


async def test_refusals_bugs_and_what_takes_too_much_memory_are_told_apart(start, tmp_path):
    async with start(megabytes=512) as bot:
        for job in ("eat", "refuse", "bug"):
            await bot.ask(job, tmp_path / "log")
        await bot.running.settled()
        assert "more memory than I may use" in bot.words[0]
        assert bot.words[1] == "There is nothing of yours to take back."
        assert "went wrong" in bot.words[2]
        assert bot.count(KEPT) == 0  # the last one's store could only be read


def test_what_other_jobs_need_is_loaded_once_and_when_nothing_waits():
    happened, waiting, woken = [], [1, 2], threading.Event()

    class Rows:
        def claim(self, worker):
            return Claimed(waiting.pop(0), "help", {}, None, 1) if waiting else None

        def finish(self, job, worker, done):
            happened.append(job)
            return True

    def load():
        happened.append("loaded")
        waiting.append(3)
        woken.set()

    Worker("one", Rows(), {}, None, None, bot.now, seconds=60, load=load).serve(woken, idle=0)
    assert happened == [1, 2, "loaded", 3]


async def test_what_is_asked_for_is_sealed(start, tmp_path):
    async with start(command=None) as bot:
        await bot.ask("sleep", tmp_path / "a secret place")
        [body] = bot.database.run(lambda store: store.connection.execute(select(JobRow.body)).scalars().all())
        assert b"secret" not in body


def _said(words):
    return Finished(Reply(verbatim(words)), lambda _: None)


async def _until(done, seconds=60.0):
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.05)


async def test_a_forecast_is_answered_once_though_its_worker_is_killed_in_mid_fit(start, database, request, tmp_path):
    """With --campaign: the bot's own worker, killed at another moment of each of 15 forecasts."""
    if not request.config.getoption("--campaign"):
        pytest.skip("15 workers that load all libraries")
    generate(database, bot.now(), "UTC")
    real = (sys.executable, str(ROOT.parent / "bot.py"), "worker", "--piped")
    kept = select(func.count()).select_from(AnalysisRow)
    begun, loop, took = 0, asyncio.get_running_loop(), 0.0
    async with start(command=real) as running:
        for at in range(15):
            asked = loop.time()
            ASKED.update(job="forecast", args={"horizon": at + 1, "fresh": True})
            incoming = Incoming(f"kill/{at}", AMY, Place("terminal", "amy"), bot.now(), "help", f"kill/{at}")
            await running.running.take(incoming)
            while running.work._process is None or running.work._process.returncode is not None:
                await asyncio.sleep(0.05)
            if at == 0:
                await running.running.settled()
                took = loop.time() - asked
            await asyncio.sleep(asked + took * at / 15 - loop.time())
            begun += running.count(FINISHED) == at
            running.work._process._process.kill()
            await running.work._process._process.wait()
            await running.running.settled()
            assert running.count(FINISHED) == running.count(kept) == len(running.words) == at + 1
    assert begun > 5  # were killed before they were done
    assert all("expected" in words for words in running.words)
