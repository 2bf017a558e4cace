"""A customer who is to be forgotten is in no byte of the file, and the figures stay."""

import base64
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy import text as sql
from sqlmodel import SQLModel

import bot
from crmbot.config import Settings
from crmbot.dialogue import Command, Dialogue, Question
from crmbot.incoming import Incoming, Place, Sender
from crmbot.lessons import Lesson
from crmbot.people import Role
from crmbot.reply import Reply, verbatim
from storage import Customer, Database, Outbox, open_database
from storage.audit import broken_at
from storage.backup import restore_from
from storage.erasure import clean, erase_by_ref, settle
from storage.nightly import folder_of, nightly
from storage.outbox import REPLY
from storage.secrets import Keys
from storage.tables import Analysis, Change, JobRow
from storage.waiting import WaitingRows
from tests.conftest import KEY, NOW, Chat

CANARIES = ("Zanzibarova", "zanzibar", "quetzal", "2671")


def company(chat):
    amy = chat("amy", Role.OWNER)
    amy.does(
        "customer.add", name="Ann Zanzibarova", phone="+14155552671", email="quetzal@hooli.example", text="quetzal"
    )
    amy.does("deal.add", customer="C1", amount={"value": "30000"}, title="quetzal", text="quetzal")
    amy.does("interaction.log", customer="C1", text="quetzal", due="2026-11-27")
    amy.does("ticket.add", subject="quetzal is broken", name="Ann Zanzibarova")
    amy.does("ticket.close", ref="K1", reason="a quetzal flew in")
    amy.say("show me Zanzibarova")
    amy.say("new deal Acme 5k")
    return amy


def held(url: str) -> set[str]:
    file = Path(url.removeprefix("sqlite:///"))
    data = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*") if each.suffix != ".key")
    return {word for word in CANARIES if word.encode() in data}


@pytest.fixture
def on_disk(database, url, kind_of_database):
    if kind_of_database != "sqlite":
        return lambda: set()
    return lambda: held(url)


def test_an_owner_forgets_a_customer_after_a_yes(chat, database, on_disk):
    amy = company(chat)
    assert amy.does("data.forget", customer="C1").startswith("Forget C1 · Ann Zanzibarova for good?")
    assert amy.press("Yes") == "C1 is forgotten. Backups made before still hold it until they are replaced."
    assert amy.say("C1") == "I know no customer C1."
    assert amy.say("find Zanzibarova") == "I found nobody."
    assert amy.say("who has +1 415 555 2671") == "I found nobody."
    assert amy.say("open deals") == "2 open deals: $35,000"
    assert amy.say("D1") == "This is D1."
    assert amy.facts["Amount"] == "$30,000"
    assert amy.say("undo").startswith("Taken back: ")  # the deal with Acme: nothing else is left to take back
    assert amy.say("undo") == "There is nothing of yours to take back."
    clean(database)
    assert on_disk() == set()
    with database.reading() as store:
        assert broken_at(store.connection) is None
        assert store.connection.execute(sql("SELECT count(*) FROM handle")).scalar() == 0


def test_by_the_next_morning_nothing_of_them_is_on_the_disk(chat, database, on_disk):
    amy = company(chat)
    amy.does("data.forget", customer="C1", sure=True)
    settle(database)
    assert on_disk() == set()


def test_nobody_but_an_owner_may(chat):
    company(chat)
    for role in (Role.MANAGER, Role.REP, Role.VIEWER):
        assert chat(f"a{role}", role).does("data.forget", customer="C1").endswith("may not do that.")


def test_no_sealed_reply_dialogue_or_change_names_them(chat, database):
    amy = company(chat)
    amy.does("data.forget", customer="C1", sure=True)

    def opened(store):
        from storage.outbox import OUTGOING, REPLY
        from storage.outbox import opened as open_reply

        rows = store.connection.execute(OUTGOING.select()).all()
        said = [REPLY.dump_json(open_reply(store.keys, row.token_key, row.body)[1]).decode() for row in rows]
        kinds = store.connection.execute(select(Change.kind).distinct()).scalars().all()
        return said, kinds

    said, kinds = database.run(opened)
    answers = [words for words in said if '"never-mind"' not in words]  # that one stands for a button of the tests
    assert len(answers) > 5
    assert not [words for words in answers if any(canary in words for canary in CANARIES)]
    assert set(kinds) <= {"Customer", "Deal", "DealStage"}  # of Acme


def test_the_command_line_erases_and_writes_the_file_anew(chat, database, url, kind_of_database, tmp_path, capsys):
    if kind_of_database != "sqlite":
        return
    company(chat)
    database.close()
    assert held(url) >= {"Zanzibarova", "quetzal"}
    config = tmp_path / "config.toml"
    config.write_text(f'[database]\nurl = "{url}"\n[privacy]\nkey = "{KEY}"\n')
    config.chmod(0o600)
    assert main("erase", "C1", "--config", str(config)) == 2
    assert main("erase", "C9", "--yes", "--config", str(config)) == 2
    assert main("erase", "C1", "--yes", "--config", str(config)) == 0
    assert "C1 is erased." in capsys.readouterr().out
    assert held(url) == set()
    assert main("erase", "C1", "--yes", "--config", str(config)) == 2
    open_database(url, key=KEY).close()


