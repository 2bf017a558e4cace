"""With notes sealed, what people wrote of others is nowhere on the disk, however it came in; and is read as before."""

import base64
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from cryptography.exceptions import InvalidTag
from sqlalchemy import insert, select
from sqlmodel import SQLModel

from crmbot.people import Role
from storage import open_database
from storage.backup import back_up
from storage.columns import Note
from storage.database import connect, database_url
from storage.migrate import _config
from storage.notes import MARK, Notes, seal_notes
from storage.secrets import Keys
from storage.tables import Customer, Interaction, Survey, Task, Ticket
from tests.conftest import KEY, NOW

KEYS = Keys(bytes(range(32)))
COLUMNS = [column for table in SQLModel.metadata.sorted_tables for column in table.c if isinstance(column.type, Note)]
WORD = "quetzalcoatl"


@pytest.fixture
def sealed(url):
    """The same database, from here on with its notes sealed."""
    open_database(url, key=KEY, encrypt_notes=True).close()
    return url


@pytest.fixture
def database(sealed):
    with closing(open_database(sealed, key=KEY, encrypt_notes=True)) as opened:
        yield opened


def on_disk(url: str) -> list[str]:
    """The files that hold the word."""
    if not url.startswith("sqlite"):
        return []
    file = Path(url.removeprefix("sqlite:///"))
    return [each.name for each in file.parent.glob(f"{file.name}*") if WORD.encode() in each.read_bytes()]


def in_rows(database) -> list[str]:
    """The columns that hold the word, as the database itself sees them."""
    found = []
    with database.reading() as store:
        for table in SQLModel.metadata.sorted_tables:
            rows = store.connection.exec_driver_sql(
                f"SELECT * FROM {store.connection.dialect.identifier_preparer.quote(table.name)}"
            )
            found += [f"{table.name}: {row}" for row in rows if WORD in repr(tuple(row)).casefold()]
    return found


def company(chat):
    """The word in every note that there is."""
    amy = chat("amy", Role.OWNER)
    amy.does("customer.add", name="Ann Poe", text=WORD)
    amy.does("deal.add", customer="C1", amount={"value": "30000"}, text=WORD)
    amy.does("interaction.log", customer="C1", text=WORD, due="2026-11-27")
    amy.does("task.add", subject=f"tell her of {WORD}", due="2026-11-27")
    amy.does("ticket.add", subject=f"{WORD} is broken", name="Ann Poe", category="complaint")
    amy.does("ticket.close", ticket="K1", cause=WORD)
    amy.does("deal.lose", deal="D1", reason=WORD)
    ann = chat("ann", None)
    ann.say(f"my {WORD} is broken")
    ann.say(f"still {WORD}")
    return amy


def test_there_are_notes_in_these_columns():
    kept = {"customer.note", "deal.note", "deal.reason", "interaction.text"}
    assert {str(column) for column in COLUMNS} == kept | {
        "task.subject",
        "ticket.subject",
        "ticket.cause",
        "survey.comment",
    }
    assert all(column.type.column == str(column) for column in COLUMNS)


def test_no_note_is_on_the_disk_nor_in_a_backup(chat, database, sealed, tmp_path):
    company(chat)
    survey = insert(Survey).values(customer_id=1, comment=WORD, reminded=False, version=1)
    database.run(lambda store: store.connection.execute(survey))
    assert in_rows(database) == []
    assert on_disk(sealed) == []
    if sealed.startswith("sqlite"):
        back_up(sealed, tmp_path / "backup.db", KEY)
        assert WORD.encode() not in (tmp_path / "backup.db").read_bytes()


def test_notes_are_read_as_before(chat, database):
    amy = company(chat)
    amy.say("C1")
    assert amy.facts["Note"] == WORD
    amy.say("D1")
    assert amy.facts["Reason"] == WORD
    amy.say("T2")
    assert amy.last.reply.card.title == f"T2 · tell her of {WORD}"
    with database.reading() as store:
        assert store.session.get(Ticket, 1).subject == f"{WORD} is broken"


