"""Forms are commands with fields, and the App Home is a reply like any other."""

import re

import pytest
from conftest import NOW

from crmbot.forms import EDITS, FORMS, wrong
from crmbot.incoming import HOME, Filled
from crmbot.people import Role
from crmbot.reply import text
from crmbot.understand import understand
from crmbot.words import LANGUAGES, say

LINK = "Bob Stone · https://acme.slack.com/archives/C1/p1"


def test_a_filled_form_does_what_the_sentence_does(chat):
    amy = chat()
    amy.say(Filled("task", (("subject", "send the quote"), ("name", "Acme"), ("due", "friday"))))
    assert amy.last.reply.card.title == "T1 · send the quote" and "Fri 27 Nov" in amy.facts["Due"]
    assert amy.say("undo") == "Taken back: T1."


def test_what_a_form_was_opened_on_is_noted_with_its_customer(chat):
    amy = chat()
    amy.say(Filled("log", (("name", "Acme"), ("text", "wants a quote"), ("due", "")), LINK))
    assert amy.facts["Note"] == f"wants a quote\n{LINK}"
    amy.say(Filled("ticket", (("name", "Acme"), ("subject", "the printer is broken")), LINK))
    assert amy.say("undo") == "Taken back: I2, K1."


def test_whom_a_form_leaves_open_is_asked_for_as_always(chat):
    amy = chat()
    amy.say("new deal Acme Foods 1k")
    amy.say("new deal Acme Robotics 1k")
    amy.say(Filled("log", (("name", "Acme"), ("text", "called"))))
    assert amy.last.reply.buttons, "which one, or a new one"


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_a_form_gives_nobody_more_than_they_may(role, chat):
    eve = chat("eve", role)
    eve.say(Filled("task", (("subject", "call"),)))
    assert eve.last.reply.text.id in ("not-allowed", "stranger")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_an_empty_form_says_what_lacks_and_only_that(form, language):
    fields = FORMS[form].fields
    mistakes = wrong(Filled(form, tuple((field.slot, "") for field in fields)), NOW, language)
    assert set(mistakes) == {field.slot for field in fields if field.required}
    assert all(say(each, language) for each in mistakes.values())


def test_what_cannot_be_read_is_said_beside_its_field():
    mistakes = wrong(Filled("task", (("subject", "call"), ("due", "never ever"))), NOW, "en")
    assert {slot: say(each, "en") for slot, each in mistakes.items()} == {
        "due": "I cannot read a time in that. For example: friday, or tomorrow 3pm."
    }


def test_home_shows_the_day_and_my_deals_and_leads_on(chat):
    amy = chat()
    amy.say("new deal Acme 30k")
    amy.say("task: call Acme today")
    words = amy.say(HOME)
    assert "Amy" in words and "$30,000" in words
    assert {"D1 · Acme · $30,000", "Overdue", "My deals", "Settings"} <= set(amy.labels)
    amy.press("Settings")
    assert amy.last.reply.text.id == "settings"


def test_home_shows_a_stranger_nothing(chat):
    mal = chat("mal", None)
    mal.say(HOME)
    assert mal.last.reply.text.id == "stranger"


# Forms that hold a record


def edits(chat, form, ref, **fields):
    return chat.say(Filled(form, tuple(fields.items()), about=ref))


@pytest.fixture
def amy(chat):
    amy = chat("amy", Role.MANAGER)
    amy.say("new customer Ann Poe, Hooli, ann@hooli.com, +1 415 555 2671")
    amy.say("new deal Acme 30k, close end of march")
    amy.say("remind me tomorrow at 3pm to call Ann")
    return amy


