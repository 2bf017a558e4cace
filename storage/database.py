"""The database: connections, transactions, and one writer on SQLite that commits for many at once."""

import asyncio
import logging
import os
import random
import sqlite3
import threading
import time
import weakref
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, create_engine, event, make_url
from sqlalchemy.engine import URL, Engine, ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm.exc import StaleDataError

from crmbot.errors import BadInput, Lost, Unavailable
from crmbot.incoming import Place
from storage.audit import Head
from storage.notes import Notes
from storage.places import Places
from storage.secrets import Keys
from storage.statements import raise_if_away
from storage.store import Shared, Store
from storage.tombstones import Tombstones

log = logging.getLogger(__name__)
T = TypeVar("T")
A = TypeVar("A")
Rider = Callable[[Connection], None]
AT_ONCE = 50  # messages that share a commit
THREADS = 8  # connections to PostgreSQL and MySQL
TRIES = 6  # of a transaction that lost against another
LOST_MYSQL = {1205, 1213}  # lock wait timeout, deadlock
AWAY_MYSQL = {1040, 1053, 1205, 1213, 2002, 2003, 2006, 2013}
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
DRIVERS |= {"mysql": "mysql+pymysql", "mariadb": "mysql+pymysql"}


@dataclass(frozen=True, slots=True)
class Work(Generic[A, T]):
    """What is to be done in a transaction; `prepare` runs before it begins, `future` is done after the commit."""

    prepare: Callable[[], A]
    work: Callable[[A, Store], T]
    future: "Future[T] | asyncio.Future[T]"


class WriterThread:
    """As an executor of one, but for its futures: nobody reads them, and they cost as much as two queries.

    What was submitted is done before the end: of the database, or of the program if nobody closes it.
    """

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], None]) -> None:
        self._calls.put(call)

    def shutdown(self) -> None:
        """It may be called more than once, and waits each time."""
        if not self._ending.is_set():
            self._ending.set()
            self._calls.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _work(self) -> None:
        while call := self._calls.get():
            call()
            del call  # a bound method, which holds the database until the next one comes