def test_what_was_in_clear_is_sealed_when_the_switch_is_turned(url, chat, tmp_path):
    with closing(open_database(url, key=KEY)) as clear:
        clear.run(
            lambda store: store.connection.execute(insert(Customer), [_customer(id, WORD) for id in range(1, 1203)])
        )
        assert in_rows(clear)
    with closing(open_database(url, key=KEY, encrypt_notes=True)) as opened:
        assert in_rows(opened) == []
        assert on_disk(url) == []
        with opened.reading() as store:
            assert set(store.connection.execute(select(Customer.note)).scalars()) == {WORD}
        assert not seal_notes(opened.engine, opened.notes)
    with closing(open_database(url, key=KEY)) as clear:
        assert in_rows(clear) == []
        clear.run(lambda store: store.connection.execute(insert(Customer), _customer(2000, WORD)))
    with closing(open_database(url, key=KEY, encrypt_notes=True)) as opened:
        assert in_rows(opened) == []


def _customer(id: int, note: str) -> dict[str, object]:
    return {"id": id, "kind": "person", "name": "Ann", "name_key": "ann", "note": note, "unclaimed": False} | {
        "language": "", "agreed_how": "", "created_at": NOW, "version": 1
    }  # fmt: skip


def test_a_follow_up_is_found_by_its_words_among_the_latest_and_the_reply_says_how_far(chat, database):
    amy = chat("amy")
    amy.does("task.add", subject="send Bob the slides", due="2026-11-27")
    assert amy.say("done sending Bob the slides") == "Done: T1 · send Bob the slides."
    with database.reading() as store:
        assert store.connection.exec_driver_sql("SELECT count(*) FROM gram WHERE kind IN ('T', 'K')").scalar() == 0
    said = amy.say("done with polishing the trombone")
    assert said.endswith("so only the latest can be found by it: say the number or the customer.")


def test_nobody_can_write_what_is_taken_for_a_sealed_note():
    clear, other = Notes(KEYS, sealed=False), Notes(KEYS, sealed=True)
    assert clear.kept("deal.note", "hello") == "hello"
    forged = other.kept("deal.note", "hello")
    kept = clear.kept("deal.note", forged)
    assert clear.said("deal.note", kept) == forged
    assert clear.said("deal.note", clear.kept("deal.note", MARK)) == MARK


def test_a_note_moved_to_another_column_is_not_believed():
    notes = Notes(KEYS, sealed=True)
    with pytest.raises(InvalidTag):
        notes.said("ticket.subject", notes.kept("deal.note", "hello"))
    assert notes.kept("deal.note", "hello") != notes.kept("deal.note", "hello")


def old_database(folder) -> str:
    """One of version 16, with a note that was sealed as it was done then."""
    url, keys = f"sqlite:///{folder}/old.db", Keys(base64.b64decode(KEY))
    engine = connect(database_url(url))
    with engine.begin() as connection:
        config = _config()
        config.attributes |= {"connection": connection, "keys": None}
        command.upgrade(config, "0016")
        connection.exec_driver_sql("INSERT INTO setting VALUES ('key', ?), ('audit', '')", (keys.fingerprint,))
        connection.exec_driver_sql(
            "INSERT INTO customer (id, kind, name, name_key, unclaimed, created_at, version, language, agreed_how) "
            "VALUES (1, 'person', 'Ann', 'ann', 0, '2026-11-01', 1, '', '')"
        )
        body = keys.seal("interaction.body", b"1" * 16, WORD.encode())
        connection.exec_driver_sql(
            "INSERT INTO interaction (customer_id, kind, at, seal_id, body) VALUES (1, 'note', '2026-11-01', ?, ?)",
            (b"1" * 16, body),
        )
    engine.dispose()
    return url


def test_notes_that_were_sealed_in_a_column_of_their_own_are_taken_along(tmp_path):
    with closing(open_database(old_database(tmp_path), key=KEY)) as opened, opened.reading() as store:
        assert list(store.connection.execute(select(Interaction.text)).scalars()) == [WORD]
        assert store.connection.exec_driver_sql("SELECT text FROM interaction").scalar().startswith(MARK)
        assert store.connection.execute(select(Task.id)).first() is None
