"""What a team teaches the bot: it holds for that team, keeps nobody's name, and can be looked at and taken out."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy import text as sql
from typer.testing import CliRunner

import bot
from crmbot.guesses import guesses
from crmbot.lessons import Lesson, labelled, lesson_of, taught
from crmbot.people import Role
from crmbot.understand import Understood
from crmbot.understand.lines import parsed
from storage import open_database
from storage.tables import Change

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def amy(chat):
    amy = chat("amy", Role.MANAGER)
    amy.say("new deal Hooli 30k")
    amy.say("new deal Globex 5k")
    return amy


def teach(amy):
    amy.say("hooli mumbled about seats")
    return amy.press("Note a contact: hooli · mumbled about seats")


def lessons(database):
    return [lesson for _, lesson in database.run(lambda store: store.taught.listed())]


def test_a_guess_is_never_done_by_itself(amy, database):
    def changes():
        return database.run(lambda store: store.connection.execute(select(func.count(Change.id))).scalar())

    before = changes()
    assert amy.say("hooli mumbled about seats").startswith("I am not sure")
    assert len(amy.labels) == 4 and amy.labels[-1] == "None of these"
    assert changes() == before
    assert lessons(database) == []


def test_another_team_is_not_affected(amy, chat):
    teach(amy)
    assert amy.say("globex mumbled about the price").startswith("Noted on Globex.")
    zoe = chat("zoe", Role.MANAGER, team="north")
    zoe.say("new deal Initech 3k")
    assert zoe.say("initech mumbled about the price").startswith("I am not sure")
    assert zoe.say("lessons").startswith("You have taught me no sayings yet.")
    assert zoe.does("lesson.forget", lesson=1) == "I have forgotten that one already."


def test_what_is_forgotten_holds_no_more_and_may_be_brought_back(amy):
    teach(amy)
    assert amy.say("lessons") == "You have taught me one saying. It holds for your team."
    amy.press("Forget 1")
    undo = amy.button("Undo")
    assert amy.say("globex mumbled about the price").startswith("I am not sure")
    amy.say(undo)
    assert amy.say("globex mumbled about the price").startswith("Noted on Globex.")


def test_undo_takes_back_what_was_learned_with_what_was_done(amy, database):
    teach(amy)
    amy.press("Undo")
    assert lessons(database) == []
    assert amy.say("globex mumbled about the price").startswith("I am not sure")


def test_a_misreading_is_taken_back_and_done_as_it_was_meant(amy):
    amy.say("hooli says the demo was fine")
    amy.say("yes")  # it was opened as a ticket
    assert amy.say("no, that was a note").startswith("Noted on Hooli.")
    assert amy.say("open tickets") == "No tickets wait for us."
    amy.say("undo")
    assert amy.say("open tickets").startswith("One")


def test_a_rule_of_a_deletion_asks_first(amy, database):
    amy.say("hooli mumbled about seats")
    amy.say("this meant something else")
    while "Delete a customer: hooli" not in (known := amy.labels):
        amy.press(next(label for label in known if label.endswith("more")))
    amy.press("Delete a customer: hooli")
    amy.press("Yes")
    assert [lesson.intent for lesson in lessons(database)] == ["customer.delete"]
    assert amy.say("globex mumbled about seats").startswith("Delete C2 · Globex?")
    assert amy.say("no") == "All right."
    rule = Lesson("scrap {ref}", "task.delete", {}, "en")
    assert taught("scrap T1", [rule], now=NOW, language="en").confidence < 0.9


def test_of_a_name_that_nobody_knows_it_asks_first(amy):
    teach(amy)
    assert amy.say("my neighbour mumbled about the price") == "Shall I note this?"


def test_a_rule_keeps_no_name_and_is_sealed(amy, database):
    amy.say("new customer Zenobia Quill")
    amy.say("zenobia quill mumbled to Ferdinand about 3 seats on friday")
    amy.say("that was a note")
    [lesson] = lessons(database)
    assert not any(word in json.dumps(lesson.shape).casefold() for word in ("zenobia", "quill", "ferdinand"))
    stored = database.run(lambda store: store.connection.execute(sql("SELECT body FROM lesson")).scalar())
    assert b"mumbled" not in bytes(stored)


def test_a_viewer_teaches_nothing(amy, chat, database):
    eve = chat("eve", Role.VIEWER)
    eve.say("hooli mumbled about seats")
    assert not any(label.startswith("Note") for label in eve.labels)
    eve.say("this meant something else")
    eve.press(next(label for label in eve.labels if label.startswith("Show the customer")))
    assert lessons(database) == []


def test_the_export_is_read_back_as_a_test(amy, url, tmp_path, monkeypatch):
    teach(amy)
    amy.say("hooli says the demo was fine")
    amy.say("no, that was a note")
    amy.say("华为铁定没戏")
    amy.say("不对，这是输单")
    monkeypatch.setenv("CRMBOT_DATABASE__URL", url)
    monkeypatch.setenv("CRMBOT_PRIVACY__KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    told = CliRunner().invoke(bot.command_line(), ["lessons", "--format", "jsonl"])
    assert told.exit_code == 0
    file = tmp_path / "lessons.jsonl"
    file.write_text(told.output, "utf-8")
    labels = [json.loads(line) for line in told.output.splitlines()]
    assert labels and all({"text", "lang", "intent", "slots"} <= set(label) for label in labels)
    assert len(list(parsed("", file, "", "UTC", "en", lambda: NOW))) == len(labels)  # the parser's own reader takes it
    database = open_database(url, key="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    rules = lessons(database)
    database.close()
    for label in labels:
        now = datetime.fromisoformat(label["now"]).replace(tzinfo=UTC)
        meant = taught(label["text"], rules, now=now, language=label["lang"])
        assert (meant.intent, dict(meant.slots)) == (label["intent"], label["slots"])
    assert CliRunner().invoke(bot.command_line(), ["lessons", "--format", "xml"]).exit_code == 2


@pytest.mark.parametrize(
    ("said", "meant", "again", "slots"),
    [
        ("hooli is toast", Understood("deal.lose", {"name": "hooli"}), "Acme Corp is toast!", {"name": "Acme Corp"}),
        (
            "bring cake on friday",
            Understood("task.add", {"subject": "bring cake", "due": "2026-11-27"}),
            "bring beer on dec 15",
            {"subject": "bring beer", "due": "2026-12-15"},
        ),
        (
            "hooli in for 30k",
            Understood("deal.add", {"name": "hooli", "amount": {"value": "30000"}}),
            "Globex in for €5,000",
            {"name": "Globex", "amount": {"value": "5000", "currency": "EUR"}},
        ),
        ("腾讯铁定没戏", Understood("deal.lose", {"name": "腾讯"}), "华为铁定没戏", {"name": "华为"}),
        ("quote out to D12", Understood("deal.move", {"ref": "D12", "stage": "proposal"}), "quote out to d7", None),
    ],
)
def test_a_rule_fits_sentences_of_its_shape(said, meant, again, slots):
    lesson = lesson_of(said, meant, [str(meant.slots.get("name", "")) or "–"], now=NOW)
    read = taught(again, [lesson], now=NOW, language="en")
    assert read.intent == meant.intent and read.confidence >= 0.9
    assert dict(read.slots) == (slots or {"ref": "D7", "stage": "proposal"})
    assert labelled(lesson)["slots"]


@pytest.mark.parametrize("said", ["hooli", "D12", "hooli 30k", "30k friday", "Ann Poe"])
def test_nothing_is_learned_of_facts_alone(said):
    assert lesson_of(said, Understood("deal.add", {"name": "hooli"}), ["hooli"], now=NOW) is None


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=300))
def test_whatever_is_said_nothing_breaks(said):
    takes = {"deal.add": {"amount"}, "interaction.log": {"text", "due"}, "task.add": {"subject", "due"}}
    for meant in guesses(said, takes, [], now=NOW):
        lesson = lesson_of(said, meant, [], now=NOW)
        if lesson:
            assert taught(said, [lesson], now=NOW, language="en").intent == meant.intent
            assert labelled(lesson)["intent"] == meant.intent


def test_the_database_is_asked_for_rules_once(amy, database, monkeypatch):
    """A row is opened once; after that a message costs one look at an index."""
    teach(amy)
    amy.say("globex mumbled about the price")
    opened = []
    monkeypatch.setattr("storage.lessons.lesson_in", lambda *given: opened.append(given))
    amy.say("globex mumbled about the price")
    assert opened == []


def test_erasing_a_customer_erases_what_names_them(amy, database, chat):
    from storage.erasure import erase_by_ref

    rule = Lesson("ask {name} about quillon", "interaction.log", {}, "en")
    owen = chat("owen", Role.OWNER)
    owen.say("new customer Quillon")

    def keep(store):
        store.acts(None, "test", NOW)
        store.learn(rule, store.member(owen.sender), NOW)

    database.run(keep)
    erase_by_ref(database, "C3", NOW)
    assert lessons(database) == []