@pytest.mark.parametrize(
    ("ref", "form", "held"),
    [
        (
            "D1",
            "edit-deal",
            {"stage": "lead", "amount": "$30,000", "close_date": "2027-03-31", "owner": "Amy", "text": ""},
        ),
        ("T1", "edit-task", {"reworded": "call Ann", "due": "2026-11-24 15:00", "priority": "normal", "owner": "Amy"}),
        (
            "C2",
            "edit-customer",
            {
                "renamed": "Ann Poe",
                "company": "Hooli",
                "phone": "+1 415-555-2671",
                "email": "ann@hooli.com",
                "owner": "Amy",
            },
        ),
    ],
)
def test_the_edit_button_of_a_card_asks_what_shall_change(amy, ref, form, held):
    amy.say(ref)
    assert amy.press("Edit").startswith(f"What should change in {ref}?")
    assert (amy.last.reply.form.name, amy.last.reply.form.ref, amy.last.reply.form.values) == (form, ref, held)
    fields = {field.slot for field in FORMS[form].fields}
    assert fields == held.keys() and form in EDITS
    assert not wrong(Filled(form, tuple(held.items()), about=ref), NOW, "en") or not held.get("text")


def test_what_was_changed_in_a_form_is_changed_and_can_be_taken_back(amy):
    edits(amy, "edit-deal", "D1", amount="45k", close_date="")
    assert amy.facts == {"Amount": "$45,000", "Stage": "lead"}
    assert amy.say("undo") == "Taken back: D1."
    assert amy.facts["Closing"] == "Wed 31 Mar 2027"
    edits(amy, "edit-customer", "C2", renamed="Anna Poe", email="anna@hooli.com")
    assert (amy.last.reply.card.title, amy.facts["Email"]) == ("C2 · Anna Poe · Hooli", "anna@hooli.com")
    assert amy.say("show me Anna Poe") == "This is C2."
    edits(amy, "edit-task", "T1", reworded="call Anna", due="")
    assert (amy.last.reply.card.title, "Due" in amy.facts) == ("T1 · call Anna", False)


def test_the_stage_of_a_form_moves_the_deal_and_a_lost_one_is_asked_about(amy):
    edits(amy, "edit-deal", "D1", stage="proposal", amount="40k")
    assert (amy.facts["Stage"], amy.facts["Amount"]) == ("proposal", "$40,000")
    edits(amy, "edit-deal", "D1", stage="lost")
    assert amy.last.reply.text.id == "deal-lost-why"
    assert amy.say("too expensive").startswith("D1 · Acme: lost")
    assert amy.say("undo") == "Taken back: D1." and amy.facts["Stage"] == "proposal"


def test_priority_and_kind_are_chosen_in_the_forms_of_work(amy):
    amy.say(Filled("task", (("subject", "call Bob"), ("name", ""), ("due", ""), ("priority", "urgent"))))
    assert amy.facts["Priority"] == "urgent"
    edits(amy, "edit-task", "T2", priority="low")
    assert amy.facts["Priority"] == "low"
    fields = ("name", "Acme"), ("subject", "late again"), ("category", "complaint"), ("priority", "")
    amy.say(Filled("ticket", fields))
    assert (amy.facts["Kind"], amy.facts["Priority"]) == ("complaint", "high")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_can_be_chosen_is_taken_and_nothing_else(language):
    for name, layout in FORMS.items():
        for field in layout.fields:
            for value in field.among:
                said = dict.fromkeys((each.slot for each in layout.fields if each.required), "Acme") | {
                    field.slot: value
                }
                assert not wrong(Filled(name, tuple(said.items())), NOW, language)
                assert say(field.called(value), language)
            if field.among:
                assert field.slot in wrong(Filled(name, ((field.slot, "dreadful"),)), NOW, language)


def test_a_form_changes_nothing_for_who_may_not(amy, chat):
    for name, role in (("ben", Role.REP), ("eve", Role.VIEWER)):
        edits(chat(name, role), "edit-deal", "D1", amount="1")
    amy.say("D1")
    assert amy.facts["Amount"] == "$30,000"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "ref"), [("deal", "D1"), ("customer", "C1"), ("task", "T1")])
def test_every_way_in_words_that_is_offered_instead_of_a_form_is_understood(kind, ref, language):
    said = say(text("edit-how", ref=ref, kind=kind), language)
    offered = re.findall("“([^”]*)”", said)
    assert len(offered) >= 2
    for each in offered:
        meant = understand(each, now=NOW, language=language)
        assert (meant.intent, meant.slots.get("ref"), len(meant.slots)) == (f"{kind}.update", ref, 2), each
