"""What `doctor` says: nothing bad of a database that is well, and each trouble by its name."""

import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import NOW
from sqlalchemy import text

from crmbot.incoming import Incoming, Place, Sender
from crmbot.people import Role
from crmbot.reply import Reply, verbatim
from storage import open_database
from storage.health import findings
from storage.waiting import WaitingRows

PLACE = Place("terminal", "amy")
AMY = Sender("terminal", "amy", "Amy")
HELLO = Incoming("k1", AMY, PLACE, NOW, "hello", "m1")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "crm.db"


@pytest.fixture
def crm(blank, file):
    """A database with an owner, beside its key."""
    database = open_database(blank(file))
    database.run(lambda store: store.members.enrol(AMY, Role.OWNER, NOW))
    yield database
    database.close()


def said(database, *, bad, owners=()):
    return [finding.words for finding in findings(database, owners, NOW) if finding.bad == bad]


def outgoing(database, age):
    reply, at = Reply(verbatim("hello")), NOW - age
    database.run(lambda store: store.say(reply, PLACE, "en", f"token of {age}", at))


def test_a_database_that_is_well_has_nothing_bad(crm):
    assert said(crm, bad=True) == []
    words = "\n".join(said(crm, bad=False))
    for part in (
        "sound",
        "point nowhere: 0",
        "Journal wal, synchronous 2",
        "version",
        "audit chain holds",
        "Owners among the members: 1.",
    ):
        assert part in words
    for part in ("wait to be handled: 0", "three times: 0", "wait to be sent: 0", "any more: 0", "given up: 0"):
        assert part in words
    assert "leave SQLite for PostgreSQL at about 10 GB" in words
    assert "mode 600" in words


def test_every_kind_of_database_can_be_asked(database):
    database.run(lambda store: store.members.enrol(AMY, Role.OWNER, NOW))
    outgoing(database, timedelta(minutes=3, seconds=30))
    assert said(database, bad=True) == []
    assert "Replies that wait to be sent: 1, the oldest for 3 minutes." in said(database, bad=False)


def test_a_bot_without_an_owner_is_bad_news(blank, tmp_path):
    with closing(open_database(blank(tmp_path / "x.db"))) as database:
        assert said(database, bad=True) == [
            "Owners among the members: 0: start the bot and send it the code that it prints."
        ]
        assert said(database, bad=True, owners=["telegram:1001"]) == []
        assert "'1001' is none" in said(database, bad=True, owners=["telegram:1", "1001"])[0]


def test_a_key_that_others_can_read_is_bad_news(crm, file):
    Path(f"{file}.key").chmod(0o644)
    assert said(crm, bad=True) == [
        f"The key fits. {file}.key has mode 644; can be read by others: chmod 600 {file}.key."
    ]
    Path(f"{file}.key").unlink()
    assert said(crm, bad=True) == []


def test_no_secret_is_said(crm, file):
    key = Path(f"{file}.key").read_text().strip()
    assert not any(key in words for bad in (True, False) for words in said(crm, bad=bad))


def test_old_replies_and_messages_put_aside_are_bad_news(crm):
    outgoing(crm, timedelta(minutes=2))
    assert said(crm, bad=True) == []
    outgoing(crm, timedelta(hours=5, minutes=1))
    assert said(crm, bad=True) == ["Replies that wait to be sent: 2, the oldest for 5 hours."]
    crm.run(lambda store: WaitingRows(lambda: NOW, ["telegram", "terminal"]).park(HELLO, store))
    assert "Messages put aside because they ended the bot three times: 1." in said(crm, bad=True)


def test_messages_that_wait_and_chats_that_are_gone_are_told(crm):
    crm.run(lambda store: WaitingRows(lambda: NOW, ["telegram", "terminal"]).wait(HELLO, store))
    outgoing(crm, timedelta(days=4))
    crm.run(lambda store: store.connection.execute(text("UPDATE place SET dead = 'blocked'")))
    words = said(crm, bad=False)
    assert "Messages that wait to be handled: 1, the oldest since 2026-11-23 09:00 UTC." in words
    assert "Chats that cannot be reached any more: 1. Replies given up: 0." in words
    assert said(crm, bad=True) == []  # nobody waits for a reply that cannot arrive


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("UPDATE audit SET kind = 'nothing'", "audit chain is broken at row 1"),
        ("UPDATE account SET member_id = 99", "Rows that point nowhere: 1"),
        ("UPDATE alembic_version SET version_num = '0000'", "version 0000"),
    ],
)
def test_rows_that_were_tampered_with_are_bad_news(crm, file, statement, part):
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
        connection.commit()
    assert len(said(crm, bad=True)) == 1
    assert part in said(crm, bad=True)[0]


def test_a_damaged_file_is_bad_news(blank, tmp_path):
    file = tmp_path / "crm.db"
    with closing(open_database(blank(file))) as database:
        database.run(lambda store: store.members.enrol(AMY, Role.OWNER, NOW))
    with closing(sqlite3.connect(file)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_handle_value_key'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with file.open("r+b") as opened:
        opened.seek((root - 1) * size)
        opened.write(b"\xff" * 200)
    with closing(open_database(f"sqlite:///{file}")) as database:
        assert "Restore a backup" in said(database, bad=True)[0]


def test_a_disk_that_is_nearly_full_is_bad_news(crm, monkeypatch):
    monkeypatch.setattr("storage.health.shutil.disk_usage", lambda _: SimpleNamespace(free=50_000_000))
    assert said(crm, bad=True) == ["50.0 MB are free on its disk, fewer than a second copy and 200 MB: make room."]
    monkeypatch.setattr("storage.health.LEAVE_AT", 1000)
    assert any("time to move to PostgreSQL" in words for words in said(crm, bad=True))


def test_the_doctor_does_not_wait_for_those_who_write(crm):
    inside, leave = threading.Event(), threading.Event()

    def hold(store):
        inside.set()
        assert leave.wait(60)

    writer = threading.Thread(target=crm.run, args=(hold,))
    writer.start()
    try:
        assert inside.wait(60)
        assert said(crm, bad=True) == []
    finally:
        leave.set()
        writer.join()