class Database:
    """`run` and `submit` each give their work a `Store` inside a transaction of its own savepoint.

    On SQLite one writer thread takes what waits, first in first out, up to `AT_ONCE`, into one transaction: one
    commit for all. Elsewhere each work has a transaction, and one that lost against another is tried again.
    """

    def __init__(self, url: str, keys: Keys, *, encrypt_notes: bool = False) -> None:
        self.url = database_url(url)
        self.keys = keys
        self._engine = connect(self.url)
        self.notes = Notes(keys, sealed=encrypt_notes)
        self._engine.dialect.notes = self.notes  # type: ignore[attr-defined]  # all that a column's type is given
        self.tombstones = Tombstones(erased_path(self.url))
        self._shared = Shared(keys, self.tombstones)
        self._riders: deque[Rider] = deque()
        self._sqlite = self.url.get_backend_name() == "sqlite"
        self._threads = WriterThread() if self._sqlite else ThreadPoolExecutor(THREADS, "road")
        weakref.finalize(self, self._threads.shutdown)
        self._closed = False
        self._queue: deque[Work[Any, Any]] = deque()
        self._guard = threading.Lock()
        self._writer: Connection | None = None  # SQLite's one, kept: to take it from the pool costs more than a read
        self._awake = False  # SQLite's writer is at work, and will see what is added
        self._take = self._take_all if self._sqlite else self._take_one

    def submit(self, work: Work[Any, Any], *, first: bool = False) -> None:
        """Queue it, and come back at once. `first`: before all that waits."""
        with self._guard:
            if self._closed:
                raise RuntimeError("the database is closed")
            self._queue.appendleft(work) if first else self._queue.append(work)
            if not self._awake:
                self._awake = self._sqlite
                self._threads.submit(self._take)

    def run(self, work: Callable[[Store], T]) -> T:
        """Do it and wait for the commit."""
        future: Future[T] = Future()
        self.submit(Work(lambda: None, lambda _, store: work(store), future))
        return future.result()

    async def arun(self, work: Callable[[Store], T]) -> T:
        return await self.take(lambda: None, lambda _, store: work(store))

    def take(
        self, prepare: Callable[[], A], work: Callable[[A, Store], T], *, first: bool = False
    ) -> "asyncio.Future[T]":
        """For the event loop: a future that is done after the commit."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.submit(Work(prepare, work, future), first=first)
        return future

    def ride(self, statement: Rider) -> None:
        """Have something small written with whatever transaction comes next."""
        self._riders.append(statement)

    @property
    def riders(self) -> int:
        """How much waits to ride."""
        return len(self._riders)

    @contextmanager
    def reading(self) -> Iterator[Store]:
        """A store outside the writers' queue, for what only reads."""
        with self._engine.connect().execution_options(reading=True) as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON" if self._sqlite else "SET TRANSACTION READ ONLY")
            try:
                yield Store(connection, self._shared)
            finally:
                if self._sqlite:
                    connection.exec_driver_sql("PRAGMA query_only=OFF")
                connection.rollback()

    @property
    def places(self) -> Places:
        return self._shared.places

    @property
    def engine(self) -> Engine:
        """For migrations, backup and bulk work: whoever uses it begins and commits by themselves."""
        return self._engine

    def close(self) -> None:
        with self._guard:
            self._closed = True
        self._threads.shutdown()
        self._let_go()
        if self._riders:
            with suppress(Unavailable), self._engine.begin() as connection:
                self._let_ride(connection, [])
        self._engine.dispose()

    # SQLite

    def _take_all(self) -> None:
        while batch := self._next_batch():
            self._take_batch(batch)

    def _next_batch(self) -> list[Work[Any, Any]]:
        with self._guard:
            self._awake = bool(self._queue)
            return [self._queue.popleft() for _ in range(min(AT_ONCE, len(self._queue)))]

    def _take_batch(self, batch: Sequence[Work[Any, Any]]) -> None:
        prepared = [_prepared(each) for each in batch]
        ends: list[tuple[Any, BaseException | None]] = []
        riders: list[Rider] = []
        seen: dict[Place, int] = {}
        try:
            if self._writer is None:
                self._writer = self._engine.connect()
            connection = self._writer
            with connection.begin():
                self._let_ride(connection, riders)
                head = Head()
                take = self._savepoint if len(batch) > 1 else self._do
                for work, (given, problem) in zip(batch, prepared, strict=True):
                    ends.append((None, problem) if problem else take(connection, work, given, head, seen))
            self._shared.places.learn(seen)
        except BaseException as error:  # the commit failed, or the only work: nobody's is kept
            self._get_off(riders)
            self._let_go()
            ends = [(None, _away(error))] * len(batch)
        _tell(batch, ends)

    def _let_go(self) -> None:
        """Whatever is wrong with the writer's connection, the next one is another."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(DBAPIError, Unavailable):
                writer.close()

    def _savepoint(
        self, connection: Connection, work: Work[Any, Any], given: Any, head: Head, seen: dict[Place, int]
    ) -> tuple[Any, BaseException | None]:
        """An error not caught around its own savepoint would undo the whole group."""
        driver: Any = connection.connection.driver_connection  # SQLAlchemy's own savepoints cost ten times as much
        driver.execute("SAVEPOINT message")
        try:
            end = self._do(connection, work, given, head, seen)
        except Unavailable:
            raise
        except Exception as error:
            driver.execute("ROLLBACK TO message")
            driver.execute("RELEASE message")
            return None, error
        driver.execute("RELEASE message")
        return end

    def _do(
        self, connection: Connection, work: Work[Any, Any], given: Any, head: Head, seen: dict[Place, int]
    ) -> tuple[Any, BaseException | None]:
        store = Store(connection, self._shared, head)
        try:
            result = work.work(given, store)
            store.finish()
        except Unavailable:
            raise
        except Exception:
            store.abandon()
            raise
        seen.update(store.places_seen)
        return result, None

    # PostgreSQL, MySQL, MariaDB

    def _take_one(self) -> None:
        with self._guard:
            work = self._queue.popleft()
        given, problem = _prepared(work)
        if problem:
            _tell([work], [(None, problem)])
            return
        result: Any = None
        end: BaseException | None = None
        for tried in range(TRIES):
            if tried:
                time.sleep(random.uniform(0, 0.02 * 2**tried))
            result, end = self._transaction(work, given)
            if not isinstance(end, Lost | StaleDataError):
                break
        lost = isinstance(end, StaleDataError)
        _tell([work], [(result, Unavailable("changed at the same time") if lost else end)])

    def _transaction(self, work: Work[Any, Any], given: Any) -> tuple[Any, BaseException | None]:
        riders: list[Rider] = []
        try:
            with self._engine.begin() as connection:
                self._let_ride(connection, riders)
                store = Store(connection, self._shared)
                result = work.work(given, store)
                store.finish()
            self._shared.places.learn(store.places_seen)
        except BaseException as error:
            self._get_off(riders)
            return None, _away(error)
        return result, None

    def _let_ride(self, connection: Connection, riding: "list[Rider]") -> None:
        """Write what waits to ride along; `riding` is told first, so that a failed transaction loses none."""
        with suppress(IndexError):
            while True:
                riding.append(self._riders.popleft())
        for rider in list(riding):
            try:
                rider(connection)
            except Unavailable:
                raise
            except Exception:  # it would break every transaction to come
                riding.remove(rider)
                raise

    def _get_off(self, riders: list[Rider]) -> None:
        self._riders.extendleft(reversed(riders))


def _prepared(work: Work[A, Any]) -> tuple[A | None, BaseException | None]:
    try:
        return work.prepare(), None
    except BaseException as error:  # whatever it is, the thread goes on
        return None, error


def _tell(batch: Sequence[Work[Any, Any]], ends: Sequence[tuple[Any, BaseException | None]]) -> None:
    """How each has ended; an event loop is woken once for all of them."""
    loops: defaultdict[asyncio.AbstractEventLoop, list[tuple[Any, Any, BaseException | None]]] = defaultdict(list)
    for work, (result, error) in zip(batch, ends, strict=True):
        if isinstance(work.future, asyncio.Future):
            loops[work.future.get_loop()].append((work.future, result, error))
        else:
            _set_ends([(work.future, result, error)])
    for loop, told in loops.items():
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_set_ends, told)


def _set_ends(ends: Sequence[tuple[Any, Any, BaseException | None]]) -> None:
    for future, result, error in ends:
        if not future.done():
            future.set_exception(error) if error else future.set_result(result)


def _away(error: BaseException) -> BaseException:
    """A commit may fail with the driver's own error."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Unavailable(type(error).__name__)
    return error


