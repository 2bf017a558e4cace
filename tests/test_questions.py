"""What waits for an answer: done once, with all that belongs to it, and in the place of what it corrects."""

import pytest

from crmbot.people import Role


@pytest.fixture
def amy(chat):
    return chat("amy", Role.MANAGER)


@pytest.mark.parametrize("answer", ["Globex", "globex"])
def test_an_edit_that_asks_takes_the_place_of_the_message_once_it_is_answered(amy, answer):
    amy.say("new deal Acme 30k")
    sent = amy.said
    assert amy.say("new deal", edited_of=sent) == "Who is it about?"
    assert amy.say(answer).startswith("Corrected. Added D")
    assert amy.say("open deals") == "One open deal: "  # the new one alone
    amy.say("undo")
    amy.say("open deals")
    assert amy.labels == ["D1 · Acme · $30,000"]


def test_what_an_edit_asks_and_nobody_answers_leaves_what_was_done(amy):
    amy.say("new deal Acme 30k")
    amy.say("new deal", edited_of=amy.said)
    assert amy.say("never mind") == "All right."
    assert amy.say("open deals") == "One open deal: $30,000"


@pytest.mark.parametrize("answer", ["yes", "[Yes]"])
def test_a_yes_to_an_edit_takes_the_place_of_the_message(amy, answer):
    amy.say("new customer Zed")
    amy.say("new deal Acme 30k")
    amy.say("delete C1", edited_of=amy.said)
    assert "Yes" in amy.labels
    amy.press("Yes") if answer == "[Yes]" else amy.say(answer)
    assert amy.last.reply.text.id == "instead"
    assert amy.say("open deals") == "No open deals."


def test_an_edit_after_the_answer_takes_back_what_the_answer_did(amy):
    amy.say("new deal Acme 30k")
    sent = amy.said
    amy.say("new deal", edited_of=sent)
    amy.say("Globex")
    assert amy.say("new deal Initech 5k", edited_of=sent).startswith("Corrected.")
    amy.say("open deals")
    assert [label.split(" · ", 1)[1] for label in amy.labels] == ["Initech · $5,000"]


@pytest.mark.parametrize("answer", ["yes", "[Yes]"])
def test_a_yes_does_all_commands_of_its_message(amy, answer):
    amy.say("new deal Acme 30k")
    amy.say("new customer Zed")
    amy.say("won D1; delete C2")
    amy.press("Yes") if answer == "[Yes]" else amy.say(answer)
    assert amy.last.reply.text.id == "and-then"
    amy.say("D1")
    assert amy.facts["Stage"] == "won"
    assert amy.say("C2") == "I know no customer C2."


def test_a_typed_yes_and_a_press_do_it_once(amy, clock):
    amy.say("new deal Acme 30k")
    amy.say("push it to friday")
    yes = amy.button("Yes")
    assert amy.say("yes") == "Changed D1."
    clock.wait(hours=3)  # the dialogue is forgotten, the button is not
    assert amy.say(yes) == "That was done already."


def test_undo_after_a_message_that_did_nothing_asks_first(amy):
    amy.say("new deal Acme 30k")
    amy.say("blorp")
    assert amy.say("undo").startswith("That message changed nothing. Shall I take back what you did before it: ")
    assert "D1 · Acme" in str(amy.last.reply.text.args["what"])
    assert amy.say("yes") == "Taken back: C1, D1."
    assert amy.say("won D9") == "I know no deal D9."
    assert amy.say("undo") == "There is nothing of yours to take back."


def test_undo_after_an_answer_takes_it_back_at_once(amy):
    amy.say("blorp")
    amy.say("new deal")
    amy.say("Acme")
    assert amy.say("undo") == "Taken back: C1, D1."


def test_a_fact_on_a_card_is_changed_by_button(amy):
    amy.say("new deal Acme 30k")
    amy.say("push it to friday")
    assert amy.labels == ["Yes", "Change"]
    assert amy.press("Change") == "What is wrong about it?"
    assert amy.press("Closing") == "When will it close?"
    assert amy.say("monday") == "Changed D1."
    assert amy.facts["Closing"] == "Mon 30 Nov"


def test_what_has_no_name_is_asked_about_without_one(amy, database):
    amy.say("new deal Hooli 30k")
    amy.say("hooli mumbled about seats")
    amy.press("Note a contact: hooli · mumbled about seats")
    amy.say("lessons")
    amy.press("Forget 1")
    amy.say("blorp")
    assert amy.say("undo") == "That message changed nothing. Shall I take back what you did before it?"
    amy.say("no")
    amy.say("hooli ordered 3 Pro, 3k")
    amy.say("blorp")
    assert amy.say("undo").endswith("before it: O1, Pro?")
