"""Backups: whole though the bot writes, readable by nobody else, never put back when anything is wrong with them."""

import base64
import hashlib
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from conftest import NOW
from sqlalchemy import select

from crmbot.errors import BadInput
from crmbot.incoming import Sender
from crmbot.people import Member, Role
from storage import Customer, NewCustomer, open_database
from storage.backup import BLOCK, SEALED, back_up, open_file, restore_from, seal_file
from storage.secrets import load_keys

OTHER = base64.b64encode(bytes(32)).decode()
AMY = Member(1, "Amy", Role.OWNER, "sales", "en", "UTC")


@pytest.fixture
def crm(blank, tmp_path):
    blank(tmp_path / "crm.db")
    return tmp_path / "crm.db"


@pytest.fixture
def backup(tmp_path):
    return tmp_path / "kept" / "monday.db"


@pytest.fixture
def backed_up(crm, backup):
    """The url of a database with Acme in it, that was backed up."""
    add(crm, "Acme")
    backup.parent.mkdir()
    back_up(url(crm), backup)
    return url(crm)


def url(file):
    return f"sqlite:///{file}"


def add_customer(store, name):
    store.members.enrol(Sender("terminal", "amy", "Amy"), Role.OWNER, NOW)
    store.acts(AMY, "customer.add", NOW)
    store.customers.add(NewCustomer(name, phones=["+8613900001234"]), owner=AMY, now=NOW)


def add(file, *names):
    with closing(open_database(url(file))) as database:
        for name in names:
            database.run(lambda store, name=name: add_customer(store, name))


def names(file, *, key=None):
    with closing(open_database(url(file), key_file=key)) as database, database.reading() as store:
        return list(store.connection.execute(select(Customer.name).order_by(Customer.id)).scalars())


def image(file):
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def opened(backup, crm):
    """The database that a backup holds, as a file beside it."""
    file = backup.with_suffix(".opened")
    open_file(backup, file, load_keys("", Path(f"{crm}.key"), may_make=False))
    return file


def restore(where, file, **more):
    return restore_from(where, file, "", None, **{"check": False, **more})


def left_over(folder):
    return sorted(each.name for each in folder.iterdir() if each.name.startswith("."))


# Making one


def test_a_backup_holds_every_row_in_one_file_of_ones_own(crm, backup, backed_up):
    assert backup.read_bytes().startswith(SEALED)
    assert b"Acme" not in backup.read_bytes()
    assert sorted(each.name for each in backup.parent.iterdir()) == ["monday.db", "monday.db.sha256"]
    for file in backup.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert image(opened(backup, crm)) == image(crm)


def test_the_sentence_says_where_the_key_is_and_the_backup_does_not_hold_it(crm, tmp_path):
    add(crm, "Acme")
    said = back_up(url(crm), tmp_path / "one.db")
    assert f"{crm}.key" in said
    assert "apart" in said
    key = Path(f"{crm}.key").read_bytes().strip()
    assert key not in (tmp_path / "one.db").read_bytes()
    assert key.decode() not in said