def database_url(url: str) -> URL:
    """`sqlite:///…`, `postgresql://…` or `mysql://…` with the driver we use. Raises `BadInput`."""
    try:
        made = make_url(url)
    except ArgumentError as error:
        raise BadInput("database.url is none: write sqlite:///crm.db, postgresql://… or mysql://…") from error
    driver = DRIVERS.get(made.drivername.partition("+")[0])
    if driver is None:
        raise BadInput(f"database.url: {made.drivername} is none of sqlite, postgresql, mysql")
    if driver.startswith("mysql"):
        made = made.update_query_dict({"charset": "utf8mb4"})
    if driver == "sqlite" and made.database in (None, "", ":memory:"):
        raise BadInput("database.url: SQLite needs a file")
    return made.set(drivername=driver)


def erased_path(url: URL) -> Path:
    """Where it stands who was erased: beside a SQLite file; for a server, where the bot is started."""
    return Path(f"{url.database}.erased")


def connect(url: URL) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            engine = create_engine(
                url, isolation_level="READ COMMITTED", hide_parameters=True, pool_pre_ping=True, pool_size=THREADS + 2
            )
        else:
            _make_private(Path(str(url.database)))
            engine = create_engine(url, hide_parameters=True)
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
            _shorten_savepoints(engine.dialect)
    except (NoSuchModuleError, OSError) as error:
        raise BadInput(f"database.url: {error}") from error
    event.listen(engine, "handle_error", _say_away)
    return engine


def _make_private(file: Path) -> None:
    """A new database is for its owner's eyes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # the driver would begin by itself, and too late
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        "temp_store=MEMORY",  # a savepoint that touches many pages keeps them aside, else in a file made for each
        "secure_delete=ON",  # what was erased leaves the file with the next checkpoint
        "cache_size=-16000",
        "wal_autocheckpoint=4000",  # a page that many messages change is copied back once for all of them
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A reader waits for nobody; a writer takes its lock at once, for later it would be refused."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute("BEGIN" if connection.get_execution_options().get("reading") else "BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise_if_away(error)
        raise


def _shorten_savepoints(dialect: Any) -> None:
    """Each session has one, and SQLAlchemy compiles its three statements anew each time."""

    def said(words: str) -> Callable[[Connection, str], None]:
        def execute(connection: Connection, name: str) -> None:
            driver: Any = connection.connection.driver_connection
            driver.execute(f"{words} {name}")

        return execute

    dialect.do_savepoint = said("SAVEPOINT")
    dialect.do_rollback_to_savepoint = said("ROLLBACK TO")
    dialect.do_release_savepoint = said("RELEASE")


def _say_away(context: ExceptionContext) -> None:
    """A database that is away or busy is no bug: the road must neither save nor acknowledge."""
    error = context.original_exception
    if isinstance(error, sqlite3.Error):
        raise_if_away(error)
        return
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and state in ("40001", "40P01", "55P03"):
        raise Lost(state) from error
    if isinstance(state, str) and state[:2] in ("08", "53", "57"):
        raise Unavailable(state) from error
    code = error.args[0] if type(error).__module__.startswith("pymysql") and error.args else None
    if code in LOST_MYSQL:
        raise Lost(str(code)) from error
    if code in AWAY_MYSQL or (state is None and code is None and context.is_disconnect):
        raise Unavailable(str(code)) from error
    if type(error).__name__ == "OperationalError" and state is None and code is None:  # psycopg: no connection at all
        raise Unavailable("no connection") from error
