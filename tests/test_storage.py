"""What the database promises to the rest, on each of the three."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from conftest import NOW
from sqlalchemy import func, insert, inspect, select
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import SQLModel

from crmbot.errors import BadInput, Unavailable
from crmbot.incoming import Sender
from crmbot.money import Money
from crmbot.names import fold
from crmbot.people import Permission, Role
from storage import Deal, NewCustomer, Wanted, open_database
from storage.database import AT_ONCE, Work, database_url
from storage.migrate import HEAD, _config, migrate
from storage.search import candidates
from storage.tables import Customer, Gram, Handle, Interaction, MemberRow, Order, Product

ROOT = Path(__file__).parent.parent
TABLES = SQLModel.metadata.tables


@pytest.fixture
def amy(database):
    sender = Sender("terminal", "amy", "Amy")
    database.run(lambda store: store.members.enrol(sender, Role.OWNER, NOW))
    return database.run(lambda store: store.member(sender))


def add(database, member, name, **more):
    def work(store):
        store.acts(member, "customer.add", NOW)
        return store.customers.add(NewCustomer(name, **more), owner=member, now=NOW)

    return database.run(work)


def acting(database, member, work):
    def act(store):
        store.acts(member, "test", NOW)
        return work(store)

    return database.run(act)


def test_what_comes_before_the_end_is_done_and_what_comes_after_it_refused(database):
    go_on, done = threading.Event(), []
    futures = [Future() for _ in range(3)]
    for number, future in enumerate(futures):
        database.submit(Work(go_on.wait, lambda _, store, number=number: done.append(number), future))
    threading.Timer(0.1, go_on.set).start()
    database.close()
    assert sorted(done) == [0, 1, 2] and all(each.done() for each in futures)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            database.run(lambda store: None)


def test_what_a_program_leaves_to_be_written_when_it_ends_is_written(tmp_path):
    """Though it does not close the database."""
    file = tmp_path / "crm.db"
    program = (
        "import sys; from pathlib import Path; from concurrent.futures import Future\n"
        "from storage import open_database; from storage.database import Work\n"
        "database = open_database(sys.argv[1], key='', key_file=Path(sys.argv[2]))\n"
        "def slow(_, store):\n"
        "    import time; time.sleep(0.2); store.connection.exec_driver_sql(\"UPDATE setting SET value = 'x'\")\n"
        "database.submit(Work(lambda: None, slow, Future()))\n"
    )
    command = [sys.executable, "-c", program, f"sqlite:///{file}", str(tmp_path / "key")]
    subprocess.run(command, check=True, timeout=60, cwd=ROOT)
    with closing(sqlite3.connect(file)) as kept:
        assert set(kept.execute("SELECT value FROM setting")) == {("x",)}


# Tables


def test_the_migrations_make_just_the_tables_that_the_program_knows(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        changes = [change for change in compare_metadata(context, SQLModel.metadata) if not _same_on_mysql(change)]
    assert changes == []


def _same_on_mysql(change):
    """MySQL has an index of its own for every foreign key, and calls a unique constraint an index."""
    return change[0] in ("add_index", "remove_index", "add_constraint", "remove_constraint") and "mysql" in str(
        getattr(change[1], "dialect_options", "")
    )


def test_the_program_knows_the_last_migration():
    assert ScriptDirectory.from_config(_config()).get_heads() == [HEAD]


def test_a_database_of_a_newer_program_is_refused(database, url):
    database.run(lambda store: store.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(BadInput, match="newer program"):
            open_database(url, key="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    finally:
        database.run(
            lambda store: store.connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{HEAD}'")
        )


def test_names_in_two_scripts_get_one_key(database, amy, monkeypatch):
    """As they were kept before: each by how it was typed."""
    with monkeypatch.context() as before:
        before.setattr("crmbot.names.in_one_script", lambda words: words)
        fold.cache_clear()
        for name in ("台積電", "鴻海", "Acme"):
            add(database, amy, name)
        acting(database, amy, lambda store: [store.orders.new_product(name) for name in ("壽險", "车险", "車險")])
        acting(database, amy, lambda store: store.customers.archive(store.session.get(Customer, 2), NOW))
    fold.cache_clear()
    grams = database.run(lambda store: store.connection.execute(select(func.count()).select_from(Gram)).scalar())
    database.run(lambda store: store.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0020'"))
    assert migrate(database.engine, database.keys) and not migrate(database.engine, database.keys)

    def names(kind):
        rows = database.run(
            lambda store: store.connection.execute(select(kind.name, kind.name_key).order_by(kind.id)).all()
        )
        return [tuple(row) for row in rows]

    assert names(Customer) == [("台積電", "台积电"), ("鴻海", "鸿海"), ("Acme", "acme")]
    assert names(Product) == [("壽險", "寿险"), ("车险", "车险"), ("車險", "車險")]
    found, _ = database.run(lambda store: store.customers.find(Wanted(name="台积"), seen_by=amy))
    assert [each.name for each in found] == ["台積電"]
    assert (
        database.run(lambda store: store.connection.execute(select(func.count()).select_from(Gram)).scalar()) == grams
    )


def test_every_table_of_records_says_that_no_ref_is_used_again(database):
    """A copy that a migration makes of a table forgets it, unless it is told."""
    if database.url.get_backend_name() != "sqlite":
        return
    with database.engine.connect() as connection:
        made = dict(connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all())
    numbered = [name for name, table in TABLES.items() if table.c.keys()[0] == "id"]
    assert len(numbered) > 20
    assert [name for name in numbered if "AUTOINCREMENT" not in made[name]] == []


def test_no_ref_is_ever_used_again(database, amy):
    first = add(database, amy, "Acme")
    acting(database, amy, lambda store: store.session.delete(store.session.get(Customer, first.id)))
    assert add(database, amy, "Hooli").id > first.id


def test_every_table_keeps_its_numbers():
    assert all(table.dialect_options["sqlite"]["autoincrement"] for table in TABLES.values())


def test_constraints_are_named():
    for table in TABLES.values():
        assert all(constraint.name for constraint in table.constraints), table.name
        assert all(len(str(constraint.name)) <= 63 for constraint in table.constraints), table.name


BROKEN = {
    "a stage that is none": {"stage": "maybe"},
    "an amount below nothing": {"amount": -1, "currency": "USD"},
    "an amount of no currency": {"amount": 5},
    "a deal that is won and open": {"stage": "won"},
    "a deal that is open and closed": {"closed_at": NOW},
    "a deal of nobody": {"customer_id": 999},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_is_refused_by_the_database_itself(broken, database, amy):
    customer = add(database, amy, "Acme")
    row = {"customer_id": customer.id, "stage": "lead", "created_at": NOW, "version": 1} | broken
    with pytest.raises(DBAPIError):
        database.run(lambda store: store.connection.execute(insert(Deal.__table__), row))


def test_a_customer_with_deals_cannot_vanish(database, amy):
    customer = add(database, amy, "Acme")
    acting(database, amy, lambda store: store.deals.add(store.session.get(Customer, customer.id), owner=amy, now=NOW))
    with pytest.raises(IntegrityError):
        acting(database, amy, lambda store: store.session.delete(store.session.get(Customer, customer.id)))


def test_times_come_back_as_they_were_to_the_microsecond_in_utc(database, amy):
    there = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=-7)))
    customer = add(database, amy, "Acme")
    row = {"customer_id": customer.id, "kind": "note", "at": there}
    database.run(lambda store: store.connection.execute(insert(Interaction.__table__), row))
    back = database.run(lambda store: store.connection.execute(select(Interaction.__table__.c.at)).scalar())
    assert (back, back.tzinfo) == (there, UTC)
    with pytest.raises(StatementError, match="timezone"):
        naive = row | {"at": datetime(2026, 1, 1)}  # noqa: DTZ001  # that is the point
        database.run(lambda store: store.connection.execute(insert(Interaction.__table__), naive))


def test_money_is_exact_however_much_it_is(database, amy):
    customer = add(database, amy, "Acme")
    much = Money(9_007_199_254_740_993_27, "USD")
    deal = acting(
        database,
        amy,
        lambda store: store.deals.add(store.session.get(Customer, customer.id), owner=amy, now=NOW, amount=much),
    )
    [back] = database.run(lambda store: store.deals.by_ref(deal.ref, amy, Permission.READ_DEALS))
    assert back.money == much


def test_names_in_every_script_and_emoji_come_back(database, amy):
    name = "𠮷野家 😀 Zoë O'Neil \\ % _ ﷽"
    assert database.run(lambda store: store.session.get(Customer, 1)) is None
    customer = add(database, amy, name)
    assert database.run(lambda store: store.session.get(Customer, customer.id)).name == name


def test_currencies_are_never_added(database, amy):
    customer = add(database, amy, "Acme")

    def deals(store):
        for money in (Money(100, "USD"), Money(200, "EUR"), Money(300, "USD")):
            store.deals.add(store.session.get(Customer, customer.id), owner=amy, now=NOW, amount=money)
        return store.deals.listed(seen_by=amy)

    page = acting(database, amy, deals)
    assert (page.count, page.sums) == (3, {"USD": 400, "EUR": 200})


# Transactions


async def test_one_that_breaks_takes_nobody_of_its_group_along(database, amy):
    def work(number):
        def add_one(_, store):
            store.acts(amy, "customer.add", NOW)
            store.customers.add(NewCustomer(f"Name {number}x"), owner=amy, now=NOW)
            if number % 3 == 0:
                raise ValueError(number)

        return database.take(lambda: None, add_one)

    ends = await asyncio.gather(*map(work, range(AT_ONCE * 2)), return_exceptions=True)
    assert [type(end) for end in ends] == [ValueError if at % 3 == 0 else type(None) for at in range(AT_ONCE * 2)]
    added = database.run(lambda store: store.connection.execute(select(Customer.__table__.c.name)).scalars().all())
    assert sorted(added) == sorted(f"Name {at}x" for at in range(AT_ONCE * 2) if at % 3)


def test_one_that_breaks_alone_leaves_nothing_but_what_rode_along(database, amy):
    def broken(store):
        store.acts(amy, "customer.add", NOW)
        store.customers.add(NewCustomer("Acme"), owner=amy, now=NOW)
        store.finish()
        raise ZeroDivisionError

    database.ride(lambda connection: connection.execute(insert(TABLES["setting"]), {"name": "rode", "value": "1"}))
    with pytest.raises(ZeroDivisionError):
        database.run(broken)
    rode = select(TABLES["setting"].c.value).where(TABLES["setting"].c.name == "rode")
    assert database.run(lambda store: store.connection.execute(rode).scalar()) == "1"
    customers = select(TABLES["customer"].c.id)
    assert database.run(lambda store: store.connection.execute(customers).all()) == []


def test_no_increment_is_lost(database, amy):
    """Read, add one, write, eight at once: the drivers' defaults lost most of them without an error."""
    order = {"customer_id": add(database, amy, "Acme").id, "amount": 0, "quantity": 1, "currency": "USD", "at": NOW}
    database.run(lambda store: store.connection.execute(insert(Order.__table__), order | {"version": 1}))

    def increment(store):
        store.acts(amy, "test", NOW)
        store.session.get(Order, 1, with_for_update=True).amount += 1

    def many():
        for _ in range(10):
            database.run(increment)

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.run(lambda store: store.session.get(Order, 1)).amount == 80