def test_a_backup_made_while_the_bot_writes_is_one_moment_of_it(crm, tmp_path):
    add(crm, "Acme")
    database, stop = open_database(url(crm)), threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            database.run(lambda store, number=number: add_customer(store, f"Firm {number}"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            time.sleep(0.1)
            file = tmp_path / f"{number}.db"
            back_up(url(crm), file)
            assert "can be restored" in restore(url(crm), file, check=True)
            with closing(sqlite3.connect(opened(file, crm))) as copy:
                customers = [row[0] for row in copy.execute("SELECT id FROM customer ORDER BY id")]
                handles = [row[0] for row in copy.execute("SELECT customer_id FROM handle ORDER BY customer_id")]
            assert customers == handles == list(range(1, len(customers) + 1))
    finally:
        stop.set()
        writer.join()
        database.close()
    assert len(customers) > 5


@pytest.mark.parametrize("what", ["backup", "database", "sha"])
def test_nothing_is_overwritten(crm, backup, backed_up, what):
    there = {"backup": backup, "database": crm, "sha": Path(f"{backup}.sha256")}[what]
    before = there.read_bytes()
    with pytest.raises(BadInput, match="there already"):
        back_up(backed_up, there)
    assert there.read_bytes() == before


@pytest.mark.parametrize(
    ("server", "tool"), [("postgresql://x@h/d", "pg_dump"), ("mysql://x@h/d", "mysqldump"), ("mariadb://x@h/d", "dump")]
)
def test_servers_have_tools_of_their_own(server, tool, tmp_path):
    with pytest.raises(BadInput, match=tool):
        back_up(server, tmp_path / "x.db")
    with pytest.raises(BadInput, match=tool):
        restore(server, tmp_path / "x.db")


def test_what_cannot_be_backed_up_is_said_and_leaves_nothing_behind(crm, tmp_path):
    with pytest.raises(BadInput, match="no database"):
        back_up(url(tmp_path / "none.db"), tmp_path / "x.db")
    with pytest.raises(BadInput, match="cannot be written"):
        back_up(url(crm), tmp_path / "nowhere" / "x.db")
    bad = tmp_path / "bad.db"
    shutil.copy2(f"{crm}.key", f"{bad}.key")
    bad.write_bytes(b"no database at all" * 1000)
    with pytest.raises(BadInput, match="cannot be copied"):
        back_up(url(bad), tmp_path / "x.db")
    assert not (tmp_path / "x.db").exists()
    assert not left_over(tmp_path)


FULL = """
import resource, signal, sys
from pathlib import Path
from crmbot.errors import BadInput
from storage.backup import back_up, restore_from
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
url, file = sys.argv[2], Path(sys.argv[3])
try:
    back_up(url, file) if sys.argv[1] == "back_up" else restore_from(url, file, "", None, check=False)
except BadInput as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such limit")
@pytest.mark.parametrize("what", ["back_up", "restore_from"])
def test_a_full_disk_is_said_and_leaves_nothing_behind(crm, backup, backed_up, what):
    before, file = image(crm), backup.with_name("second.db") if what == "back_up" else backup
    run = [sys.executable, "-c", FULL, what, backed_up, str(file)]
    said = subprocess.run(run, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert "cannot be" in said.stdout, said
    assert image(crm) == before
    assert sorted(each.name for each in backup.parent.iterdir()) == ["monday.db", "monday.db.sha256"]
    assert not left_over(crm.parent)


# Putting one back


def test_restoring_brings_back_what_was_and_keeps_what_is(crm, backup, backed_up):
    add(crm, "Later")
    said = restore(backed_up, backup)
    assert f"{crm}.before-restore-1" in said
    assert names(crm) == ["Acme"]
    add(crm, "Again")
    assert "before-restore-2" in restore(backed_up, backup)
    assert names(crm) == ["Acme"]
    keys = Path(f"{crm}.key")
    assert names(Path(f"{crm}.before-restore-1"), key=keys) == ["Acme", "Later"]
    assert names(Path(f"{crm}.before-restore-2"), key=keys) == ["Acme", "Again"]
    assert stat.S_IMODE(crm.stat().st_mode) == 0o600
    assert not left_over(crm.parent)


def test_a_check_changes_nothing(crm, backup, backed_up):
    add(crm, "Later")
    before = sorted(crm.parent.rglob("*")), crm.read_bytes()
    assert "can be restored" in restore(backed_up, backup, check=True)
    assert (sorted(crm.parent.rglob("*")), crm.read_bytes()) == before


def test_on_a_new_machine_the_backup_and_the_key_are_all_it_takes(crm, backup, backed_up, tmp_path):
    there = tmp_path / "new" / "crm.db"
    with pytest.raises(BadInput, match="key is not here"):
        restore(url(there), backup)
    there.parent.mkdir()
    shutil.copy2(f"{crm}.key", f"{there}.key")
    assert restore(url(there), backup).startswith(f"{there} is now what {backup} holds.")
    assert names(there) == ["Acme"]


@pytest.mark.parametrize("check", [True, False])
def test_any_flipped_byte_is_found(crm, backup, backed_up, check):
    whole, sums, chance = backup.read_bytes(), Path(f"{backup}.sha256"), random.Random(5)
    before = image(crm)
    for at in [0, 18, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(100))]:
        flipped = bytearray(whole)
        flipped[at] ^= 1 << chance.randrange(8)
        backup.write_bytes(flipped)
        with pytest.raises(BadInput, match="damaged"):
            restore(backed_up, backup, check=check)
    for short in (whole[:-1], whole[:4096], b"", whole + b"\0"):
        backup.write_bytes(short)
        with pytest.raises(BadInput, match="damaged"):
            restore(backed_up, backup, check=check)
    backup.write_bytes(whole)
    said = sums.read_bytes()
    for at in range(64):
        sums.write_bytes(said[:at] + bytes([said[at] ^ 32]) + said[at + 1 :])
        with pytest.raises(BadInput, match="damaged"):
            restore(backed_up, backup, check=check)
    assert image(crm) == before
    assert sorted(each.name for each in crm.parent.iterdir()) == ["crm.db", "crm.db.key", "kept"]


def test_a_backup_without_its_checksum_is_not_believed(backup, backed_up):
    Path(f"{backup}.sha256").unlink()
    with pytest.raises(BadInput, match="made with the backup"):
        restore(backed_up, backup)


def forge(backup, crm, statement):
    """As somebody would who has the key, and can compute a checksum too."""
    file = opened(backup, crm)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
        connection.commit()
    seal_file(file, backup, load_keys("", Path(f"{crm}.key"), may_make=False))
    write_checksum(backup)


def write_checksum(backup):
    digest = hashlib.sha256(backup.read_bytes()).hexdigest()
    Path(f"{backup}.sha256").write_text(f"{digest}  {backup.name}\n")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit SET member_id = 7 WHERE id = 1", "audit chain is broken at row 1"),
        ("DELETE FROM audit WHERE id = 1", "audit chain is broken"),
        ("UPDATE handle SET customer_id = customer_id + 99", "point nowhere"),
        ("UPDATE alembic_version SET version_num = '9999'", "newer program"),
        ("DROP TABLE alembic_version", "no backup of this program"),
        ("UPDATE setting SET value = 'other' WHERE name = 'key'", "key does not fit"),
        ("DROP TABLE setting", "cannot be read"),
    ],
)
def test_what_is_wrong_within_is_found_too(crm, backup, backed_up, statement, said):
    add(crm, "Later")
    back_up(backed_up, backup.with_name("tuesday.db"))
    forge(backup.with_name("tuesday.db"), crm, statement)
    for check in (True, False):
        with pytest.raises(BadInput, match=said):
            restore(backed_up, backup.with_name("tuesday.db"), check=check)
    assert names(crm) == ["Acme", "Later"]


def test_blocks_of_a_backup_cannot_be_swapped_or_left_out(crm, tmp_path):
    add(crm, "Acme")
    keys = load_keys("", Path(f"{crm}.key"), may_make=False)
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    for size in (0, 1, BLOCK, 2 * BLOCK, 2 * BLOCK + 1):
        plain.write_bytes(os.urandom(size))
        seal_file(plain, sealed, keys)
        open_file(sealed, tmp_path / "again", keys)
        assert (tmp_path / "again").read_bytes() == plain.read_bytes()
    whole, begin = sealed.read_bytes(), len(SEALED) + 16
    length = 4 + int.from_bytes(whole[begin : begin + 4])
    one, two = whole[begin : begin + length], whole[begin + length : begin + 2 * length]
    for forged in (two + one + whole[begin + 2 * length :], one + two, two + whole[begin + 2 * length :]):
        sealed.write_bytes(whole[:begin] + forged)
        with pytest.raises(BadInput, match="key does not fit"):
            open_file(sealed, tmp_path / "again", keys)


def test_a_backup_from_before_they_were_sealed_can_be_restored(crm, backup, backed_up):
    backup.write_bytes(opened(backup, crm).read_bytes())
    write_checksum(backup)
    restore(backed_up, backup)
    assert names(crm) == ["Acme"]


def test_what_is_no_database_is_no_backup(crm, backup, backed_up):
    backup.write_bytes(b"Dear diary" * 1000)
    write_checksum(backup)
    with pytest.raises(BadInput, match="cannot be read"):
        restore(backed_up, backup)
    with pytest.raises(BadInput, match="database itself"):
        restore(backed_up, crm)
    with pytest.raises(BadInput, match="there is no"):
        restore(backed_up, crm.with_name("none.db"))


def test_another_key_is_refused_and_the_right_one_may_come_from_the_environment(crm, backup, backed_up):
    with pytest.raises(BadInput, match="does not fit"):
        restore_from(backed_up, backup, OTHER, None, check=True)
    key = Path(f"{crm}.key").read_text().strip()
    Path(f"{crm}.key").unlink()
    with pytest.raises(BadInput, match="key is not here"):
        restore(backed_up, backup, check=True)
    assert "can be restored" in restore_from(backed_up, backup, key, None, check=True)


def test_nothing_is_restored_under_a_running_bot(crm, backup, backed_up):
    with closing(open_database(backed_up)) as database:
        database.run(lambda store: add_customer(store, "Later"))
        with pytest.raises(BadInput, match="stop the bot first"):
            restore(backed_up, backup)
        assert "can be restored" in restore(backed_up, backup, check=True)
        database.run(lambda store: add_customer(store, "Still writing"))
    assert names(crm) == ["Acme", "Later", "Still writing"]
    assert not left_over(crm.parent)


SERVE = """
import sys, time
sys.path.insert(0, "tests")
from storage import open_database
from storage.waiting import begin_run
import test_backup
database = open_database(sys.argv[1])
database.run(lambda store: begin_run(["telegram"], store))
database.run(lambda store: test_backup.add_customer(store, "Only in the log"))
print("written", flush=True)
time.sleep(60)
"""


def test_a_killed_bot_is_no_running_one_and_its_last_rows_are_kept(crm, backup, backed_up):
    root = Path(__file__).parents[1]
    bot = subprocess.Popen([sys.executable, "-c", SERVE, backed_up], stdout=subprocess.PIPE, cwd=root)
    try:
        assert bot.stdout.readline() == b"written\n"
        with pytest.raises(BadInput, match="stop the bot first"):
            restore(backed_up, backup)
    finally:
        bot.kill()
        bot.communicate()
    assert Path(f"{crm}-wal").stat().st_size
    restore(backed_up, backup)
    assert not Path(f"{crm}-wal").exists()
    assert not Path(f"{crm}-shm").exists()
    assert names(crm) == ["Acme"]
    assert names(Path(f"{crm}.before-restore-1"), key=Path(f"{crm}.key")) == ["Acme", "Only in the log"]


def test_a_damaged_database_is_set_aside_with_what_lies_beside_it(crm, backup, backed_up):
    crm.write_bytes(b"rubbish" * 2000)
    Path(f"{crm}-wal").write_bytes(b"a log of the rubbish")
    restore(backed_up, backup)
    assert names(crm) == ["Acme"]
    assert Path(f"{crm}.before-restore-1").read_bytes() == b"rubbish" * 2000


def test_a_log_without_its_database_is_not_played_into_the_new_one(crm, backup, backed_up):
    database = open_database(backed_up)
    database.run(lambda store: add_customer(store, "Only in the log"))
    stale = Path(f"{crm}-wal").read_bytes()
    database.close()
    crm.unlink()
    Path(f"{crm}-wal").write_bytes(stale)
    restore(backed_up, backup)
    assert names(crm) == ["Acme"]
    assert Path(f"{crm}.before-restore-1-wal").read_bytes() == stale


def test_a_restore_that_dies_half_way_leaves_the_whole_old_or_the_whole_new(crm, backup, backed_up, monkeypatch):
    add(crm, "Later")

    def dies(*_):
        raise KeyboardInterrupt

    for step in ("_set_aside", "_put"):
        with monkeypatch.context() as patch:
            patch.setattr(f"storage.backup.{step}", dies)
            with pytest.raises(KeyboardInterrupt):
                restore(backed_up, backup)
        assert names(crm) == ["Acme", "Later"]
    restore(backed_up, backup)
    assert names(crm) == ["Acme"]


def test_a_backup_that_somebody_else_may_read_is_never_made(crm, tmp_path):
    add(crm, "Acme")
    was = os.umask(0)
    try:
        back_up(url(crm), tmp_path / "x.db")
    finally:
        os.umask(was)
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("x.db", "x.db.sha256")} == {0o600}
