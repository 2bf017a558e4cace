"""What is kept for a while is gone on its day, and nothing else is."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlmodel import SQLModel

from crmbot.people import Role
from storage.audit import broken_at, holds, mark
from storage.retention import AUDIT_DAYS, KINDS, sweep
from storage.tables import Analysis, Code, Guess, Invite, JobRow, OutgoingRow, Survey, Waiting
from tests.conftest import NOW

A_DAY, AN_HOUR, A_SECOND = timedelta(days=1), timedelta(hours=1, seconds=1), timedelta(seconds=1)
DAYS = {name: kept.days for name, kept in KINDS.items()} | {"audit": AUDIT_DAYS}


@pytest.fixture
def amy(chat, database):
    """A company with something of every kind, all of it from now."""
    amy = chat("amy", Role.OWNER)
    amy.say("new deal Acme 5k")
    amy.does("ticket.add", subject="it is broken", name="Acme")
    ann = chat("ann", None)
    ann.say("my export is broken")
    amy.say("how is the pipeline")
    key = b"1" * 32
    rows = (
        insert(Waiting).values(key=key, channel="terminal", body=b"x", at=NOW, parked=True),
        insert(Code).values(code_key=key, kind="link", member_id=1, expires_at=NOW),
        insert(Guess).values(sender_key=key, wrong=3, until=NOW),
        insert(Invite).values(token_key=key, role="rep", team="sales", expires_at=NOW),
        insert(Survey).values(customer_id=1, token_key=key, expires_at=NOW, reminded=False, version=1),
        insert(JobRow).values(place_id=1, member_id=1, job="report", body=b"x", at=NOW, finished_at=NOW, attempts=1),
        insert(Analysis).values(key=key, language="en", at=NOW, reply=b"x", figures=b"x"),
    )

    def add(store):
        for row in rows:
            store.connection.execute(row)
        store.connection.execute(update(OutgoingRow).values(sent_at=NOW))

    database.run(add)
    return amy


def counts(database):
    with database.reading() as store:
        tables = SQLModel.metadata.sorted_tables
        return {each.name: store.connection.execute(select(func.count()).select_from(each)).scalar() for each in tables}


def test_each_kind_is_gone_on_its_day_and_nothing_else(amy, database):
    begun = counts(database)
    assert min(begun[kept.table.name] for kept in KINDS.values()) > 0
    assert sweep(database, NOW) == {}
    for days in sorted(set(DAYS.values())):
        due = {name for name, each in DAYS.items() if each == days}
        assert sweep(database, NOW + days * A_DAY - A_SECOND) == {}
        swept = sweep(database, NOW + days * A_DAY + AN_HOUR)  # for so long a question stays open
        assert set(swept) == due
    left = counts(database)
    changed = {name for name in left if left[name] != begun[name]}
    assert changed == {kept.table.name for kept in KINDS.values()} - {"survey", "analysis"} | {"audit"}
    assert {name for name in changed if left[name]} == {"outgoing"}  # the posts of what was posted stay, empty
    with database.reading() as store:
        posts = store.connection.execute(select(OutgoingRow.body, OutgoingRow.desk)).all()
        assert all(row.desk and row.body == b"" for row in posts)
        assert store.connection.execute(select(Survey.token_key, Survey.customer_id)).all() == [(None, 1)]
        assert store.connection.execute(select(Analysis.reply)).scalar() is None


def test_what_is_not_sent_and_what_is_not_done_stays(amy, database):
    def reopen(store):
        store.connection.execute(update(OutgoingRow).values(sent_at=None))
        store.connection.execute(update(JobRow).values(finished_at=None))

    database.run(reopen)
    begun = counts(database)
    sweep(database, NOW + 400 * A_DAY)
    assert {name: counts(database)[name] for name in ("outgoing", "job")} == {
        name: begun[name] for name in ("outgoing", "job")
    }


def test_an_old_post_has_no_buttons_any_more(amy, database):
    amy.does("ticket.add", subject="it is broken", name="Acme")
    press = amy.button("feedback")
    database.run(lambda store: store.connection.execute(update(OutgoingRow).values(desk="K1")))
    sweep(database, NOW + 91 * A_DAY)
    assert amy.say(press) == "That button is too old to work: say it in words, or ask for the card again."


def test_the_audit_chain_goes_on_from_what_was_let_go(amy, database, clock):
    with database.reading() as store:
        first = mark(store.connection)[1]
    clock.wait(days=AUDIT_DAYS)
    amy.say("new deal Acme 6k")
    with database.reading() as store:
        last = mark(store.connection)
        assert holds(store.connection, first)
    assert sweep(database, clock.now + A_SECOND)["audit"] > 0
    with database.reading() as store:
        assert broken_at(store.connection) is None
        assert mark(store.connection) == last
        assert not holds(store.connection, first)
    amy.say("new deal Acme 7k")
    assert sweep(database, clock.now + (AUDIT_DAYS + 1) * A_DAY)["audit"] > 0
    amy.say("new deal Acme 8k")
    with database.reading() as store:
        assert broken_at(store.connection) is None
