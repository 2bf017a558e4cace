"""What people type is never more than words: in any field, in any view, on any channel; and contacts stay sealed."""

import logging
from pathlib import Path

import pytest
from conftest import NOW, SERVERS
from test_adapters import ACTING, HOSTILE, SHOWN

from crmbot.incoming import Press
from crmbot.logs import Redacting
from crmbot.people import Role
from crmbot.reply import Button, Reply, text

FIELDS = {
    "name of a customer": ("customer.add", lambda words: {"name": words, "anyway": True}),
    "company": ("customer.add", lambda words: {"name": "Ann Poe", "company": words, "anyway": True}),
    "phone": ("customer.add", lambda words: {"name": "Ann Poe", "phone": words, "anyway": True}),
    "email": ("customer.add", lambda words: {"name": "Ann Poe", "email": words, "anyway": True}),
    "tag": ("customer.add", lambda words: {"name": "Ann Poe", "tags": [words], "anyway": True}),
    "note on a customer": ("customer.add", lambda words: {"name": "Ann Poe", "text": words, "anyway": True}),
    "title": ("deal.add", lambda words: {"name": "Acme", "title": words}),
    "note on a deal": ("deal.add", lambda words: {"name": "Acme", "text": words}),
    "customer of a deal": ("deal.add", lambda words: {"name": words}),
    "reason": ("deal.lose", lambda words: {"ref": "D1", "reason": words}),
    "note": ("interaction.log", lambda words: {"name": "Acme", "text": words, "due": "2026-12-01"}),
}
VIEWS = {
    "customer.show": {"ref": "C1"},
    "customer.find": {},
    "deal.show": {"ref": "D1"},
    "deal.list": {"stage": "lead"},
    "deal.win": {"name": "Acme"},
}


@pytest.mark.parametrize("field", FIELDS)
def test_whatever_is_stored_is_shown_as_words_and_nothing_breaks(field, chat):
    """50 texts × this field × every view × every channel."""
    amy = chat(role=Role.OWNER)
    amy.say("new deal Acme 30k")
    intent, slots = FIELDS[field]
    for number, words in enumerate(HOSTILE):
        stored = words.encode("utf-8", "replace").decode().replace("\0", "") or "-"
        answers = [press(amy, intent, slots(stored), f"{number}")]
        answers += [press(amy, view, about, f"{number}{view}") for view, about in VIEWS.items()]
        answers += [press(amy, "undo", {}, f"{number}undo")]
        for outgoing in answers:
            assert outgoing.reply.text.id not in ("our-bug",), (field, words)
            for channel, show in SHOWN.items():
                seen = show(outgoing)
                assert not ACTING.search(seen.words), (field, channel, words)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_whatever_is_said_is_answered(language, chat):
    amy, mal = chat("amy", Role.OWNER, language), chat("mal", None, language)
    for words in HOSTILE:
        for said in (words, f"new deal {words} 5k", f"new customer {words}", f"note on Acme: {words}", f"find {words}"):
            amy.say(said)
            assert amy.last.reply.text.id != "our-bug", said
        mal.say(words)
        for outgoing in (amy.last, mal.last):
            for show in SHOWN.values():
                show(outgoing)


def press(someone, intent, slots, token):
    reply = Reply(text("never-mind"), buttons=(Button(text("button-yes"), intent, slots),))
    someone.database.run(lambda store: store.say(reply, someone.place, "en", f"token-{token}", NOW))
    someone.say(Press(f"token-{token}", 0))
    return someone.last


# Canaries

PHONE, EMAIL, OTHER = "+4915112345678", "canary.bird@hooli.example", "+14155550199"


@pytest.fixture
def canaries(chat, database, caplog):
    """A conversation full of contacts, in every way that they may come."""
    caplog.set_level(logging.DEBUG)
    amy, mal = chat("amy", Role.OWNER), chat("mal", None)
    amy.say(f"new customer Ann Poe, Hooli, {EMAIL}, {PHONE}")
    amy.say(f"new customer Ann Poe, {EMAIL}, {PHONE}")  # asked about first
    amy.press("New one")
    amy.say(f"who has number {PHONE}")
    amy.say(f"find {EMAIL}")
    amy.say(f"{PHONE} {EMAIL} ?")  # not understood
    amy.say("show me Ann Poe")
    amy.say("undo")
    amy.say("new customer")
    amy.say(f"Bob Stone {OTHER}")
    mal.say("hello")
    return caplog


def forms(value):
    digits = value.lstrip("+")
    return {form.encode() for form in (value, digits, digits[2:], digits[-8:], value.upper())}


def test_no_contact_is_in_the_bytes_of_any_file(canaries, database, url, tmp_path, kind_of_database):
    if kind_of_database in SERVERS:
        dump = database.run(everything)
    else:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
        dump = b"".join(file.read_bytes() for file in Path(tmp_path).iterdir())
    assert b"Hooli" in dump, "companies stay clear: the dump would show a phone too"
    found = {form for value in (PHONE, EMAIL) for form in forms(value) if form in dump}
    assert not found


def everything(store):
    """Every value of every row."""
    from sqlmodel import SQLModel

    rows = [store.connection.execute(table.select()).all() for table in SQLModel.metadata.tables.values()]
    values = [value for table in rows for row in table for value in row]
    return b"\n".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in values
    )


def test_no_contact_is_in_the_log_or_in_the_text_of_an_exception(canaries):
    assert not any(value in canaries.text for value in (PHONE, EMAIL, PHONE[1:]))


def test_what_would_be_logged_all_the_same_is_struck_out():
    try:
        raise ValueError(f"no such phone: {PHONE}")
    except ValueError as error:
        record = logging.LogRecord(
            "x",
            logging.ERROR,
            "x",
            1,
            f"{PHONE} {EMAIL} 123456789:{'A' * 35}",
            (),
            (type(error), error, error.__traceback__),
        )
    said = Redacting("%(message)s").format(record)
    assert "ValueError" in said and "test_hostile.py" in said
    assert not any(value in said for value in (PHONE, EMAIL, "AAAA", "no such phone"))
