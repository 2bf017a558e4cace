"""A whole bot on a database, and people who talk to it."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import copyfile, disk_usage

import pytest
from sqlalchemy import inspect, select
from sqlalchemy import text as sql

import bot
import handlers
from crmbot.app import App
from crmbot.config import Settings
from crmbot.due import Alarm
from crmbot.incoming import Contact, Incoming, Place, Press, Sender
from crmbot.intents import collect_jobs
from crmbot.people import Member, Role
from crmbot.reply import Button, Reply, text
from crmbot.sender import Outgoing
from crmbot.serving import YOUNG
from crmbot.words import say
from crmbot.work import Started
from crmbot.worker import Worker
from storage import Database, Engine, Outbox, Store, open_database
from storage.database import connect, database_url, erased_path
from storage.outbox import unsent
from storage.tables import JobRow

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SERVERS = {
    "postgresql": ("CRMBOT_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres"),
    "mariadb": ("CRMBOT_TEST_MARIADB", "mysql://root@127.0.0.1:3306/mysql"),
}
MEMORY = Path("/dev/shm")
ENOUGH = 2**30  # bytes; two tests at a time take a few million of them

# Whatever the shell says: a hundred tests start the bot as a process, and each would compile it anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# A commit waits for the disk, and so do two thousand small databases; a process that is killed loses nothing in memory.
if os.access(MEMORY, os.W_OK) and disk_usage(MEMORY).free > ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write dialogues as the bot speaks them now")
    parser.addoption("--campaign", action="store_true", help="the long form of kill -9, fuzz and growth")
    parser.addoption("--kills", type=int, default=200, help="how often the long form kills the bot under traffic")
    parser.addoption("--databases", default="sqlite", help="sqlite, postgresql, mariadb: which the bot runs on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind_of_database" in metafunc.fixturenames:
        metafunc.parametrize("kind_of_database", metafunc.config.getoption("--databases").split(","), scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no worker ends alone; other databases see only what touches a database."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    if config.getoption("--databases") != "sqlite":
        items[:] = [item for item in items if "kind_of_database" in getattr(item, "fixturenames", ())]


def pytest_collection_finish() -> None:
    """What was loaded stays, as where the bot serves: to search it for garbage was a fourteenth of all tests."""
    gc.freeze()
    gc.set_threshold(YOUNG, 50, 100)


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Chat:
    """One person's conversation: what they say, and the words they read back."""

    app: App
    database: Database
    outbox: Outbox
    sender: Sender
    place: Place
    numbers: Iterator[int] = field(default_factory=count)
    last: Outgoing | None = None
    said: str = ""  # the platform's id of the last message said
    all: list[Outgoing] = field(default_factory=list)  # what it brought, to others too
    posted: list[Outgoing] = field(default_factory=list)

    def say(self, words: str | Press, *, key: str = "", reply_to: str = "", edited_of: str = "", **more: object) -> str:
        number = next(self.numbers)
        self.said = edited_of or f"i{number}"  # platforms call an edited message as they called it before
        key = key or f"test/{self.place.chat}/{self.sender.id}/{number}"
        incoming = Incoming(
            key, self.sender, self.place, self.app.clock(), words, self.said, reply_to, edited_of, **more
        )
        return self.hear(self.take(incoming))

    def take(self, incoming: Incoming) -> list[Outgoing]:
        read = self.app.read(incoming)

        def answer(store: Store) -> tuple[list[Outgoing], list[Started]]:
            self.app.answer(read, store)
            return store.outgoing, store.started

        outgoing, started = self.database.run(answer)
        return outgoing + self.finish(started)

    def finish(self, started: list[Started]) -> list[Outgoing]:
        """Do slow work at once and in this process, as a worker would; its answers."""
        if not started:
            return []
        engine = Engine(self.database, self.app.clock, self.app.token)
        jobs = collect_jobs(handlers, offered=(Member, Store, datetime))
        reading, clock = self.database.reading, self.app.clock
        worker = Worker("tests", engine, jobs, reading, self.app.our_bug, clock, seconds=60)
        while worker.one():
            pass
        replies = select(JobRow.reply_id).where(JobRow.id.in_([job.id for job in started])).order_by(JobRow.id)
        return self.database.run(
            lambda store: [unsent(store, row) for row in store.connection.execute(replies).scalars().all()]
        )

    def hear(self, outgoing: list[Outgoing]) -> str:
        """What is answered; what is posted of a ticket is in `posted`, for those who read it there."""
        words, self.all, self.posted = "", outgoing, []
        for each in outgoing:
            self.outbox.sent(each, each.edits or f"m{each.id}")
            if each.reply.desk and (words or each.place != self.place):
                self.posted.append(each)
            elif each.place == self.place:  # others may be told too
                words, self.last = say(each.reply.text, each.language), each
        return words

    def reads(self, speaker: "Chat") -> str:
        """The last that was posted here of what somebody else said."""
        self.last = [each for each in speaker.posted if each.place == self.place][-1]
        return say(self.last.reply.text, self.last.language)

    def does(self, intent: str, **slots: object) -> str:
        """As if a button of ours carried the command: no sentence stands between."""
        reply = Reply(text("never-mind"), buttons=(Button(text("button-yes"), intent, slots),))
        token = f"token-{self.place.chat}-{self.sender.id}-{next(self.numbers)}"
        self.database.run(lambda store: store.say(reply, self.place, "en", token, self.app.clock()))
        return self.say(Press(token, 0))

    def press(self, label: str) -> str:
        assert label in self.labels, f"no button {label!r} in {self.labels}"
        return self.say(self.button(label), reply_to=self.shown)

    @property
    def shown(self) -> str:
        """The platform's id of the last message that was read."""
        return self.last.edits or f"m{self.last.id}"

    def button(self, label: str) -> Press:
        return Press(self.last.token, self.labels.index(label))

    @property
    def labels(self) -> list[str]:
        return [say(button.label, self.last.language) for button in self.last.reply.buttons]

    @property
    def facts(self) -> dict[str, str]:
        card = self.last.reply.card
        return {say(label, self.last.language): say(value, self.last.language) for label, value in card.facts}

    def shares(self, contact: Contact) -> str:
        return self.say("", contact=contact)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], str]:
    """Puts a SQLite database with all tables and no rows there, and its key beside it; its address."""
    made = tmp_path_factory.mktemp("blank") / "crm.db"
    open_database(f"sqlite:///{made}", key=KEY).close()
    with connect(database_url(f"sqlite:///{made}")).connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def put(file: Path) -> str:
        key = Path(f"{file}.key")
        for each in (file, key):
            each.touch(mode=0o600)
        copyfile(made, file)
        key.write_text(KEY, "ascii")
        return f"sqlite:///{file}"

    return put