def main(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        bot.cli(words)
    return int(ended.value.code or 0)


class Glass(Keys):
    """Seals nothing: whatever is in the database can be read there."""

    def seal(self, column: str, of: bytes, value: bytes) -> bytes:
        return b"\1" + value

    def open(self, column: str, of: bytes, sealed: bytes) -> bytes:
        return sealed[1:]


def tables_that_name(database) -> set[str]:
    """By any of the canaries, in any column; but for the buttons that the tests press."""
    found = set()
    with database.reading() as store:
        for table in SQLModel.metadata.sorted_tables:
            for row in store.connection.execute(table.select()):
                cells = (each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in row)
                told = " ".join(cells).casefold()
                if '"never-mind"' not in told and any(canary.casefold() in told for canary in CANARIES):
                    found.add(table.name)
    return found


def test_they_are_in_no_row_of_any_table_sealed_or_not(url, clock):
    """Also where others' records speak of them, and in what the bot keeps for its work."""
    glass = Glass(base64.b64decode(KEY))
    with closing(Database(url, glass)) as database:
        app = bot.build(Settings(), clock)

        def chat(name, role=None):
            sender = Sender("terminal", name, name.title(), "en")
            if role:
                database.run(lambda store: store.members.enrol(sender, role, NOW))
            return Chat(app, database, Outbox(database, clock), sender, Place("terminal", name))

        amy = company(chat)
        amy.does("customer.add", name="Hooli", text="Ann Zanzibarova is their boss")
        amy.does("interaction.log", customer="C3", text="they know ann zanzibarova well: quetzal@hooli.example")
        amy.does("task.add", subject="ask Ann Zanzibarova for the slides")
        amy.does("customer.update", customer="C3", text="Ann Zanzibarova leaves")
        ann = chat("zanzibar-7")  # an account that is joined with her
        database.run(
            lambda store: store.customers.give_handle(store.session.get(Customer, 1), "terminal", "zanzibar-7")
        )
        ann.say("the export is broken")
        keep_for_work(database, glass, amy, ann, clock)
        sealed = {"waiting", "dialogue", "outgoing", "job", "analysis", "change", "lesson", "place"}
        assert tables_that_name(database) >= sealed | {"customer", "handle", "deal", "interaction", "task", "ticket"}
        erase_by_ref(database, "C1", NOW)
        assert tables_that_name(database) == set()
        with database.reading() as store:
            assert broken_at(store.connection) is None


def keep_for_work(database, glass, amy, ann, clock):
    """What names them while it waits, is asked, was found out or learned."""
    incoming = Incoming("w1", ann.sender, ann.place, NOW, "quick, please", "m")
    asked = Dialogue(Question(Command("customer.add", {"text": "Ann Zanzibarova"}), "company"))

    def keep(store):
        member = store.member(amy.sender)
        WaitingRows(clock, ["terminal"]).wait(incoming, store)
        store.dialogue(member, amy.place, NOW)
        store.remember(asked, member, amy.place, NOW)
        job = {"place_id": 1, "member_id": 1, "job": "report", "at": NOW, "finished_at": NOW, "attempts": 1}
        store.connection.execute(insert(JobRow).values(**job, body=glass.seal("", b"", b"Zanzibarova")))
        reply = glass.seal("", b"", REPLY.dump_json(Reply(verbatim("Zanzibarova slips"))))
        kept = {"key": bytes(32), "language": "en", "at": NOW, "figures": glass.seal("", b"", b"{}")}
        store.connection.execute(insert(Analysis).values(**kept, reply=reply))
        store.learn(Lesson("ask zanzibarova about {name}", "interaction.log", {}, "en"), member, NOW)

    database.run(keep)


def test_whoever_was_erased_is_erased_again_in_a_backup_that_is_put_back(
    chat, database, url, kind_of_database, tmp_path
):
    if kind_of_database != "sqlite":
        return
    amy = company(chat)
    folder = folder_of(url, "backups")
    files = [nightly(url, folder, date(2026, 11, 20 + each), KEY, None, daily=7, weekly=4) for each in range(3)]
    amy.does("data.forget", customer="C1", sure=True)
    clean(database)
    nightly(url, folder, date(2026, 11, 24), KEY, None, daily=7, weekly=4)
    database.close()
    new = f"sqlite:///{tmp_path}/elsewhere/crm.db"  # a machine that knows the backups and the key alone
    for file in files:
        for where in (url, new):
            restore_from(where, file, KEY, None, check=False)
            with closing(open_database(where, key=KEY)) as opened, opened.reading() as store:
                names = store.connection.execute(select(Customer.name).order_by(Customer.id)).scalars().all()
                assert names == ["…", "Acme"]
                assert broken_at(store.connection) is None
            assert held(where) == set()
    for file in folder.iterdir():
        assert not any(canary.encode() in file.read_bytes() for canary in CANARIES if len(canary) > 4)


def test_a_number_that_is_given_again_is_not_taken_for_who_was_erased(chat, database, url, clock, kind_of_database):
    if kind_of_database != "sqlite":
        return
    company(chat)
    erase_by_ref(database, "C2", clock.now)
    later = clock.now.replace(year=2027)

    def put_back(store):
        store.connection.execute(update(Customer).where(Customer.id == 2).values(name="Birch", created_at=later))
        store.connection.exec_driver_sql("DELETE FROM setting WHERE name LIKE 'erased.%'")

    database.run(put_back)
    database.close()
    with closing(open_database(url, key=KEY)) as opened, opened.reading() as store:
        assert store.session.get(Customer, 2).name == "Birch"


def test_a_member_sees_what_is_held_on_them(chat):
    amy = chat("amy")
    assert amy.does("data.mine").startswith("This is what I hold on you.")
    assert amy.facts["Apps"] == "Terminal amy"
