"""What is done by night: once, at its hour, after an absence too; a backup that was tried, and a mark that is told."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import delete

import bot
from crmbot.chores import Chore, Chores
from crmbot.config import Settings
from crmbot.errors import Unavailable
from crmbot.people import Role
from crmbot.words import say
from handlers._chores import back_up_or_tell, tell_mark
from storage import open_database
from storage.audit import AUDIT
from storage.backup import restore_from
from storage.health import findings
from storage.nightly import before, claim, folder_of, nightly
from tests.conftest import KEY, NOW
from tests.test_notes import old_database


def chores(clock, database, *each, zone="UTC"):
    return Chores(each, zone, clock, lambda name, day: claim(database, name, day), lambda road: None)


def test_each_is_done_once_a_day_from_its_hour_on_and_once_after_an_absence(clock, database):
    done = []
    made = chores(clock, database, Chore("sweep", time(3, 30), done.append), zone="Asia/Shanghai")
    made.round()
    assert done == []  # the first day: there is nothing yet
    clock.now = datetime.fromisoformat("2026-11-24T19:29+00:00")  # 03:29 of the 25th there
    made.round()
    assert len(done) == 1  # that of the 24th
    clock.wait(minutes=1)
    for _ in range(3):
        made.round()
    assert len(done) == 2
    clock.wait(days=9)
    for _ in range(3):
        made.round()
    assert len(done) == 3
    clock.wait(hours=-30)  # a clock that is put back
    made.round()
    assert len(done) == 3


def test_of_two_processes_one_does_it(clock, database, url):
    done = []
    other = open_database(url, key=KEY)
    both = [chores(clock, each, Chore("sweep", time(3), done.append)) for each in (database, other)]
    for _ in range(2):
        for each in both:
            each.round()
        clock.wait(days=1)
    other.close()
    assert len(done) == 1


def test_one_that_fails_keeps_nobody_from_the_next(clock, database, caplog):
    def fails(now):
        raise ValueError("ann@hooli.example")

    done = []
    made = chores(clock, database, Chore("backup", time(3), fails), Chore("sweep", time(3), done.append))
    made.round()
    clock.wait(days=1)
    made.round()
    assert len(done) == 1
    assert "while doing the backup of the day" in caplog.text


def test_when_the_database_is_away_it_is_tried_again(clock):
    def away(name, day):
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        Chores([Chore("sweep", time(3), lambda now: None)], "UTC", clock, away, lambda road: None).round()


@pytest.fixture
def there(database, url, kind_of_database):
    if kind_of_database != "sqlite":
        pytest.skip("a server has tools of its own")
    return url


def test_of_the_nightly_backups_seven_days_and_four_weeks_are_kept(there, tmp_path):
    folder = folder_of(there, "backups")
    assert folder == tmp_path / "backups"
    for number in range(60):
        day = date(2026, 11, 1) + timedelta(days=number)
        if number < 58:  # the last two are real ones
            folder.mkdir(exist_ok=True)
            (folder / f"crm-{day}.backup").touch()
            (folder / f"crm-{day}.backup.sha256").touch()
        else:
            nightly(there, folder, day, KEY, None, daily=7, weekly=4)
    (folder / "mine.backup").touch()
    made = before("import", there, folder, KEY, None)
    kept = sorted(each.name for each in folder.iterdir() if each.suffix == ".backup")
    days, weeks = range(24, 31), (13, 20)  # Sundays; the other two weeks have a day among those seven
    assert kept == sorted([*(f"crm-2026-12-{day}.backup" for day in (*days, *weeks)), made.name, "mine.backup"])
    assert "can be restored" in restore_from(there, folder / "crm-2026-12-30.backup", KEY, None, check=True)
    assert before("import", there, folder, KEY, None) == made


def test_the_owners_hear_of_a_backup_that_could_not_be_made(there, tmp_path):
    (tmp_path / "backups").write_text("a file, where a folder should be")
    settings = Settings.model_validate({"database": {"url": there}, "privacy": {"key": KEY}})
    told = []
    back_up_or_tell(settings, folder_of(there, "backups"), told.append, NOW)
    [reply] = told
    assert say(reply.text, "en").startswith("Last night's backup could not be made: ")
    (tmp_path / "backups").unlink()
    assert back_up_or_tell(settings, folder_of(there, "backups"), told.append, NOW) is None
    assert [each.name for each in (tmp_path / "backups").glob("*.backup")] == ["crm-2026-11-23.backup"]


def test_a_server_is_left_to_its_own_tools():
    assert folder_of("postgresql://x@h/d", "backups") is None
    assert folder_of("sqlite:///crm.db", "") is None


def test_an_import_is_preceded_by_a_backup(there, tmp_path):
    config, file = tmp_path / "config.toml", tmp_path / "customers.csv"
    config.write_text(f'[database]\nurl = "{there}"\n[privacy]\nkey = "{KEY}"\n')
    config.chmod(0o600)
    file.write_text("name\nAcme\n")
    with pytest.raises(SystemExit, match="0"):
        bot.cli(["import", "customers", str(file), "--dry-run", "--config", str(config)])
    assert not (tmp_path / "backups").exists()
    with pytest.raises(SystemExit, match="0"):
        bot.cli(["import", "customers", str(file), "--config", str(config)])
    restore_from(there, tmp_path / "backups" / "crm-before-import.backup", KEY, None, check=True)


def test_a_mark_that_was_told_shows_that_rows_were_cut_off(chat, database, clock):
    def bad(mark):
        return [each.words for each in findings(database, ["terminal:amy"], clock.now, mark) if each.bad]

    chat("amy", Role.OWNER).say("new deal Acme 5k")
    told = []
    tell_mark(database, told.append, clock.now)
    tell_mark(database, told.append, clock.now)
    [reply] = told  # nothing was done since
    mark = reply.text.args["mark"]
    assert not any("mark" in words for words in bad(mark))
    assert any("is not in the audit chain" in words for words in bad("0123456789abcdef"))
    last = database.run(lambda store: store.connection.execute(AUDIT.select().order_by(AUDIT.c.id.desc())).first())
    database.run(lambda store: store.connection.execute(delete(AUDIT).where(AUDIT.c.id == last.id)))
    assert any(words.startswith(f"The mark {mark} is not in the audit chain any more") for words in bad(mark))


def test_a_database_is_copied_before_it_is_migrated(tmp_path):
    url = old_database(tmp_path)
    open_database(url, key=KEY).close()
    [copy] = [each for each in tmp_path.glob("old.db.before-*") if not each.name.endswith(".sha256")]
    assert "can be restored" in restore_from(url, copy, KEY, None, check=True)
