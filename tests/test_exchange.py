"""Records as a file in the chat: whose, for whom, and who hears of it."""

import csv
import io
import zipfile

import pytest

from crmbot.people import Role
from crmbot.words import say


@pytest.fixture
def company(chat):
    amy, zoe = chat("amy"), chat("zoe", team="north")
    amy.say("new customer Ann Poe, Hooli, +14155552671")
    amy.say("new deal Hooli 30k")
    amy.say("hooli ordered 3 Pro, 3k")
    zoe.say("new deal Initech 5k")
    zoe.say("called Initech, wants a quote")


def rows(chat, name):
    file = chat.last.reply.file
    assert file.name.endswith(name)
    return list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))


def test_a_manager_gets_what_is_the_teams(company, chat):
    boss = chat("boss", Role.MANAGER)
    assert boss.say("export customers").startswith("Shall I send you the customers as a file")
    assert boss.last.reply.file is None
    boss.say("yes")
    assert [row["name"] for row in rows(boss, "customers.csv")] == ["Hooli", "Ann Poe"]
    assert rows(boss, "customers.csv")[1]["phones"].lstrip("'") == "+14155552671"


def test_an_owner_gets_everything_and_the_other_owners_hear_of_it(company, chat):
    chat("olga", Role.OWNER)
    owen = chat("owen", Role.OWNER)
    owen.say("export all")
    owen.say("yes")
    told = [(each.place.chat, say(each.reply.text, each.language)) for each in owen.all]
    assert ("olga", "Owen has exported all records.") in told
    assert not any("Owen has exported" in words for who, words in told if who == "owen")
    archive = zipfile.ZipFile(io.BytesIO(owen.last.reply.file.data))
    deals = list(csv.DictReader(io.StringIO(archive.read("deals.csv").decode("utf-8-sig"))))
    assert [row["customer"] for row in deals] == ["Hooli", "Initech"]


@pytest.mark.parametrize("kind", ["deals", "orders", "interactions"])
def test_every_kind_is_cut_to_the_team(company, chat, kind):
    seen = {}
    for name, team in (("boss", "sales"), ("nora", "north")):
        manager = chat(name, Role.MANAGER, team=team)
        manager.does("data.export", report=kind)
        manager.say("yes")
        seen[team] = [row["customer"] for row in rows(manager, f"{kind}.csv")]
    expected = {"deals": (["Hooli"], ["Initech"]), "orders": (["Hooli"], []), "interactions": ([], ["Initech"])}
    assert (seen["sales"], seen["north"]) == expected[kind]


def test_reps_and_viewers_get_none_and_a_group_neither(company, chat):
    assert chat("rita").say("export customers") == "A rep may not do that."
    assert chat("eve", Role.VIEWER).say("export customers") == "A viewer may not do that."
    boss = chat("boss", Role.MANAGER, private=False)
    boss.say("/link")
    assert boss.say("export customers").startswith("Ask me that in our private chat")
