"""A whole bot on a database, and people who talk to it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import inspect, text

import bot
from crmbot.app import App
from crmbot.config import Settings
from crmbot.incoming import Contact, Incoming, Place, Press, Sender
from crmbot.people import Role
from crmbot.sender import Outgoing
from crmbot.words import say
from storage import Database, Outbox, Store, open_database
from storage.database import connect, database_url

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SERVERS = {
    "postgresql": ("CRMBOT_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres"),
    "mariadb": ("CRMBOT_TEST_MARIADB", "mysql://root@127.0.0.1:3306/mysql"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite", action="store_true", help="write dialogues as the bot speaks them now")
    parser.addoption("--campaign", action="store_true", help="the long form of kill -9, fuzz and growth")
    parser.addoption("--databases", default="sqlite", help="sqlite, postgresql, mariadb: which the bot runs on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kind_of_database" in metafunc.fixturenames:
        metafunc.parametrize("kind_of_database", metafunc.config.getoption("--databases").split(","), scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On other databases only what touches a database is run again."""
    if config.getoption("--databases") != "sqlite":
        items[:] = [item for item in items if "kind_of_database" in getattr(item, "fixturenames", ())]


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

    def say(self, words: str | Press, *, key: str = "", reply_to: str = "", edited_of: str = "", **more: object) -> str:
        number = next(self.numbers)
        self.said = edited_of or f"i{number}"  # platforms call an edited message as they called it before
        key = key or f"test/{self.sender.id}/{number}"
        incoming = Incoming(
            key, self.sender, self.place, self.app.clock(), words, self.said, reply_to, edited_of, **more
        )
        return self.hear(self.take(incoming))

    def take(self, incoming: Incoming) -> list[Outgoing]:
        read = self.app.read(incoming)

        def answer(store: Store) -> list[Outgoing]:
            self.app.answer(read, store)
            return store.outgoing

        return self.database.run(answer)

    def hear(self, outgoing: list[Outgoing]) -> str:
        words = ""
        for each in outgoing:
            self.outbox.sent(each, f"m{each.id}")
            words, self.last = say(each.reply.text, each.language), each
        return words

    def press(self, label: str) -> str:
        assert label in self.labels, f"no button {label!r} in {self.labels}"
        return self.say(self.button(label), reply_to=f"m{self.last.id}")

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
def empty(kind_of_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database with all tables and no rows, of this process alone."""
    if kind_of_database == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('empty') / 'crm.db'}"
        open_database(url, key=KEY).close()
        with connect(database_url(url)).connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        yield url
        return
    variable, usual = SERVERS[kind_of_database]
    server = database_url(os.environ.get(variable, usual))
    name = f"crmbot_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    admin = connect(server).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = server.set(database=name).render_as_string(hide_password=False)
    open_database(url, key=KEY).close()
    yield url
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
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
    engine = connect(database_url(url))
    tables = [name for name in inspect(engine).get_table_names() if name not in ("alembic_version", "setting")]
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"))
        else:
            connection.execute(text("SET FOREIGN_KEY_CHECKS=0"))
            used = "WHERE table_schema = DATABASE() AND auto_increment > 1"
            listed = connection.execute(text(f"SELECT table_name FROM information_schema.tables {used}"))
            numbered = set(listed.scalars())
            plain = [
                name for name in ("gram", "delivered") if connection.execute(text(f"SELECT 1 FROM {name}")).first()
            ]
            for name in (*plain, *(name for name in tables if name in numbered)):
                connection.execute(text(f"TRUNCATE `{name}`"))
            connection.execute(text("SET FOREIGN_KEY_CHECKS=1"))
        connection.execute(text("DELETE FROM setting WHERE name LIKE 'running%'"))
    engine.dispose()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = open_database(url, key=KEY)
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
