"""Who talks at the terminal, and what is kept of what it drew."""

import io
import os
from datetime import UTC, datetime

import pytest

from adapters.terminal import Terminal
from crmbot.errors import LastOwner
from crmbot.incoming import Place, Sender
from crmbot.people import Role
from crmbot.reply import Chart, Reply, text
from crmbot.sender import Outgoing
from storage.sample import generate

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def comes(database, name, role=None):
    sender = Sender("terminal", name, name.title())
    row = database.run(lambda store: store.members.at_the_terminal(sender, role, NOW))
    return row.name, row.role


def test_the_last_owner_stays_one(database):
    assert comes(database, "o") == ("O", "owner")
    with pytest.raises(LastOwner):
        comes(database, "o", Role.VIEWER)
    assert comes(database, "o") == ("O", "owner")
    comes(database, "p")
    assert comes(database, "o", Role.VIEWER) == ("O", "viewer")
    assert comes(database, "o") == ("O", "viewer")  # and stays it, with no word of a role


def test_the_people_of_the_sample_company_can_be_talked_as(database, chat):
    generate(database, NOW, "UTC")
    assert comes(database, "leo") == ("Leo Brandt", "rep")
    assert comes(database, "林涛") == ("林涛", "rep")
    assert comes(database, "leo") == ("Leo Brandt", "rep")
    leo = chat("leo")
    assert "open deals" in leo.say("my open deals")  # those of the generated company are theirs
    rows = database.run(lambda store: store.members.all())
    assert [row.name for row, _ in rows].count("Leo Brandt") == 1


async def test_pictures_are_put_beside_the_chat_and_old_ones_go(tmp_path):
    folder = tmp_path / "chat-files"
    folder.mkdir()
    old, other = folder / "pipeline-3.png", folder / "notes.txt"
    for file in (old, other):
        file.write_bytes(b"x")
        os.utime(file, (NOW.timestamp() - 90_000, NOW.timestamp() - 90_000))
    sender = Sender("terminal", "amy", "Amy")
    terminal = Terminal(sender, io.StringIO(), session="s", clock=lambda: NOW, as_json=True, folder=folder)
    reply = Reply(text("never-mind"), chart=Chart("deals", b"png", text("never-mind")))
    await terminal.send(Outgoing(7, "token", Place("terminal", "amy"), reply, "en"))
    assert sorted(each.name for each in folder.iterdir()) == ["deals-7.png", "notes.txt"]


@pytest.mark.parametrize(("language", "words"), [("en", "more than I can keep"), ("zh", "太大，记不下")])
def test_an_absurd_amount_gets_a_clear_sentence(chat, language, words):
    amy = chat("amy", language=language)
    assert words in amy.say("new deal Acme 999999999999999999")
    assert words in amy.say("new deal Acme 99999999999999999999999k")