@pytest.fixture(scope="session")
def empty(
    kind_of_database: str, blank: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a database with all tables and no rows, of this process alone."""
    if kind_of_database == "sqlite":
        yield blank(tmp_path_factory.mktemp("empty") / "crm.db")
        return
    variable, usual = SERVERS[kind_of_database]
    server = database_url(os.environ.get(variable, usual))
    name = f"crmbot_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    admin = connect(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sql(f"CREATE DATABASE {name}"))
    url = server.set(database=name).render_as_string(hide_password=False)
    open_database(url, key=KEY).close()
    yield url
    erased_path(database_url(url)).unlink(missing_ok=True)
    with admin.connect() as connection:
        connection.execute(sql(f"DROP DATABASE {name}"))
    admin.dispose()


@pytest.fixture
def url(empty: str, kind_of_database: str, tmp_path: Path) -> str:
    if kind_of_database == "sqlite":
        copyfile(empty.removeprefix("sqlite:///"), tmp_path / "crm.db")
        return f"sqlite:///{tmp_path / 'crm.db'}"
    _wipe(empty)
    return empty


def _wipe(url: str) -> None:
    """All rows but those that the database is opened by; ids begin anew."""
    erased_path(database_url(url)).unlink(missing_ok=True)
    engine = connect(database_url(url))
    tables = [name for name in inspect(engine).get_table_names() if name not in ("alembic_version", "setting")]
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sql(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
        else:
            connection.execute(sql("SET FOREIGN_KEY_CHECKS=0"))
            used = "WHERE table_schema = DATABASE() AND auto_increment > 1"
            listed = connection.execute(sql(f"SELECT table_name FROM information_schema.tables {used}"))
            numbered = set(listed.scalars())
            plain = [
                name
                for name in ("gram", "delivered", "guess")
                if connection.execute(sql(f"SELECT 1 FROM {name}")).first()
            ]
            for name in (*plain, *(name for name in tables if name in numbered)):
                connection.execute(sql(f"TRUNCATE `{name}`"))
            connection.execute(sql("SET FOREIGN_KEY_CHECKS=1"))
        connection.execute(sql("DELETE FROM setting WHERE name NOT IN ('key', 'audit')"))
        connection.execute(sql("UPDATE setting SET value = '' WHERE name = 'audit'"))
    engine.dispose()


class Compiled(dict):
    """Statements that one test's database compiled serve the next test's, as they serve a bot all its life."""

    def get(self, key: tuple, default: object = None) -> object:
        return super().get(_of_any_engine(key), default)

    def __setitem__(self, key: tuple, compiled: object) -> None:
        super().__setitem__(_of_any_engine(key), compiled)


def _of_any_engine(key: tuple) -> tuple:
    dialect, *rest = key
    return (dialect.name, *rest)


@pytest.fixture(scope="session")
def compiled() -> Compiled:
    return Compiled()


@pytest.fixture
def database(url: str, compiled: Compiled) -> Iterator[Database]:
    database = open_database(url, key=KEY)
    database.engine.update_execution_options(compiled_cache=compiled)
    yield database
    database.close()


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def app(settings: Settings, clock: Clock) -> App:
    return bot.build(settings, clock)


@pytest.fixture
def outbox(database: Database, clock: Clock) -> Outbox:
    return Outbox(database, clock)


@dataclass
class Said:
    """What the bot said by itself: to whom, and in which words."""

    alarm: Alarm
    outbox: Outbox
    heard: list[Outgoing]
    started: list[Started]  # slow work that it asked for

    def now(self) -> list[str]:
        """All that is due now."""
        self.heard.clear()
        self.started.clear()
        asyncio.run(self.alarm.round())
        for each in self.heard:
            self.outbox.sent(each, f"m{each.id}")
        return [f"{each.place.chat}: {say(each.reply.text, each.language)}" for each in self.heard]


@pytest.fixture
def said(app: App, database: Database, outbox: Outbox) -> Said:
    heard: list[Outgoing] = []
    started: list[Started] = []

    async def speak(road: Store) -> None:
        heard.extend(road.outgoing)
        started.extend(road.started)

    return Said(bot.alarm_of(app, database, ["terminal"], speak), outbox, heard, started)


@pytest.fixture
def chat(app: App, database: Database, outbox: Outbox) -> Callable[..., Chat]:
    def open_chat(
        name: str = "amy",
        role: Role | None = Role.REP,
        language: str = "en",
        *,
        team: str = "sales",
        private: bool = True,
    ) -> Chat:
        sender = Sender("terminal", name, name.title(), language)
        if role:
            database.run(lambda store: store.members.enrol(sender, role, app.clock(), team=team))
        place = Place("terminal", name if private else "group", "", private)
        return Chat(app, database, outbox, sender, place)

    return open_chat
