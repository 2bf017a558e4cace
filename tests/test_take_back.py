"""Taking back: what is told of the record then, and what belongs together."""

import pytest

from crmbot.people import Role


@pytest.fixture
def amy(chat):
    return chat("amy", Role.MANAGER)


@pytest.mark.parametrize("answer", ["too expensive", "[Price]"])
def test_a_loss_is_taken_back_with_the_reason_that_was_asked_for(amy, answer):
    amy.say("new deal Acme 2k")
    amy.say("lost D1")
    amy.press("Price") if answer == "[Price]" else amy.say(answer)
    assert amy.facts["Reason"]
    assert amy.say("undo") == "Taken back: D1."
    assert amy.facts == {"Amount": "$2,000", "Stage": "lead"}
    assert amy.press("Redo") == "Done again: D1."
    assert amy.facts["Stage"] == "lost" and amy.facts["Reason"]
    assert amy.say("undo") == "Taken back: D1."
    assert amy.say("won D1") == "D1 · Acme: won."


def test_the_button_under_the_reason_takes_back_the_loss_too(amy):
    amy.say("new deal Acme 2k")
    amy.say("lost D1")
    amy.say("too expensive")
    amy.press("Undo")
    assert amy.facts["Stage"] == "lead"


def test_a_reason_given_after_something_else_happened_is_taken_back_alone(amy, clock):
    amy.say("new deal Acme 2k")
    amy.say("lost D1")
    clock.wait(minutes=1)
    amy.does("deal.update", ref="D1", text="a note")
    amy.does("deal.lose", ref="D1", reason="price")
    amy.say("undo")
    assert amy.facts == {"Amount": "$2,000", "Stage": "lost", "Note": "a note"}


def test_the_reason_that_another_gave_is_their_own_change(amy, chat):
    amy.say("new deal Acme 2k")
    amy.say("lost D1")
    bob = chat("bob", Role.MANAGER)
    bob.does("deal.lose", ref="D1", reason="price")
    bob.say("undo")
    assert bob.facts == {"Amount": "$2,000", "Stage": "lost"}


def test_what_has_no_ref_is_told_by_the_record_that_it_is_part_of(amy):
    amy.does("campaign.add", title="Spring")
    amy.does("campaign.log", ref="M1", metric="spend", amount={"value": "200"})
    assert amy.say("undo") == "Taken back: M1."
    amy.does("customer.add", name="Hooli")
    amy.does("customer.update", ref="C1", phone="+14155552671")
    assert amy.say("undo") == "Taken back: C1."
    assert "Phone" not in amy.facts


def test_an_edit_leaves_what_was_changed_since(amy):
    """The first message's deal was won meanwhile: the correction of it would throw that away."""
    amy.say("new deal Foo 1k")
    sent = amy.said
    amy.say("new deal Foo 2k", edited_of=sent)
    amy.say("won Foo")
    assert amy.say("new deal Foo 3k", edited_of=sent) == "Amy has changed D2 since, so I left it as it is."
    amy.say("D2")
    assert amy.facts == {"Amount": "$2,000", "Stage": "won"}