def test_two_who_change_a_row_without_a_lock_do_not_overwrite_each_other(database, amy):
    """The version column as a net: whoever comes second is tried again on what the first one left."""
    member, tries = database.run(lambda store: store.members.all())[0][0].id, []
    both = threading.Barrier(2, timeout=10)

    def rename(store):
        store.acts(amy, "test", NOW)
        row = store.session.get(MemberRow, member)
        tries.append(row.name)
        if len(tries) <= 2 and database.engine.dialect.name != "sqlite":
            both.wait()
        row.name += "+"

    threads = [threading.Thread(target=database.run, args=(rename,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.run(lambda store: store.session.get(MemberRow, member)).name == "Amy++"
    assert len(tries) == (2 if database.engine.dialect.name == "sqlite" else 3)


def test_a_reader_cannot_write(database):
    if database.engine.dialect.name == "sqlite":
        with pytest.raises(DBAPIError, match="readonly"), database.reading() as store:
            store.connection.exec_driver_sql("DELETE FROM deal")
    database.run(lambda store: store.connection.exec_driver_sql("DELETE FROM deal"))  # the connection is itself again


def test_what_waits_in_the_queue_is_done_first_in_first_out(database):
    order, go_on = [], threading.Event()
    if database.engine.dialect.name != "sqlite":
        return
    database.submit(Work(lambda: None, lambda _, store: go_on.wait(5), Future()))
    for number in range(200):
        database.submit(Work(lambda: None, lambda _, store, number=number: order.append(number), Future()))
    go_on.set()
    database.run(lambda store: None)
    assert order == list(range(200))


# SQLite


@pytest.fixture
def sqlite(database, kind_of_database):
    if kind_of_database != "sqlite":
        pytest.skip("about SQLite alone")
    return database


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "secure_delete": 1}


def test_sqlite_is_safe_against_a_crash_and_orphans(sqlite):
    with sqlite.engine.connect() as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in PRAGMAS} == PRAGMAS


def test_a_locked_database_is_away_and_later_back(sqlite, amy, tmp_path):
    with sqlite.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    with closing(sqlite3.connect(tmp_path / "crm.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            sqlite.run(lambda store: store.connection.exec_driver_sql("DELETE FROM deal"))
    sqlite.run(lambda store: store.connection.exec_driver_sql("DELETE FROM deal"))


@pytest.mark.parametrize("url", ["nonsense", "oracle://x", "sqlite://", "sqlite:///:memory:", "postgresql+x://"])
def test_an_address_that_is_none_is_said_in_one_line(url):
    if url == "postgresql+x://":
        assert database_url(url).drivername == "postgresql+psycopg"
    else:
        with pytest.raises(BadInput):
            database_url(url)


# Search


def test_found_by_words_parts_and_misspellings_in_both_scripts(database, amy):
    for name in ("Acme Robotics", "Hooli", "华为技术有限公司", "Globex", "北京智云科技"):
        add(database, amy, name)

    def found(words):
        return [
            each.name for each in database.run(lambda store: store.customers.find(Wanted(name=words), seen_by=amy))[0]
        ]

    assert found("acme") == ["Acme Robotics"]
    assert found("Hoolli") == ["Hooli"]
    assert found("华为") == ["华为技术有限公司"]
    assert found("智云") == ["北京智云科技"]
    assert found("GLOBEX Inc.") == ["Globex"]
    assert found("Initech") == []
    assert found("%") == found("_") == []


def test_the_grams_follow_the_name_and_its_undo(database, amy):
    customer = add(database, amy, "Acme Robotics")

    def rename(store):
        store.session.get(Customer, customer.id).name = "Globex"

    acting(database, amy, rename)
    with database.reading() as store:
        assert list(candidates(store.connection, "C", "Globex")) == [customer.id]
        assert list(candidates(store.connection, "C", "Acme")) == []
    acting(database, amy, lambda store: store.session.delete(store.session.get(Customer, customer.id)))
    assert database.run(lambda store: store.connection.execute(select(Gram.__table__)).all()) == []


def test_a_phone_is_found_in_each_of_its_forms_and_not_by_a_part(database, amy):
    add(database, amy, "Ann Poe", phones=("+14155552671",), emails=("Ann@Hooli.example",))

    def found(**wanted):
        return len(database.run(lambda store: store.customers.find(Wanted(**wanted), seen_by=amy))[0])

    forms = ("+1 415 555 2671", "4155552671", "415-555-2671", "2671")
    assert [found(phone=form) for form in forms] == [1, 1, 1, 1]
    assert [found(phone=form) for form in ("555267", "+1 415 555 2672", "1234")] == [0, 0, 0]
    assert found(email="ann@hooli.EXAMPLE") == 1
    kept = database.run(lambda store: store.connection.execute(select(Handle.__table__)).all())
    assert not any(word in repr(kept) for word in ("2671", "hooli"))


def test_indexed_words_are_short_enough_for_mysql():
    for table in TABLES.values():
        for index in table.indexes:
            assert all(getattr(column.type, "length", 0) is None or (getattr(column.type, "length", 0) or 0) <= 191
                       for column in index.columns), index.name  # fmt: skip


def test_the_database_knows_all_tables(database):
    assert set(TABLES) <= set(inspect(database.engine).get_table_names())
